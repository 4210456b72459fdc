import Glibc
import Synchronization

/// Where chance comes from: the system's secure generator, or a seed, so that tests can repeat a run.
package final class RandomSource: Sendable {
    private struct State {
        /// Nil draws from the system.
        var seed: UInt64?
        /// Bits of the system that nobody has had yet: one system call fetches several.
        var drawn: [UInt64] = []
    }
    private let state: Mutex<State>

    /// The system's secure generator.
    package init() { state = Mutex(State()) }
    /// The sequence that belongs to a seed; never for secrets.
    package init(seed: UInt64) { state = Mutex(State(seed: seed)) }

    /// 64 random bits. A seeded source is the SplitMix64 sequence.
    package func next() -> UInt64 {
        state.withLock { state in
            guard var seed = state.seed else {
                if state.drawn.isEmpty { state.drawn = Self.draw() }
                return state.drawn.removeLast()
            }
            seed &+= 0x9e37_79b9_7f4a_7c15
            state.seed = seed
            var mixed = seed
            mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
            return mixed ^ (mixed >> 31)
        }
    }
    /// Secure bits of the system; up to 256 bytes come at once and whole.
    private static func draw() -> [UInt64] {
        var words = [UInt64](repeating: 0, count: 32)
        let failure = words.withUnsafeMutableBytes { bytes in bytes.baseAddress.map { getentropy($0, bytes.count) } ?? -1 }
        guard failure == 0 else {
            var system = SystemRandomNumberGenerator()
            return [system.next()]
        }
        return words
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
    package func hex(_ digits: Int) -> String { characters(digits, of: "0123456789abcdef") }
    /// That many characters which make no words, as in the names that Kubernetes generates. Source: apimachinery, util/rand.
    package func suffix(_ length: Int) -> String {
        let alphabet: StaticString = "bcdfghjklmnpqrstvwxz2456789"
        let letters = UInt64(alphabet.utf8CodeUnitCount)
        return String(unsafeUninitializedCapacity: length) { text in
            // A word has thirteen letters in it, of which the first eight are even enough.
            var word = UInt64(0)
            for place in 0..<length {
                if place % 8 == 0 { word = next() }
                text[place] = alphabet.utf8Start[Int(word % letters)]
                word /= letters
            }
            return length
        }
    }
    /// A version 4 UUID. Source: RFC 9562, section 5.4.
    package func uuid() -> String {
        // The bytes of two words, lowest first; version and variant stand in the seventh and the ninth.
        let high = (next() & ~(0xf0 << 48) | 0x40 << 48).byteSwapped
        let low = (next() & ~0xc0 | 0x80).byteSwapped
        return String(unsafeUninitializedCapacity: 36) { text in
            var at = 0
            for place in 0..<32 {
                if place == 8 || place == 12 || place == 16 || place == 20 {
                    text[at] = UInt8(ascii: "-")
                    at += 1
                }
                let digit = UInt8(truncatingIfNeeded: (place < 16 ? high : low) >> UInt64(60 - place % 16 * 4) & 15)
                text[at] = digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") - 10 + digit
                at += 1
            }
            return at
        }
    }
    /// A shuffled copy.
    package func shuffled<Element>(_ elements: [Element]) -> [Element] {
        var generator = Generator(source: self)
        return elements.shuffled(using: &generator)
    }

    private func characters(_ count: Int, of alphabet: StaticString) -> String {
        var generator = Generator(source: self)
        return String(unsafeUninitializedCapacity: count) { text in
            for place in 0..<count {
                text[place] = alphabet.utf8Start[Int.random(in: 0..<alphabet.utf8CodeUnitCount, using: &generator)]
            }
            return count
        }
    }
    private struct Generator: RandomNumberGenerator {
        let source: RandomSource
        func next() -> UInt64 { source.next() }
    }
}
