/// Builds value trees out of a tape.
struct TapeReader {
    private var at: Int
    /// Whether some object has a member twice.
    private let repeats: Bool
    /// Whether the text has nothing but ASCII.
    private let ascii: Bool
    /// The place of the key of a member that is left out; -1 for none.
    private let omitted: Int

    init(at: Int, repeats: Bool, ascii: Bool, omitting omitted: Int = -1) {
        (self.at, self.repeats, self.ascii, self.omitted) = (at, repeats, ascii, omitted)
    }

    /// The value at the reader's place, which moves behind it.
    mutating func value(_ tape: Span<UInt64>, _ text: RawSpan) -> Value {
        let word = tape[at]
        let (start, end) = (Tape.start(word), Tape.start(word) + Tape.length(word))
        switch Tape.tag(word) {
        case Tape.Tag.array: return .array(items(tape, text, count: Tape.length(word)))
        case Tape.Tag.object: return .object(Object(members(tape, text, count: Tape.length(word))))
        default: at += 1
        }
        switch Tape.tag(word) {
        case Tape.Tag.plain, Tape.Tag.escaped: return .string(self.text(word, text))
        case Tape.Tag.integer:
            return JSONScan.integer(text, start, end).map(Value.int) ?? .double(JSONScan.number(text, start, end, integral: false))
        case Tape.Tag.decimal: return .double(JSONScan.number(text, start, end, integral: false))
        case Tape.Tag.yes: return .bool(true)
        case Tape.Tag.no: return .bool(false)
        default: return .null
        }
    }

    private mutating func items(_ tape: Span<UInt64>, _ text: RawSpan, count: Int) -> [Value] {
        at += 2
        guard count > 0 else { return [] }
        return Array(unsafeUninitializedCapacity: count) { memory, initialized in
            for index in 0..<count {
                (memory.baseAddress.unsafelyUnwrapped + index).initialize(to: value(tape, text))
                initialized = index + 1
            }
        }
    }

    private mutating func members(_ tape: Span<UInt64>, _ text: RawSpan, count: Int) -> [Object.Member] {
        at += 2
        guard count > 0 else { return [] }
        let result = [Object.Member](unsafeUninitializedCapacity: count) { memory, initialized in
            for _ in 0..<count {
                guard at != omitted else {
                    let tag = Tape.tag(tape[at + 1])
                    at = tag == Tape.Tag.array || tag == Tape.Tag.object ? Tape.next(tape[at + 2]) : at + 2
                    continue
                }
                let key = self.text(tape[at], text)
                at += 1
                (memory.baseAddress.unsafelyUnwrapped + initialized).initialize(to: Object.Member(key, value(tape, text)))
                initialized += 1
            }
        }
        return repeats ? Self.lastOfEach(result) : result
    }

    /// The text of a string or key word. That of a text in ASCII was checked as a whole and need not be checked again.
    @inline(__always) private func text(_ word: UInt64, _ text: RawSpan) -> String {
        guard ascii, Tape.tag(word) == Tape.Tag.plain else { return JSONScan.text(word, text) }
        let start = Tape.start(word)
        let bytes = Span<UInt8>(_bytes: text.extracting(start..<start + Tape.length(word)))
        return String(copying: UTF8Span(unchecked: bytes, isKnownASCII: true))
    }

    private static func lastOfEach(_ members: [Object.Member]) -> [Object.Member] {
        var places: [String: Int] = [:]
        var result: [Object.Member] = []
        for member in members {
            if let place = places[member.key] {
                result[place] = member
            } else {
                places[member.key] = result.count
                result.append(member)
            }
        }
        return result
    }
}
