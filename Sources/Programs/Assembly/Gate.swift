import Synchronization

/// Something to wait for that happens once, or fails.
final class Gate: Sendable {
    private struct State {
        var outcome: Result<Void, any Error>?
        var waiting: [CheckedContinuation<Void, any Error>] = []
    }
    private let state = Mutex(State())

    /// Lets everybody pass from now on; what was said first holds.
    func open() { settle(.success(())) }
    /// Turns everybody away with the error.
    func close(_ error: any Error) { settle(.failure(error)) }
    private func settle(_ outcome: Result<Void, any Error>) {
        let waiting = state.withLock { state in
            if state.outcome == nil { state.outcome = outcome }
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume(with: outcome) }
    }
    /// What was said; nil while nothing was.
    var outcome: Result<Void, any Error>? { state.withLock { $0.outcome } }
    /// Waits until something is said. A task that is cancelled while it waits turns everybody away: what it waited for ends with it.
    func passed() async throws {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let outcome = state.withLock { state in
                    if state.outcome == nil { state.waiting.append(continuation) }
                    return state.outcome
                }
                if let outcome { continuation.resume(with: outcome) }
            }
        } onCancel: {
            close(CancellationError())
        }
    }
}
