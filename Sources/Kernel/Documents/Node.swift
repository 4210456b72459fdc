import Glibc

/// One value of a parsed text. Reads cost no allocation, except those that make strings.
package struct Node: Sendable {
    package let document: Document
    let index: Int

    private var word: UInt64 { document.tape[index] }
    private var isContainer: Bool { Tape.tag(word) >= Tape.Tag.array }
    private var next: Int { isContainer ? Tape.next(document.tape[index + 1]) : index + 1 }

    /// The member `key` of an object; nil when absent or not an object.
    package subscript(key: StaticString) -> Node? {
        member(UnsafeBufferPointer(start: key.utf8Start, count: key.utf8CodeUnitCount))
    }
    /// The member `key` of an object; nil when absent or not an object.
    package subscript(name key: String) -> Node? {
        var key = key
        return key.withUTF8 { member($0) }
    }
    private func member(_ key: UnsafeBufferPointer<UInt8>) -> Node? {
        let place = document.tape.withUnsafeBufferPointer { tape -> Int in
            document.bytes.withUnsafeBufferPointer { search(key, tape, $0) }
        }
        return place < 0 ? nil : Node(document: document, index: place)
    }
    /// The place of a member's value in the tape; -1 when there is none.
    private func search(_ key: UnsafeBufferPointer<UInt8>, _ tape: UnsafeBufferPointer<UInt64>, _ text: UnsafeBufferPointer<UInt8>) -> Int {
        guard Tape.tag(tape[index]) == Tape.Tag.object else { return -1 }
        let end = Tape.next(tape[index + 1])
        let isLastWanted = !document.duplicates.isEmpty
        var (at, last) = (index + 2, -1)
        while at < end {
            if isKey(tape[at], key, text) {
                guard isLastWanted else { return at + 1 }
                last = at + 1
            }
            let tag = Tape.tag(tape[at + 1])
            at = tag >= Tape.Tag.array ? Tape.next(tape[at + 2]) : at + 2
        }
        return last
    }
    private func isKey(_ word: UInt64, _ key: UnsafeBufferPointer<UInt8>, _ text: UnsafeBufferPointer<UInt8>) -> Bool {
        let (start, length) = (Tape.start(word), Tape.length(word))
        if Tape.tag(word) == Tape.Tag.plain {
            guard length == key.count, start + length <= text.count else { return false }
            guard let left = text.baseAddress, let right = key.baseAddress else { return length == 0 }
            return Self.isEqual(left + start, right, length)
        }
        let bytes = document.bytes
        return length > key.count && JSONScan.text(word, bytes.span.bytes).utf8.elementsEqual(key)
    }

    /// Compares by words, the last of which may overlap: keys are short, and a call for each would cost more than the comparison.
    @inline(__always) private static func isEqual(_ left: UnsafePointer<UInt8>, _ right: UnsafePointer<UInt8>, _ length: Int) -> Bool {
        let (left, right) = (UnsafeRawPointer(left), UnsafeRawPointer(right))
        if length >= 8 {
            var at = 0
            while at + 8 <= length {
                guard left.loadUnaligned(fromByteOffset: at, as: UInt64.self) == right.loadUnaligned(fromByteOffset: at, as: UInt64.self)
                else { return false }
                at += 8
            }
            let last = length - 8
            return left.loadUnaligned(fromByteOffset: last, as: UInt64.self) == right.loadUnaligned(fromByteOffset: last, as: UInt64.self)
        }
        if length >= 4 {
            let last = length - 4
            return left.loadUnaligned(as: UInt32.self) == right.loadUnaligned(as: UInt32.self)
                && left.loadUnaligned(fromByteOffset: last, as: UInt32.self) == right.loadUnaligned(fromByteOffset: last, as: UInt32.self)
        }
        for at in 0..<length where left.load(fromByteOffset: at, as: UInt8.self) != right.load(fromByteOffset: at, as: UInt8.self) {
            return false
        }
        return true
    }

    /// The text, when this is a string.
    package var string: String? {
        let (tag, bytes) = (Tape.tag(word), document.bytes)
        return tag == Tape.Tag.plain || tag == Tape.Tag.escaped ? JSONScan.text(word, bytes.span.bytes) : nil
    }
    /// The number, when this is an integer of 64 bits.
    package var int: Int? {
        guard Tape.tag(word) == Tape.Tag.integer else { return nil }
        let (start, bytes) = (Tape.start(word), document.bytes)
        return JSONScan.integer(bytes.span.bytes, start, start + Tape.length(word)).map(Int.init)
    }
    /// The number, when this is one.
    package var double: Double? {
        guard Tape.tag(word) == Tape.Tag.integer || Tape.tag(word) == Tape.Tag.decimal else { return nil }
        let (start, bytes) = (Tape.start(word), document.bytes)
        let integral = Tape.tag(word) == Tape.Tag.integer
        return JSONScan.number(bytes.span.bytes, start, start + Tape.length(word), integral: integral)
    }
    /// The truth value, when this is one.
    package var bool: Bool? { Tape.tag(word) == Tape.Tag.yes ? true : Tape.tag(word) == Tape.Tag.no ? false : nil }
    /// Whether this is null.
    package var isNull: Bool { Tape.tag(word) == Tape.Tag.null }
    /// Whether this is an object.
    package var isObject: Bool { Tape.tag(word) == Tape.Tag.object }
    /// How many elements or members this has; 0 for scalars.
    package var count: Int { isContainer ? Tape.length(word) : 0 }

    /// The elements of an array; empty for anything else.
    package var items: [Node] {
        guard Tape.tag(word) == Tape.Tag.array else { return [] }
        var result: [Node] = []
        result.reserveCapacity(count)
        var item = Node(document: document, index: index + 2)
        while item.index < next {
            result.append(item)
            item = Node(document: document, index: item.next)
        }
        return result
    }
    /// Calls the closure for every member of an object, in order, until it returns false.
    package func forEachMember(_ body: (_ key: String, _ value: Node) throws -> Bool) rethrows {
        guard Tape.tag(word) == Tape.Tag.object else { return }
        let (bytes, end) = (document.bytes, next)
        var at = index + 2
        while at < end {
            let value = Node(document: document, index: at + 1)
            guard try body(JSONScan.text(document.tape[at], bytes.span.bytes), value) else { return }
            at = value.next
        }
    }

    /// Where this value stands in the text: copying these bytes writes it again.
    package var range: Range<Int> {
        let start = Tape.start(word)
        return switch Tape.tag(word) {
        case Tape.Tag.array, Tape.Tag.object: start..<Tape.end(document.tape[index + 1])
        case Tape.Tag.plain, Tape.Tag.escaped: start - 1..<start + Tape.length(word) + 1
        default: start..<start + Tape.length(word)
        }
    }
    /// A copy of this value's bytes.
    package var bytes: ArraySlice<UInt8> { document.bytes[range] }

    /// This value as an editable tree.
    package var value: Value {
        let (tape, bytes) = (document.tape, document.bytes)
        var reader = TapeReader(at: index, repeats: !document.duplicates.isEmpty, ascii: document.ascii)
        return reader.value(tape.span, bytes.span.bytes)
    }

    /// This value as an editable tree without one of its parts, which must be a member of an object in it.
    package func value(without part: Node?) -> Value {
        let (tape, bytes) = (document.tape, document.bytes)
        var reader = TapeReader(
            at: index, repeats: !document.duplicates.isEmpty, ascii: document.ascii, omitting: part.map { $0.index - 1 } ?? -1)
        return reader.value(tape.span, bytes.span.bytes)
    }
}
