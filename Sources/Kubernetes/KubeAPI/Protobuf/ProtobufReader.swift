import Documents

/// Reads the fields of one protobuf message. Source: Protocol Buffers documentation, "Encoding".
struct ProtobufReader {
    /// A field's value as it stands on the wire.
    enum Wire {
        case varint(UInt64)
        case fixed64(UInt64)
        case fixed32(UInt32)
        case bytes(ArraySlice<UInt8>)
    }
    private var rest: ArraySlice<UInt8>
    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    /// The next field; nil at the end.
    mutating func next() throws(DocumentError) -> (number: Int, value: Wire)? {
        guard !rest.isEmpty else { return nil }
        let key = try varint()
        let number = Int(truncatingIfNeeded: key >> 3)
        switch key & 7 {
        case 0: return (number, .varint(try varint()))
        case 1: return (number, .fixed64(try fixed(8)))
        case 2: return (number, .bytes(try take(Int(clamping: try varint()))))
        case 5: return (number, .fixed32(UInt32(truncatingIfNeeded: try fixed(4))))
        default: throw DocumentError("proto: illegal wireType \(key & 7)", at: rest.startIndex)
        }
    }

    /// The next number of a packed list; nil at the end.
    mutating func nextPacked() throws(DocumentError) -> UInt64? { rest.isEmpty ? nil : try varint() }

    private mutating func varint() throws(DocumentError) -> UInt64 {
        var result: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 70, by: 7) {
            guard let byte = rest.popFirst() else { throw DocumentError("proto: unexpected EOF", at: rest.endIndex) }
            result |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 { return result }
        }
        throw DocumentError("proto: integer overflow", at: rest.startIndex)
    }
    private mutating func take(_ count: Int) throws(DocumentError) -> ArraySlice<UInt8> {
        guard count <= rest.count else { throw DocumentError("proto: unexpected EOF", at: rest.endIndex) }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }
    private mutating func fixed(_ count: Int) throws(DocumentError) -> UInt64 {
        try take(count).reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}
