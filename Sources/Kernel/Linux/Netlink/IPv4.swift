/// An IPv4 address.
package struct IPv4Address: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The address as a number, first octet highest.
    package let number: UInt32
    package init(_ number: UInt32) { self.number = number }

    /// Parses dotted-quad notation; nil for anything else.
    package init?(_ text: some StringProtocol) {
        var number: UInt32 = 0
        var octets = 0
        for part in text.split(separator: ".", omittingEmptySubsequences: false) {
            guard let octet = decimal(part) else { return nil }
            number = number << 8 | UInt32(octet)
            octets += 1
            if octets > 4 { return nil }
        }
        guard octets == 4 else { return nil }
        self.number = number
    }

    package var description: String { "\(number >> 24).\(number >> 16 & 255).\(number >> 8 & 255).\(number & 255)" }
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
