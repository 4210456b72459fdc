/// One value of a parsed text. Reads cost no allocation, except those that make strings.
package struct Node: Sendable {
    package let document: Document
    let index: Int

    private var word: UInt64 { document.tape[index] }
    private var isContainer: Bool { Tape.tag(word) >= Tape.Tag.array }
    private var next: Int { isContainer ? Tape.next(document.tape[index + 1]) : index + 1 }

    /// The member `key` of an object; nil when absent or not an object.
    package subscript(key: StaticString) -> Node? {
        member { text, start, length in
            length == key.utf8CodeUnitCount
                && text.withUnsafeBytes {
                    UnsafeRawBufferPointer(rebasing: $0[start..<start + length]).elementsEqual(
                        UnsafeBufferPointer(start: key.utf8Start, count: length))
                }
        } else: {
            $0 == "\(key)"
        }
    }
    /// The member `key` of an object; nil when absent or not an object.
    package subscript(name key: String) -> Node? {
        let utf8 = key.utf8
        return member { text, start, length in
            length == utf8.count && text.withUnsafeBytes { $0[start..<start + length].elementsEqual(utf8) }
        } else: {
            $0 == key
        }
    }
    private func member(where plain: (RawSpan, Int, Int) -> Bool, else escaped: (String) -> Bool) -> Node? {
        guard Tape.tag(word) == Tape.Tag.object else { return nil }
        let (tape, bytes, end) = (document.tape, document.bytes, next)
        let text = bytes.span.bytes
        var at = index + 2
        var last: Node?
        while at < end {
            let key = tape[at]
            let value = Node(document: document, index: at + 1)
            let found = Tape.tag(key) == Tape.Tag.plain ? plain(text, Tape.start(key), Tape.length(key)) : escaped(JSONScan.text(key, text))
            if found, document.duplicates.isEmpty { return value }
            if found { last = value }
            at = value.next
        }
        return last
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
