/// One command of the tree, with what it does: either subcommands or an action.
package struct Command: Sendable {
    package typealias Action = @Sendable (Arguments, Session) async throws -> Void
    package let name: String
    package let aliases: [String]
    package let help: String
    package let flags: [Flag]
    package let subcommands: [Command]
    /// How many words beside its flags it takes.
    package let words: Int
    package let action: Action?

    /// A command that acts; `words` is how many it takes beside its flags, such as the name of what it acts on.
    package init(
        _ name: String, aliases: [String] = [], help: String, flags: [Flag], words: Int = 1, action: @escaping Action
    ) {
        (self.name, self.aliases, self.help, self.flags, subcommands, self.words, self.action) = (
            name, aliases, help, flags + [Self.helpFlag], [], words, action
        )
    }
    /// A command that only groups others.
    package init(_ name: String, aliases: [String] = [], help: String, subcommands: [Command]) {
        (self.name, self.aliases, self.help, flags, self.subcommands) = (name, aliases, help, [Self.helpFlag], subcommands)
        (words, action) = (0, nil)
    }
    private static let helpFlag = Flag("help", short: "h", .toggle, "help for this command")

    /// Whether the user's word means this command.
    package func matches(_ word: String) -> Bool { word == name || aliases.contains(word) }

    /// Finds the command that the words name and runs it; prints help where that was asked for or no action was named.
    /// - Throws: `UsageError`, and whatever the action throws.
    package func run(_ words: [String], path: String, session: Session) async throws {
        if let word = words.first, let next = subcommands.first(where: { $0.matches(word) }) {
            return try await next.run(Array(words.dropFirst()), path: "\(path) \(next.name)", session: session)
        }
        guard let action else {
            let arguments = try Arguments(words, flags: flags)
            if let word = arguments.positional.first { throw UsageError("unknown command \"\(word)\" for \"\(path)\"") }
            return session.print(usage(path: path))
        }
        let arguments = try Arguments(words, flags: flags)
        if arguments.isOn("help") { return session.print(usage(path: path)) }
        if arguments.positional.count > self.words {
            let extra = arguments.positional[self.words]
            throw UsageError("unexpected argument \"\(extra)\"; see '\(path) --help'")
        }
        try await action(arguments, session)
    }

    /// The help text.
    package func usage(path: String) -> String {
        var lines = [help, ""]
        if !subcommands.isEmpty {
            lines += ["Usage: \(path) [command] [flags]", "", "Commands:"]
            let width = (subcommands.map(\.name.count).max() ?? 0) + 4
            for command in subcommands { lines.append("  \(path) \(command.name.padded(to: width))\(command.help)") }
            lines += ["", "Use '\(path) [command] --help' for more information about a command."]
            return lines.joined(separator: "\n")
        }
        lines += ["Usage: \(path) [flags]", "", "Flags:"]
        func label(_ flag: Flag) -> String {
            let kind =
                switch flag.shape {
                case .text: " string"
                case .number: " int"
                case .list: " strings"
                case .toggle: ""
                }
            return (flag.short.map { "  -\($0), " } ?? "      ") + "--\(flag.name)\(kind)"
        }
        let width = (flags.map { label($0).count }.max() ?? 0) + 3
        for flag in flags { lines.append(label(flag).padded(to: width) + flag.help + (flag.standard.map { " (default \($0))" } ?? "")) }
        return lines.joined(separator: "\n")
    }
}

extension String {
    /// The text with blanks behind it up to a width.
    func padded(to width: Int) -> String { count >= width ? self : self + String(repeating: " ", count: width - count) }
}
