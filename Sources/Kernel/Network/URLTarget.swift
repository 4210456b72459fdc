/// A request target taken apart: path and query, percent-encoded as they stood, with decoded views.
package struct URLTarget: Sendable, Hashable {
    /// One `name=value` of a query, decoded. A name without `=` has an empty value.
    package struct Item: Sendable, Hashable {
        package let name: String
        package let value: String
        package init(_ name: String, _ value: String) { (self.name, self.value) = (name, value) }
    }
    /// The path, percent-encoded.
    package var path: String
    /// What follows the first `?`, percent-encoded; empty without one.
    package var query: String

    /// Splits a target at its first `?`; a fragment is dropped.
    package init(_ target: String) {
        let whole = target.utf8.prefix { $0 != UInt8(ascii: "#") }
        if let mark = whole.firstIndex(of: UInt8(ascii: "?")) {
            path = String(target[..<mark])
            query = String(target[target.utf8.index(after: mark)..<whole.endIndex])
        } else {
            (path, query) = (String(target[..<whole.endIndex]), "")
        }
    }

    /// Builds a target out of decoded segments and items.
    package init(segments: [String], items: [Item] = []) {
        path = "/" + segments.map { Percent.encode($0) }.joined(separator: "/")
        query = items.map { Percent.encode($0.name) + "=" + Percent.encode($0.value) }.joined(separator: "&")
    }

    /// Path and query as they go into a request line.
    package var text: String { query.isEmpty ? path : path + "?" + query }

    /// The decoded parts between the slashes, without slashes at either end; nil when an escape is malformed.
    package var segments: [String]? {
        var bytes = path.utf8[...]
        while bytes.first == UInt8(ascii: "/") { bytes.removeFirst() }
        while bytes.last == UInt8(ascii: "/") { bytes.removeLast() }
        guard !bytes.isEmpty else { return [] }
        var parts: [String] = []
        for part in bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
            guard let decoded = Percent.decode(Substring(part)) else { return nil }
            parts.append(decoded)
        }
        return parts
    }

    /// The decoded items of the query, in order. Items with a malformed escape are left out, as Go's `url.ParseQuery` does.
    package var items: [Item] { Self.items(of: query) }

    /// The decoded items of the text behind a target's `?`.
    package static func items(of query: String) -> [Item] {
        guard !query.isEmpty else { return [] }
        return query.utf8.split(separator: UInt8(ascii: "&")).compactMap { pair in
            let name = pair.prefix { $0 != UInt8(ascii: "=") }
            let value = pair[name.endIndex...].dropFirst()
            guard let name = Percent.decode(Substring(name), plus: true), let value = Percent.decode(Substring(value), plus: true) else {
                return nil
            }
            return Item(name, value)
        }
    }

    /// The first value of a query item.
    package subscript(name: String) -> String? { items.first { $0.name == name }?.value }
}

/// Percent-encoding of URLs. Source: RFC 3986.
package enum Percent {
    /// Decodes `%XX`, and `+` as a space where `plus`; nil when an escape is malformed or the outcome is not UTF-8.
    package static func decode(_ text: Substring, plus: Bool = false) -> String? {
        let bytes = text.utf8
        guard bytes.contains(where: { $0 == UInt8(ascii: "%") || (plus && $0 == UInt8(ascii: "+")) }) else { return String(text) }
        var out: [UInt8] = []
        out.reserveCapacity(bytes.count)
        var rest = bytes[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "%"):
                guard let high = rest.popFirst().flatMap(hexValue), let low = rest.popFirst().flatMap(hexValue) else { return nil }
                out.append(high << 4 | low)
            case UInt8(ascii: "+") where plus: out.append(UInt8(ascii: " "))
            default: out.append(byte)
            }
        }
        return String(validating: out, as: UTF8.self)
    }

    /// Encodes every byte but the unreserved ones (letters, digits, `-._~`) and those in `allowed`, in upper-case hex.
    package static func encode(_ text: String, allowed: String = "") -> String {
        guard !text.utf8.allSatisfy({ isUnreserved($0) }) else { return text }
        let digits = Array("0123456789ABCDEF".utf8)
        var out: [UInt8] = []
        for byte in text.utf8 {
            if isUnreserved(byte) || allowed.utf8.contains(byte) {
                out.append(byte)
            } else {
                out += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: out, as: UTF8.self)
    }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: true
        default: false
        }
    }

    private static func hexValue(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x37
        case 0x61...0x66: byte - 0x57
        default: nil
        }
    }
}
