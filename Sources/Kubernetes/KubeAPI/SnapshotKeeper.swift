import Control
import Storage
import Synchronization

/// Keeps the snapshots that continue tokens name, for a while and not too many; others are had from the realm's history.
final class SnapshotKeeper: Sendable {
    private struct Kept {
        let snapshot: Snapshot
        var until: Timestamp
    }
    private struct Place: Hashable {
        let revision: Revision
        /// Below what the snapshot tells the truth.
        let prefix: String
    }
    private let kept = Mutex<[Place: Kept]>([:])
    private let lifetime: Duration
    private let clock: any WallClock
    /// Most snapshots kept; the one that ends first gives way.
    private static let limit = 256

    init(lifetime: Duration, clock: any WallClock) { (self.lifetime, self.clock) = (lifetime, clock) }

    /// Keeps a snapshot, which may be true below a prefix only, for one lifetime from now.
    func keep(_ snapshot: Snapshot, below prefix: String = "") {
        let now = clock.now
        kept.withLock { kept in
            if kept.count >= Self.limit {
                kept = kept.filter { $0.value.until > now }
                if kept.count >= Self.limit, let first = kept.min(by: { $0.value.until < $1.value.until })?.key { kept[first] = nil }
            }
            let whole = Place(revision: snapshot.revision, prefix: "")
            let place = kept[whole] == nil ? Place(revision: snapshot.revision, prefix: prefix) : whole
            kept[place] = Kept(snapshot: kept[place]?.snapshot ?? snapshot, until: now + lifetime)
        }
    }
    /// The snapshot of what is below a prefix at a revision, when it is still kept.
    func snapshot(at revision: Revision, below prefix: String) -> Snapshot? {
        let now = clock.now
        return kept.withLock { kept in
            let found = kept[Place(revision: revision, prefix: "")] ?? kept[Place(revision: revision, prefix: prefix)]
            return found.flatMap { $0.until > now ? $0.snapshot : nil }
        }
    }
    /// Lets go of those whose time is over.
    func sweep() {
        let now = clock.now
        kept.withLock { kept in kept = kept.filter { $0.value.until > now } }
    }
}
