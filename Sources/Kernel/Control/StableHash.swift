/// A hash that is the same in every process and run, for names that follow from what they stand for.
package enum StableHash {
    /// The 64-bit FNV-1a hash of texts, each ended by a byte that UTF-8 does not have. Its low bits are weak.
    package static func of(_ texts: String...) -> UInt64 { of(texts) }
    /// The same of a list of texts.
    package static func of(_ texts: [String]) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for text in texts {
            for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
            hash = (hash ^ 0xff) &* 0x0000_0100_0000_01b3
        }
        return hash
    }
}
