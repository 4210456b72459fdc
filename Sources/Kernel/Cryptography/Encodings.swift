/// Lower-case hexadecimal. Source: RFC 4648, section 8.
package enum Hex {
    private static let digits = Array("0123456789abcdef".utf8)
    /// Two digits for each byte.
    package static func encode(_ bytes: [UInt8]) -> String {
        String(unsafeUninitializedCapacity: bytes.count * 2) { buffer in
            for (index, byte) in bytes.enumerated() {
                buffer[index * 2] = digits[Int(byte >> 4)]
                buffer[index * 2 + 1] = digits[Int(byte & 15)]
            }
            return bytes.count * 2
        }
    }
    /// Pairs of digits with a colon between them, as fingerprints are written.
    package static func fingerprint(_ bytes: [UInt8]) -> String { bytes.map { encode([$0]) }.joined(separator: ":") }
    /// The bytes; nil for an odd number of digits or anything else than a digit. Takes both cases.
    package static func decode(_ text: String) -> [UInt8]? {
        var bytes: [UInt8] = []
        var high: UInt8?
        for character in text.utf8 {
            guard let digit = value(character) else { return nil }
            if let first = high {
                bytes.append(first << 4 | digit)
                high = nil
            } else {
                high = digit
            }
        }
        return high == nil ? bytes : nil
    }
    private static func value(_ character: UInt8) -> UInt8? {
        switch character {
        case 48...57: character - 48
        case 97...102: character - 87
        case 65...70: character - 55
        default: nil
        }
    }
}

/// Base 64 with the standard and the URL-safe alphabet. Source: RFC 4648, sections 4 and 5.
package enum Base64 {
    private static let standard = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let url = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    /// The standard alphabet with padding.
    package static func encode(_ bytes: [UInt8]) -> String { encode(bytes, standard, padded: true) }
    /// The URL-safe alphabet without padding.
    package static func urlEncode(_ bytes: [UInt8]) -> String { encode(bytes, url, padded: false) }
    /// Strict: the standard alphabet with its padding; line breaks are skipped. Nil for anything else.
    package static func decode(_ text: String) -> [UInt8]? {
        let characters = text.utf8.filter { $0 != 10 && $0 != 13 }
        guard characters.count % 4 == 0 else { return nil }
        let padding = characters.reversed().prefix { $0 == 61 }.count
        guard padding <= 2 else { return nil }
        return decode(characters.dropLast(padding), plus: 43, slash: 47)
    }
    /// Strict: the URL-safe alphabet without padding. Nil for anything else.
    package static func urlDecode(_ text: String) -> [UInt8]? { decode(Array(text.utf8)[...], plus: 45, slash: 95) }

    private static func encode(_ bytes: [UInt8], _ alphabet: [UInt8], padded: Bool) -> String {
        var result: [UInt8] = []
        result.reserveCapacity((bytes.count + 2) / 3 * 4)
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            var bits: UInt32 = 0
            for index in 0..<3 { bits = bits << 8 | (index < group.count ? UInt32(group[start + index]) : 0) }
            for index in 0...group.count { result.append(alphabet[Int(bits >> (18 - 6 * UInt32(index)) & 63)]) }
            if padded { for _ in group.count..<3 { result.append(61) } }
        }
        return String(decoding: result, as: UTF8.self)
    }

    private static func decode(_ characters: ArraySlice<UInt8>, plus: UInt8, slash: UInt8) -> [UInt8]? {
        guard characters.count % 4 != 1 else { return nil }
        var result: [UInt8] = []
        result.reserveCapacity(characters.count * 3 / 4)
        var bits: UInt32 = 0
        var held: UInt32 = 0
        for character in characters {
            let digit: UInt8
            switch character {
            case 65...90: digit = character - 65
            case 97...122: digit = character - 71
            case 48...57: digit = character + 4
            case plus: digit = 62
            case slash: digit = 63
            default: return nil
            }
            bits = bits << 6 | UInt32(digit)
            held += 6
            if held >= 8 {
                held -= 8
                result.append(UInt8(truncatingIfNeeded: bits >> held))
                bits &= (1 << held) - 1
            }
        }
        return bits == 0 ? result : nil
    }
}
