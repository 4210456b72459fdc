import Glibc

/// Reads the JSON that programs send: without white space, not very deep, its keys told apart by their bytes. What is otherwise, or
/// wrong, is left to `TapeBuilder`, which says why; the tape is the same.
struct QuickTape: ~Copyable {
    private let text: UnsafePointer<UInt8>
    private let count: Int
    private let tape: UnsafeMutablePointer<UInt64>
    private let capacity: Int
    private var used = 0
    private var at = 0
    /// The high bits of everything in strings.
    private var high: UInt64 = 0
    private let trusts: Bool

    private typealias Open = InlineArray<32, Container>
    /// An array or object whose end has not been read yet.
    private struct Container {
        var index: Int
        var count: Int
        /// One bit per key seen, by a rough hash: a bit that is set already means "compare".
        var seen: UInt64
    }

    /// The tape of a text, and whether that is ASCII; nil for a text that has to be read with more care.
    static func read(_ text: UnsafeBufferPointer<UInt8>, limits: DocumentLimits) -> (tape: [UInt64], ascii: Bool)? {
        guard let base = text.baseAddress, text.count < 1 << 22, limits.depth >= Open.count else { return nil }
        let capacity = text.count / 3 + 16
        return withUnsafeTemporaryAllocation(of: UInt64.self, capacity: capacity) { memory in
            guard let words = memory.baseAddress else { return nil }
            var reader = QuickTape(text: base, count: text.count, tape: words, capacity: capacity, trusts: limits.trusts)
            guard reader.read() else { return nil }
            return (Array(UnsafeBufferPointer(start: words, count: reader.used)), reader.high & 0x8080_8080_8080_8080 == 0)
        }
    }

    private init(text: UnsafePointer<UInt8>, count: Int, tape: UnsafeMutablePointer<UInt64>, capacity: Int, trusts: Bool) {
        (self.text, self.count, self.tape, self.capacity, self.trusts) = (text, count, tape, capacity, trusts)
    }

