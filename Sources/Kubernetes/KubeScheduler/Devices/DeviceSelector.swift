/// A selector of devices, with its place as messages name it.
struct DeviceSelector: Sendable {
    let place: String
    let program: SelectorProgram
}

/// An expression that was read once; equal texts share one.
final class SelectorProgram: Sendable {
    /// By which its verdicts are remembered.
    let number: Int
    let expression: Result<SelectorExpression, SelectorFault>

    init(_ number: Int, _ text: String?) {
        self.number = number
        do throws(SelectorFault) {
            guard let text else { throw SelectorFault("has no CEL expression") }
            expression = .success(try SelectorParser.parse(text))
        } catch { expression = .failure(error) }
    }
}

/// The expressions that are known.
struct SelectorLibrary {
    private var programs: [String?: SelectorProgram] = [:]
    private var next = 0

    /// The program of a text; nil stands for a selector without expression.
    mutating func program(_ text: String?) -> SelectorProgram {
        if let known = programs[text] { return known }
        if programs.count >= 4096 { programs = [:] }
        next += 1
        let program = SelectorProgram(next, text)
        programs[text] = program
        return program
    }
}
