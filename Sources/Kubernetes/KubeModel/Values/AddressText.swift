/// An IP address as its bytes: four or sixteen of them. Source: RFC 4291, section 2.2; Go's net/netip.
package struct AddressText: Sendable, Hashable {
    /// In network order.
    package let bytes: [UInt8]
    /// Reads `10.0.0.1` or `2001:db8::1`; nil for anything else, leading zeros of decimal numbers included.
    package init?(_ text: String) {
        guard let bytes = text.contains(":") ? Self.sixth(text) : Self.fourth(text) else { return nil }
        self.bytes = bytes
    }
    /// An address of these bytes, four or sixteen.
    init(bytes: [UInt8]) { self.bytes = bytes }
    /// Whether it is of sixteen bytes.
    package var isSixth: Bool { bytes.count == 16 }
    /// Whether the first bits are those of another address of the same family.
    package func shares(_ count: Int, with other: AddressText) -> Bool {
        guard bytes.count == other.bytes.count else { return false }
        return zip(bytes, other.bytes).enumerated().allSatisfy { index, pair in
            let bits = max(0, min(8, count - index * 8))
            let mask = UInt8(truncatingIfNeeded: 0xff00 >> bits)
            return pair.0 & mask == pair.1 & mask
        }
    }

    private static func fourth(_ text: String) -> [UInt8]? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        let numbers = parts.compactMap { part -> UInt8? in
            guard (1...3).contains(part.utf8.count), part.utf8.allSatisfy({ 48...57 ~= $0 }) else { return nil }
            return part.utf8.count > 1 && part.utf8.first == 48 ? nil : UInt8(part)
        }
        return numbers.count == 4 ? numbers : nil
    }
    /// Eight groups of hexadecimal digits, one run of which may be left out, the last two perhaps as an address of four numbers.
    private static func sixth(_ text: String) -> [UInt8]? {
        var groups = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        // `::` at an end gives two empty groups there.
        if groups.starts(with: ["", ""]) { groups.removeFirst() }
        if groups.count > 1, groups.suffix(2) == ["", ""] { groups.removeLast() }
        var (bytes, gap) = ([UInt8](), Int?.none)
        for (index, group) in groups.enumerated() {
            if group.isEmpty {
                guard gap == nil else { return nil }
                gap = bytes.count
            } else if index == groups.count - 1, group.contains("."), let last = fourth(group) {
                bytes += last
            } else {
                guard (1...4).contains(group.utf8.count), group.allSatisfy(\.isHexDigit), let number = UInt16(group, radix: 16) else {
                    return nil
                }
                bytes += [UInt8(number >> 8), UInt8(truncatingIfNeeded: number)]
            }
        }
        guard let gap else { return bytes.count == 16 ? bytes : nil }
        guard text.contains("::"), bytes.count < 16 else { return nil }
        return bytes[..<gap] + [UInt8](repeating: 0, count: 16 - bytes.count) + bytes[gap...]
    }
}

/// A block of addresses, as in `10.0.0.0/8`. The address may have bits beyond the prefix.
package struct AddressBlock: Sendable, Hashable {
    package let address: AddressText
    package let length: Int
    /// nil for anything but an address, a slash and a length that fits.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let address = AddressText(String(parts[0])), let length = Int(parts[1]),
            parts[1].utf8.allSatisfy({ 48...57 ~= $0 }), (0...address.bytes.count * 8).contains(length)
        else { return nil }
        (self.address, self.length) = (address, length)
    }
    /// Whether all of another block is in this one.
    package func contains(_ other: AddressBlock) -> Bool { length <= other.length && address.shares(length, with: other.address) }
}
