package import Control
import Documents
package import Storage
import Synchronization

/// The decoded, indexed documents of a realm, kept up to date by its watch.
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

    /// Loads the realm and follows it from there on; to be called once.
    /// - Throws: `StorageError.unavailable` when the realm's history never reaches back to a fresh snapshot.
    package func start() throws(StorageError) {
        for _ in 0..<10 {
            let snapshot = realm.snapshot()
            do throws(StorageError) {
                let watch = try realm.watch(prefix: "", after: snapshot.revision) { [weak self] events in self?.receive(events) }
                state.withLock { state in
                    snapshot.forEach(prefix: "") { entry in
                        state.documents.put(WorldEntry(key: entry.key, revision: entry.revision, value: entry.value))
                    }
                    state.documents.reached(snapshot.revision)
                    state.watch = watch
                }
                return
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
            let events = state.pending
            state.pending = []
            return events.map { event in
                let entry = event.entry
                if event.kind == .delete {
                    let old = state.documents.remove(entry.key, at: event.revision)
                    return WorldChange(key: entry.key, old: old?.value ?? entry.value, new: nil)
                }
                let old = state.documents.put(WorldEntry(key: entry.key, revision: entry.revision, value: entry.value))
                return WorldChange(key: entry.key, old: old?.value, new: entry.value)
            }
        }
    }

    /// The documents as they were taken in last. Holding a world makes the next `take` copy.
    package func world(now: Timestamp) -> World { state.withLock { World($0.documents, now: now) } }
    /// Takes in what has arrived and shows the world as it is then.
    package func current(now: Timestamp) -> World {
        _ = take()
        return world(now: now)
    }
}
