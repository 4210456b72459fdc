/// A quantity as most are written, `500m` or `64Mi`: up to nine digits and a common suffix, read without memory.
struct PlainQuantity {
    /// The digits' number.
    private let amount: Int64
    /// The factor of the suffix, in thousandths.
    private let thousandths: Int64
    /// What the next larger suffix stands for.
    private let step: Int64
    private let hasSuffix: Bool

    /// Nil for texts that are written in another way, good or not.
    init?(_ text: String) {
        var (amount, digits, suffix) = (Int64(0), 0, UInt32(0))
        var letters = 0
        for byte in text.utf8 {
            if letters == 0, byte &- UInt8(ascii: "0") < 10 {
                amount = amount * 10 + Int64(byte - UInt8(ascii: "0"))
                digits += 1
                if digits > 9 { return nil }
            } else {
                (suffix, letters) = (suffix << 8 | UInt32(byte), letters + 1)
                if letters > 2 { return nil }
            }
        }
        guard digits > 0, letters < 2 || suffix & 0xff == UInt32(UInt8(ascii: "i")) else { return nil }
        let isBinary = letters == 2
        switch (isBinary, UInt8(truncatingIfNeeded: isBinary ? suffix >> 8 : suffix)) {
        case (false, 0): thousandths = 1000
        case (false, UInt8(ascii: "m")): thousandths = 1
        case (false, UInt8(ascii: "k")): thousandths = 1_000_000
        case (false, UInt8(ascii: "M")): thousandths = 1_000_000_000
        case (true, UInt8(ascii: "K")): thousandths = 1024 * 1000
        case (true, UInt8(ascii: "M")): thousandths = 1_048_576 * 1000
        case (true, UInt8(ascii: "G")): thousandths = 1_073_741_824 * 1000
        default: return nil
        }
        (self.amount, step, hasSuffix) = (amount, isBinary ? 1024 : 1000, letters > 0)
        isCanonicalWritten = digits == 1 || text.utf8.first != UInt8(ascii: "0")
    }
    private let isCanonicalWritten: Bool

    /// Billionths of the unit.
    var nanos: Int128 { Int128(amount) * Int128(thousandths) * 1_000_000 }
    var format: Quantity.Format { step == 1024 ? .binary : .decimal }
    /// Whether the canonical text of the amount is this one.
    var isCanonical: Bool { isCanonicalWritten && (amount % step != 0 || amount == 0 && !hasSuffix) }
}
