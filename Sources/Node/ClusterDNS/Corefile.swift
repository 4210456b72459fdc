/// A CoreDNS configuration: server blocks with the plug-ins of each. Source: coredns.io, "Corefile Explained" and the plug-ins' pages.
package struct Corefile: Sendable, Hashable {
    /// What is wrong with a Corefile, with the line.
    package struct Problem: Error, Sendable, Hashable, CustomStringConvertible {
        package let description: String
    }
    /// A plug-in with its words and the lines of its block.
    package struct Directive: Sendable, Hashable {
        package var name: String
        package var arguments: [String] = []
        package var block: [[String]] = []
    }
    /// Zones and a port with what answers for them.
    package struct ServerBlock: Sendable, Hashable {
        /// Canonical.
        package var zones: [String]
        package var port: Int
        package var directives: [Directive] = []
        package func directive(_ name: String) -> Directive? { directives.first { $0.name == name } }
    }
    /// In the order of the file.
    package private(set) var blocks: [ServerBlock] = []

    /// Those that are carried out, and those that need nothing here.
    static let known: Set<String> = [
        "errors", "health", "ready", "kubernetes", "prometheus", "forward", "cache", "loop", "reload", "loadbalance", "log", "hosts",
    ]

    /// - Throws: `Problem` for text that is no Corefile, and for plug-ins that are not there.
    package init(_ text: String) throws(Problem) {
        var open: (block: ServerBlock, directive: Directive?)?
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            var words = Self.words(line)
            guard !words.isEmpty else { continue }
            let opens = words.last == "{"
            if opens { words.removeLast() }
            func problem(_ text: String) -> Problem { Problem(description: "Corefile:\(index + 1) - \(text)") }
            guard var (block, directive) = open else {
                guard opens, !words.isEmpty else { throw problem("Error during parsing: expected a server block") }
                open = (try Self.block(words, problem), nil)
                continue
            }
            if words == ["}"] {
                if let ended = directive { block.directives.append(ended) } else { blocks.append(block) }
                open = directive == nil ? nil : (block, nil)
            } else if directive != nil {
                guard !opens else { throw problem("Error during parsing: a block within a block") }
                directive?.block.append(words)
                open = (block, directive)
            } else {
                guard Self.known.contains(words[0]) else { throw problem("Error during parsing: Unknown directive '\(words[0])'") }
                let found = Directive(name: words[0], arguments: Array(words.dropFirst()))
                if !opens { block.directives.append(found) }
                open = (block, opens ? found : nil)
            }
        }
        guard open == nil else { throw Problem(description: "Corefile - Error during parsing: Unexpected EOF, expecting '}'") }
        guard !blocks.isEmpty else { throw Problem(description: "Corefile - no server block") }
    }

    /// `cluster.local:53`, `.:53`, `dns://example.org`; all zones of a block share its port.
    private static func block(_ words: [String], _ problem: (String) -> Problem) throws(Problem) -> ServerBlock {
        var block = ServerBlock(zones: [], port: 53)
        for word in words.flatMap({ $0.split(separator: ",").map(String.init) }) {
            var zone = word.hasPrefix("dns://") ? String(word.dropFirst(6)) : word
            guard !zone.contains("://") else { throw problem("only plain DNS is served, not \(word)") }
            if let colon = zone.lastIndex(of: ":") {
                guard let port = Int(zone[zone.index(after: colon)...]), (1...65_535).contains(port) else {
                    throw problem("bad port in \(word)")
                }
                block.port = port
                zone = String(zone[..<colon])
            }
            block.zones.append(DNSName.canonical(zone.isEmpty ? "." : zone))
        }
        return block
    }
    /// Words by white space, with quotes and comments.
    private static func words(_ line: Substring) -> [String] {
        var (words, word, quoted, any) = ([String](), "", false, false)
        for character in line {
            switch character {
            case "\"":
                (quoted, any) = (!quoted, true)
            case "#" where !quoted && !any: return words
            case " " where !quoted, "\t" where !quoted, "\r" where !quoted:
                if any { words.append(word) }
                (word, any) = ("", false)
            default:
                word.append(character)
                any = true
            }
        }
        if any { words.append(word) }
        return words
    }
}
