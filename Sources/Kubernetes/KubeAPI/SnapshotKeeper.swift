import Control
import Storage
import Synchronization

/// Keeps the snapshots that continue tokens name, for a while and not too many.
final class SnapshotKeeper: Sendable {
    private struct Kept {
        let snapshot: Snapshot
        var until: Timestamp
    }
    private let kept = Mutex<[Revision: Kept]>([:])
    private let lifetime: Duration
    private let clock: any WallClock
    /// Most snapshots kept; the one that ends first gives way.
    private static let limit = 256

    init(lifetime: Duration, clock: any WallClock) { (self.lifetime, self.clock) = (lifetime, clock) }

    /// Keeps a snapshot for one lifetime from now.
    func keep(_ snapshot: Snapshot) {
        let now = clock.now
        kept.withLock { kept in
            if kept.count >= Self.limit {
                kept = kept.filter { $0.value.until > now }
                if kept.count >= Self.limit, let first = kept.min(by: { $0.value.until < $1.value.until })?.key { kept[first] = nil }
            }
            kept[snapshot.revision] = Kept(snapshot: snapshot, until: now + lifetime)
        }
    }
    /// The snapshot at a revision, when it is still kept.
    func snapshot(at revision: Revision) -> Snapshot? {
        let now = clock.now
        return kept.withLock { kept in kept[revision].flatMap { $0.until > now ? $0.snapshot : nil } }
    }
    /// Lets go of those whose time is over.
    func sweep() {
        let now = clock.now
        kept.withLock { kept in kept = kept.filter { $0.value.until > now } }
    }
}
