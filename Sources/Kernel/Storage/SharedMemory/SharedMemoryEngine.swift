import Control
import Synchronization

/// One process's side of a shared memory.
final class SharedMemoryEngine: SharedEngine {
    /// What a handle is told, in the order of revisions.
    enum News: Sendable {
        case opened(SharedMemory.Keyspace, at: Revision)
        case gone(String)
        case change(realm: String, FollowedChange)
    }
    /// Who waits until the first so many news are told.
    struct Waiter: Sendable {
        let id: Int
        let count: Int
        let continuation: CheckedContinuation<Bool, Never>
    }
    struct State: Sendable {
        var news: [News] = []
        var isTelling = false
        /// Whether news are on their way over the wire.
        var isHearing = false
        var isCut = false
        var isClosed = false
        var numbers: [String: RealmID] = [:]
        /// The news that there were, and those of them that are told.
        var (queued, told) = (0, 0)
        var waiting: [Waiter] = []
        var lastWaiter = 0
    }
    let hub: SharedMemory
    let wire: SharedMemoryWire?
    private let publisher: Publisher
    private let line = LocalLeaders()
    private let store = Mutex<Store?>(nil)
    let state = Mutex(State())

    init(hub: SharedMemory, publisher: Publisher, wire: SharedMemoryWire?) {
        (self.hub, self.publisher, self.wire) = (hub, publisher, wire)
    }

    /// Takes over what is there and follows from there on.
    func begin(_ store: Store) {
        self.store.withLock { $0 = store }
        hub.state.withLock { hub in
            for realm in hub.realms.values.sorted(by: { $0.number < $1.number }) { append(.opened(realm, at: hub.revision)) }
            hub.engines.append(self)
        }
        deliver()
    }
    /// Hears nothing more.
    func leave() { hub.state.withLock { hub in hub.engines.removeAll { $0 === self } } }

    var isCut: Bool {
        get { state.withLock { $0.isCut } }
        set { state.withLock { $0.isCut = newValue } }
    }

    func append(_ news: News) {
        state.withLock { state in
            state.news.append(news)
            state.queued += 1
        }
    }
    /// Tells the store what is new, one caller at a time: at once, or when it has come over the wire.
    func flush() {
        guard let wire else { return deliver() }
        let begins = state.withLock { state in
            guard !state.isHearing, !state.isCut, !state.news.isEmpty else { return false }
            state.isHearing = true
            return true
        }
        if begins { wire.begin { await self.hear(wire) } }
    }
    private func hear(_ wire: SharedMemoryWire) async {
        while true {
            try? await wire.travel()
            deliver()
            let isOver = state.withLock { state in
                state.isHearing = !state.news.isEmpty && !state.isCut
                return !state.isHearing
            }
            if isOver { return }
        }
    }
    private func deliver() {
        while let news = take() {
            for item in news { tell(item) }
            let reached = state.withLock { state in
                state.isTelling = false
                state.told += news.count
                defer { state.waiting.removeAll { $0.count <= state.told } }
                return state.waiting.filter { $0.count <= state.told }
            }
            for waiter in reached { waiter.continuation.resume(returning: true) }
        }
    }
    private func take() -> [News]? {
        state.withLock { state in
            guard !state.isTelling, !state.isCut, !state.news.isEmpty else { return nil }
            state.isTelling = true
            defer { state.news = [] }
            return state.news
        }
    }
    private func tell(_ news: News) {
        guard let store = store.withLock({ $0 }) else { return }
        switch news {
        case .opened(let keyspace, let revision):
            let entries = keyspace.documents.values.sorted { $0.key.precedes($1.key) }
            let recovered = RecoveredRealm(
                name: keyspace.name, id: keyspace.number, birth: keyspace.birth, head: revision, entries: entries)
            state.withLock { $0.numbers[keyspace.name] = keyspace.number }
            store.adopt(Realm(recovered, backing: .shared(self), publisher: publisher, limits: hub.limits))
        case .gone(let name):
            state.withLock { $0.numbers[name] = nil }
            store.opened(name)?.failed(.unavailable("the realm \(name) is destroyed"), final: true)
            store.drop(name)
        case .change(let name, let change): _ = store.opened(name)?.followed([change])
        }
    }

