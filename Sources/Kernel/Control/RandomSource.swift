import Synchronization

/// Where chance comes from: the system's secure generator, or a seed, so that tests can repeat a run.
package final class RandomSource: Sendable {
    /// Nil draws from the system.
    private let seed: Mutex<UInt64?>

    /// The system's secure generator.
    package init() { seed = Mutex(nil) }
    /// The sequence that belongs to a seed; never for secrets.
    package init(seed: UInt64) { self.seed = Mutex(seed) }

    /// 64 random bits. A seeded source is the SplitMix64 sequence.
    package func next() -> UInt64 {
        seed.withLock { seed in
            guard var state = seed else {
                var system = SystemRandomNumberGenerator()
                return system.next()
            }
            state &+= 0x9e37_79b9_7f4a_7c15
            seed = state
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
            return mixed ^ (mixed >> 31)
        }
    }

    /// A number in the range, each as likely as any other; the range must not be empty.
    package func int(in range: Range<Int>) -> Int {
        var generator = Generator(source: self)
        return Int.random(in: range, using: &generator)
    }
    /// A number from 0 up to, but not including, 1.
    package func fraction() -> Double { Double(next() >> 11) * 0x1p-53 }
    /// That many random bytes.
    package func bytes(_ count: Int) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(count + 7)
        while result.count < count { withUnsafeBytes(of: next()) { result += $0 } }
        return Array(result.prefix(count))
    }
    /// That many lower-case hexadecimal digits.
    package func hex(_ digits: Int) -> String { characters(digits, of: Array("0123456789abcdef".utf8)) }
    /// That many characters which make no words, as in the names that Kubernetes generates. Source: apimachinery, util/rand.
    package func suffix(_ length: Int) -> String { characters(length, of: Array("bcdfghjklmnpqrstvwxz2456789".utf8)) }
    /// A version 4 UUID. Source: RFC 9562, section 5.4.
    package func uuid() -> String {
        var bytes = bytes(16)
        bytes[6] = bytes[6] & 0x0f | 0x40
        bytes[8] = bytes[8] & 0x3f | 0x80
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        text.reserveCapacity(36)
        for (index, byte) in bytes.enumerated() {
            if [4, 6, 8, 10].contains(index) { text.append(UInt8(ascii: "-")) }
            text += [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
        }
        return String(decoding: text, as: UTF8.self)
    }
    /// A shuffled copy.
    package func shuffled<Element>(_ elements: [Element]) -> [Element] {
        var generator = Generator(source: self)
        return elements.shuffled(using: &generator)
    }

    private func characters(_ count: Int, of alphabet: [UInt8]) -> String {
        var generator = Generator(source: self)
        return String(decoding: (0..<count).map { _ in alphabet[Int.random(in: alphabet.indices, using: &generator)] }, as: UTF8.self)
    }
    private struct Generator: RandomNumberGenerator {
        let source: RandomSource
        func next() -> UInt64 { source.next() }
    }
}
