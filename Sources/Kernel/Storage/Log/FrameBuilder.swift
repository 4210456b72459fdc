/// The frame that is being put together; its memory is used again for the next.
struct FrameBuilder: ~Copyable {
    private var memory: UnsafeMutableRawBufferPointer
    private(set) var length = LogFormat.frameHeaderBytes
    private(set) var records = 0

    init(capacity: Int) { memory = .allocate(byteCount: LogFormat.padded(capacity), alignment: LogFormat.blockBytes) }
    deinit { memory.deallocate() }

    /// Forgets everything.
    mutating func clear() { (length, records) = (LogFormat.frameHeaderBytes, 0) }

    /// Adds a document's put or delete; a delete needs no document.
    mutating func append(_ record: JournalRecord, realm: RealmID) {
        let entry = record.entry
        var header = LogRecord(kind: record.kind == .put ? .put : .delete, realm: realm)
        (header.revision, header.created, header.key) = (entry.revision, entry.created, entry.key)
        (header.gap, header.comma) = (entry.gap, entry.comma)
        append(header, document: record.kind == .put ? entry.bytes : [])
    }

    /// Adds a record.
    mutating func append(_ record: LogRecord, document: [UInt8] = []) {
        var key = record.key
        key.withUTF8 { key in
            let start = length
            reserve(LogFormat.recordHeaderBytes + key.count + document.count)
            let flags: UInt8 = (record.gap == nil ? 0 : 1) | (record.comma ? 2 : 0)
            put(UInt32(record.kind.rawValue) | UInt32(flags) << 8 | UInt32(UInt16(truncatingIfNeeded: key.count)) << 16, at: start)
            put(record.realm, at: start + 4)
            put(record.revision, at: start + 8)
            put(record.created, at: start + 16)
            put(UInt32(truncatingIfNeeded: record.gap ?? 0), at: start + 24)
            put(UInt32(truncatingIfNeeded: document.count), at: start + 28)
            copy(UnsafeRawBufferPointer(key), at: start + LogFormat.recordHeaderBytes)
            document.withUnsafeBytes { copy($0, at: start + LogFormat.recordHeaderBytes + key.count) }
        }
        records += 1
    }

    /// The finished frame with its padding, as it goes to the disk.
    mutating func finish(segment: UInt64, number: UInt64) -> UnsafeRawBufferPointer {
        put(LogFormat.magic, at: 0)
        put(UInt32(truncatingIfNeeded: length), at: 8)
        put(UInt32(truncatingIfNeeded: records), at: 12)
        put(segment, at: 16)
        put(number, at: 24)
        put(LogFormat.checksum(UnsafeRawBufferPointer(rebasing: memory[..<length])), at: 4)
        let end = LogFormat.padded(length)
        UnsafeMutableRawBufferPointer(rebasing: memory[length..<end]).initializeMemory(as: UInt8.self, repeating: 0)
        return UnsafeRawBufferPointer(rebasing: memory[..<end])
    }

    private mutating func reserve(_ count: Int) {
        length += count
        guard LogFormat.padded(length) > memory.count else { return }
        let larger = UnsafeMutableRawBufferPointer.allocate(
            byteCount: LogFormat.padded(max(length, memory.count * 2)), alignment: LogFormat.blockBytes)
        larger.copyMemory(from: UnsafeRawBufferPointer(memory))
        memory.deallocate()
        memory = larger
    }
    private func put<Number: FixedWidthInteger>(_ number: Number, at offset: Int) {
        memory.storeBytes(of: number.littleEndian, toByteOffset: offset, as: Number.self)
    }
    private func copy(_ bytes: UnsafeRawBufferPointer, at offset: Int) {
        UnsafeMutableRawBufferPointer(rebasing: memory[offset..<(offset + bytes.count)]).copyMemory(from: bytes)
    }
}
