import Synchronization

/// Who has the turn and who waits for it.
final class LockedTurn: Sendable {
    private let state = Mutex<(isTaken: Bool, waiting: [CheckedContinuation<Void, Never>])>((false, []))

    func enter(_ continuation: CheckedContinuation<Void, Never>) {
        let isFirst = state.withLock { state in
            if state.isTaken { state.waiting.append(continuation) }
            defer { state.isTaken = true }
            return !state.isTaken
        }
        if isFirst { continuation.resume() }
    }
    func leave() {
        let next = state.withLock { state in
            if state.waiting.isEmpty { state.isTaken = false }
            return state.waiting.isEmpty ? nil : state.waiting.removeFirst()
        }
        next?.resume()
    }
}
