/// A protobuf message that is being put together; a field with its empty value takes no place. Source: protobuf.dev, "Encoding".
struct ProtoWriter {
    private(set) var bytes: [UInt8] = []

    /// Makes room for so many bytes.
    init(capacity: Int = 0) { bytes.reserveCapacity(capacity) }

    mutating func number(_ field: Int, _ value: Int64) {
        guard value != 0 else { return }
        always(field, value)
    }
    /// A number that takes its place even when it is 0: in a `oneof`, 0 is not nothing.
    mutating func always(_ field: Int, _ value: Int64) {
        varint(UInt64(field) << 3)
        varint(UInt64(bitPattern: value))
    }
    mutating func flag(_ field: Int, _ value: Bool) { number(field, value ? 1 : 0) }
    mutating func text(_ field: Int, _ value: [UInt8]) {
        guard !value.isEmpty else { return }
        message(field, value)
    }
    /// Bytes that take their place even when there are none: an empty message is there.
    mutating func message(_ field: Int, _ value: [UInt8]) {
        varint(UInt64(field) << 3 | 2)
        varint(UInt64(value.count))
        bytes += value
    }

    private mutating func varint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }
}

/// Walks over the fields of a protobuf message. One that is cut off or malformed ends at that place.
struct ProtoReader {
    private let bytes: [UInt8]
    private var position: Int
    private let end: Int
    /// Of the present field: its number, and what it holds.
    private(set) var field = 0
    private(set) var number: Int64 = 0
    private(set) var range = 0..<0

    init(_ bytes: [UInt8]) { self.init(bytes, 0..<bytes.count) }
    private init(_ bytes: [UInt8], _ range: Range<Int>) { (self.bytes, position, end) = (bytes, range.lowerBound, range.upperBound) }

    /// Goes to the next field; false at the end.
    mutating func next() -> Bool {
        guard position < end, let tag = varint() else { return false }
        field = Int(truncatingIfNeeded: tag >> 3)
        (number, range) = (0, 0..<0)
        switch tag & 7 {
        case 0:
            guard let value = varint() else { return stop() }
            number = Int64(bitPattern: value)
            return true
        case 1: return take(8)
        case 2:
            guard let length = varint().flatMap({ Int(exactly: $0) }) else { return stop() }
            return take(length)
        case 5: return take(4)
        default: return stop()
        }
    }

    /// The message that the present field holds.
    var message: ProtoReader { ProtoReader(bytes, range) }
    /// The bytes that the present field holds.
    var content: ArraySlice<UInt8> { bytes[range] }
    var text: String { String(decoding: bytes[range], as: UTF8.self) }
    var flag: Bool { number != 0 }

    private mutating func take(_ length: Int) -> Bool {
        guard length <= end - position else { return stop() }
        range = position..<(position + length)
        position += length
        return true
    }

    private mutating func stop() -> Bool {
        position = end
        return false
    }

    private mutating func varint() -> UInt64? {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while position < end, shift < 64 {
            let byte = bytes[position]
            position += 1
            value |= UInt64(byte & 0x7f) << shift
            if byte & 0x80 == 0 { return value }
            shift += 7
        }
        return nil
    }
}
