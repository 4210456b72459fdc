/// Eight letters of a text, looked at together: the high bit of each lane that is a hit is set, and those of lanes above the lowest hit may
/// be wrong, so that what is asked is whether there is any.
struct Letters {
    static let count = 8
    private let word: UInt64

    /// The letters from a place on; nil where fewer are left.
    @inline(__always) init?(_ text: UnsafeBufferPointer<UInt8>, at place: Int) {
        guard place + Self.count <= text.count, let base = text.baseAddress else { return nil }
        word = UnsafeRawPointer(base + place).loadUnaligned(as: UInt64.self)
    }

    /// Whether all are visible ASCII or blanks that JSON writers leave as they are: no quote, backslash, `<`, `>` or `&`.
    @inline(__always) var arePlain: Bool {
        let controls = (word &- Self.ones &* 0x20) & ~word
        let marks = has(UInt8(ascii: "<")) | has(UInt8(ascii: ">")) | has(UInt8(ascii: "&")) | has(0x7F)
        return (quotes | controls | marks | word) & Self.highs == 0
    }
    /// Whether a quote or a backslash is among them.
    @inline(__always) var hasQuoteOrSlash: Bool { quotes & Self.highs != 0 }

    private var quotes: UInt64 { has(UInt8(ascii: "\"")) | has(UInt8(ascii: "\\")) }
    @inline(__always) private func has(_ letter: UInt8) -> UInt64 {
        let lanes = word ^ (Self.ones &* UInt64(letter))
        return (lanes &- Self.ones) & ~lanes
    }
    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let highs: UInt64 = 0x8080_8080_8080_8080
}
