/// A file that holds a segment, or waits to.
struct SegmentFile: Sendable {
    let name: String
    let file: any DiskFile
    let bytes: Int
}

/// What one segment file holds: the newest record of each key, and the records about realms in order.
struct SegmentScan: Sendable {
    struct Found: Sendable {
        let revision: Revision
        /// Nil for a deletion.
        let entry: Entry?
    }
    struct RealmPart: Sendable {
        var head: Revision = 0
        /// The newest deletion of each kind of key.
        fileprivate(set) var deletions: [Substring: Revision] = [:]
        /// By key, in shards by the key's bytes, so that several threads can put many segments together.
        fileprivate(set) var shards: [[String: Found]] = Array(repeating: [:], count: RealmPart.shardCount)
        static let shardCount = 16
    }

    let source: SegmentFile
    /// The segment's number; nil when the file begins with no valid frame.
    private(set) var segment: UInt64?
    /// The highest segment that any frame in a file without a beginning belongs to.
    private(set) var stray: UInt64 = 0
    private(set) var firstFrame: UInt64 = 0
    private(set) var frames: UInt64 = 0
    /// Where the valid frames end.
    private(set) var end = 0
    /// Whether a valid frame of the segment lies behind the end: something before it is damaged.
    private(set) var isDamaged = false
    /// Whether an invalid frame stands at the end: a torn write.
    private(set) var isTorn = false
    /// Whether a frame with a right checksum makes no sense.
    private(set) var isMalformed = false
    private(set) var records = 0
    private(set) var controls: [LogRecord] = []
    private(set) var realms: [RealmID: RealmPart] = [:]

    /// The frame number that follows.
    var nextFrame: UInt64 { firstFrame &+ frames }

    /// Whether documents are kept.
    private let restores: Bool

    /// Reads the whole file; `visit` sees every record.
    init(
        _ source: SegmentFile, restores: Bool = true, visit: (LogRecord, UnsafeRawBufferPointer) -> Void = { _, _ in }
    ) throws(DiskError) {
        (self.source, self.restores) = (source, restores)
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: source.bytes, alignment: LogFormat.blockBytes)
        defer { buffer.deallocate() }
        let count = try source.file.read(into: buffer, at: 0)
        scan(UnsafeRawBufferPointer(rebasing: buffer[..<count]), visit)
    }

    private mutating func scan(_ bytes: UnsafeRawBufferPointer, _ visit: (LogRecord, UnsafeRawBufferPointer) -> Void) {
        while end < bytes.count, let header = FrameHeader.valid(UnsafeRawBufferPointer(rebasing: bytes[end...])) {
            if segment == nil { (segment, firstFrame) = (header.segment, header.number) }
            guard header.segment == segment, header.number == nextFrame else { break }
            do throws(MalformedFrame) {
                try read(UnsafeRawBufferPointer(rebasing: bytes[end..<(end + header.length)]), visit)
            } catch {
                isMalformed = true
                return
            }
            frames += 1
            end += LogFormat.padded(header.length)
        }
        if let segment, end < bytes.count, let header = FrameHeader(UnsafeRawBufferPointer(rebasing: bytes[end...])) {
            isTorn = header.segment == segment && header.number == nextFrame
        }
        searchBehindEnd(bytes)
    }

    /// Looks for frames that are valid although what is before them is not.
    private mutating func searchBehindEnd(_ bytes: UnsafeRawBufferPointer) {
        var offset = end + LogFormat.blockBytes
        while offset < bytes.count {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[offset...])
            if let header = FrameHeader(rest), segment == nil || (header.segment == segment && header.number >= nextFrame),
                FrameHeader.valid(rest) != nil
            {
                if segment == nil { stray = max(stray, header.segment) } else { isDamaged = true }
            }
            offset += LogFormat.blockBytes
        }
    }

    private mutating func read(
        _ frame: UnsafeRawBufferPointer, _ visit: (LogRecord, UnsafeRawBufferPointer) -> Void
    ) throws(MalformedFrame) {
        var reader = FrameReader(frame)
        while let (record, document) = try reader.next() {
            records += 1
            visit(record, document)
            guard restores else { continue }
            switch record.kind {
            case .put:
                let entry = Entry(
                    key: record.key, revision: record.revision, created: record.created, bytes: Array(document), gap: record.gap,
                    comma: record.comma)
                note(record, Found(revision: record.revision, entry: entry))
            case .delete: note(record, Found(revision: record.revision, entry: nil))
            case .create, .destroy, .catalogue, .realm: controls.append(record)
            }
        }
    }

    private mutating func note(_ record: LogRecord, _ found: Found) {
        realms[record.realm, default: RealmPart()].add(record.key, found)
    }
}

extension SegmentScan.RealmPart {
    /// Takes a record into account; a copy that was carried forward may come behind newer ones.
    mutating func add(_ key: String, _ found: SegmentScan.Found) {
        head = max(head, found.revision)
        if found.entry == nil { deletions[key.keyPart ?? "", default: 0].raise(to: found.revision) }
        Self.add(key, found, to: &shards[Self.shard(of: key)])
    }

    /// How many keys there are in all shards.
    var count: Int { shards.reduce(0) { $0 + $1.count } }

    /// The entries of one shard of several parts, in key order.
    static func entries(ofShard shard: Int, in parts: [SegmentScan.RealmPart]) -> [Entry] {
        var whole: [String: SegmentScan.Found] = [:]
        for part in parts {
            if whole.isEmpty { whole = part.shards[shard] } else { for (key, found) in part.shards[shard] { add(key, found, to: &whole) } }
        }
        return whole.values.compactMap(\.entry).sorted { $0.key.precedes($1.key) }
    }

    private static func add(_ key: String, _ found: SegmentScan.Found, to newest: inout [String: SegmentScan.Found]) {
        if let known = newest[key], known.revision > found.revision { return }
        newest[key] = found
    }
    /// Fowler–Noll–Vo of the key's last bytes, which differ most.
    private static func shard(of key: String) -> Int {
        var hash: UInt32 = 0x811c_9dc5
        for byte in key.utf8.suffix(12) { hash = (hash ^ UInt32(byte)) &* 0x0100_0193 }
        return Int(hash % UInt32(shardCount))
    }
}

extension Revision {
    fileprivate mutating func raise(to revision: Revision) { self = Swift.max(self, revision) }
}

extension [Entry] {
    /// Two runs in key order as one.
    static func merging(_ left: [Entry], _ right: [Entry]) -> [Entry] {
        var result: [Entry] = []
        result.reserveCapacity(left.count + right.count)
        var (first, second) = (0, 0)
        while first < left.count, second < right.count {
            if right[second].key.precedes(left[first].key) {
                result.append(right[second])
                second += 1
            } else {
                result.append(left[first])
                first += 1
            }
        }
        result += left[first...]
        result += right[second...]
        return result
    }
}
