import Synchronization

/// A task that sleeps on the machine's clock until its alarm goes off or it is cancelled, whichever is first.
final class Sleeper: Sendable {
    private enum State {
        case awake
        case asleep(UnsafeContinuation<Void, Never>, alarm: UInt64?)
        case woken
    }
    private let state = Mutex(State.awake)

    /// Resumes the continuation after so many nanoseconds, or at once when it was woken already.
    func lieDown(_ continuation: UnsafeContinuation<Void, Never>, _ nanoseconds: Int64) {
        let sleeps = state.withLock { state in
            if case .woken = state { return false }
            state = .asleep(continuation, alarm: nil)
            return true
        }
        guard sleeps else { return continuation.resume() }
        let alarm = Alarms.shared.set(after: nanoseconds) { self.wake() }
        let isUseless = state.withLock { state in
            guard case .asleep(let continuation, _) = state else { return true }
            state = .asleep(continuation, alarm: alarm)
            return false
        }
        if isUseless { Alarms.shared.cancel(alarm) }
    }

    /// Wakes the task, once.
    func wake() {
        let old = state.withLock { state in
            defer { state = .woken }
            return state
        }
        guard case .asleep(let continuation, let alarm) = old else { return }
        if let alarm { Alarms.shared.cancel(alarm) }
        continuation.resume()
    }
}
