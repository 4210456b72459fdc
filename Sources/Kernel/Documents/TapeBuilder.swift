/// Reads a JSON text once and writes its tape. Messages are those that Go's decoder gives, which Kubernetes users know.
struct TapeBuilder {
    private(set) var tape: [UInt64] = []
    /// Paths of repeated members, as far as the limits allow them.
    private(set) var duplicates: [String] = []
    private let limits: DocumentLimits
    private var open: [Container] = []
    /// Whether the text has nothing but ASCII so far.
    private(set) var ascii = true

    /// An array or object whose end has not been read yet.
    private struct Container {
        var index: Int
        var count: Int32 = 0
        var isObject: Bool
        /// One bit per key seen, by a rough hash: a bit that is set already means "compare".
        var seen: UInt64 = 0
    }
    private enum Expectation { case value, valueOrEnd, key, keyOrEnd, more }

    init(limits: DocumentLimits, expecting bytes: Int) {
        self.limits = limits
        tape.reserveCapacity(bytes / 8 + 8)
        open.reserveCapacity(16)
    }

    mutating func read(_ text: RawSpan) throws(DocumentError) {
        var at = 0
        var expected = Expectation.value
        while true {
            at = JSONScan.space(text, at)
            guard at < text.byteCount else {
                guard case .more = expected, open.isEmpty else { throw DocumentError("unexpected end of JSON input", at: at) }
                break
            }
            let byte = JSONScan.byte(text, at)
            switch expected {
            case .value: (at, expected) = try value(byte, text, at)
            case .valueOrEnd: (at, expected) = byte == UInt8(ascii: "]") ? try close(text, at) : try value(byte, text, at)
            case .keyOrEnd: (at, expected) = byte == UInt8(ascii: "}") ? try close(text, at) : try key(byte, text, at)
            case .key: (at, expected) = try key(byte, text, at)
            case .more: (at, expected) = try more(byte, text, at)
            }
        }
        if !ascii, !limits.trusts { try JSONScan.validate(text) }
    }

    private mutating func value(_ byte: UInt8, _ text: RawSpan, _ at: Int) throws(DocumentError) -> (Int, Expectation) {
        if !open.isEmpty { open[open.count - 1].count += 1 }
        switch byte {
        case UInt8(ascii: "\""): return (try string(text, at), .more)
        case UInt8(ascii: "{"): return try begin(at, isObject: true)
        case UInt8(ascii: "["): return try begin(at, isObject: false)
        case UInt8(ascii: "t"): return (try literal("true", Tape.Tag.yes, text, at), .more)
        case UInt8(ascii: "f"): return (try literal("false", Tape.Tag.no, text, at), .more)
        case UInt8(ascii: "n"): return (try literal("null", Tape.Tag.null, text, at), .more)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            let (end, integral) = try JSONScan.number(text, at)
            tape.append(Tape.word(integral ? Tape.Tag.integer : Tape.Tag.decimal, length: end - at, start: at))
            return (end, .more)
        default: throw JSONScan.unexpected(text, at, "looking for beginning of value")
        }
    }

    private mutating func begin(_ at: Int, isObject: Bool) throws(DocumentError) -> (Int, Expectation) {
        guard open.count < limits.depth else { throw DocumentError("exceeded max depth", at: at) }
        open.append(Container(index: tape.count, isObject: isObject))
        tape.append(UInt64(at))
        tape.append(0)
        return (at + 1, isObject ? .keyOrEnd : .valueOrEnd)
    }

    private mutating func close(_ text: RawSpan, _ at: Int) throws(DocumentError) -> (Int, Expectation) {
        guard let container = open.popLast() else { throw JSONScan.unexpected(text, at, "after top-level value") }
        let tag = container.isObject ? Tape.Tag.object : Tape.Tag.array
        tape[container.index] = Tape.word(tag, length: Int(container.count), start: Int(tape[container.index]))
        tape[container.index + 1] = Tape.close(next: tape.count, end: at + 1)
        if container.isObject, container.count > Self.comparedKeys, !limits.trusts { try refuseDuplicates(container, text) }
        return (at + 1, .more)
    }

    private mutating func more(_ byte: UInt8, _ text: RawSpan, _ at: Int) throws(DocumentError) -> (Int, Expectation) {
        guard let container = open.last else { throw JSONScan.unexpected(text, at, "after top-level value") }
        switch (byte, container.isObject) {
        case (UInt8(ascii: ","), true): return (at + 1, .key)
        case (UInt8(ascii: ","), false): return (at + 1, .value)
        case (UInt8(ascii: "}"), true), (UInt8(ascii: "]"), false): return try close(text, at)
        default: throw JSONScan.unexpected(text, at, container.isObject ? "after object key:value pair" : "after array element")
        }
    }

    private mutating func key(_ byte: UInt8, _ text: RawSpan, _ at: Int) throws(DocumentError) -> (Int, Expectation) {
        guard byte == UInt8(ascii: "\"") else { throw JSONScan.unexpected(text, at, "looking for beginning of object key string") }
        let end = try string(text, at)
        if !limits.trusts, open[open.count - 1].count < Self.comparedKeys { try refuseDuplicate(text) }
        let colon = JSONScan.space(text, end)
        guard colon < text.byteCount else { throw DocumentError("unexpected end of JSON input", at: colon) }
        guard JSONScan.byte(text, colon) == UInt8(ascii: ":") else { throw JSONScan.unexpected(text, colon, "after object key") }
        return (colon + 1, .value)
    }

