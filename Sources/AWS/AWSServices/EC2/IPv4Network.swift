/// An IPv4 network in CIDR notation.
package struct IPv4Network: Sendable, Hashable, CustomStringConvertible {
    package let address: UInt32
    /// Length of the prefix in bits.
    package let length: Int

    /// Parses `a.b.c.d/n`; host bits must be zero.
    package init?(_ text: String) {
        let halves = text.split(separator: "/", omittingEmptySubsequences: false)
        guard halves.count == 2, let length = Int(halves[1]), (0...32).contains(length), let address = Self.address(String(halves[0]))
        else {
            return nil
        }
        (self.address, self.length) = (address, length)
        guard address & ~mask == 0 else { return nil }
    }
    private var mask: UInt32 { length == 0 ? 0 : ~0 << UInt32(32 - length) }
    /// How many addresses the network has.
    package var count: Int { 1 << (32 - length) }
    package var description: String { "\(Self.text(address))/\(length)" }
    package func contains(_ other: UInt32) -> Bool { other & mask == address }
    /// Whether the other network lies inside this one.
    package func contains(_ other: IPv4Network) -> Bool { other.length >= length && contains(other.address) }
    package func overlaps(_ other: IPv4Network) -> Bool { contains(other.address) || other.contains(address) }
    /// The `index`-th address.
    package subscript(index: Int) -> UInt32 { address &+ UInt32(truncatingIfNeeded: index) }

    /// Parses dotted-quad notation.
    package static func address(_ text: String) -> UInt32? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var address: UInt32 = 0
        for part in parts {
            guard let octet = UInt32(part), octet < 256, part.count == "\(octet)".count else { return nil }
            address = address << 8 | octet
        }
        return address
    }
    /// Dotted-quad notation.
    package static func text(_ address: UInt32) -> String {
        [24, 16, 8, 0].map { "\(address >> UInt32($0) & 255)" }.joined(separator: ".")
    }
}
