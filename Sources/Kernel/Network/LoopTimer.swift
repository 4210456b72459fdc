import Synchronization

/// A closure that a loop calls once, after a while.
final class LoopTimer: Sendable {
    private let action: Mutex<(@Sendable () -> Void)?>

    fileprivate init(_ action: @escaping @Sendable () -> Void) { self.action = Mutex(action) }

    /// Forgets the closure, unless it was called already.
    func cancel() { action.withLock { $0 = nil } }

    fileprivate func fire() {
        let action = self.action.withLock { action in
            defer { action = nil }
            return action
        }
        action?()
    }

    /// When a timer is due.
    struct Entry: Due {
        let deadline: UInt64
        private let timer: LoopTimer
        fileprivate init(deadline: UInt64, timer: LoopTimer) { (self.deadline, self.timer) = (deadline, timer) }
        func fire() { timer.fire() }
    }
}

extension EventLoop {
    /// Has `action` called on the loop's thread after so long. From any thread.
    func after(_ duration: Duration, _ action: @escaping @Sendable () -> Void) -> LoopTimer {
        let timer = LoopTimer(action)
        let milliseconds = duration.wholeMilliseconds
        execute { self.add(LoopTimer.Entry(deadline: self.now &+ milliseconds, timer: timer)) }
        return timer
    }
}
