import Synchronization

/// How far a process has followed etcd, and who waits for what.
final class EtcdProgress: Sendable {
    private struct Waiter {
        let revision: Revision
        let deadline: ContinuousClock.Instant
        let continuation: CheckedContinuation<Bool, Never>
    }
    private struct State {
        var position: Revision = 0
        var waiting: [Waiter] = []
        var isOver = false
    }
    private let state = Mutex(State())

    /// Every change up to this revision is in the indexes.
    var position: Revision { state.withLock { $0.position } }

    /// The indexes hold everything up to the revision.
    func advance(to revision: Revision) {
        let reached = state.withLock { state in
            state.position = max(state.position, revision)
            return state.waiting.removeAll { $0.revision <= state.position }
        }
        for waiter in reached { waiter.continuation.resume(returning: true) }
    }

    /// Waits until the indexes hold the revision; false when that took too long.
    func reach(_ revision: Revision, within duration: Duration) async -> Bool {
        let deadline = ContinuousClock.now + duration
        return await withCheckedContinuation { continuation in
            let outcome: Bool? = state.withLock { state in
                if state.position >= revision { return true }
                if state.isOver { return false }
                state.waiting.append(Waiter(revision: revision, deadline: deadline, continuation: continuation))
                return nil
            }
            if let outcome { continuation.resume(returning: outcome) }
        }
    }

    /// Tells those who have waited too long; called now and then.
    func expire(_ now: ContinuousClock.Instant) {
        for waiter in state.withLock({ $0.waiting.removeAll { $0.deadline <= now } }) { waiter.continuation.resume(returning: false) }
    }

    /// Nothing more will come.
    func end() {
        let waiting = state.withLock { state in
            state.isOver = true
            return state.waiting.removeAll { _ in true }
        }
        for waiter in waiting { waiter.continuation.resume(returning: false) }
    }
}

extension Array {
    /// Removes the elements for which the condition holds and returns them.
    fileprivate mutating func removeAll(_ condition: (Element) -> Bool) -> [Element] {
        guard contains(where: condition) else { return [] }
        let removed = filter(condition)
        removeAll(where: condition)
        return removed
    }
}
