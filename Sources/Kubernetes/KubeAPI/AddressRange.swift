/// A range of IPv4 addresses in CIDR notation.
struct AddressRange: Sendable, Hashable {
    let base: UInt32
    /// How many addresses there are, network and broadcast addresses included.
    let size: UInt32

    /// Reads `10.100.0.0/16`; anything else becomes EKS's default range.
    init(_ text: String) {
        let parts = text.split(separator: "/")
        let bits = parts.count == 2 ? UInt32(parts[1]) ?? 16 : 16
        let width = min(max(bits, 1), 30)
        size = 1 << (32 - width)
        base = (parts.first.flatMap { Self.number(String($0)) } ?? 0x0A64_0000) & ~(size - 1)
    }
    /// In CIDR notation.
    var text: String { "\(Self.text(base))/\(size.leadingZeroBitCount + 1)" }
    /// The address at a place in the range.
    func address(_ offset: UInt32) -> String { Self.text(base + offset) }
    /// The place of an address; nil outside the range.
    func offset(_ address: String) -> UInt32? {
        guard let number = Self.number(address), number >= base, number - base < size else { return nil }
        return number - base
    }

    static func text(_ number: UInt32) -> String { "\(number >> 24).\(number >> 16 & 255).\(number >> 8 & 255).\(number & 255)" }
    /// The number of a dotted address; nil for anything else.
    static func number(_ text: String) -> UInt32? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var number: UInt32 = 0
        for part in parts {
            guard let byte = UInt8(part), part == "0" || part.first != "0" else { return nil }
            number = number << 8 | UInt32(byte)
        }
        return number
    }
}
