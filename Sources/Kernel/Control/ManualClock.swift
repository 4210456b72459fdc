import Synchronization

/// A clock that stands still until it is told to advance. Sleepers wake in the order of their deadlines, then of their falling asleep.
package final class ManualClock: WallClock {
    private struct Sleeper {
        let id: Int
        let deadline: Timestamp
        /// Called with whether the time has come, rather than a cancellation.
        let wake: @Sendable (Bool) -> Void
    }
    private struct State {
        var now: Timestamp
        var nextID = 0
        /// In waking order.
        var sleepers: [Sleeper] = []
        /// Sleeps that were cancelled before they began.
        var cancelled: Set<Int> = []
    }
    private let state: Mutex<State>

    /// A clock that shows `start`.
    package init(_ start: Timestamp = Timestamp(seconds: 1_700_000_000)) { state = Mutex(State(now: start)) }

    package var now: Timestamp { state.withLock { $0.now } }
    /// When the next sleeper wakes; nil when nobody sleeps.
    package var nextWake: Timestamp? { state.withLock { $0.sleepers.first?.deadline } }
    /// How many sleep.
    package var sleepers: Int { state.withLock { $0.sleepers.count } }

    package func sleep(for duration: Duration) async throws {
        try Task.checkCancellation()
        guard duration > .zero else { return }
        let id = nextID()
        let rested = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in lieDown(id, duration) { continuation.resume(returning: $0) } }
        } onCancel: {
            wake(id)
        }
        if !rested { throw CancellationError() }
    }

    package func alarm(after duration: Duration, _ ring: @escaping @Sendable () -> Void) -> Alarm {
        let id = nextID()
        lieDown(id, max(.zero, duration)) { if $0 { ring() } }
        return Alarm { self.state.withLock { state in state.sleepers.removeAll { $0.id == id } } }
    }

    private func nextID() -> Int {
        state.withLock { state in
            defer { state.nextID += 1 }
            return state.nextID
        }
    }

    private func lieDown(_ id: Int, _ duration: Duration, _ wake: @escaping @Sendable (Bool) -> Void) {
        let cancelled = state.withLock { state in
            if state.cancelled.remove(id) != nil { return true }
            let deadline = state.now + duration
            let index = state.sleepers.firstIndex { $0.deadline > deadline } ?? state.sleepers.endIndex
            state.sleepers.insert(Sleeper(id: id, deadline: deadline, wake: wake), at: index)
            return false
        }
        if cancelled { wake(false) }
    }

    private func wake(_ id: Int) {
        let sleeper = state.withLock { state -> Sleeper? in
            guard let index = state.sleepers.firstIndex(where: { $0.id == id }) else {
                state.cancelled.insert(id)
                return nil
            }
            return state.sleepers.remove(at: index)
        }
        sleeper?.wake(false)
    }

    /// Moves the time on. Whoever is due wakes in order, each at its own deadline; `settle` is called after each, so that a
    /// deterministic executor can run what follows before the next one wakes.
    package func advance(by duration: Duration, settle: () -> Void = {}) {
        let target = now + duration
        while let sleeper = next(until: target) {
            sleeper.wake(true)
            settle()
        }
        state.withLock { $0.now = max($0.now, target) }
        settle()
    }

    /// Moves the time on at once, as when the machine was suspended: whoever is due by then wakes afterwards, late.
    package func jump(by duration: Duration) { state.withLock { $0.now = $0.now + duration } }

    private func next(until target: Timestamp) -> Sleeper? {
        state.withLock { state in
            guard let first = state.sleepers.first, first.deadline <= target else { return nil }
            state.now = max(state.now, first.deadline)
            return state.sleepers.removeFirst()
        }
    }
}
