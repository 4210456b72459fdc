import Control
import Foundation
import Testing

/// Feeds a decoder what grows out of a corpus by mutation, repeatably from a seed.
///
/// Each run of a test tries some thousand inputs; with EYRIE_FUZZ_SECONDS in the environment it goes on for as long, and EYRIE_FUZZ_SEED
/// chooses another sequence. The input under test stands in a file, `/tmp/eyrie-fuzz-NAME-PROCESS`, which is left behind when the process
/// dies of it.
struct Fuzzer {
    /// An input that shows a bug.
    struct Finding: Error, CustomStringConvertible {
        let description: String
        init(_ description: String) { self.description = description }
    }
    let name: String
    private var corpus: [[UInt8]]
    private let random: RandomSource
    private let dictionary: [[UInt8]]
    /// Longest input.
    private static let limit = 8192
    /// An input that takes longer than this shows growth out of proportion.
    private static let patience = Duration.seconds(10)

    init(_ name: String, corpus: [String], dictionary: [String] = []) {
        self.init(name, bytes: corpus.map { Array($0.utf8) }, dictionary: dictionary)
    }
    init(_ name: String, bytes corpus: [[UInt8]], dictionary: [String] = []) {
        (self.name, self.corpus) = (name, corpus)
        self.dictionary = (dictionary + Self.words).map { Array($0.utf8) }
        let seed = ProcessInfo.processInfo.environment["EYRIE_FUZZ_SEED"].flatMap { UInt64($0) } ?? 1
        random = RandomSource(seed: name.utf8.reduce(seed) { $0 &* 31 &+ UInt64($1) })
    }

    private static let words = [
        "0", "-1", "9223372036854775807", "-9223372036854775808", "9223372036854775808", "4294967296", "65536", "1e308", "1e-400", "NaN",
        "\0", "\u{202e}", "é", "💥", "\\ud800", "\\u0000", "%00", "%", "../", "\r\n", "\n\n", "\"", "'", "{", "}", "[", "]", ",", ":", "=",
        "!=", "null", "true", " ", "\t", "/", "~1", "~0", "*", "&a", "*a", "<<", "---", "$patch", "$retainKeys",
    ]

    /// Tries inputs. `body` tells whether it took the input; what it takes grows the corpus.
    /// - Throws: `Finding` with the input.
    mutating func run(times: Int = 4000, _ body: (_ input: [UInt8]) throws -> Bool) throws {
        let session = Session(name: name)
        for input in corpus { _ = try tried(input, session, body) }
        while session.goesOn(times: times) {
            let input = next()
            if try tried(input, session, body) { grow(input) }
        }
    }
    private func tried(_ input: [UInt8], _ session: Session, _ body: (_ input: [UInt8]) throws -> Bool) throws -> Bool {
        session.note(input)
        let begin = SystemClock().now
        do {
            let taken = try body(input)
            let took = SystemClock().now - begin
            guard took < Self.patience else { throw Finding("it took \(took)") }
            return taken
        } catch let finding as Finding {
            throw Finding("\(name): \(finding): \(String(decoding: input, as: UTF8.self).debugDescription), bytes \(input)")
        }
    }

    /// How long a test goes on, and the file with the input under test.
    final class Session {
        private let name: String
        private let record: String
        private let file: Int32
        private let seconds: Double?
        private let begin = SystemClock().now
        private var count = 0

        init(name: String) {
            self.name = name
            record = "/tmp/eyrie-fuzz-\(name)-\(getpid())"
            file = open(record, O_RDWR | O_CREAT | O_TRUNC, 0o600)
            seconds = ProcessInfo.processInfo.environment["EYRIE_FUZZ_SECONDS"].flatMap { Double($0) }
        }
        deinit {
            close(file)
            unlink(record)
            if seconds != nil { print("fuzz \(name): \(count) inputs") }
        }
        /// Counts an input; false at the end.
        func goesOn(times: Int) -> Bool {
            count += 1
            guard let seconds else { return count <= times }
            return SystemClock().now - begin < .milliseconds(Int(seconds * 1000))
        }
        func note(_ input: [UInt8]) {
            _ = input.withUnsafeBytes { pwrite(file, $0.baseAddress, $0.count, 0) }
            ftruncate(file, off_t(input.count))
        }
    }

    /// The next input.
    func next() -> [UInt8] { varied(corpus[random.int(in: corpus.indices)]) }
    /// Takes an input into the corpus, sometimes.
    mutating func grow(_ input: [UInt8]) {
        guard corpus.count < 2000, random.int(in: 0..<4) == 0 else { return }
        corpus.append(input)
    }

    // MARK: Mutation

    /// An input with a few changes.
    func varied(_ input: [UInt8]) -> [UInt8] {
        var bytes = input
        for _ in 0...random.int(in: 0..<4) { mutate(&bytes) }
        return Array(bytes.prefix(Self.limit))
    }
    private func mutate(_ bytes: inout [UInt8]) {
        let position = random.int(in: 0..<bytes.count + 1)
        let length = min(bytes.count - position, random.int(in: 1..<17))
        switch random.int(in: 0..<10) {
        case 0: if position < bytes.count { bytes[position] ^= 1 << UInt8(random.int(in: 0..<8)) }
        case 1:
            if position < bytes.count {
                bytes[position] = [0, 1, 0x7F, 0x80, 0xFF, UInt8(truncatingIfNeeded: random.next())][random.int(in: 0..<6)]
            }
        case 2: bytes.removeSubrange(position..<position + length)
        case 3: bytes.insert(contentsOf: bytes[position..<position + length], at: position)
        case 4: bytes.insert(contentsOf: random.bytes(random.int(in: 1..<5)), at: position)
        case 5: bytes.removeLast(bytes.count - position)
        case 6: number(&bytes, near: position)
        case 7:
            let other = corpus[random.int(in: corpus.indices)]
            let start = random.int(in: 0..<other.count + 1)
            bytes.insert(contentsOf: other[start...].prefix(random.int(in: 1..<64)), at: position)
        case 8:
            let word = dictionary[random.int(in: dictionary.indices)]
            bytes.insert(contentsOf: repeatElement(word, count: random.int(in: 0..<20) == 0 ? 200 : 1).joined(), at: position)
        default: bytes.replaceSubrange(position..<position + length, with: dictionary[random.int(in: dictionary.indices)])
        }
    }
    /// Replaces a run of digits by another number.
    private func number(_ bytes: inout [UInt8], near position: Int) {
        guard let start = bytes[position...].firstIndex(where: { (0x30...0x39).contains($0) }) else { return }
        let end = bytes[start...].firstIndex { !(0x30...0x39).contains($0) } ?? bytes.endIndex
        let numbers = [
            "0", "1", "255", "256", "65535", "65536", "2147483648", "4294967296", "9223372036854775807", "18446744073709551616", "007",
        ]
        bytes.replaceSubrange(start..<end, with: Array(numbers[random.int(in: numbers.indices)].utf8))
    }
}

/// The bytes as text.
func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
