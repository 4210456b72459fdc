package import Control
import Synchronization

/// What a store takes and keeps.
package struct StoreLimits: Sendable {
    /// Largest document in bytes.
    package var documentBytes = 3 << 20
    /// Longest key in bytes.
    package var keyBytes = 4096
    /// Most events of a realm that are kept for watches to resume.
    package var historyEvents = 20_000
    /// Most bytes of events of a realm that are kept.
    package var historyBytes = 64 << 20
    package init() {}
}

/// The realms of a process and what is under them: one journal, or an engine that other processes write to as well.
package final class Store: Sendable {
    let backing: Backing
    let publisher: Publisher
    private let limits: StoreLimits
    private let clock: any WallClock
    let state: Mutex<State>
    /// Who leads, where this process is alone.
    let leaders = LocalLeaders()

    enum Slot {
        case open(Realm)
        /// Being made or destroyed; those who wait look again afterwards.
        case changing([CheckedContinuation<Void, Never>])
    }
    struct State {
        /// The names of the realms that are there, in order.
        var names: [String] { slots.filter { if case .open = $0.value { true } else { false } }.keys.sorted() }
        var slots: [String: Slot] = [:]
        var nextID: RealmID
        var closed = false
        var watches: [RealmsWatch] = []
    }

    init(
        backing: Backing, publisher: Publisher, limits: StoreLimits, clock: any WallClock, realms: [Realm] = [], nextID: RealmID = 1
    ) {
        (self.backing, self.publisher, self.limits, self.clock) = (backing, publisher, limits, clock)
        var state = State(nextID: nextID)
        for realm in realms { state.slots[realm.name] = .open(realm) }
        self.state = Mutex(state)
    }

    /// A store that keeps nothing beyond the process. It has no threads: a write is published and its watchers have been called
    /// when `commit` returns.
    package static func memory(clock: any WallClock, limits: StoreLimits = StoreLimits()) -> Store {
        Store(backing: .journal(MemoryJournal()), publisher: Publisher(threaded: false), limits: limits, clock: clock)
    }

    /// The names of the realms, in order.
    package var realmNames: [String] { state.withLock { $0.names } }

    /// Calls back with the names of the realms, in order, whenever they change, now included: one call at a time.
    package func watchRealms(_ sink: @escaping @Sendable ([String]) -> Void) -> WatchHandle {
        let watch = RealmsWatch(sink)
        state.withLock { state in
            state.watches.append(watch)
            publisher.append(.realms(watch, state.names))
        }
        publisher.flush()
        return WatchHandle {
            watch.cancelled.store(true, ordering: .releasing)
            self.state.withLock { state in state.watches.removeAll { $0 === watch } }
        }
    }

    /// The realm of that name as it is now; nil when there is none.
    package func opened(_ name: String) -> Realm? {
        state.withLock { if case .open(let realm) = $0.slots[name] { realm } else { nil } }
    }

    /// The realm of that name, made durably when there is none.
    /// - Throws: `StorageError.unavailable`.
    package func realm(_ name: String) async throws(StorageError) -> Realm {
        switch backing {
        case .journal(let journal): try await realm(name, in: journal)
        case .shared(let engine): try await realm(name, in: engine)
        }
    }

    private func realm(_ name: String, in journal: any Journal) async throws(StorageError) -> Realm {
        if let realm = try await claim(name) { return realm }
        let id = state.withLock { state in
            defer { state.nextID += 1 }
            return state.nextID
        }
        let recovered = RecoveredRealm(name: name, id: id, birth: clock.now)
        let realm = Realm(recovered, backing: .journal(journal), publisher: publisher, limits: limits)
        do throws(StorageError) { try await journal.create(realm) } catch {
            release(name, nil)
            throw error
        }
        release(name, realm)
        return realm
    }

    /// Destroys a realm with everything in it; nothing happens when there is none. Its writes fail from now on.
    /// - Throws: `StorageError.unavailable`; the realm is closed all the same.
    package func destroy(realm name: String) async throws(StorageError) {
        switch backing {
        case .journal(let journal): try await destroy(realm: name, in: journal)
        case .shared(let engine): try await destroy(realm: name, in: engine)
        }
    }

    private func destroy(realm name: String, in journal: any Journal) async throws(StorageError) {
        guard let realm = try await claim(name) else { return release(name, nil) }
        let held = state.withLock { state in
            // Another task may have claimed the name in between; then it is gone or about to be.
            guard case .open(let open) = state.slots[name], open === realm else { return false }
            state.slots[name] = .changing([])
            return true
        }
        guard held else { return try await destroy(realm: name, in: journal) }
        realm.failed(.unavailable("the realm \(name) is destroyed"), final: true)
        do throws(StorageError) { try await journal.destroy(realm) } catch {
            release(name, realm)
            throw error
        }
        release(name, nil)
    }

    /// Makes everything durable and closes files and threads; writes fail afterwards, reads go on.
    package func close() async {
        let realms = state.withLock { state -> [Realm] in
            state.closed = true
            return state.slots.values.compactMap { if case .open(let realm) = $0 { realm } else { nil } }
        }
        switch backing {
        case .journal(let journal): await journal.close()
        case .shared(let engine): await engine.close()
        }
        for realm in realms { realm.failed(.unavailable("the store is closed"), final: true) }
        publisher.stop()
    }

    /// The open realm, or nil when the name is now the caller's to change.
    private func claim(_ name: String) async throws(StorageError) -> Realm? {
        while true {
            let slot = try state.withLock { state throws(StorageError) -> Slot? in
                guard !state.closed else { throw .unavailable("the store is closed") }
                let slot = state.slots[name]
                if slot == nil { state.slots[name] = .changing([]) }
                return slot
            }
            switch slot {
            case nil: return nil
            case .open(let realm): return realm
            case .changing: await settle(name)
            }
        }
    }

    /// Waits until a change of the name has ended.
    private func settle(_ name: String) async {
        await withCheckedContinuation { continuation in
            let waits = state.withLock { state in
                guard case .changing(let waiting) = state.slots[name] else { return false }
                state.slots[name] = .changing(waiting + [continuation])
                return true
            }
            if !waits { continuation.resume() }
        }
    }

    /// Ends the change of a name and wakes those who wait for it.
    private func release(_ name: String, _ realm: Realm?) {
        let waiting = state.withLock { state -> [CheckedContinuation<Void, Never>] in
            guard case .changing(let waiting) = state.slots[name] else { return [] }
            state.slots[name] = realm.map(Slot.open)
            for watch in state.watches { publisher.append(.realms(watch, state.names)) }
            return waiting
        }
        publisher.flush()
        for continuation in waiting { continuation.resume() }
    }
}
