import Synchronization

/// This process's writes that are under way, and what came of them: a write has landed when the watch shows it.
final class EtcdLandings: Sendable {
    private struct Landing {
        var entry: Entry?
        var deadline: ContinuousClock.Instant?
        var continuation: CheckedContinuation<Entry?, Never>?
    }
    private struct State {
        var last: UInt64 = 0
        var pending: [UInt64: Landing] = [:]
        var gaps = 0
        var isOver = false
    }
    private let state = Mutex(State())

    /// How often changes were missed: a write that was under way then may have landed unseen.
    var gaps: Int { state.withLock { $0.gaps } }
    /// Changes were missed.
    func miss() { state.withLock { $0.gaps += 1 } }

    /// Whether writes are under way.
    var isBusy: Bool { state.withLock { !$0.pending.isEmpty } }

    /// A number for a new write, which is looked out for from now on until `forget`.
    func begin() -> UInt64 {
        state.withLock { state in
            state.last += 1
            state.pending[state.last] = Landing()
            return state.last
        }
    }

    func forget(_ number: UInt64) { state.withLock { $0.pending[number] = nil } }

    /// What the watch has shown of the write so far.
    func landed(_ number: UInt64) -> Entry? { state.withLock { $0.pending[number]?.entry } }

    /// The watch has shown the write.
    func land(_ number: UInt64, _ entry: Entry) {
        let continuation = state.withLock { state in
            guard state.pending[number]?.entry == nil else { return CheckedContinuation<Entry?, Never>?.none }
            state.pending[number]?.entry = entry
            defer { state.pending[number]?.continuation = nil }
            return state.pending[number]?.continuation
        }
        continuation?.resume(returning: entry)
    }

    /// Waits until the watch shows the write; nil when that took too long.
    func wait(_ number: UInt64, within duration: Duration) async -> Entry? {
        await withCheckedContinuation { continuation in
            let (isReady, entry) = state.withLock { state -> (Bool, Entry?) in
                if let entry = state.pending[number]?.entry { return (true, entry) }
                if state.isOver { return (true, nil) }
                state.pending[number] = Landing(deadline: .now + duration, continuation: continuation)
                return (false, nil)
            }
            if isReady { continuation.resume(returning: entry) }
        }
    }

    /// Tells those who have waited too long; called now and then.
    func expire(_ now: ContinuousClock.Instant) { release { $0.deadline.map { $0 <= now } ?? false } }

    /// Nothing more will come.
    func end() {
        state.withLock { $0.isOver = true }
        release { _ in true }
    }

    private func release(_ condition: (Landing) -> Bool) {
        let waiting = state.withLock { state in
            var waiting: [CheckedContinuation<Entry?, Never>] = []
            for (number, landing) in state.pending where condition(landing) {
                if let continuation = landing.continuation { waiting.append(continuation) }
                state.pending[number] = Landing(entry: landing.entry)
            }
            return waiting
        }
        for continuation in waiting { continuation.resume(returning: nil) }
    }
}

/// Lets writes that say nothing of the document's revision go one after the other, key by key: each then knows what the one before
/// has left.
final class EtcdTurns: Sendable {
    struct Place: Sendable, Hashable {
        let realm: Int64
        let key: String
    }
    private let state = Mutex<[Place: [CheckedContinuation<Void, Never>]]>([:])

    func take(_ place: Place) async {
        await withCheckedContinuation { continuation in
            let isMine = state.withLock { state in
                if state[place] == nil {
                    state[place] = []
                    return true
                }
                state[place]?.append(continuation)
                return false
            }
            if isMine { continuation.resume() }
        }
    }

    func release(_ place: Place) {
        let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard state[place]?.isEmpty == false else {
                state[place] = nil
                return nil
            }
            return state[place]?.removeFirst()
        }
        next?.resume()
    }
}
