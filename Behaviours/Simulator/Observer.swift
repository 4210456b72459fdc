import Documents
import Storage
import Synchronization

/// Something that must never be and was.
package struct Violation: Error, Sendable, Hashable, CustomStringConvertible {
    package let description: String
    package init(_ description: String) { self.description = description }
}

/// One write as the store published it.
struct Change {
    let key: String
    let revision: Revision
    /// Null where there is no document.
    let (before, after): (Value, Value)
    /// The document's kind by its key, as in `core/pods`.
    var kind: String { key.split(separator: "/").prefix(2).joined(separator: "/") }
}

/// What must hold of a realm after every single write.
protocol Invariant: Sendable {
    /// - Throws: `Violation`.
    mutating func observe(_ change: Change) throws(Violation)
}

/// Sees every write of one realm in the store itself, over all lives of the process, and checks what must hold at every revision.
final class Observer: Sendable {
    fileprivate struct State: Sendable {
        var head: Revision = 0
        var entries: [String: Entry] = [:]
        var invariants: [any Invariant]
        var violation: Violation?
        /// FNV-1a over all keys and revisions that were published.
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        var handles: [WatchHandle] = []
        /// Whether revisions are those of all realms together.
        let isShared: Bool
    }
    let realm: String
    private let state: Mutex<State>

    init(realm: String, invariants: [any Invariant], isShared: Bool = false) {
        self.realm = realm
        state = Mutex(State(invariants: invariants, isShared: isShared))
    }

    /// The first violation.
    var violation: Violation? { state.withLock { $0.violation } }
    /// The newest revision that was seen, and a hash of all writes.
    var summary: String { state.withLock { "\($0.head) \(String($0.hash, radix: 16))" } }

    /// Follows the realm as it is in the present life. What was published in former lives must be there, exactly.
    func follow(_ realm: Realm) {
        let snapshot = realm.snapshot()
        state.withLock { state in
            do throws(Violation) { try state.compare(snapshot, self.realm) } catch { state.note(error) }
        }
        do throws(StorageError) {
            let handle = try realm.watch(prefix: "", after: snapshot.revision) { [self] events in
                state.withLock { state in for event in events { state.take(event, self.realm) } }
            }
            state.withLock { $0.handles.append(handle) }
        } catch {
            state.withLock { $0.note(Violation("\(self.realm) cannot be watched from its own snapshot: \(error)")) }
        }
    }
}

extension Observer.State {
    mutating func note(_ violation: Violation) { self.violation = self.violation ?? violation }

    /// Compares a realm that was opened again with what it had published, and sees the writes that were not published yet.
    mutating func compare(_ snapshot: Snapshot, _ realm: String) throws(Violation) {
        guard snapshot.revision >= head else {
            throw Violation("\(realm) was at revision \(head) before the crash and is at \(snapshot.revision) after it")
        }
        var found: [String: Entry] = [:]
        snapshot.forEach(prefix: "") { found[$0.key] = $0 }
        let known = head
        for (key, entry) in entries.sorted(by: { $0.key < $1.key }) where found[key]?.revision != entry.revision {
            let isLater = found[key].map { $0.revision > known } ?? (snapshot.revision > known)
            guard isLater else {
                let now = found[key].map { "at revision \($0.revision)" } ?? "gone"
                throw Violation("\(realm): \(key) was published at revision \(entry.revision) and is \(now) after the crash")
            }
        }
        let changed = Set(entries.keys).union(found.keys).filter { entries[$0]?.revision != found[$0]?.revision }.sorted()
        // What came between is not known, so everything that changed goes first.
        for key in changed {
            guard let entry = entries[key] else { continue }
            try check(Change(key: key, revision: snapshot.revision, before: entry.value, after: .null))
        }
        for entry in changed.compactMap({ found[$0] }).sorted(by: { $0.revision < $1.revision }) {
            guard entry.revision > known else { throw Violation("\(realm): \(entry.key) at revision \(entry.revision) came from nowhere") }
            try check(Change(key: entry.key, revision: entry.revision, before: .null, after: entry.value))
        }
        for (key, entry) in entries where found[key]?.revision == entry.revision {
            guard found[key]?.bytes == entry.bytes else { throw Violation("\(realm): \(key) has other bytes after the crash") }
        }
        (entries, head) = (found, snapshot.revision)
    }

    mutating func take(_ event: Event, _ realm: String) {
        let (key, revision) = (event.entry.key, event.revision)
        do throws(Violation) {
            guard revision == head + 1 || isShared && revision > head else {
                throw Violation("\(realm): revision \(revision) was published after \(head)")
            }
            head = revision
            for byte in "\(key) \(revision)".utf8 { hash = (hash ^ UInt64(byte)) &* 0x0100_0000_01b3 }
            let before = entries[key]
            guard before?.revision == event.previous?.revision else {
                throw Violation(
                    "\(realm): \(key) was at revision \(before?.revision ?? 0), its event says \(event.previous?.revision ?? 0)")
            }
            entries[key] = event.kind == .put ? event.entry : nil
            try check(
                Change(
                    key: key, revision: revision, before: before?.value ?? .null, after: event.kind == .put ? event.entry.value : .null))
        } catch { note(error) }
    }

    private mutating func check(_ change: Change) throws(Violation) {
        for index in invariants.indices { try invariants[index].observe(change) }
    }
}
