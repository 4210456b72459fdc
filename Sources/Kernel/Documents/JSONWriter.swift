/// A JSON text that is being written, in memory of its own that grows by doubling.
///
/// Appending to an array asks at every byte whether the array is its owner's alone and has room; here room is asked for once a value.
package struct JSONWriter: ~Copyable {
    private var memory: UnsafeMutablePointer<UInt8>
    private var capacity: Int
    /// How many bytes have been written.
    package private(set) var count = 0

    /// An empty text with room for so many bytes.
    package init(capacity: Int = 2048) {
        (memory, self.capacity) = (.allocate(capacity: max(capacity, 64)), max(capacity, 64))
    }
    deinit { memory.deallocate() }

    /// A copy of what was written.
    package var bytes: [UInt8] { Array(UnsafeBufferPointer(start: memory, count: count)) }
    /// What was written, as a string.
    package var text: String { String(decoding: UnsafeBufferPointer(start: memory, count: count), as: UTF8.self) }

    /// Takes back what was written behind an offset.
    package mutating func truncate(to count: Int) { self.count = min(self.count, count) }

    @inline(__always) private mutating func reserve(_ more: Int) {
        if count + more > capacity { grow(more) }
    }
    @inline(never) private mutating func grow(_ more: Int) {
        let larger = max(capacity * 2, count + more)
        let moved = UnsafeMutablePointer<UInt8>.allocate(capacity: larger)
        moved.update(from: memory, count: count)
        memory.deallocate()
        (memory, capacity) = (moved, larger)
    }

    /// Appends one byte.
    @inline(__always) package mutating func append(_ byte: UInt8) {
        reserve(1)
        memory[count] = byte
        count += 1
    }
    /// Appends words of the program.
    package mutating func append(words literal: StaticString) {
        append(UnsafeBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount))
    }
    /// Appends bytes as they are.
    package mutating func append(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard let source = bytes.baseAddress else { return }
        reserve(bytes.count)
        (memory + count).update(from: source, count: bytes.count)
        count += bytes.count
    }
    /// Appends a text as it is, neither quoted nor escaped.
    package mutating func append(raw text: String) {
        var text = text
        text.withUTF8 { append($0) }
    }

    /// Appends a string in quotes, escaped where JSON demands it.
    package mutating func append(string text: String) {
        var text = text
        append(UInt8(ascii: "\""))
        text.withUTF8 { append(inside: $0) }
        append(UInt8(ascii: "\""))
    }
    /// Appends a part of a string: escaped, without quotes.
    package mutating func append(inside text: String) {
        var text = text
        text.withUTF8 { append(inside: $0) }
    }
    /// Appends a part of a string: escaped, without quotes. Copies eight bytes at a time as long as none needs an escape.
    package mutating func append(inside utf8: UnsafeBufferPointer<UInt8>) {
        guard let source = utf8.baseAddress else { return }
        reserve(utf8.count + 8)
        let (from, to) = (UnsafeRawPointer(source), UnsafeMutableRawPointer(memory + count))
        var at = 0
        while at + 8 <= utf8.count {
            let word = from.loadUnaligned(fromByteOffset: at, as: UInt64.self)
            guard JSONScan.special(word) == 0 else { break }
            to.storeBytes(of: word, toByteOffset: at, as: UInt64.self)
            at += 8
        }
        if at + 8 > utf8.count, at + 4 <= utf8.count {
            let word = from.loadUnaligned(fromByteOffset: at, as: UInt32.self)
            if JSONScan.special(UInt64(word) | 0x6161_6161_0000_0000) == 0 {
                to.storeBytes(of: word, toByteOffset: at, as: UInt32.self)
                at += 4
            }
        }
        while at < utf8.count, JSONPrinter.isPlain(source[at]) {
            to.storeBytes(of: source[at], toByteOffset: at, as: UInt8.self)
            at += 1
        }
        count += at
        if at < utf8.count { escape(UnsafeBufferPointer(rebasing: utf8[at...])) }
    }
    private mutating func escape(_ utf8: UnsafeBufferPointer<UInt8>) {
        for byte in utf8 {
            switch byte {
            case UInt8(ascii: "\""): append(words: "\\\"")
            case UInt8(ascii: "\\"): append(words: "\\\\")
            case 0x08: append(words: "\\b")
            case 0x0C: append(words: "\\f")
            case 0x0A: append(words: "\\n")
            case 0x0D: append(words: "\\r")
            case 0x09: append(words: "\\t")
            case 0..<0x20:
                append(words: "\\u00")
                append(byte >> 4 + UInt8(ascii: "0"))
                append(byte & 15 < 10 ? byte & 15 + UInt8(ascii: "0") : byte & 15 - 10 + UInt8(ascii: "a"))
            default: append(byte)
            }
        }
    }

    /// Appends decimal digits.
    package mutating func append(_ number: Int64) {
        reserve(20)
        var (rest, digits) = (number.magnitude, 1)
        if number < 0 {
            memory[count] = UInt8(ascii: "-")
            count += 1
        }
        var bound: UInt64 = 10
        while digits < 20, rest >= bound {
            digits += 1
            let (next, overflow) = bound.multipliedReportingOverflow(by: 10)
            if overflow { break }
            bound = next
        }
        for place in stride(from: count + digits - 1, through: count, by: -1) {
            memory[place] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
        count += digits
    }

    /// Appends the compact text of a document.
    package mutating func append(_ value: Value) {
        switch value {
        case .null: append(words: "null")
        case .bool(let truth): append(words: truth ? "true" : "false")
        case .int(let number): append(number)
        case .double(let number): append(raw: JSONPrinter.text(number))
        case .string(let text): append(string: text)
        case .array(let items):
            append(UInt8(ascii: "["))
            for index in items.indices {
                if index > 0 { append(UInt8(ascii: ",")) }
                append(items[index])
            }
            append(UInt8(ascii: "]"))
        case .object(let object): append(object)
        }
    }
    /// Appends the compact text of an object.
    package mutating func append(_ object: Object) {
        append(UInt8(ascii: "{"))
        for index in object.startIndex..<object.endIndex {
            if index > 0 { append(UInt8(ascii: ",")) }
            append(string: object[index].key)
            append(UInt8(ascii: ":"))
            append(object[index].value)
        }
        append(UInt8(ascii: "}"))
    }
}
