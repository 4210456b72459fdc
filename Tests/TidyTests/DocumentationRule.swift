/// Every `package` declaration says what it is: in a line of documentation on it, or on the first line of its group.
/// What fulfils a protocol's requirement is documented there.
struct DocumentationRule {
    /// Requirements of the standard library's protocols.
    private static let platformRequirements: Set = [
        "=", "<", "hash", "description", "encode", "id", "rawValue", "errorDescription", "localizedDescription", "enqueue", "checkIsolated",
        "makeIterator", "next", "makeAsyncIterator", "startIndex", "endIndex", "index", "count", "isIsolatingCurrentContext",
        "subscript(position", "asUnownedSerialExecutor", "unownedExecutor", "asUnownedTaskExecutor",
    ]
    private let requirements: Set<String>

    /// Learns the requirements of all protocols in `files`.
    init(files: [SourceFile]) {
        requirements = files.reduce(into: Self.platformRequirements) { $0.formUnion(Self.requirements(of: $1.tokens)) }
    }

    private static func requirements(of tokens: [Token]) -> Set<String> {
        var names: Set<String> = []
        for index in tokens.indices where tokens[index] == "protocol" {
            guard let body = Bodies.block(tokens, after: index) else { continue }
            for place in body where ["func", "var", "typealias", "associatedtype", "init", "subscript"].contains(tokens[place].text) {
                names.insert(name(tokens, place))
            }
        }
        return names
    }

    private static let modifiers: Set = [
        "static", "final", "mutating", "nonmutating", "nonisolated", "override", "convenience", "required", "indirect", "unowned", "weak",
        "lazy",
        "consuming", "borrowing", "private", "internal", "fileprivate", "unsafe", "set",
    ]
    private static let kinds: Set = [
        "func", "var", "let", "init", "struct", "class", "enum", "protocol", "actor", "typealias", "subscript",
    ]

    func breaches(_ file: SourceFile) -> [Breach] {
        let documented = Set(file.comments.lazy.filter(\.isDocumentation).map(\.line))
        let commented = Set(file.comments.map(\.line))
        let starts = Self.firstTokens(file.tokens)
        let pages = Self.fieldPages(file.tokens)
        return file.tokens.indices.compactMap { index in
            guard let declared = Self.declaration(file.tokens, index),
                !pages.contains(where: { $0.contains(index) && declared.kind == "let" })
            else {
                return nil
            }
            let line = file.tokens[index].line
            if declared.kind == "init", Self.onlyAssigns(file.tokens, index) { return nil }
            if declared.kind == "func", let first = declared.name.first, !first.isLetter, first != "_", first != "`" { return nil }
            if requirements.contains(declared.name) || Self.isDocumented(line, declared, documented, commented, starts) { return nil }
            return Breach(path: file.path, line: line, rule: "package \(declared.kind) \(declared.name) has no line of documentation")
        }
    }

    private static func declaration(_ tokens: [Token], _ index: Int) -> (kind: String, name: String)? {
        guard tokens[index] == "package", tokens[index].kind == .word else { return nil }
        var place = index + 1
        while place < tokens.count, modifiers.contains(tokens[place].text) || tokens[place] == "(" || tokens[place] == ")" { place += 1 }
        guard place < tokens.count, kinds.contains(tokens[place].text) else { return nil }
        let kind = tokens[place].text
        guard kind == "class", place + 1 < tokens.count, kinds.contains(tokens[place + 1].text) else { return (kind, name(tokens, place)) }
        return (tokens[place + 1].text, name(tokens, place + 1))
    }

    /// The name after a declaration's keyword; an initializer or subscript is named by its first label: `init?(_value`.
    private static func name(_ tokens: [Token], _ place: Int) -> String {
        guard tokens[place] == "init" || tokens[place] == "subscript" else { return place + 1 < tokens.count ? tokens[place + 1].text : "" }
        return tokens[place...].prefix { $0 != ":" && $0 != ")" }.map(\.text).joined()
    }

    /// A documentation line right above, past attributes, or above the declarations that stand right above it.
    private static func isDocumented(
        _ line: Int, _ declared: (kind: String, name: String), _ documented: Set<Int>, _ commented: Set<Int>, _ starts: [Int: Token]
    ) -> Bool {
        var above = line - 1
        while above > 0 {
            if documented.contains(above) { return true }
            if commented.contains(above) {
                above -= 1
                continue
            }
            guard let first = starts[above], first == "package" || first == "@" else { return false }
            above -= 1
        }
        return false
    }

    /// An initializer that does nothing but take its members, or that a literal calls.
    private static func onlyAssigns(_ tokens: [Token], _ index: Int) -> Bool {
        guard let body = Bodies.block(tokens, after: index) else { return false }
        let labels = tokens[index..<body.lowerBound].prefix { $0 != "{" }
        if labels.contains(where: { $0.text.hasSuffix("Literal") }) { return true }
        var line = tokens[body.lowerBound - 1].line
        for place in body where tokens[place].line != line {
            line = tokens[place].line
            let takes = tokens[place] == "self" || (tokens[place] == "(" && tokens[place + 1] == "self")
            if !takes { return false }
        }
        return true
    }

    /// The first token of each line.
    private static func firstTokens(_ tokens: [Token]) -> [Int: Token] {
        var first: [Int: Token] = [:]
        for token in tokens where first[token.line] == nil { first[token.line] = token }
        return first
    }

    /// Token ranges of types named `…Fields`: their rows are the fields of the wire, which the schema describes.
    private static func fieldPages(_ tokens: [Token]) -> [Range<Int>] {
        tokens.indices.compactMap { index in
            guard tokens[index] == "struct" || tokens[index] == "enum", index + 1 < tokens.count else { return nil }
            return tokens[index + 1].text.hasSuffix("Fields") ? Bodies.block(tokens, after: index) : nil
        }
    }
}
