import KubeModel

/// An expression over a device, in the part of CEL that selectors of devices are mostly written in: comparisons, `&&`, `||`, `!`, `?:`,
/// `in`, members and indexes of `device`, literals and lists, `has`, `quantity`, `semver`, and the methods of texts, quantities and versions.
indirect enum SelectorExpression: Sendable, Hashable {
    case literal(SelectorValue)
    case list([SelectorExpression])
    case device
    case member(SelectorExpression, String)
    case index(SelectorExpression, SelectorExpression)
    case call(String, [SelectorExpression])
    case method(SelectorExpression, String, [SelectorExpression])
    case not(SelectorExpression)
    case negative(SelectorExpression)
    case binary(String, SelectorExpression, SelectorExpression)
    case choice(SelectorExpression, SelectorExpression, SelectorExpression)
}

/// Why an expression cannot be read or evaluated.
struct SelectorFault: Error, Hashable {
    let message: String
    init(_ message: String) { self.message = message }
}

/// Reads expressions by descent, lowest precedence first.
struct SelectorParser {
    private enum Token: Hashable {
        case name(String)
        case text(String)
        case integer(Int)
        case decimal(Double)
        case symbol(String)
        case end
    }
    private var tokens: [Token] = []
    private var position = 0
    private var depth = 0

    static func parse(_ text: String) throws(SelectorFault) -> SelectorExpression {
        guard text.utf8.count <= 10 * 1024 else { throw SelectorFault("expression is longer than 10240 bytes") }
        var parser = SelectorParser()
        try parser.split(Array(text.unicodeScalars))
        let expression = try parser.choice()
        guard parser.current == .end else { throw SelectorFault("unexpected \(parser.words)") }
        return expression
    }

    private mutating func split(_ text: [Unicode.Scalar]) throws(SelectorFault) {
        var at = 0
        func isName(_ scalar: Unicode.Scalar) -> Bool { scalar == "_" || scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) }
        while at < text.count {
            let scalar = text[at]
            if scalar.properties.isWhitespace {
                at += 1
            } else if scalar == "\"" || scalar == "'" {
                var content = ""
                at += 1
                while at < text.count, text[at] != scalar {
                    if text[at] == "\\", at + 1 < text.count { at += 1 }
                    content.unicodeScalars.append(text[at])
                    at += 1
                }
                guard at < text.count else { throw SelectorFault("a text does not end") }
                at += 1
                tokens.append(.text(content))
            } else if ("0"..."9").contains(scalar) {
                let start = at
                while at < text.count, ("0"..."9").contains(text[at]) || text[at] == "." { at += 1 }
                let number = String(String.UnicodeScalarView(text[start..<at]))
                if let integer = Int(number) {
                    tokens.append(.integer(integer))
                } else if let decimal = Double(number) {
                    tokens.append(.decimal(decimal))
                } else {
                    throw SelectorFault("\(number) is no number")
                }
            } else if isName(scalar) {
                let start = at
                while at < text.count, isName(text[at]) { at += 1 }
                tokens.append(.name(String(String.UnicodeScalarView(text[start..<at]))))
            } else {
                let pair = at + 1 < text.count ? String(String.UnicodeScalarView(text[at...at + 1])) : ""
                let symbol = ["&&", "||", "==", "!=", "<=", ">="].contains(pair) ? pair : String(scalar)
                guard pair == symbol || "<>!()[].,?:-".unicodeScalars.contains(scalar) else {
                    throw SelectorFault("\(symbol) is not read here")
                }
                at += symbol.unicodeScalars.count
                tokens.append(.symbol(symbol))
            }
        }
    }

    private var current: Token { position < tokens.count ? tokens[position] : .end }
    private var words: String {
        switch current {
        case .name(let text), .text(let text), .symbol(let text): text
        case .integer(let number): "\(number)"
        case .decimal(let number): "\(number)"
        case .end: "end"
        }
    }
    private mutating func take(_ symbol: String) -> Bool {
        guard current == .symbol(symbol) else { return false }
        position += 1
        return true
    }
    private mutating func expect(_ symbol: String) throws(SelectorFault) {
        guard take(symbol) else { throw SelectorFault("expected \(symbol), found \(words)") }
    }

    private mutating func choice() throws(SelectorFault) -> SelectorExpression {
        depth += 1
        defer { depth -= 1 }
        guard depth < 64 else { throw SelectorFault("the expression is nested too deeply") }
        let condition = try either()
        guard take("?") else { return condition }
        let first = try choice()
        try expect(":")
        return .choice(condition, first, try choice())
    }
    private mutating func either() throws(SelectorFault) -> SelectorExpression {
        var left = try both()
        while take("||") { left = .binary("||", left, try both()) }
        return left
    }
    private mutating func both() throws(SelectorFault) -> SelectorExpression {
        var left = try relation()
        while take("&&") { left = .binary("&&", left, try relation()) }
        return left
    }
    private mutating func relation() throws(SelectorFault) -> SelectorExpression {
        let left = try unary()
        for symbol in ["==", "!=", "<=", ">=", "<", ">"] where take(symbol) { return .binary(symbol, left, try unary()) }
        if current == .name("in") {
            position += 1
            return .binary("in", left, try unary())
        }
        return left
    }
    private mutating func unary() throws(SelectorFault) -> SelectorExpression {
        depth += 1
        defer { depth -= 1 }
        guard depth < 64 else { throw SelectorFault("the expression is nested too deeply") }
        if take("!") { return .not(try unary()) }
        if take("-") { return .negative(try unary()) }
        var value = try primary()
        while true {
            if take(".") {
                guard case .name(let name) = current else { throw SelectorFault("expected a name, found \(words)") }
                position += 1
                value = take("(") ? .method(value, name, try arguments(")")) : .member(value, name)
            } else if take("[") {
                value = .index(value, try choice())
                try expect("]")
            } else {
                return value
            }
        }
    }
    private mutating func primary() throws(SelectorFault) -> SelectorExpression {
        let token = current
        position += 1
        switch token {
        case .text(let text): return .literal(.text(text))
        case .integer(let number): return .literal(.integer(number))
        case .decimal(let number): return .literal(.decimal(number))
        case .name("true"): return .literal(.truth(true))
        case .name("false"): return .literal(.truth(false))
        case .name("device"): return .device
        case .name(let name):
            guard take("(") else { throw SelectorFault("undeclared reference to '\(name)'") }
            return .call(name, try arguments(")"))
        case .symbol("("):
            let inner = try choice()
            try expect(")")
            return inner
        case .symbol("["): return .list(try arguments("]"))
        default:
            position -= 1
            throw SelectorFault("unexpected \(words)")
        }
    }
    private mutating func arguments(_ end: String) throws(SelectorFault) -> [SelectorExpression] {
        var list: [SelectorExpression] = []
        if take(end) { return list }
        repeat { list.append(try choice()) } while take(",")
        try expect(end)
        return list
    }
}
