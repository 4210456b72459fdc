/// One flag of a command.
package struct Flag: Sendable {
    package enum Shape: Sendable { case text, number, list, toggle }
    package let name: String
    package let short: Character?
    package let shape: Shape
    package let help: String
    /// What the help shows as the default.
    package let standard: String?
    package init(_ name: String, short: Character? = nil, _ shape: Shape, _ help: String, standard: String? = nil) {
        (self.name, self.short, self.shape, self.help, self.standard) = (name, short, shape, help, standard)
    }
    /// A flag that takes a text.
    package init(_ name: String, short: Character? = nil, _ help: String, standard: String? = nil) {
        self.init(name, short: short, .text, help, standard: standard)
    }
}

/// What a user typed wrong; its text goes to the terminal behind `Error: `.
package struct UsageError: Error, Sendable, Hashable, CustomStringConvertible {
    package let description: String
    package init(_ description: String) { self.description = description }
}

/// The flags and arguments that a user gave to one command.
package struct Arguments: Sendable {
    private var values: [String: [String]] = [:]
    /// Words that are neither flags nor their values.
    package private(set) var positional: [String] = []

    /// Reads words in the grammar of pflag: `--name value`, `--name=value`, `-f value`, `-fvalue`, `--toggle[=bool]`, and `--` ends flags.
    /// - Throws: `UsageError` with pflag's texts.
    package init(_ words: [String], flags: [Flag]) throws(UsageError) {
        var rest = words[...]
        while let word = rest.popFirst() {
            if word == "--" {
                positional += rest
                return
            } else if word.hasPrefix("--") {
                try long(String(word.dropFirst(2)), flags, &rest)
            } else if word.hasPrefix("-"), word.count > 1 {
                try short(word, flags, &rest)
            } else {
                positional.append(word)
            }
        }
    }
    private mutating func long(_ text: String, _ flags: [Flag], _ rest: inout ArraySlice<String>) throws(UsageError) {
        let halves = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard let flag = flags.first(where: { $0.name == halves[0] }) else { throw UsageError("unknown flag: --\(halves[0])") }
        try store(flag, inline: halves.count == 2 ? halves[1] : nil, spelling: "--\(flag.name)", &rest)
    }
    private mutating func short(_ word: String, _ flags: [Flag], _ rest: inout ArraySlice<String>) throws(UsageError) {
        let letter = word[word.index(after: word.startIndex)]
        guard let flag = flags.first(where: { $0.short == letter }) else {
            throw UsageError("unknown shorthand flag: '\(letter)' in \(word)")
        }
        let tail = word.dropFirst(2)
        let inline = tail.isEmpty ? nil : String(tail.hasPrefix("=") ? tail.dropFirst() : tail)
        try store(flag, inline: inline, spelling: "-\(letter)", &rest)
    }
    private mutating func store(
        _ flag: Flag, inline: String?, spelling: String, _ rest: inout ArraySlice<String>
    ) throws(UsageError) {
        if flag.shape == .toggle {
            let value = inline ?? "true"
            guard value == "true" || value == "false" else {
                throw UsageError(
                    "invalid argument \"\(value)\" for \"--\(flag.name)\" flag: strconv.ParseBool: parsing \"\(value)\": invalid syntax")
            }
            values[flag.name] = [value]
            return
        }
        guard let value = inline ?? rest.popFirst() else { throw UsageError("flag needs an argument: \(spelling)") }
        if flag.shape == .number, Int(value) == nil {
            throw UsageError(
                "invalid argument \"\(value)\" for \"--\(flag.name)\" flag: strconv.ParseInt: parsing \"\(value)\": invalid syntax")
        }
        if flag.shape == .list {
            values[flag.name, default: []] += value.split(separator: ",").map(String.init)
        } else {
            values[flag.name] = [value]
        }
    }

    /// The value of a text flag, nil when it was not given.
    package subscript(name: String) -> String? { values[name]?.last }
    /// The value of a number flag.
    package func number(_ name: String) -> Int? { values[name]?.last.flatMap { Int($0) } }
    /// The values of a list flag.
    package func list(_ name: String) -> [String] { values[name] ?? [] }
    /// Whether a toggle is on.
    package func isOn(_ name: String) -> Bool { values[name]?.last == "true" }
    /// Whether a flag was given at all.
    package func has(_ name: String) -> Bool { values[name] != nil }
    /// `key=value` pairs of a list flag.
    /// - Throws: `UsageError` for an item without an equals sign.
    package func pairs(_ name: String) throws(UsageError) -> [String: String] {
        var pairs: [String: String] = [:]
        for item in list(name) {
            guard let equals = item.firstIndex(of: "=") else {
                throw UsageError("invalid argument \"\(item)\" for \"--\(name)\" flag: \(item) must be formatted as key=value")
            }
            pairs[String(item[..<equals])] = String(item[item.index(after: equals)...])
        }
        return pairs
    }
}