    /// Reads one value with all that is in it, and nothing behind it.
    private mutating func read() -> Bool {
        var open = Open(repeating: Container(index: -1, count: 0, seen: 0))
        var depth = 0
        var isObject = false
        while true {
            // A value begins here.
            guard at < count, used + 3 < capacity else { return false }
            let byte = text[at]
            if byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") {
                guard depth + 1 < open.count else { return false }
                depth += 1
                isObject = byte == UInt8(ascii: "{")
                open[depth] = Container(index: used, count: 0, seen: 0)
                tape[used] = UInt64(truncatingIfNeeded: at)
                used += 2
                at += 1
                guard at < count else { return false }
                if text[at] != (isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) {
                    open[depth].count = 1
                    if isObject, !key(&open[depth]) { return false }
                    continue
                }
            } else {
                guard scalar(byte) else { return false }
            }
            // Behind a value: whatever ends with it.
            while true {
                guard depth > 0 else { return at == count }
                guard at < count else { return false }
                let byte = text[at]
                at += 1
                if byte == UInt8(ascii: ",") {
                    open[depth].count += 1
                    if isObject, !key(&open[depth]) { return false }
                    break
                }
                guard byte == (isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) else { return false }
                let container = open[depth]
                let tag = isObject ? Tape.Tag.object : Tape.Tag.array
                tape[container.index] = Tape.word(tag, length: container.count, start: Int(truncatingIfNeeded: tape[container.index]))
                tape[container.index + 1] = Tape.close(next: used, end: at)
                depth -= 1
                isObject = depth > 0 && text[Int(truncatingIfNeeded: tape[open[depth].index])] == UInt8(ascii: "{")
            }
        }
    }

    /// Reads a key and its colon.
    @inline(__always) private mutating func key(_ container: inout Container) -> Bool {
        guard used + 4 < capacity, at < count, text[at] == UInt8(ascii: "\""), string() else { return false }
        guard at < count, text[at] == UInt8(ascii: ":") else { return false }
        at += 1
        return trusts || isNew(&container)
    }

    /// Whether the key just read is none of those before it in its object.
    @inline(__always) private func isNew(_ container: inout Container) -> Bool {
        let word = tape[used - 1]
        let (length, start) = (Tape.length(word), Tape.start(word))
        let ends = length == 0 ? 0 : UInt64(text[start + length - 1]) &+ UInt64(text[start]) &* 7
        let bit: UInt64 = 1 << ((UInt64(truncatingIfNeeded: length) &* 11 &+ ends) & 63)
        guard container.seen & bit != 0 else {
            container.seen |= bit
            return true
        }
        return container.count < 64 && isUnlikeOthers(word, in: container)
    }
    private func isUnlikeOthers(_ word: UInt64, in container: Container) -> Bool {
        var index = container.index + 2
        let (length, start) = (Tape.length(word), Tape.start(word))
        while index < used - 1 {
            if Tape.length(tape[index]) == length, memcmp(text + Tape.start(tape[index]), text + start, length) == 0 { return false }
            let tag = Tape.tag(tape[index + 1])
            index = tag == Tape.Tag.array || tag == Tape.Tag.object ? Tape.next(tape[index + 2]) : index + 2
        }
        return true
    }

    @inline(__always) private mutating func scalar(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "\""): return string()
        case UInt8(ascii: "t"): return word(0x6575_7274, 4, Tape.Tag.yes)
        case UInt8(ascii: "n"): return word(0x6C6C_756E, 4, Tape.Tag.null)
        case UInt8(ascii: "f"):
            guard at + 5 <= count, text[at + 4] == UInt8(ascii: "e") else { return false }
            return word(0x736C_6166, 5, Tape.Tag.no)
        default: return number()
        }
    }

    /// A literal by its first four letters.
    @inline(__always) private mutating func word(_ letters: UInt32, _ length: Int, _ tag: UInt64) -> Bool {
        guard at + length <= count, UnsafeRawPointer(text + at).loadUnaligned(as: UInt32.self) == letters.littleEndian else { return false }
        tape[used] = Tape.word(tag, length: length, start: at)
        used += 1
        at += length
        return true
    }

    /// A whole number of up to eighteen digits.
    @inline(__always) private mutating func number() -> Bool {
        let start = at
        if text[at] == UInt8(ascii: "-") { at += 1 }
        let first = at
        while at < count, JSONScan.isDigit(text[at]) { at += 1 }
        guard at > first, at - start <= 18, at - first == 1 || text[first] != UInt8(ascii: "0") else { return false }
        if at < count, text[at] == UInt8(ascii: ".") || text[at] | 0x20 == UInt8(ascii: "e") { return false }
        tape[used] = Tape.word(Tape.Tag.integer, length: at - start, start: start)
        used += 1
        return true
    }

    /// Reads a string from its opening quote on.
    @inline(__always) private mutating func string() -> Bool {
        let start = at + 1
        var place = start
        var tag = Tape.Tag.plain
        while place + 8 <= count {
            let word = UnsafeRawPointer(text + place).loadUnaligned(as: UInt64.self)
            let hits = JSONScan.special(word)
            guard hits != 0 else {
                high |= word
                place += 8
                continue
            }
            let lanes = hits.trailingZeroBitCount >> 3
            high |= word & ((1 << UInt64(truncatingIfNeeded: lanes * 8)) &- 1)
            place += lanes
            if text[place] == UInt8(ascii: "\"") { return end(start, place, tag) }
            guard escape(&place) else { return false }
            tag = Tape.Tag.escaped
        }
        while place < count {
            switch text[place] {
            case UInt8(ascii: "\""): return end(start, place, tag)
            case UInt8(ascii: "\\"):
                guard escape(&place) else { return false }
                tag = Tape.Tag.escaped
            case 0..<0x20: return false
            case let byte:
                high |= UInt64(byte)
                place += 1
            }
        }
        return false
    }
    @inline(__always) private mutating func end(_ start: Int, _ place: Int, _ tag: UInt64) -> Bool {
        tape[used] = Tape.word(tag, length: place - start, start: start)
        used += 1
        at = place + 1
        return true
    }
    /// Passes an escape that stands for one letter and could not be written otherwise.
    @inline(__always) private func escape(_ place: inout Int) -> Bool {
        guard place + 1 < count, text[place] == UInt8(ascii: "\\") else { return false }
        switch text[place + 1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "b"), UInt8(ascii: "f"), UInt8(ascii: "n"), UInt8(ascii: "r"),
            UInt8(ascii: "t"):
            place += 2
            return true
        default: return false
        }
    }
}
