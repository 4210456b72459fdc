/// Goes through the records of a valid frame.
struct FrameReader: ~Copyable {
    private let frame: UnsafeRawBufferPointer
    private var offset = LogFormat.frameHeaderBytes

    /// The frame without its padding; it must outlive the reader.
    init(_ frame: UnsafeRawBufferPointer) { self.frame = frame }

    /// The next record with its document, nil at the end.
    /// - Throws: `MalformedFrame` when the frame's checksum is right and yet it makes no sense.
    mutating func next() throws(MalformedFrame) -> (record: LogRecord, document: UnsafeRawBufferPointer)? {
        guard offset < frame.count else { return nil }
        guard offset + LogFormat.recordHeaderBytes <= frame.count else { throw MalformedFrame() }
        let word = frame.number(at: offset, UInt32.self)
        let keyLength = Int(word >> 16)
        let documentLength = Int(frame.number(at: offset + 28, UInt32.self))
        let keyStart = offset + LogFormat.recordHeaderBytes
        let end = keyStart + keyLength + documentLength
        guard let kind = RecordKind(rawValue: UInt8(word & 0xff)), end <= frame.count else { throw MalformedFrame() }
        var record = LogRecord(kind: kind, realm: frame.number(at: offset + 4, UInt32.self))
        record.revision = frame.number(at: offset + 8, Int64.self)
        record.created = frame.number(at: offset + 16, Int64.self)
        let gap = Int(frame.number(at: offset + 24, UInt32.self))
        record.gap = word >> 8 & 1 == 1 ? gap : nil
        record.comma = word >> 8 & 2 == 2
        if kind == .put, let gap = record.gap {
            // A deletion writes over the resource version, so it must be inside the document.
            let member = Encoded.resourceVersion(record.revision, comma: record.comma)
            guard gap + member.count <= documentLength else { throw MalformedFrame() }
        }
        guard record.revision >= 0 else { throw MalformedFrame() }
        record.key = String(decoding: frame[keyStart..<(keyStart + keyLength)], as: UTF8.self)
        offset = end
        return (record, UnsafeRawBufferPointer(rebasing: frame[(keyStart + keyLength)..<end]))
    }
}

/// A frame with a right checksum and wrong contents: written by something else.
struct MalformedFrame: Error {}
