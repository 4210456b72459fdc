import Synchronization

/// Breaks one operation off, from outside of its task.
final class Cancellation: Sendable {
    private struct State {
        var isCancelled = false
        var waiting: CheckedContinuation<Void, Never>?
    }
    private let state = Mutex(State())

    func cancel() { release(cancelled: true) }

    /// Runs `body`, which sees a cancelled task from `cancel` on.
    func guarding<Outcome: Sendable>(_ body: @escaping @Sendable () async -> Outcome) async -> Outcome? {
        await withTaskGroup(of: Outcome?.self) { group in
            group.addTask { await body() }
            group.addTask {
                await self.cancelled()
                return nil
            }
            var outcome: Outcome?
            for await part in group {
                if let part { outcome = part }
                group.cancelAll()
                release(cancelled: false)
            }
            return outcome
        }
    }

    private func cancelled() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let over = state.withLock { state in
                    if state.isCancelled || Task.isCancelled { return true }
                    state.waiting = continuation
                    return false
                }
                if over { continuation.resume() }
            }
        } onCancel: {
            release(cancelled: true)
        }
    }
    private func release(cancelled: Bool) {
        let waiting = state.withLock { state in
            if cancelled { state.isCancelled = true }
            defer { state.waiting = nil }
            return state.waiting
        }
        waiting?.resume()
    }
}
