package import Control
package import Storage
import Synchronization

/// The indexed documents of a realm, kept up to date by its watch.
///
/// The watch only queues events; they are taken in when somebody looks, on that caller's time, so a busy reader delays no other watcher.
package final class WorldCache: Sendable {
    private struct State {
        var documents: WorldDocuments
        var pending: [Event] = []
        var watch: WatchHandle?
    }
    private let realm: Realm
    private let state: Mutex<State>
    private let notify: @Sendable () -> Void

    /// A cache of the realm. `notify` is called whenever there is something to take; it must be quick.
    package init(realm: Realm, indexes: [WorldIndex] = [], notify: @escaping @Sendable () -> Void = {}) {
        (self.realm, self.notify) = (realm, notify)
        state = Mutex(State(documents: WorldDocuments(indexes: indexes)))
    }

    /// Loads the realm, follows it from there on, and returns what is there; to be called once.
    /// - Throws: `StorageError.unavailable` when the realm's history never reaches back to a fresh snapshot.
    @discardableResult package func start() throws(StorageError) -> [WorldChange] {
        let snapshot = try follow()
        return state.withLock { state in
            var found: [WorldChange] = []
            snapshot.forEach(prefix: "") { found.append(state.documents.put(.stored($0))) }
            state.documents.reached(snapshot.revision)
            return found
        }
    }

    /// The same in pieces, so that a realm of a million documents holds no thread for long.
    package func load() async throws(StorageError) -> [WorldChange] {
        let snapshot = try follow()
        var found: [WorldChange] = []
        var piece = snapshot.range(prefix: "", limit: Self.piece)
        while let last = piece.last {
            state.withLock { state in for entry in piece { found.append(state.documents.put(.stored(entry))) } }
            piece = snapshot.range(prefix: "", after: last.key, limit: Self.piece)
            if !piece.isEmpty { await Task.yield() }
        }
        state.withLock { $0.documents.reached(snapshot.revision) }
        return found
    }
    /// How many documents are looked at before others have a turn.
    static let piece = 64

    /// Watches from a fresh snapshot on, and returns that.
    private func follow() throws(StorageError) -> Snapshot {
        for _ in 0..<10 {
            let snapshot = realm.snapshot()
            do throws(StorageError) {
                let watch = try realm.watch(prefix: "", after: snapshot.revision) { [weak self] events in self?.receive(events) }
                state.withLock { $0.watch = watch }
                return snapshot
            } catch {
                guard case .compacted = error else { throw error }
            }
        }
        throw .unavailable("the history of realm \(realm.name) is too short to follow")
    }

    /// Stops following; nothing is received any more.
    package func stop() {
        let watch = state.withLock { state in
            defer { state.watch = nil }
            return state.watch
        }
        watch?.cancel()
    }

    private func receive(_ events: [Event]) {
        let first = state.withLock { state in
            defer { state.pending += events }
            return state.pending.isEmpty
        }
        if first { notify() }
    }

    /// Takes in what has arrived and returns what that changed, in order.
    package func take() -> [WorldChange] {
        state.withLock { state in
            guard !state.pending.isEmpty else { return [] }
            let events = Self.newest(state.pending)
            state.pending = []
            return events.map { event in
                if event.kind == .put { return state.documents.put(.stored(event.entry)) }
                return state.documents.remove(event.entry.key, at: event.revision)
                    ?? WorldChange(key: event.entry.key, before: .stored(event.entry), after: nil)
            }
        }
    }

    /// The events without the versions that others of them have replaced already: nobody needs to look at those, for a controller goes by
    /// what is. A deletion stays, and what it deleted.
    private static func newest(_ events: [Event]) -> [Event] {
        var replaced: Set<ObjectIdentifier> = []
        for event in events where event.kind == .put {
            if let previous = event.previous { replaced.insert(ObjectIdentifier(previous)) }
        }
        return replaced.isEmpty ? events : events.filter { $0.kind == .delete || !replaced.contains(ObjectIdentifier($0.entry)) }
    }

    /// The documents as they were taken in last. Holding a world makes the next `take` copy.
    package func world(now: Timestamp) -> World { state.withLock { World($0.documents, now: now) } }
    /// Takes in what has arrived and shows the world as it is then.
    package func current(now: Timestamp) -> World {
        _ = take()
        return world(now: now)
    }
}
