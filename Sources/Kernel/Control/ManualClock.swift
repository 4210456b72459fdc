import Synchronization

/// A clock that stands still until it is told to advance. Sleepers wake in the order of their deadlines, then of their falling asleep.
package final class ManualClock: WallClock {
    private struct Sleeper {
        let id: Int
        let deadline: Timestamp
        let continuation: CheckedContinuation<Bool, Never>
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
        let id = state.withLock { state in
            defer { state.nextID += 1 }
            return state.nextID
        }
        let rested = await withTaskCancellationHandler {
            await withCheckedContinuation { lieDown($0, id, duration) }
        } onCancel: {
            wake(id)
        }
        if !rested { throw CancellationError() }
    }

    private func lieDown(_ continuation: CheckedContinuation<Bool, Never>, _ id: Int, _ duration: Duration) {
        let cancelled = state.withLock { state in
            if state.cancelled.remove(id) != nil { return true }
            let deadline = state.now + duration
            let index = state.sleepers.firstIndex { $0.deadline > deadline } ?? state.sleepers.endIndex
            state.sleepers.insert(Sleeper(id: id, deadline: deadline, continuation: continuation), at: index)
            return false
        }
        if cancelled { continuation.resume(returning: false) }
    }

    private func wake(_ id: Int) {
        let sleeper = state.withLock { state -> Sleeper? in
            guard let index = state.sleepers.firstIndex(where: { $0.id == id }) else {
                state.cancelled.insert(id)
                return nil
            }
            return state.sleepers.remove(at: index)
        }
        sleeper?.continuation.resume(returning: false)
    }

    /// Moves the time on. Whoever is due wakes in order, each at its own deadline; `settle` is called after each, so that a
    /// deterministic executor can run what follows before the next one wakes.
    package func advance(by duration: Duration, settle: () -> Void = {}) {
        let target = now + duration
        while let sleeper = next(until: target) {
            sleeper.continuation.resume(returning: true)
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
