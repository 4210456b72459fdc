import Glibc
import Synchronization

/// SIGINT and SIGTERM as something to wait for without waking up now and then. A second SIGINT ends the process at once.
enum StopSignal {
    private struct State {
        var asked = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }
    private static let state = Mutex(State())
    private static let interrupts = Atomic<Int>(0)
    /// The handler writes here, since nothing else is safe in it; the main thread reads.
    private static let pipe: (reading: Int32, writing: Int32) = {
        var ends: [Int32] = [-1, -1]
        guard Glibc.pipe(&ends) == 0 else { return (-1, -1) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (ends[0], ends[1])
    }()
    private static let note: @convention(c) (Int32) -> Void = { signal in
        if signal == SIGINT, StopSignal.interrupts.add(1, ordering: .relaxed).newValue > 1 { _exit(130) }
        var byte = UInt8(truncatingIfNeeded: signal)
        _ = write(StopSignal.pipe.writing, &byte, 1)
    }

    /// Takes the signals over.
    static func listen() {
        guard pipe.writing >= 0 else { return }
        signal(SIGINT, note)
        signal(SIGTERM, note)
    }
    /// Returns when a signal has come.
    static func wait() async {
        await withCheckedContinuation { continuation in
            let asked = state.withLock { state in
                if !state.asked { state.waiting.append(continuation) }
                return state.asked
            }
            if asked { continuation.resume() }
        }
    }
    /// Holds the calling thread for good; on each signal lets those go on who wait, and calls the handler.
    static func deliver(_ handler: () -> Void) -> Never {
        while true {
            var byte: UInt8 = 0
            guard read(pipe.reading, &byte, 1) == 1 else {
                if errno != EINTR { pause() }
                continue
            }
            let waiting = state.withLock { state in
                defer { state.waiting = [] }
                state.asked = true
                return state.waiting
            }
            for continuation in waiting { continuation.resume() }
            handler()
        }
    }
}
