/// Reads the text form of label selectors: `app=web,tier in (a,b),!canary`. Source: apimachinery, labels.Parse.
private struct LabelSelectorParser {
    private enum Token: Equatable {
        case word(String)
        case symbol(String)
        case end
        var text: String {
            switch self {
            case .word(let text), .symbol(let text): text
            case .end: ""
            }
        }
    }
    private var tokens: [Token]
    private var position = 0

    init(_ text: String) {
        var tokens: [Token] = []
        var rest = Substring(text)
        while let first = rest.first {
            if " \t\r\n".contains(first) {
                rest.removeFirst()
            } else if Self.special.contains(first) {
                let symbol = ["==", "!="].first { rest.hasPrefix($0) } ?? String(first)
                rest.removeFirst(symbol.count)
                tokens.append(.symbol(symbol))
            } else {
                let word = rest.prefix { !Self.special.contains($0) && !" \t\r\n".contains($0) }
                rest.removeFirst(word.count)
                tokens.append(.word(String(word)))
            }
        }
        self.tokens = tokens
    }
    private static let special: Set<Character> = ["=", "!", "(", ")", ",", ">", "<"]

    private var current: Token { position < tokens.count ? tokens[position] : .end }
    private mutating func next() -> Token {
        defer { position += 1 }
        return current
    }

    mutating func requirements() throws(SelectorError) -> [LabelSelector.Requirement] {
        var result: [LabelSelector.Requirement] = []
        if current == .end { return result }
        while true {
            do { result.append(try requirement()) } catch { throw SelectorError("unable to parse requirement: \(error.message)") }
            switch next() {
            case .end: return result
            case .symbol(","):
                if case .word = current { continue }
                if current == .symbol("!") { continue }
                throw SelectorError("found '\(current.text)', expected: identifier after ','")
            case let other: throw SelectorError("found '\(other.text)', expected: ',' or 'end of string'")
            }
        }
    }

    private mutating func requirement() throws(SelectorError) -> LabelSelector.Requirement {
        let negated = current == .symbol("!")
        if negated { position += 1 }
        guard case .word(let key) = next() else {
            throw SelectorError("found '\(tokens.indices.contains(position - 1) ? tokens[position - 1].text : "")', expected: identifier")
        }
        if let problem = Names.qualifiedName(key).first {
            throw SelectorError("<nil>: Invalid value: \(key.quoted): \(problem)")
        }
        if negated || current == .end || current == .symbol(",") {
            return LabelSelector.Requirement(key, negated ? .doesNotExist : .exists)
        }
        let token = next()
        guard let `operator` = Self.operators[token.text] else {
            throw SelectorError("found '\(token.text)', expected: in, notin, =, ==, !=, gt, lt")
        }
        let values = `operator` == .in || `operator` == .notIn ? try list() : [exactValue()]
        try check(key, `operator`, values)
        return LabelSelector.Requirement(key, `operator`, values)
    }
    private static let operators: [String: LabelSelector.Operator] = [
        "=": .equals, "==": .doubleEquals, "!=": .notEquals, "in": .in, "notin": .notIn, ">": .greaterThan, "<": .lessThan,
    ]

    private func check(_ key: String, _ operator: LabelSelector.Operator, _ values: [String]) throws(SelectorError) {
        if `operator` == .greaterThan || `operator` == .lessThan {
            guard values.count == 1, Int64(values[0]) != nil else {
                throw SelectorError(
                    "values[0][\(key)]: Invalid value: \((values.first ?? "").quoted): for 'Gt', 'Lt' operators, the value must be an integer"
                )
            }
        }
        for (index, value) in values.enumerated() {
            if let problem = Names.labelValue(value).first {
                throw SelectorError("values[\(index)][\(key)]: Invalid value: \(value.quoted): \(problem)")
            }
        }
    }

    private mutating func exactValue() -> String {
        guard case .word(let value) = current else { return "" }
        position += 1
        return value
    }

    private mutating func list() throws(SelectorError) -> [String] {
        guard next() == .symbol("(") else {
            throw SelectorError("found '\(tokens.indices.contains(position - 1) ? tokens[position - 1].text : "")', expected: '('")
        }
        var values: Set<String> = []
        while true {
            values.insert(exactValue())
            switch next() {
            case .symbol(")"): return values.sorted()
            case .symbol(","): continue
            case let other: throw SelectorError("found '\(other.text)', expected: ',', or ')'")
            }
        }
    }
}

/// Why a selector's text was refused.
package struct SelectorError: Error, Sendable, Hashable {
    package let message: String
    init(_ message: String) { self.message = message }
}

extension LabelSelector {
    /// Reads the text form; the empty text selects everything.
    package init(parsing text: String) throws(SelectorError) {
        var parser = LabelSelectorParser(text)
        self.init(requirements: try parser.requirements())
    }
}
