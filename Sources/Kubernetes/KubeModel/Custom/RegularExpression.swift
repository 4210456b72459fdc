/// A regular expression in RE2's syntax, matched in time linear in the text. Source: RE2 syntax, as Go's regexp reads it.
///
/// Matching simulates the automaton of the expression, so that no pattern of a definition can hold the server up. Gaps: scripts in
/// `\p{…}` (general categories are known); repetitions count up to 1000, as in Go.
package struct RegularExpression: Sendable {
    /// Why a pattern cannot be read, in Go's words.
    package struct Fault: Error, Sendable {
        package let message: String
    }
    private let program: [RegexInstruction]
    private let start: Int

    /// - Throws: `Fault`.
    package init(_ pattern: String) throws(Fault) {
        var parser = RegexParser(pattern)
        var compiler = RegexCompiler()
        (program, start) = try compiler.compile(try parser.parse())
    }

    /// Whether the expression matches anywhere in the text.
    package func matches(_ text: String) -> Bool {
        var scanner = RegexScanner(program)
        let scalars = Array(text.unicodeScalars)
        for position in 0...scalars.count {
            if scanner.add(start, at: position, in: scalars) { return true }
            guard position < scalars.count else { break }
            if scanner.step(scalars, position) { return true }
        }
        return false
    }
}

/// A step of the automaton.
enum RegexInstruction: Sendable {
    case match
    case scalar(RegexSet, next: Int)
    case assert(RegexAssertion, next: Int)
    case split(Int, Int)
}

/// A place that a pattern can demand.
enum RegexAssertion: Sendable {
    case textStart, textEnd, lineStart, lineEnd, wordBoundary, noWordBoundary

    func holds(_ position: Int, in text: [Unicode.Scalar]) -> Bool {
        switch self {
        case .textStart: position == 0
        case .textEnd: position == text.count
        case .lineStart: position == 0 || text[position - 1] == "\n"
        case .lineEnd: position == text.count || text[position] == "\n"
        case .wordBoundary: Self.isBoundary(position, text)
        case .noWordBoundary: !Self.isBoundary(position, text)
        }
    }
    private static func isBoundary(_ position: Int, _ text: [Unicode.Scalar]) -> Bool {
        (position > 0 && isWord(text[position - 1])) != (position < text.count && isWord(text[position]))
    }
    private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", "_": true
        default: false
        }
    }
}

/// A set of characters.
struct RegexSet: Sendable {
    var ranges: [ClosedRange<UInt32>] = []
    var categories: [RegexCategory] = []
    var negated = false
    var foldsCase = false

    func contains(_ scalar: Unicode.Scalar) -> Bool {
        var found = holds(scalar)
        if !found, foldsCase {
            let forms = [scalar.properties.lowercaseMapping, scalar.properties.uppercaseMapping]
            found = forms.contains { $0.unicodeScalars.count == 1 && $0.unicodeScalars.first.map(holds) ?? false }
        }
        return found != negated
    }
    private func holds(_ scalar: Unicode.Scalar) -> Bool {
        ranges.contains { $0.contains(scalar.value) } || categories.contains { $0.contains(scalar) }
    }
}

/// A general category of Unicode, or all of a letter.
struct RegexCategory: Sendable {
    let name: String
    var negated = false

    func contains(_ scalar: Unicode.Scalar) -> Bool {
        (name == "Any" || Self.names[scalar.properties.generalCategory].map { $0 == name || $0.hasPrefix(name) } ?? false) != negated
    }
    /// Whether there is such a category.
    var isKnown: Bool { name == "Any" || Self.names.values.contains { $0 == name || (name.count == 1 && $0.hasPrefix(name)) } }
    private static let names: [Unicode.GeneralCategory: String] = [
        .uppercaseLetter: "Lu", .lowercaseLetter: "Ll", .titlecaseLetter: "Lt", .modifierLetter: "Lm", .otherLetter: "Lo",
        .nonspacingMark: "Mn", .spacingMark: "Mc", .enclosingMark: "Me", .decimalNumber: "Nd", .letterNumber: "Nl", .otherNumber: "No",
        .connectorPunctuation: "Pc", .dashPunctuation: "Pd", .openPunctuation: "Ps", .closePunctuation: "Pe", .initialPunctuation: "Pi",
        .finalPunctuation: "Pf", .otherPunctuation: "Po", .mathSymbol: "Sm", .currencySymbol: "Sc", .modifierSymbol: "Sk",
        .otherSymbol: "So", .spaceSeparator: "Zs", .lineSeparator: "Zl", .paragraphSeparator: "Zp", .control: "Cc", .format: "Cf",
        .surrogate: "Cs", .privateUse: "Co", .unassigned: "Cn",
    ]
}

/// The states that the automaton is in at one position.
private struct RegexScanner {
    let program: [RegexInstruction]
    private var current: [Int] = []
    private var marks: [Int]
    private var mark = 0
    private var isOpen = false

    init(_ program: [RegexInstruction]) {
        self.program = program
        marks = [Int](repeating: -1, count: program.count)
    }

    /// Adds a state and all that follow without a character; true when the expression has matched.
    mutating func add(_ state: Int, at position: Int, in text: [Unicode.Scalar]) -> Bool {
        if !isOpen { (isOpen, mark) = (true, mark + 1) }
        var waiting = [state]
        while let next = waiting.popLast() {
            guard marks[next] != mark else { continue }
            marks[next] = mark
            switch program[next] {
            case .match: return true
            case .scalar: current.append(next)
            case .assert(let assertion, let after): if assertion.holds(position, in: text) { waiting.append(after) }
            case .split(let first, let second): waiting += [second, first]
            }
        }
        return false
    }

    /// Reads the character at a position; true when the expression has matched.
    mutating func step(_ text: [Unicode.Scalar], _ position: Int) -> Bool {
        let before = current
        current.removeAll(keepingCapacity: true)
        (isOpen, mark) = (true, mark + 1)
        for state in before {
            guard case .scalar(let set, let next) = program[state], set.contains(text[position]) else { continue }
            if add(next, at: position + 1, in: text) { return true }
        }
        return false
    }
}
