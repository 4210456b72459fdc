import Synchronization

/// Ends one request when its time is over, whatever it is waiting for at the moment.
final class RequestDeadline: Sendable {
    private struct State {
        var expired = false
        var action: (@Sendable () -> Void)?
    }
    private let state = Mutex(State())
    private let timer = Mutex<LoopTimer?>(nil)

    init(_ duration: Duration, loop: EventLoop) {
        let made = loop.after(duration) { [weak self] in self?.expire() }
        timer.withLock { $0 = made }
    }

    var isExpired: Bool { state.withLock { $0.expired } }

    deinit { timer.withLock { $0?.cancel() } }

    /// Has `action` called when time is over (at once when it is), in place of an earlier one.
    func arm(_ action: @escaping @Sendable () -> Void) {
        let expired = state.withLock { state in
            state.action = action
            return state.expired
        }
        if expired { action() }
    }

    private func expire() {
        let action = state.withLock { state in
            state.expired = true
            return state.action
        }
        action?()
    }
}
