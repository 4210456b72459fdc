import CLinux
import Glibc
import Synchronization

private final class ThreadBody: Sendable {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
}

/// Starts a thread that has to be joined, named (15 bytes at most) for those who look at the process; nil when the system has none left.
func startThread(_ name: String, _ run: @escaping @Sendable () -> Void) -> pthread_t? {
    let body = Unmanaged.passRetained(
        ThreadBody {
            _ = linux_name_thread(name)
            run()
        })
    var thread = pthread_t()
    let failure = pthread_create(
        &thread, nil,
        { argument in
            if let argument { Unmanaged<ThreadBody>.fromOpaque(argument).takeRetainedValue().run() }
            return nil
        }, body.toOpaque())
    guard failure == 0 else {
        body.release()
        return nil
    }
    return thread
}

/// Runs blocking work on a thread of its own while the task waits; on the caller's where no thread can be made.
func onThread<Result: Sendable>(_ name: String, _ work: @escaping @Sendable () -> Result) async -> Result {
    await withCheckedContinuation { continuation in
        if let thread = startThread(name, { continuation.resume(returning: work()) }) {
            pthread_detach(thread)
        } else {
            continuation.resume(returning: work())
        }
    }
}

/// Does the numbered pieces of work on several threads, the caller's among them, and returns the results in order.
func concurrently<Result: Sendable>(_ count: Int, threads: Int, _ work: @escaping @Sendable (Int) -> Result) -> [Result] {
    let board = WorkBoard<Result>()
    let loop: @Sendable () -> Void = {
        while let index = board.take(below: count) { board.store(work(index), at: index) }
    }
    let helpers = (1..<max(1, min(threads, count))).compactMap { _ in startThread("store-recover", loop) }
    loop()
    for helper in helpers { pthread_join(helper, nil) }
    return (0..<count).compactMap { board.result(at: $0) }
}

private final class WorkBoard<Result: Sendable>: Sendable {
    private let state = Mutex<(next: Int, results: [Int: Result])>((0, [:]))
    func take(below count: Int) -> Int? {
        state.withLock { state in
            defer { state.next += 1 }
            return state.next < count ? state.next : nil
        }
    }
    func store(_ result: Result, at index: Int) { state.withLock { $0.results[index] = result } }
    func result(at index: Int) -> Result? { state.withLock { $0.results[index] } }
}
