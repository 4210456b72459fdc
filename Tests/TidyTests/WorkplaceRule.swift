/// The repository speaks of the project alone: no paths of one machine, no hosts of registries, no talk about how it was written.
enum WorkplaceRule {
    /// Parts are joined here so that this page keeps its own rule.
    private static let everywhere = ["/wo" + "rk/", "work" + "tree", "sub" + "agent", "pypi" + ".org", "deb." + "debian.org"]
    private static let inProse = [
        "other hel" + "per", "another hel" + "per", "my hel" + "per", "the le" + "ad ", "this ses" + "sion", "my bri" + "ef",
        "the bri" + "ef",
    ]
    /// The one place that may name a registry: where a package manager of the machine names none.
    private static let mayNameHosts = ["Tools/install-clients"]

    static func breaches(path: String, text: String, prose: [Comment]?) -> [Breach] {
        var breaches: [Breach] = []
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let bytes = Array(line.utf8)
            for phrase in everywhere where bytes.contains(phrase) && !(phrase.hasSuffix("org") && mayNameHosts.contains(path)) {
                breaches.append(Breach(path: path, line: index + 1, rule: "the text \"\(phrase)\" names a workplace"))
            }
            if prose == nil { breaches += talk(path, index + 1, bytes) }
        }
        for comment in prose ?? [] { breaches += talk(path, comment.line, Array(comment.text.utf8)) }
        return breaches
    }

    private static func talk(_ path: String, _ line: Int, _ bytes: [UInt8]) -> [Breach] {
        let small = bytes.map { $0 >= 65 && $0 <= 90 ? $0 | 0x20 : $0 }
        return inProse.filter { small.contains($0) }.map {
            Breach(path: path, line: line, rule: "the text \"\($0)\" is talk about the work")
        }
    }
}

extension [UInt8] {
    /// Whether the bytes of `text` occur.
    func contains(_ text: String) -> Bool {
        let want = Array(text.utf8)
        guard count >= want.count, let first = want.first else { return false }
        for start in 0...(count - want.count) where self[start] == first {
            if self[start..<(start + want.count)].elementsEqual(want) { return true }
        }
        return false
    }
}
