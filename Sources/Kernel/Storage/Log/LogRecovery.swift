import Control

/// What a log held when it was opened.
struct RecoveredLog: Sendable {
    var realms: [RecoveredRealm] = []
    var nextRealm: RealmID = 1
    /// The files of the segments that count, by number.
    var segments: [UInt64: SegmentFile] = [:]
    /// Files that can be used for new segments.
    var free: [SegmentFile] = []
    var oldest: UInt64 = 1
    /// 0 when there is no segment.
    var newest: UInt64 = 0
    /// Where the newest segment goes on.
    var end = 0
    var nextFrame: UInt64 = 1
    /// Whether a torn write stood at the end; it was never acknowledged.
    var isTorn = false
    var records = 0
}

extension RecoveredLog {
    /// Whether a file of the directory is a segment file.
    static func isSegment(_ name: String) -> Bool { name.hasPrefix("log-") && UInt64(name.dropFirst(4)) != nil }

    /// Opens the segment files of the directory, in the order of their names.
    static func files(on disk: any Disk) throws(LogError) -> [SegmentFile] {
        do throws(DiskError) {
            var files: [SegmentFile] = []
            for name in try disk.list().sorted() where isSegment(name) {
                let file = try disk.open(name, create: false)
                files.append(SegmentFile(name: name, file: file, bytes: try file.size()))
            }
            return files
        } catch { throw .disk(error) }
    }

    /// Reads all segments, several at a time, and puts the realms together as they were.
    static func read(_ disk: any Disk, threads: Int) throws(LogError) -> RecoveredLog {
        let files = try files(on: disk)
        let results = concurrently(files.count, threads: threads) { index in
            do throws(DiskError) { return Result<SegmentScan, DiskError>.success(try SegmentScan(files[index])) } catch {
                return .failure(error)
            }
        }
        var scans: [SegmentScan] = []
        for result in results {
            switch result {
            case .success(let scan): scans.append(scan)
            case .failure(let error): throw .disk(error)
            }
        }
        return try RecoveredLog(scans, threads: threads)
    }

    private init(_ scans: [SegmentScan], threads: Int) throws(LogError) {
        var bySegment: [UInt64: SegmentScan] = [:]
        for scan in scans { if let segment = scan.segment { bySegment[segment] = scan } }
        newest = bySegment.keys.max() ?? 0
        if let stray = scans.map(\.stray).max(), stray > newest { throw .missing(segment: stray) }
        let ordered = bySegment.sorted { $0.key < $1.key }.map(\.value)
        oldest = ordered.reversed().lazy.compactMap { $0.controls.last { $0.kind == .catalogue } }.first.map { UInt64($0.revision) } ?? 1
        let live = try RecoveredLog.chain(bySegment, from: oldest, to: newest)
        if let last = live.last {
            (end, nextFrame, isTorn) = (last.end, last.nextFrame, last.isTorn)
        }
        for scan in live { if let segment = scan.segment { segments[segment] = scan.source } }
        free = scans.filter { $0.segment.map { $0 < oldest } ?? true }.map(\.source)
        records = live.reduce(0) { $0 + $1.records }
        restore(live, threads: threads)
    }

    /// The scans of the segments that count, in order, when nothing is missing or damaged.
    private static func chain(
        _ scans: [UInt64: SegmentScan], from oldest: UInt64, to newest: UInt64
    ) throws(LogError) -> [SegmentScan] {
        guard newest > 0 else { return [] }
        var chain: [SegmentScan] = []
        for segment in oldest...max(oldest, newest) {
            guard let scan = scans[segment] else { throw .missing(segment: segment) }
            let file = scan.source.name
            if scan.isMalformed { throw .corrupted(segment: segment, file: file, offset: scan.end, "a frame makes no sense") }
            if scan.isDamaged {
                throw .corrupted(
                    segment: segment, file: file, offset: scan.end, "a frame's checksum is wrong and later frames are there")
            }
            if let last = chain.last, last.nextFrame != scan.firstFrame {
                throw .corrupted(
                    segment: segment - 1, file: last.source.name, offset: last.end, "frames are missing or their checksums are wrong")
            }
            chain.append(scan)
        }
        return chain
    }

    /// Puts the realms together from the segments in order.
    private mutating func restore(_ scans: [SegmentScan], threads: Int) {
        var table: [RealmID: RecoveredRealm] = [:]
        for control in scans.flatMap(\.controls) {
            switch control.kind {
            case .catalogue:
                table = [:]
                nextRealm = max(nextRealm, control.realm)
            case .create, .realm:
                let birth = Timestamp(nanoseconds: control.created)
                table[control.realm] = RecoveredRealm(name: control.key, id: control.realm, birth: birth, head: control.revision)
                nextRealm = max(nextRealm, control.realm &+ 1)
            case .destroy: table[control.realm] = nil
            case .put, .delete: break
            }
        }
        let found = table.values.sorted { $0.id < $1.id }
        realms = concurrently(found.count, threads: threads) { index in
            var realm = found[index]
            let parts = scans.compactMap { $0.realms[realm.id] }
            // Deletions before the catalogue may have gone with their segment.
            realm.floor = realm.head
            for part in parts { realm.deletions.merge(part.deletions) { max($0, $1) } }
            realm.head = max(realm.head, parts.map(\.head).max() ?? 0)
            realm.entries = RecoveredLog.entries(of: parts, threads: threads)
            return realm
        }
    }

    /// A realm's entries in key order; a large one is put together by several threads.
    private static func entries(of parts: [SegmentScan.RealmPart], threads: Int) -> [Entry] {
        let threads = parts.reduce(0) { $0 + $1.count } > 10_000 ? threads : 1
        var runs = concurrently(SegmentScan.RealmPart.shardCount, threads: threads) { shard in
            SegmentScan.RealmPart.entries(ofShard: shard, in: parts)
        }
        while runs.count > 1 {
            let pairs = runs
            runs = concurrently((pairs.count + 1) / 2, threads: threads) { index in
                2 * index + 1 < pairs.count ? .merging(pairs[2 * index], pairs[2 * index + 1]) : pairs[2 * index]
            }
        }
        return runs.first ?? []
    }
}
