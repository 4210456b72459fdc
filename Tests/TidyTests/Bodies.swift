/// The bodies of functions, initializers, subscripts and computed properties.
enum Bodies {
    struct Body {
        let name: String
        /// The line of the declaration.
        let first: Int
        /// The line of the closing brace.
        let last: Int
    }

    static func of(_ tokens: [Token]) -> [Body] {
        let pairs = braces(tokens)
        return tokens.indices.compactMap { index in
            guard let name = name(tokens, index), let open = opening(tokens, after: index), let close = pairs[open] else { return nil }
            return Body(name: name, first: tokens[index].line, last: tokens[close].line)
        }
    }

    /// The tokens between the first brace after `index` and the one that closes it.
    static func block(_ tokens: [Token], after index: Int) -> Range<Int>? {
        var depth = 0
        var start: Int?
        for place in (index + 1)..<tokens.count where tokens[place].kind == .sign {
            if tokens[place] == "{" {
                depth += 1
                start = start ?? place + 1
            }
            if tokens[place] == "}" {
                // A word that names no block, at the end of one.
                guard start != nil else { return nil }
                depth -= 1
            }
            if depth == 0, let start { return start..<place }
        }
        return nil
    }

    private static func name(_ tokens: [Token], _ index: Int) -> String? {
        let token = tokens[index]
        guard token.kind == .word, index == 0 || tokens[index - 1] != ".", index + 1 < tokens.count else { return nil }
        switch token.text {
        case "func", "var": return tokens[index + 1].text
        case "init", "subscript":
            let next = tokens[index + 1]
            return ["(", "<", "?"].contains { next == $0 } ? token.text : nil
        case "deinit": return "deinit"
        default: return nil
        }
    }

    /// The brace that opens the body of the declaration at `index`; `nil` for a requirement or a stored property.
    private static func opening(_ tokens: [Token], after index: Int) -> Int? {
        var depth = 0
        for place in (index + 1)..<tokens.count {
            let token = tokens[place]
            if token.kind == .sign {
                if token == "(" || token == "[" { depth += 1 }
                if token == ")" || token == "]" { depth -= 1 }
                if depth < 0 || (depth == 0 && (token == "}" || token == ";")) { return nil }
                if depth == 0, token == "{" { return place }
                if depth == 0, token == "=", tokens[index] == "var" { return nil }
            }
            if depth == 0, token.kind == .word, place > index + 1, starters.contains(token.text), token.line > tokens[index].line {
                return nil
            }
        }
        return nil
    }

    private static let starters: Set = [
        "func", "var", "let", "init", "subscript", "case", "static", "package", "private", "mutating", "struct", "enum",
    ]

    private static func braces(_ tokens: [Token]) -> [Int: Int] {
        var open: [Int] = []
        var pairs: [Int: Int] = [:]
        for (index, token) in tokens.enumerated() where token.kind == .sign {
            if token == "{" { open.append(index) }
            if token == "}", let start = open.popLast() { pairs[start] = index }
        }
        return pairs
    }
}
