/// The name of a container image, taken apart and completed. Source: distribution's reference grammar.
package struct ImageReference: Sendable {
    /// `docker.io` when the name has none.
    package let registry: String
    /// The whole name with registry, and `latest` where neither tag nor digest is given.
    package let name: String
    /// The name without tag and digest.
    package let repository: String

    /// Nil when the name is not well formed.
    package init?(_ image: String) {
        var rest = image[...]
        var suffix = ""
        if let at = rest.firstIndex(of: "@") {
            let digest = rest[rest.index(after: at)...].split(separator: ":", omittingEmptySubsequences: false)
            guard digest.count == 2, digest[0] == "sha256", digest[1].utf8.count == 64, digest[1].utf8.allSatisfy(Self.isHex) else {
                return nil
            }
            (suffix, rest) = (String(rest[at...]), rest[..<at])
        }
        let lastSlash = rest.lastIndex(of: "/") ?? rest.startIndex
        if let colon = rest[lastSlash...].lastIndex(of: ":") {
            let tag = rest[rest.index(after: colon)...]
            guard let first = tag.utf8.first, tag.utf8.count <= 128, first != UInt8(ascii: "."), first != UInt8(ascii: "-"),
                tag.utf8.allSatisfy({ Self.isWord($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-") })
            else { return nil }
            (suffix, rest) = (String(rest[colon...]) + suffix, rest[..<colon])
        }
        var parts = rest.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        if parts.count > 1, parts[0].contains(where: { $0 == "." || $0 == ":" }) || parts[0] == "localhost" {
            registry = parts.removeFirst()
            guard !registry.isEmpty, registry.utf8.allSatisfy(Self.isHost) else { return nil }
        } else {
            registry = "docker.io"
            if parts.count == 1 { parts.insert("library", at: 0) }
        }
        guard parts.allSatisfy(Self.isComponent) else { return nil }
        repository = "\(registry)/\(parts.joined(separator: "/"))"
        name = repository + (suffix.isEmpty ? ":latest" : suffix)
    }

    private static func isComponent(_ part: String) -> Bool {
        guard let first = part.utf8.first, let last = part.utf8.last, isLower(first), isLower(last) else { return false }
        return part.utf8.allSatisfy { isLower($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-") }
    }
    private static func isLower(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
    private static func isWord(_ byte: UInt8) -> Bool {
        isLower(byte) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) || byte == UInt8(ascii: "_")
    }
    private static func isHost(_ byte: UInt8) -> Bool {
        isWord(byte) && byte != UInt8(ascii: "_") || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ":")
    }
    private static func isHex(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}
