/// A hardware address of six octets.
package struct MACAddress: Sendable, Hashable, CustomStringConvertible {
    package let octets: [UInt8]

    /// Parses `02:42:ac:1f:00:05`; nil for anything else.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        let octets = parts.compactMap { $0.utf8.count == 2 && $0.utf8.first != 0x2b ? UInt8($0, radix: 16) : nil }
        guard parts.count == 6, octets.count == 6 else { return nil }
        self.octets = octets
    }
    /// Takes the first six octets; missing ones are zero.
    package init(octets: some Sequence<UInt8>) {
        let six = Array(octets.prefix(6))
        self.octets = six + [UInt8](repeating: 0, count: 6 - six.count)
    }
    package var description: String {
        octets.map { $0 < 16 ? "0" + String($0, radix: 16) : String($0, radix: 16) }.joined(separator: ":")
    }
}
