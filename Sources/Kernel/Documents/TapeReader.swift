/// Builds value trees out of a tape.
struct TapeReader {
    private var at: Int
    /// Whether some object has a member twice.
    private let repeats: Bool

    init(at: Int, repeats: Bool) { (self.at, self.repeats) = (at, repeats) }

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
        case Tape.Tag.plain, Tape.Tag.escaped: return .string(JSONScan.text(word, text))
        case Tape.Tag.integer:
            return JSONScan.integer(text, start, end).map(Value.int) ?? .double(JSONScan.number(text, start, end, integral: false))
        case Tape.Tag.decimal: return .double(JSONScan.number(text, start, end, integral: false))
        case Tape.Tag.yes: return .bool(true)
        case Tape.Tag.no: return .bool(false)
        default: return .null
        }
    }

    private mutating func items(_ tape: Span<UInt64>, _ text: RawSpan, count: Int) -> [Value] {
        var result: [Value] = []
        result.reserveCapacity(count)
        at += 2
        for _ in 0..<count { result.append(value(tape, text)) }
        return result
    }

    private mutating func members(_ tape: Span<UInt64>, _ text: RawSpan, count: Int) -> [Object.Member] {
        var result: [Object.Member] = []
        result.reserveCapacity(count)
        at += 2
        for _ in 0..<count {
            let key = JSONScan.text(tape[at], text)
            at += 1
            result.append(Object.Member(key, value(tape, text)))
        }
        return repeats ? Self.lastOfEach(result) : result
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