    func commit(_ write: Write, in realm: Realm) async throws(StorageError) -> Entry {
        let number = state.withLock { $0.numbers[realm.name] }
        guard let number, number == realm.id else { throw .unavailable("the realm \(realm.name) is destroyed") }
        let fence = Fence.current
        try await ask()
        do throws(StorageError) {
            let entry = try hub.commit(write, realm: realm.name, number: number, fence: fence)
            try await heard()
            return entry
        } catch {
            // Who is refused finds the reason in the index.
            guard case .unavailable = error else {
                try await heard()
                throw error
            }
            throw error
        }
    }
    func current() async throws(StorageError) {
        try await ask()
        flush()
        try await heard()
    }
    func entries(of realm: Realm, prefix: String, at revision: Revision) async throws(StorageError) -> [Entry] {
        try await ask()
        return try hub.entries(realm: realm.name, number: realm.id, prefix: prefix, at: revision)
    }
    func create(realm name: String) async throws(StorageError) {
        try await ask()
        hub.create(realm: name)
        try await heard()
    }
    func destroy(realm name: String) async throws(StorageError) {
        try await ask()
        hub.destroy(realm: name)
        try await heard()
    }
    func leader(of realm: String) -> String? { hub.leader(of: realm) }
    func close() async {
        state.withLock { $0.isClosed = true }
        leave()
    }

    func lead(_ realm: String, as identity: String, _ body: @escaping @Sendable () async throws -> Void) async throws {
        _ = try await line.take(realm, identity)
        defer { line.release(realm) }
        while true {
            let (fence, begin) = try await campaign(realm, identity)
            let end = await hold(fence, since: begin, body)
            if !isCut { hub.resign(fence) }
            if let end { return try end.get() }
            try Task.checkCancellation()
        }
    }
    /// The leadership, and when it was asked for: its lease ends no later than one lease's time after that.
    private func campaign(_ realm: String, _ identity: String) async throws -> (Fence, Timestamp) {
        while true {
            try Task.checkCancellation()
            if state.withLock({ $0.isClosed }) { throw StorageError.unavailable("the store is closed") }
            let begin = hub.clock.now
            try await wire?.travel()
            if !isCut, let token = hub.campaign(realm, identity) {
                try await wire?.travel()
                return (Fence(realm: realm, token: token), begin)
            }
            try await hub.clock.sleep(for: .milliseconds(500))
        }
    }
    /// Runs the body until it ends, or until the leadership is lost and it has; then nil.
    private func hold(_ fence: Fence, since begin: Timestamp, _ body: @escaping @Sendable () async throws -> Void) async -> Result<
        Void, any Error
    >? {
        await withTaskGroup(of: Result<Void, any Error>?.self) { group in
            group.addTask {
                do {
                    try await Fence.$current.withValue(fence) { try await body() }
                    return .success(())
                } catch { return .failure(error) }
            }
            group.addTask {
                await self.keep(fence, since: begin)
                return nil
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            await group.waitForAll()
            return first
        }
    }
    /// Renews the lease; returns when the leadership is lost, or when this process must think so.
    private func keep(_ fence: Fence, since begin: Timestamp) async {
        var valid = begin + hub.lease
        while hub.clock.now < valid {
            do {
                try await hub.clock.sleep(for: hub.lease / 6)
                let asked = hub.clock.now
                try await wire?.travel()
                guard !isCut else { continue }
                guard hub.renew(fence) else { return }
                try await wire?.travel()
                if !isCut { valid = asked + hub.lease }
            } catch { return }
        }
    }
}

// The wire.
extension SharedMemoryEngine {
    /// Brings a request to the memory, and tries again for as long as the wire's patience lasts.
    private func ask() async throws(StorageError) {
        let deadline = hub.clock.now + (wire?.patience ?? .zero)
        while true {
            try? await wire?.travel()
            let (cut, closed) = state.withLock { ($0.isCut, $0.isClosed) }
            if closed { throw .unavailable("the store is closed") }
            if !cut { return }
            guard hub.clock.now < deadline, !Task.isCancelled else { throw .unavailable("the store does not answer") }
            try? await hub.clock.sleep(for: .milliseconds(500))
        }
    }

    /// Waits until the indexes hold all that there is by now; without a wire they do.
    private func heard() async throws(StorageError) {
        guard let wire else { return }
        flush()
        let (id, count) = state.withLock { state in
            state.lastWaiter += 1
            return (state.lastWaiter, state.queued)
        }
        let alarm = hub.clock.alarm(after: wire.patience) { self.giveUp(id) }
        defer { alarm.cancel() }
        let isHeard = await withCheckedContinuation { continuation in
            let isTold = state.withLock { state in
                if state.told < count { state.waiting.append(Waiter(id: id, count: count, continuation: continuation)) }
                return state.told >= count
            }
            if isTold { continuation.resume(returning: true) }
        }
        guard isHeard else { throw .unavailable("the store tells of no changes; whether it was written is not known") }
    }
    private func giveUp(_ id: Int) {
        let waiter = state.withLock { state in
            defer { state.waiting.removeAll { $0.id == id } }
            return state.waiting.first { $0.id == id }
        }
        waiter?.continuation.resume(returning: false)
    }
}
