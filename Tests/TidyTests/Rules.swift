/// The rules that read one Swift file; each returns the places where it is broken.
enum Rules {
    static let fileLimit = 400, functionLimit = 70

    /// Imports that are no arrow of the architecture.
    static func arrows(_ file: SourceFile) -> [Breach] {
        guard let home = file.home, home.plane != "Clibs" else { return [] }
        guard Architecture.mayImport[home.target] != nil else {
            return [Breach(path: file.path, line: 1, rule: "\(home.target) has no row in the table of arrows")]
        }
        return imports(file).compactMap { module, line in
            if module == "Foundation" { return Breach(path: file.path, line: line, rule: "Foundation has no place in the product") }
            if Architecture.allows(home.target, module) { return nil }
            return Breach(path: file.path, line: line, rule: "\(home.target) may not import \(module)")
        }
    }

    /// The modules that a file imports, with their lines.
    static func imports(_ file: SourceFile) -> [(module: String, line: Int)] {
        let kinds: Set = ["struct", "class", "enum", "protocol", "func", "var", "let", "typealias"]
        return file.tokens.indices.compactMap { index in
            guard file.tokens[index] == "import", index + 1 < file.tokens.count, index == 0 || file.tokens[index - 1] != "." else {
                return nil
            }
            let next = file.tokens[index + 1]
            guard next.kind == .word, next.line == file.tokens[index].line else { return nil }
            if kinds.contains(next.text), index + 2 < file.tokens.count { return (file.tokens[index + 2].text, next.line) }
            return (next.text, next.line)
        }
    }

    /// Files and functions that are too long to be read at once.
    static func sizes(_ file: SourceFile) -> [Breach] {
        guard !file.isGenerated else { return [] }
        var breaches: [Breach] = []
        if file.lineCount > fileLimit {
            breaches.append(Breach(path: file.path, line: fileLimit, rule: "\(file.lineCount) lines; a file has at most \(fileLimit)"))
        }
        for body in Bodies.of(file.tokens) where body.last - body.first + 1 > functionLimit {
            let rule = "\(body.name) has \(body.last - body.first + 1) lines; a function has at most \(functionLimit)"
            breaches.append(Breach(path: file.path, line: body.first, rule: rule))
        }
        return breaches
    }

    /// Places that own tasks: a kernel part that carries others, or a named owner that ends what it starts.
    static let taskOwners = [
        "Sources/Kernel/Control/", "Sources/Kernel/Network/ServerExchange.swift", "Sources/Kernel/Network/SendBody.swift",
        "Sources/Kernel/Network/StreamMachine.swift", "Sources/Kernel/Network/SPDYSession.swift",
        "Sources/Kernel/Storage/Etcd/EtcdTasks.swift",
        "Sources/Programs/Assembly/TaskBag.swift", "Sources/Programs/Assembly/RegionDirectory.swift", "Sources/Programs/eyrie/Eyrie.swift",
    ]

    /// Calls that escape injected time, chance or ownership, and those that trap.
    static func bans(_ file: SourceFile) -> [Breach] {
        guard !file.lies(in: ["Sources/Kernel/Control/"]) else { return [] }
        let tokens = file.tokens
        let ownsTasks = file.lies(in: taskOwners)
        return tokens.indices.compactMap { index in
            guard let rule = ban(tokens, index, ownsTasks: ownsTasks) else { return nil }
            return Breach(path: file.path, line: tokens[index].line, rule: rule)
        }
    }

    private static func ban(_ tokens: [Token], _ index: Int, ownsTasks: Bool) -> String? {
        let token = tokens[index]
        func next(_ offset: Int) -> Token? { index + offset < tokens.count ? tokens[index + offset] : nil }
        func isNext(_ offset: Int, _ text: String) -> Bool { next(offset).map { $0 == text } ?? false }
        let followsDot = index > 0 && tokens[index - 1] == "."
        if token == "Date", isNext(1, "("), isNext(2, ")") { return "Date() is not injected time" }
        if token == "Task", !followsDot {
            if isNext(1, "."), isNext(2, "sleep") { return "Task.sleep is not injected time" }
            if isNext(1, "."), isNext(2, "detached") { return "Task.detached has no owner" }
            if isNext(1, "{") || isNext(1, "("), !ownsTasks { return "a Task outside the named owners" }
        }
        if token == "random" || token == "randomElement" || token == "shuffled", followsDot, isNext(1, "(") {
            return "chance that is not injected"
        }
        if token == "!", token.glued, index > 0 {
            let before = tokens[index - 1]
            if before == "try" { return "try! traps" }
            if before == "as" { return "as! traps" }
            let endsExpression = before.kind != .sign || before == ")" || before == "]" || before == "}" || before == "?"
            let isOperator = next(1).map { $0.glued && $0 == "=" } ?? false
            if endsExpression, !isOperator, !isKeyword(before) { return "a forced unwrap traps" }
        }
        return nil
    }

    private static func isKeyword(_ token: Token) -> Bool {
        ["return", "in", "if", "guard", "while", "where", "case", "else", "await", "throw"].contains { token == $0 }
    }

    /// Comments that are code, and duties without an issue.
    static func comments(_ file: SourceFile) -> [Breach] {
        file.comments.compactMap { comment in
            if let duty = ["TO" + "DO", "FIX" + "ME", "XXX"].first(where: { comment.text.contains($0) }), !namesIssue(comment.text) {
                return Breach(path: file.path, line: comment.line, rule: "\(duty) without the number of an issue")
            }
            guard !comment.isDocumentation, DeadCode.isCode(comment.text) else { return nil }
            return Breach(path: file.path, line: comment.line, rule: "code in a comment")
        }
    }

    private static func namesIssue(_ text: String) -> Bool {
        text.split(separator: "#").dropFirst().contains { $0.first?.isNumber ?? false }
    }
}

/// Tells code from prose in a comment.
enum DeadCode {
    static func isCode(_ text: String) -> Bool {
        let text = text.trimmingPrefix { $0 == " " }
        guard let last = text.last else { return false }
        let words = text.split(separator: " ")
        if text.hasPrefix("}") || text == "{" || last == ";" { return true }
        if last == "{" { return true }
        let starts = words.first.map(String.init) ?? ""
        if ["let", "var"].contains(starts), words.count > 2, words.contains("=") || words[1].hasSuffix(":") { return true }
        if ["func", "struct", "class", "enum", "import"].contains(starts), words.count == 2 { return true }
        if starts == "return", words.count == 2, last == ")" { return true }
        if words.count >= 3, words[1] == "=", starts.allSatisfy({ $0.isLetter || $0 == "." || $0 == "_" }) { return true }
        return words.count == 1 && last == ")" && text.contains("(") && text.contains(".")
    }
}
