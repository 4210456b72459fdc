import Glibc
import Synchronization

/// A thread for calls that block: mounts, ownership of whole trees, removal. Work is done in order, one piece at a time.
final class HostThread: Sendable {
    private struct State {
        var work: [@Sendable () -> Void] = []
        var isStopping = false
        var isStarted = false
    }
    private let state = Mutex(State())
    private let bell = Bell()

    /// The thread begins with the first piece of work.
    init() {}

    /// Does the work on the thread while the task waits; where no thread can be made, on the caller's.
    func run<Result: Sendable>(_ work: @escaping @Sendable () -> Result) async -> Result {
        await withCheckedContinuation { continuation in
            post { continuation.resume(returning: work()) }
        }
    }

    /// Ends the thread when it is done with what it has.
    func stop() {
        state.withLock { $0.isStopping = true }
        bell.ring()
    }

    private func post(_ piece: @escaping @Sendable () -> Void) {
        let mustStart = state.withLock { state in
            state.work.append(piece)
            defer { state.isStarted = true }
            return !state.isStarted
        }
        if mustStart, !start() { while step() {} }
        bell.ring()
    }

    private func start() -> Bool {
        var thread = pthread_t()
        let own = Unmanaged.passRetained(self)
        let failure = pthread_create(
            &thread, nil,
            { argument in
                if let argument { Unmanaged<HostThread>.fromOpaque(argument).takeRetainedValue().loop() }
                return nil
            }, own.toOpaque())
        guard failure == 0 else {
            own.release()
            state.withLock { $0.isStarted = false }
            return false
        }
        pthread_detach(thread)
        return true
    }

    private func loop() {
        while true {
            if step() { continue }
            if state.withLock({ $0.isStopping && $0.work.isEmpty }) { return }
            bell.wait()
        }
    }
    /// - Returns: whether there was something to do.
    private func step() -> Bool {
        let piece = state.withLock { $0.work.isEmpty ? nil : $0.work.removeFirst() }
        piece?()
        return piece != nil
    }
}

/// Wakes a thread; rings that nobody waits for are kept.
private final class Bell: @unchecked Sendable {
    private let semaphore = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)
    init() { sem_init(semaphore, 0, 0) }
    deinit {
        sem_destroy(semaphore)
        semaphore.deallocate()
    }
    func ring() { sem_post(semaphore) }
    func wait() { while sem_wait(semaphore) != 0, errno == EINTR {} }
}
