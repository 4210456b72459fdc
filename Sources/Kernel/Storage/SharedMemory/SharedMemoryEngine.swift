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
    private struct State {
        var news: [News] = []
        var isTelling = false
        var isCut = false
        var isClosed = false
        var numbers: [String: RealmID] = [:]
    }
    private let hub: SharedMemory
    private let publisher: Publisher
    private let line = LocalLeaders()
    private let store = Mutex<Store?>(nil)
    private let state = Mutex(State())

    init(hub: SharedMemory, publisher: Publisher) { (self.hub, self.publisher) = (hub, publisher) }

    /// Takes over what is there and follows from there on.
    func begin(_ store: Store) {
        self.store.withLock { $0 = store }
        hub.state.withLock { hub in
            for realm in hub.realms.values.sorted(by: { $0.number < $1.number }) { append(.opened(realm, at: hub.revision)) }
            hub.engines.append(self)
        }
        flush()
    }

    var isCut: Bool {
        get { state.withLock { $0.isCut } }
        set { state.withLock { $0.isCut = newValue } }
    }
    private func checkLink() throws(StorageError) {
        let (cut, closed) = state.withLock { ($0.isCut, $0.isClosed) }
        if closed { throw .unavailable("the store is closed") }
        if cut { throw .unavailable("the store does not answer") }
    }

    func append(_ news: News) { state.withLock { $0.news.append(news) } }
    /// Tells the store what is new, one caller at a time.
    func flush() {
        while let news = take() {
            for item in news { tell(item) }
            state.withLock { $0.isTelling = false }
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
        try checkLink()
        let number = state.withLock { $0.numbers[realm.name] }
        guard let number, number == realm.id else { throw .unavailable("the realm \(realm.name) is destroyed") }
        return try hub.commit(write, realm: realm.name, number: number, fence: Fence.current)
    }
    func current() async throws(StorageError) {
        try checkLink()
        flush()
    }
    func create(realm name: String) async throws(StorageError) {
        try checkLink()
        hub.create(realm: name)
    }
    func destroy(realm name: String) async throws(StorageError) {
        try checkLink()
        hub.destroy(realm: name)
    }
    func leader(of realm: String) -> String? { hub.leader(of: realm) }
    func close() async {
        state.withLock { $0.isClosed = true }
        hub.state.withLock { hub in hub.engines.removeAll { $0 === self } }
    }

    func lead(_ realm: String, as identity: String, _ body: @escaping @Sendable () async throws -> Void) async throws {
        _ = try await line.take(realm, identity)
        defer { line.release(realm) }
        while true {
            let fence = try await campaign(realm, identity)
            let end = await hold(fence, body)
            if !isCut { hub.resign(fence) }
            if let end { return try end.get() }
            try Task.checkCancellation()
        }
    }
    private func campaign(_ realm: String, _ identity: String) async throws -> Fence {
        while true {
            try Task.checkCancellation()
            if state.withLock({ $0.isClosed }) { throw StorageError.unavailable("the store is closed") }
            if !isCut, let token = hub.campaign(realm, identity) { return Fence(realm: realm, token: token) }
            try await hub.clock.sleep(for: .milliseconds(500))
        }
    }
    /// Runs the body until it ends, or until the leadership is lost and it has; then nil.
    private func hold(_ fence: Fence, _ body: @escaping @Sendable () async throws -> Void) async -> Result<Void, any Error>? {
        await withTaskGroup(of: Result<Void, any Error>?.self) { group in
            group.addTask {
                do {
                    try await Fence.$current.withValue(fence) { try await body() }
                    return .success(())
                } catch { return .failure(error) }
            }
            group.addTask {
                await self.keep(fence)
                return nil
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            await group.waitForAll()
            return first
        }
    }
    /// Renews the lease; returns when the leadership is lost, or when this process must think so.
    private func keep(_ fence: Fence) async {
        var valid = hub.clock.now + hub.lease
        while hub.clock.now < valid {
            do { try await hub.clock.sleep(for: hub.lease / 6) } catch { return }
            guard !isCut else { continue }
            guard hub.renew(fence) else { return }
            valid = hub.clock.now + hub.lease
        }
    }
}
