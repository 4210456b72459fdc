/// A put in the segment that is being compacted; it must be kept if it is still the key's newest.
struct CompactionCandidate: Sendable {
    let realm: RealmID
    let key: String
    let revision: Revision
}

/// Copies what lives in the oldest segment to the newest, a little with each frame, so that the segment can be used again.
///
/// The copies come first in a frame, and everything before is published: what the index says lives cannot have been deleted in the log
/// yet. Deletions need no copy: the oldest segment is the last to hold what they deleted.
struct Compaction {
    private let candidates: [CompactionCandidate]
    private var next = 0

    init(_ candidates: [CompactionCandidate]) { self.candidates = candidates }

    /// Adds the next copies to the frame and, behind the last, a catalogue that leaves the segment out. Returns whether that was done.
    mutating func append(to frame: inout FrameBuilder, from writer: LogWriter) -> Bool {
        while next < candidates.count, frame.length < writer.configuration.copyBytes {
            let candidate = candidates[next]
            next += 1
            guard let realm = writer.realms[candidate.realm], let entry = realm.snapshot().get(candidate.key),
                entry.revision == candidate.revision
            else { continue }
            frame.append(JournalRecord(kind: .put, entry: entry), realm: realm.id)
        }
        guard next == candidates.count else { return false }
        writer.appendCatalogue(to: &frame, oldest: writer.oldest + 1)
        return true
    }

    /// The puts of a segment; when it cannot be read as it was written, everything that lives, which heals the log.
    static func candidates(of file: SegmentFile, realms: [Realm]) -> [CompactionCandidate] {
        var candidates: [CompactionCandidate] = []
        let scan = try? SegmentScan(file, restores: false) { record, _ in
            guard record.kind == .put else { return }
            candidates.append(CompactionCandidate(realm: record.realm, key: record.key, revision: record.revision))
        }
        if let scan, scan.segment != nil, !scan.isDamaged, !scan.isTorn, !scan.isMalformed { return candidates }
        return realms.flatMap { realm in
            realm.snapshot().range(prefix: "").map { CompactionCandidate(realm: realm.id, key: $0.key, revision: $0.revision) }
        }
    }
}
