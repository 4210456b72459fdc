import CLinux
import Glibc

private final class ThreadWork: Sendable {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
}

/// Runs blocking work on a thread of its own while the task waits; on the caller's where no thread can be made. The thread begins in the
/// network namespace of the caller's thread and has to be there again at the end.
package func onOwnThread<Result: Sendable>(_ name: String, _ work: @escaping @Sendable () -> Result) async -> Result {
    await withCheckedContinuation { continuation in
        let body = Unmanaged.passRetained(
            ThreadWork {
                _ = linux_name_thread(name)
                continuation.resume(returning: work())
            })
        var thread = pthread_t()
        let failure = pthread_create(
            &thread, nil,
            { argument in
                if let argument { Unmanaged<ThreadWork>.fromOpaque(argument).takeRetainedValue().run() }
                return nil
            }, body.toOpaque())
        if failure == 0 {
            pthread_detach(thread)
        } else {
            body.takeRetainedValue().run()
        }
    }
}
