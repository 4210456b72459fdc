/// An IPv4 address.
package struct IPv4Address: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The address as a number, first octet highest.
    package let number: UInt32
    package init(_ number: UInt32) { self.number = number }

    /// Parses dotted-quad notation; nil for anything else.
    package init?(_ text: some StringProtocol) {
        var number: UInt32 = 0
        var octet: UInt32 = 0
        var digits = 0
        var dots = 0
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39:
                if digits > 0, octet == 0 { return nil }
                octet = octet * 10 + UInt32(byte - 0x30)
                digits += 1
                if octet > 255 { return nil }
            case 0x2e:
                guard digits > 0, dots < 3 else { return nil }
                number = number << 8 | octet
                (octet, digits, dots) = (0, 0, dots + 1)
            default: return nil
            }
        }
        guard digits > 0, dots == 3 else { return nil }
        self.number = number << 8 | octet
    }

    package var description: String {
        String(unsafeUninitializedCapacity: 15) { buffer in
            var end = 0
            func put(_ byte: UInt32) {
                buffer[end] = UInt8(truncatingIfNeeded: byte)
                end += 1
            }
            for shift: UInt32 in [24, 16, 8, 0] {
                let octet = number >> shift & 255
                if shift < 24 { put(0x2e) }
                if octet > 99 { put(0x30 + octet / 100) }
                if octet > 9 { put(0x30 + octet / 10 % 10) }
                put(0x30 + octet % 10)
            }
            return end
        }
    }
    package static func < (a: Self, b: Self) -> Bool { a.number < b.number }
    /// The four octets as they go over the wire.
    package var octets: [UInt8] { [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) } }
    init?(octets: some Collection<UInt8>) {
        guard octets.count == 4 else { return nil }
        self.init(octets.reduce(0) { $0 << 8 | UInt32($1) })
    }
}

/// An address with the length of its network's prefix: a network, or an interface's address in one.
package struct IPv4Prefix: Sendable, Hashable, Comparable, CustomStringConvertible {
    package let address: IPv4Address
    /// Bits of the prefix, 0 to 32.
    package let length: Int
    package init(_ address: IPv4Address, _ length: Int = 32) { (self.address, self.length) = (address, min(max(length, 0), 32)) }

    /// Parses `a.b.c.d/n` or a bare address (a prefix of 32 bits); host bits are kept.
    package init?(_ text: some StringProtocol) {
        let halves = text.split(separator: "/", omittingEmptySubsequences: false)
        guard let first = halves.first, let address = IPv4Address(first) else { return nil }
        switch halves.count {
        case 1: self.init(address)
        case 2:
            guard let length = decimal(halves[1]), length <= 32 else { return nil }
            self.init(address, Int(length))
        default: return nil
        }
    }

    /// Everything: `0.0.0.0/0`.
    package static let all = IPv4Prefix(IPv4Address(0), 0)
    package var mask: UInt32 { length == 0 ? 0 : ~0 << UInt32(32 - length) }
    /// The prefix without host bits.
    package var network: IPv4Prefix { IPv4Prefix(IPv4Address(address.number & mask), length) }
    package func contains(_ other: IPv4Address) -> Bool { other.number & mask == address.number & mask }
    package var description: String { "\(address)/\(length)" }
    package static func < (a: Self, b: Self) -> Bool { (a.address, a.length) < (b.address, b.length) }
}

/// A number below 256 in digits alone, without leading zeros.
private func decimal(_ text: some StringProtocol) -> UInt8? {
    guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), text.utf8.count == 1 || text.utf8.first != 0x30 else { return nil }
    return UInt8(text)
}
