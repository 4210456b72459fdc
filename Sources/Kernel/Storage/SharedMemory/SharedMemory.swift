package import Control
import Synchronization

/// A store in memory that several handles share, as processes share an etcd: for simulations of several servers in one process.
///
/// It is to etcd what the memory journal is to the log: the same rules without a wire. Revisions count for all realms together, every write
/// is checked in one place, leaderships end with leases on the clock, and a handle can be cut off.
package final class SharedMemory: Sendable {
    struct Keyspace: Sendable {
        let name: String
        let number: RealmID
        let birth: Timestamp
        var documents: [String: Entry] = [:]
    }
    struct Leader: Sendable {
        let identity: String
        let token: Int64
        var until: Timestamp
    }
    /// A change, and what stood there before.
    struct Step: Sendable {
        let realm: RealmID
        let key: String
        let revision: Revision
        let previous: Entry?
    }
    struct State: Sendable {
        var revision: Revision = 0
        /// All changes after `compacted`, oldest first.
        var past: [Step] = []
        var compacted: Revision = 0
        var lastNumber: RealmID = 0
        var realms: [String: Keyspace] = [:]
        var leaders: [String: Leader] = [:]
        var engines: [SharedMemoryEngine] = []
        var (leaderships, fenced) = (0, 0)

        /// Whether the leadership stands: its lease has not ended, and nobody else has one.
        func leads(_ fence: Fence, at now: Timestamp) -> Bool {
            leaders[fence.realm].map { $0.token == fence.token && $0.until > now } ?? false
        }
    }
    let clock: any WallClock
    let lease: Duration
    let limits: StoreLimits
    let state = Mutex(State())

    /// - Parameter lease: how long a leadership outlives the handle that has it.
    package init(clock: any WallClock, lease: Duration = .seconds(6), limits: StoreLimits = StoreLimits()) {
        (self.clock, self.lease, self.limits) = (clock, lease, limits)
    }

    /// Another process's handle, and its link to the rest; without a wire everything happens at once.
    package func connect(wire: SharedMemoryWire? = nil) -> (store: Store, link: SharedMemoryLink) {
        let publisher = Publisher(threaded: false)
        let engine = SharedMemoryEngine(hub: self, publisher: publisher, wire: wire)
        let store = Store(backing: .shared(engine), publisher: publisher, limits: limits, clock: clock)
        engine.begin(store)
        return (store, SharedMemoryLink(engine: engine))
    }

    /// Checks and numbers one write, and tells every handle.
    func commit(_ write: Write, realm name: String, number: RealmID, fence: Fence?) throws(StorageError) -> Entry {
        let now = clock.now
        let (entry, engines) = try state.withLock { state throws(StorageError) in
            if let fence, !state.leads(fence, at: now) {
                state.fenced += 1
                throw .fenced(realm: fence.realm)
            }
            guard let realm = state.realms[name], realm.number == number else { throw .unavailable("the realm \(name) is destroyed") }
            let current = realm.documents[write.key]
            try write.check(against: current) { realm.documents[$0] }
            state.revision += 1
            state.past.append(Step(realm: number, key: write.key, revision: state.revision, previous: current))
            let entry: Entry
            switch (write.operation, current) {
            case (.put(let document), _):
                entry = Entry(
                    key: write.key, revision: state.revision, created: current?.created ?? state.revision, document: document)
                state.realms[name]?.documents[write.key] = entry
                for engine in state.engines { engine.append(.change(realm: name, .put(entry))) }
            case (.delete, .some(let current)):
                entry = current.deleted(at: state.revision)
                state.realms[name]?.documents[write.key] = nil
                for engine in state.engines { engine.append(.change(realm: name, .delete(key: write.key, revision: state.revision))) }
            case (.delete, nil): throw .absent(key: write.key)
            }
            return (entry, state.engines)
        }
        for engine in engines { engine.flush() }
        return entry
    }

    /// Forgets how things were before the revision, as etcd does when it is told to.
    package func compact(to revision: Revision) {
        state.withLock { state in
            state.compacted = max(state.compacted, min(revision, state.revision))
            state.past.removeAll { [compacted = state.compacted] in $0.revision <= compacted }
        }
    }
    /// What stood below a prefix at a revision, in key order.
    func entries(realm name: String, number: RealmID, prefix: String, at revision: Revision) throws(StorageError) -> [Entry] {
        let (documents, steps) = try state.withLock { state throws(StorageError) in
            guard let realm = state.realms[name], realm.number == number else { throw .unavailable("the realm \(name) is destroyed") }
            guard revision >= state.compacted else { throw .compacted(oldest: state.compacted) }
            return (realm.documents, state.past.filter { $0.realm == number && $0.revision > revision })
        }
        var found = documents
        for step in steps.reversed() { found[step.key] = step.previous }
        return found.values.filter { $0.key.begins(with: prefix) }.sorted { $0.key.precedes($1.key) }
    }

    func create(realm name: String) {
        let engines = state.withLock { state -> [SharedMemoryEngine] in
            guard state.realms[name] == nil else { return state.engines }
            state.lastNumber += 1
            state.revision += 1
            let realm = Keyspace(name: name, number: state.lastNumber, birth: clock.now)
            state.realms[name] = realm
            for engine in state.engines { engine.append(.opened(realm, at: state.revision)) }
            return state.engines
        }
        for engine in engines { engine.flush() }
    }
    func destroy(realm name: String) {
        let engines = state.withLock { state -> [SharedMemoryEngine] in
            guard state.realms.removeValue(forKey: name) != nil else { return [] }
            state.revision += 1
            for engine in state.engines { engine.append(.gone(name)) }
            return state.engines
        }
        for engine in engines { engine.flush() }
    }

    /// The token of a new leadership; nil while another has it.
    func campaign(_ realm: String, _ identity: String) -> Int64? {
        let now = clock.now
        return state.withLock { state in
            if let leader = state.leaders[realm], leader.until > now { return nil }
            state.revision += 1
            state.leaderships += 1
            state.leaders[realm] = Leader(identity: identity, token: state.revision, until: now + lease)
            return state.revision
        }
    }
    /// Whether the leadership stands, for another lease's time.
    func renew(_ fence: Fence) -> Bool {
        let now = clock.now
        return state.withLock { state in
            guard state.leads(fence, at: now) else { return false }
            state.leaders[fence.realm]?.until = now + lease
            return true
        }
    }
    func resign(_ fence: Fence) {
        state.withLock { state in
            if state.leaders[fence.realm]?.token == fence.token { state.leaders[fence.realm] = nil }
        }
    }
    func leader(of realm: String) -> String? {
        let now = clock.now
        return state.withLock { state in state.leaders[realm].flatMap { $0.until > now ? $0.identity : nil } }
    }
}
