package import Control
import Synchronization

extension Store {
    /// The store on an etcd, which other processes may use too: reads everything that is there and follows.
    /// - Throws: `StorageError.unavailable` when etcd does not answer in time or the configuration makes no sense.
    package static func etcd(
        _ configuration: EtcdConfiguration, clock: any WallClock, limits: StoreLimits = StoreLimits()
    ) async throws(StorageError) -> Store {
        let publisher = Publisher(threaded: true)
        let engine = try EtcdEngine(configuration, clock: clock, limits: limits, publisher: publisher, random: RandomSource())
        let store = Store(backing: .shared(engine), publisher: publisher, limits: limits, clock: clock)
        let hooks = EtcdEngine.Hooks(opened: { [weak store] in store?.adopt($0) }, gone: { [weak store] in store?.drop($0) })
        do throws(StorageError) { try await engine.start(hooks) } catch {
            await store.close()
            throw error
        }
        return store
    }

    /// The realm of that name: whoever makes it, it is this process's once the engine has heard of it.
    func realm(_ name: String, in engine: any SharedEngine) async throws(StorageError) -> Realm {
        while true {
            if state.withLock({ $0.closed }) { throw .unavailable("the store is closed") }
            if let realm = opened(name) { return realm }
            try await engine.create(realm: name)
        }
    }

    func destroy(realm name: String, in engine: any SharedEngine) async throws(StorageError) {
        if state.withLock({ $0.closed }) { throw .unavailable("the store is closed") }
        try await engine.destroy(realm: name)
    }

    /// A realm is there.
    func adopt(_ realm: Realm) { change { $0[realm.name] = .open(realm) } }
    /// A realm is gone.
    func drop(_ name: String) { change { $0[name] = nil } }

    private func change(_ change: (inout [String: Slot]) -> Void) {
        state.withLock { state in
            change(&state.slots)
            for watch in state.watches { publisher.append(.realms(watch, state.names)) }
        }
        publisher.flush()
    }
}