    private mutating func string(_ text: RawSpan, _ at: Int) throws(DocumentError) -> Int {
        let (end, plain, ascii) = try JSONScan.string(text, at + 1)
        if !ascii { self.ascii = false }
        tape.append(Tape.word(plain ? Tape.Tag.plain : Tape.Tag.escaped, length: end - at - 1, start: at + 1))
        return end + 1
    }

    private mutating func literal(_ word: StaticString, _ tag: UInt64, _ text: RawSpan, _ at: Int) throws(DocumentError) -> Int {
        for offset in 1..<word.utf8CodeUnitCount {
            guard at + offset < text.byteCount else { throw DocumentError("unexpected end of JSON input", at: at + offset) }
            let letter = word.utf8Start[offset]
            guard JSONScan.byte(text, at + offset) == letter else {
                throw JSONScan.unexpected(text, at + offset, "in literal \(word) (expecting '\(Character(Unicode.Scalar(letter)))')")
            }
        }
        tape.append(Tape.word(tag, length: word.utf8CodeUnitCount, start: at))
        return at + word.utf8CodeUnitCount
    }
}

// MARK: - Duplicate keys

extension TapeBuilder {
    /// Up to this many keys are compared one by one; larger objects use a set, once, when they end.
    private static var comparedKeys: Int32 { 24 }

    /// Compares the key just read with the earlier ones of its object.
    private mutating func refuseDuplicate(_ text: RawSpan) throws(DocumentError) {
        let top = open.count - 1
        let last = tape.count - 1
        let word = tape[last]
        let (length, start) = (Tape.length(word), Tape.start(word))
        let tail = length == 0 ? 0 : UInt64(JSONScan.byte(text, start + length - 1)) &+ UInt64(JSONScan.byte(text, start)) &* 7
        let bit: UInt64 = 1 << ((UInt64(length) &* 11 &+ tail) & 63)
        let isFree = Self.isFree(word, text)
        guard isFree || open[top].seen & bit != 0 else {
            open[top].seen |= bit
            return
        }
        open[top].seen = isFree ? .max : open[top].seen | bit
        var index = open[top].index + 2
        while index < last {
            if Self.same(tape[index], word, text) { return try note(last, in: open, text) }
            index = following(index + 1)
        }
    }
    /// Whether a key could be written in other bytes: those of most keys, escaped ones too, are the only ones.
    private static func isFree(_ word: UInt64, _ text: RawSpan) -> Bool {
        guard Tape.tag(word) == Tape.Tag.escaped else { return false }
        var (at, end) = (Tape.start(word), Tape.start(word) + Tape.length(word))
        while at < end {
            guard JSONScan.byte(text, at) == UInt8(ascii: "\\") else {
                at += 1
                continue
            }
            let letter = JSONScan.byte(text, at + 1)
            if letter == UInt8(ascii: "u") || letter == UInt8(ascii: "/") { return true }
            at += 2
        }
        return false
    }

    private mutating func refuseDuplicates(_ container: Container, _ text: RawSpan) throws(DocumentError) {
        var keys = Set<String>(minimumCapacity: Int(container.count))
        var index = container.index + 2
        while index < tape.count {
            if !keys.insert(JSONScan.text(tape[index], text)).inserted { try note(index, in: open + [container], text) }
            index = following(index + 1)
        }
    }

    private static func same(_ left: UInt64, _ right: UInt64, _ text: RawSpan) -> Bool {
        if isFree(left, text) || isFree(right, text) { return JSONScan.text(left, text) == JSONScan.text(right, text) }
        guard Tape.length(left) == Tape.length(right) else { return false }
        return JSONScan.equal(text, Tape.start(left), Tape.start(right), Tape.length(left))
    }

    /// The index behind the value at `index`; of a container that is still open, the end of the tape.
    private func following(_ index: Int) -> Int {
        let tag = Tape.tag(tape[index])
        return tag == Tape.Tag.array || tag == Tape.Tag.object ? Tape.next(tape[index + 1]) : index + 1
    }

    /// Notes or refuses a repeated key, which belongs to the last of `containers`; strict field validation words the path like this.
    private mutating func note(_ index: Int, in containers: [Container], _ text: RawSpan) throws(DocumentError) {
        var path = ""
        for (outer, inner) in zip(containers, containers.dropFirst()) {
            path += outer.isObject ? "\(path.isEmpty ? "" : ".")\(JSONScan.text(tape[inner.index - 1], text))" : "[\(outer.count - 1)]"
        }
        path += "\(path.isEmpty ? "" : ".")\(JSONScan.text(tape[index], text))"
        guard limits.allowsDuplicates else { throw DocumentError("duplicate field \"\(path)\"", at: Tape.start(tape[index]) - 1) }
        if duplicates.count < Self.notedDuplicates, !duplicates.contains(path) { duplicates.append(path) }
    }
    private static var notedDuplicates: Int { 100 }
}
