import Cryptography
import Documents
import KubeModel
import Storage
import Synchronization

/// The kinds that a server knows at the moment: the built-in ones and those of established definitions.
///
/// The table never changes; a new one takes its place when definitions change. Any process that serves the realm makes its own.
final class Catalogue: Sendable {
    private struct State {
        var table: KindTable
        /// What each definition serves, by its key, so that only what changed is read again.
        var known: [String: Known] = [:]
        /// The revision of the newest definition and how many there are, when the table was made.
        var mark = Mark(newest: 0, count: 0)
        /// The revision up to which the store was looked at.
        var checked: Revision = -1
        var routes: RawRoutes?
        var watch: WatchHandle?
    }
    private struct Known {
        let revision: Revision
        /// A digest of what decides, so that a change of the status alone makes no new table.
        let digest: [UInt8]
        let kinds: [KindInfo]
    }
    private struct Mark: Equatable {
        let newest: Revision
        let count: Int
    }
    private let base: KindTable
    private let realm: Realm
    private let state: Mutex<State>
    private let stale: Stale
    /// Set by the watch, from the publisher's thread.
    private final class Stale: Sendable { let flag = Atomic(true) }

    /// Follows the definitions of a realm from now on.
    init(_ base: KindTable, realm: Realm) {
        let stale = Stale()
        (self.base, self.realm, self.stale) = (base, realm, stale)
        var state = State(table: base)
        // Without the watch the table is brought up to date when something is not found.
        state.watch = try? realm.watch(prefix: CustomDefinition.prefix, after: realm.head) { _ in
            stale.flag.store(true, ordering: .releasing)
        }
        self.state = Mutex(state)
    }

    /// The present table.
    var table: KindTable {
        if stale.flag.load(ordering: .acquiring) { refresh() }
        return state.withLock { $0.table }
    }
    /// The discovery and OpenAPI routes of the present table; nil while there are no custom kinds.
    func routes(_ make: (KindTable) -> RawRoutes) -> RawRoutes? {
        let table = table
        guard table !== base else { return nil }
        return state.withLock { state in
            if let routes = state.routes { return routes }
            let routes = make(state.table)
            state.routes = routes
            return routes
        }
    }

    /// Brings the table up to date with the store. Returns whether it changed.
    @discardableResult
    func refresh() -> Bool {
        state.withLock { state in
            // Cleared before reading: a change that comes in between only means one more look.
            stale.flag.store(false, ordering: .sequentiallyConsistent)
            let snapshot = realm.snapshot()
            guard snapshot.revision != state.checked else { return false }
            state.checked = snapshot.revision
            let entries = snapshot.range(prefix: CustomDefinition.prefix)
            let mark = Mark(newest: entries.reduce(0) { max($0, $1.revision) }, count: entries.count)
            guard mark != state.mark else { return false }
            state.mark = mark
            return Self.update(&state, entries, base, at: snapshot.revision)
        }
    }

    private static func update(_ state: inout State, _ entries: [Entry], _ base: KindTable, at revision: Revision) -> Bool {
        var (known, changed): ([String: Known], Bool) = ([:], false)
        for entry in entries {
            if let old = state.known[entry.key], old.revision == entry.revision {
                known[entry.key] = old
                continue
            }
            let digest = SHA256.hash(JSON.encode(relevant(entry.value)))
            if let old = state.known[entry.key], old.digest == digest {
                known[entry.key] = Known(revision: entry.revision, digest: digest, kinds: old.kinds)
            } else {
                // A definition may have been seen first long after it was made: its own revision is what counts then.
                let since = state.known[entry.key] == nil ? entry.revision : revision
                let kinds = CustomDefinition.kinds(entry.value, since: since)
                known[entry.key] = Known(revision: entry.revision, digest: digest, kinds: kinds)
                changed = true
            }
        }
        changed = changed || known.count != state.known.count
        state.known = known
        guard changed else { return false }
        let rows = known.values.flatMap(\.kinds).sorted { left, right in
            if left.group != right.group { return left.group < right.group }
            if left.version != right.version { return CustomDefinition.precedes(left.version, right.version) }
            return left.plural < right.plural
        }
        (state.table, state.routes) = (rows.isEmpty ? base : base.adding(rows), nil)
        return true
    }

    /// What of a definition decides what it serves.
    private static func relevant(_ definition: Value) -> Value {
        [
            "spec": definition["spec"], "names": definition["status"]["acceptedNames"],
            "established": .bool(CustomDefinition.holds("Established", definition)),
            "leaves": .bool(!definition["metadata"]["deletionTimestamp"].isNull),
        ]
    }
}
