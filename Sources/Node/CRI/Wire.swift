/// What a field holds on the wire: a number, or bytes of a known length.
package enum WireContent: Sendable {
    case varint(UInt64)
    case bytes(ArraySlice<UInt8>)
}

/// Walks over the fields of a message in protobuf's wire format. A message that is cut off or malformed ends at that place.
struct WireReader {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    /// The next field with its number and everything that it takes on the wire, its tag included; nil at the end.
    mutating func next() -> (number: Int, content: WireContent, whole: ArraySlice<UInt8>)? {
        let start = rest
        guard !rest.isEmpty, let tag = varint(), let content = content(kind: tag & 7) else {
            rest = []
            return nil
        }
        return (Int(truncatingIfNeeded: tag >> 3), content, start[start.startIndex..<rest.startIndex])
    }

    /// The next number of a packed list, or nil at the end.
    mutating func varint() -> UInt64? {
        var value: UInt64 = 0
        for shift in stride(from: 0, to: 64, by: 7) {
            guard let byte = rest.popFirst() else { return nil }
            value |= UInt64(byte & 0x7F) << UInt64(shift)
            if byte & 0x80 == 0 { return value }
        }
        return nil
    }

    private mutating func content(kind: UInt64) -> WireContent? {
        switch kind {
        case 0: varint().map(WireContent.varint)
        case 1: take(8).map(WireContent.bytes)
        case 2: varint().flatMap { Int(exactly: $0) }.flatMap { take($0) }.map(WireContent.bytes)
        case 5: take(4).map(WireContent.bytes)
        default: nil
        }
    }

    private mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
        guard count <= rest.count else { return nil }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }
}

extension ArraySlice<UInt8> {
    mutating func appendVarint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        append(UInt8(rest))
    }

    mutating func appendVarint(_ value: UInt64, field number: Int) {
        appendVarint(UInt64(number) << 3)
        appendVarint(value)
    }

    mutating func appendBytes(_ value: some Collection<UInt8>, field number: Int) {
        appendVarint(UInt64(number) << 3 | 2)
        appendVarint(UInt64(value.count))
        append(contentsOf: value)
    }
}

extension [WireContent] {
    /// The last number, which is the one that counts.
    var number: UInt64 { if case .varint(let value) = last { value } else { 0 } }
    /// The last bytes.
    var bytes: ArraySlice<UInt8> { if case .bytes(let value) = last { value } else { [] } }
}
