package import Control
package import Documents

/// Writes a dump piece by piece: whoever sends it takes the bytes as they come, so that memory holds one piece at a time.
package struct DumpWriter: Sendable {
    private var bytes = DumpFormat.magic
    private var checksum: UInt32 = 0
    private var realms: Int64 = 0
    private var entries: Int64 = 0

    /// A dump whose header says what it is of.
    package init(_ header: Value) { frame(.header) { $0 += JSON.encode(header) } }

    /// How many bytes wait to be taken.
    package var count: Int { bytes.count }

    /// Begins a realm.
    package mutating func begin(realm name: String, birth: Timestamp, revision: Revision) {
        realms += 1
        frame(.realm) { body in
            body.append(little: revision)
            body.append(little: birth.nanoseconds)
            body += name.utf8
        }
    }
    /// Adds an entry of the realm that was begun last.
    package mutating func add(_ entry: Entry) {
        entries += 1
        let document = entry.encoded
        frame(.entry) { body in
            body.append(little: entry.revision)
            body.append(little: entry.created)
            body.append(little: document.gap.map { UInt32(truncatingIfNeeded: $0) } ?? DumpFormat.noGap)
            body.append(document.comma ? 1 : 0)
            body.append(little: UInt32(truncatingIfNeeded: entry.key.utf8.count))
            body += entry.key.utf8
            body += document.bytes
        }
    }
    /// Ends the dump.
    package mutating func finish() {
        let (realms, entries) = (realms, entries)
        frame(.end) { body in
            body.append(little: realms)
            body.append(little: entries)
        }
    }
    /// What was written since the last call.
    package mutating func take() -> [UInt8] {
        defer { bytes = [] }
        return bytes
    }

    private mutating func frame(_ kind: DumpFormat.Kind, _ fill: (inout [UInt8]) -> Void) {
        let start = bytes.count
        bytes += [UInt8](repeating: 0, count: DumpFormat.frameHeaderBytes)
        bytes.append(kind.rawValue)
        fill(&bytes)
        let body = start + DumpFormat.frameHeaderBytes
        checksum = DumpFormat.checksum(bytes[body...], after: checksum)
        bytes.store(little: UInt32(truncatingIfNeeded: bytes.count - body), at: start)
        bytes.store(little: checksum, at: start + 4)
    }
}

extension Entry {
    /// The document as it was given to the store, without its resource version.
    package var encoded: Encoded {
        guard let gap else { return Encoded(bytes: bytes, gap: nil, comma: false) }
        let end = gap + Encoded.resourceVersion(revision, comma: comma).count
        return Encoded(bytes: Array(bytes[..<gap]) + bytes[end...], gap: gap, comma: comma)
    }
}

extension [UInt8] {
    fileprivate mutating func append<Number: FixedWidthInteger>(little number: Number) {
        Swift.withUnsafeBytes(of: number.littleEndian) { append(contentsOf: $0) }
    }
    fileprivate mutating func store(little number: UInt32, at offset: Int) {
        Swift.withUnsafeBytes(of: number.littleEndian) { replaceSubrange(offset..<(offset + 4), with: $0) }
    }
}
