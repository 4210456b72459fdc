import Documents

/// Repeatable random documents (SplitMix64).
struct Seeded: RandomNumberGenerator {
    private var state: UInt64
    init(_ seed: UInt64) { state = seed }
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
}

extension Value {
    /// A random document at most `depth` levels deep.
    static func random(_ seeded: inout Seeded, depth: Int = 4) -> Value {
        switch seeded.below(depth > 0 ? 9 : 6) {
        case 0: return .null
        case 1: return .bool(seeded.below(2) == 0)
        case 2: return .int(Int64(bitPattern: seeded.next() >> UInt64(seeded.below(64))))
        case 3:
            let number = Double(bitPattern: seeded.next())
            return .double(number.isFinite && number != number.rounded() ? number : 1.5)
        case 4, 5: return .string(text(&seeded))
        case 6, 7:
            var object = Object()
            for _ in 0..<seeded.below(6) { object[text(&seeded)] = random(&seeded, depth: depth - 1) }
            return .object(object)
        default: return .array((0..<seeded.below(5)).map { _ in random(&seeded, depth: depth - 1) })
        }
    }
    private static let pieces = [
        "a", "name", "\"", "\\", "\n", "\t", "\u{1}", "é", "日本", "😀", " ", ":", "- ", "#", "yes", "0x1", "1e3", "~", "'", "\u{2028}",
        "\u{7F}", "{", "]",
        "null", "12:30", "/", "a long piece of text that does not fit into a small string ",
    ]
    private static func text(_ seeded: inout Seeded) -> String {
        (0..<seeded.below(5)).map { _ in pieces[seeded.below(pieces.count)] }.joined()
    }
}
