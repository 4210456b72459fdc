import Control
import Network
import Synchronization

/// A store's realms on an etcd: writes are transactions there, and one watch tells this process of everybody's changes in etcd's order.
final class EtcdEngine: SharedEngine {
    /// What the engine tells its store.
    struct Hooks: Sendable {
        let opened: @Sendable (Realm) -> Void
        let gone: @Sendable (String) -> Void
    }
    /// The threads of all stores on etcd in this process.
    static let loops = EventLoopGroup(count: 1)
    /// How long one attempt of a call may take before the next member is asked.
    static let attempt = Duration.seconds(3)

    let configuration: EtcdConfiguration
    let client: EtcdClient
    let keys: EtcdKeys
    let clock: any WallClock
    let limits: StoreLimits
    let publisher: Publisher
    /// What tells this process's writes from others'.
    let writer: UInt64
    let tasks: EtcdTasks
    let directory = EtcdDirectory()
    let progress = EtcdProgress()
    let landings = EtcdLandings()
    let turns = EtcdTurns()
    let readIndex = EtcdReadIndex()
    let watching = EtcdWatching()
    let leads = EtcdLeads()
    /// Rung when a realm was destroyed.
    let chores = Mailbox<Void>()
    private let hooks = Mutex<Hooks?>(nil)
    let log = Log("etcd")
    private let closed = Atomic(false)

    /// - Throws: `StorageError.unavailable` for a configuration that makes no sense.
    init(
        _ configuration: EtcdConfiguration, clock: any WallClock, limits: StoreLimits, publisher: Publisher, random: RandomSource
    ) throws(StorageError) {
        client = try EtcdClient(configuration, loops: Self.loops)
        (self.configuration, self.clock, self.limits, self.publisher) = (configuration, clock, limits, publisher)
        keys = EtcdKeys(prefix: configuration.prefix)
        writer = random.next()
        tasks = EtcdTasks(loop: Self.loops.next())
    }

    /// Reads everything and goes on following. Returns when the indexes hold what etcd holds.
    /// - Throws: `StorageError.unavailable` when etcd does not answer in time.
    func start(_ hooks: Hooks) async throws(StorageError) {
        self.hooks.withLock { $0 = hooks }
        try await persistently { () async throws(GRPCError) in try await self.list() }
        let version = try await persistently { () async throws(GRPCError) in try await self.client.status(timeout: Self.attempt).version }
        log.info("the store is on etcd", ["version": version, "prefix": configuration.prefix])
        tasks.serve([follow, expire, guardWatch, keepSession, tidy])
    }

    func close() async {
        guard !closed.exchange(true, ordering: .acquiringAndReleasing) else { return }
        // What was taken comes to its end.
        for _ in 0..<200 where landings.isBusy { try? await clock.sleep(for: .milliseconds(10)) }
        await endSession()
        await tasks.end {
            client.close()
            progress.end()
            landings.end()
        }
        hooks.withLock { $0 = nil }
        directory.clear()
    }

    func current() async throws(StorageError) {
        if isClosed { throw .unavailable("the store is closed") }
        try await readIndex.wait { self.startRounds() }
    }

    func leader(of realm: String) -> String? { leads.leader(of: realm)?.identity }

    /// Whether the store is closed.
    var isClosed: Bool { closed.load(ordering: .acquiring) }
    /// Tells the store of a realm that is there.
    func announce(_ realm: Realm) { hooks.withLock { $0 }?.opened(realm) }
    /// Tells the store of a realm that is gone.
    func retract(_ name: String) { hooks.withLock { $0 }?.gone(name) }

    /// Calls `body` until it succeeds or the configured patience ends.
    /// - Throws: `StorageError.unavailable`.
    func persistently<Result>(
        _ body: () async throws(GRPCError) -> Result
    ) async throws(StorageError) -> Result {
        let deadline = ContinuousClock.now + configuration.patience
        var pause = Duration.milliseconds(20)
        while true {
            do throws(GRPCError) { return try await body() } catch {
                guard error.isOfTheMember else { throw .unavailable("etcd: \(error.message)") }
                guard ContinuousClock.now + pause < deadline else {
                    throw .unavailable("etcd does not answer within \(configuration.patience): \(error.message)")
                }
                try? await clock.sleep(for: pause)
                pause = min(pause * 2, .milliseconds(500))
            }
        }
    }
}

/// The realms that there are, by name and by number.
final class EtcdDirectory: Sendable {
    struct Member: Sendable {
        let number: Int64
        let realm: Realm
    }
    private struct State {
        var byName: [String: Member] = [:]
        var byNumber: [Int64: Realm] = [:]
    }
    private let state = Mutex(State())

    /// The number of a realm that still is there.
    func number(of realm: Realm) -> Int64? {
        state.withLock { state in
            guard let member = state.byName[realm.name], member.realm === realm else { return nil }
            return member.number
        }
    }
    func realm(_ number: Int64) -> Realm? { state.withLock { $0.byNumber[number] } }
    func member(_ name: String) -> Member? { state.withLock { $0.byName[name] } }
    var members: [Member] { state.withLock { Array($0.byName.values) } }

    func add(_ realm: Realm, _ number: Int64) {
        state.withLock { state in
            state.byName[realm.name] = Member(number: number, realm: realm)
            state.byNumber[number] = realm
        }
    }
    func remove(_ name: String) -> Realm? {
        state.withLock { state in
            guard let member = state.byName.removeValue(forKey: name) else { return nil }
            state.byNumber[member.number] = nil
            return member.realm
        }
    }
    func clear() { state.withLock { $0 = State() } }
}
