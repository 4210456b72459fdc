import CLinux
import Glibc

private final class ThreadWork: Sendable {
    let name: String
    let run: @Sendable () -> Void
    init(_ name: String, _ run: @escaping @Sendable () -> Void) { (self.name, self.run) = (name, run) }
}

/// Work that holds its thread, on a thread of its own.
package enum Blocking {
    /// Does the work while the task waits. Call it only from a thread that is in its own network namespace.
    package static func run<Result: Sendable, Failure: Error>(
        _ name: String, _ work: @escaping @Sendable () throws(Failure) -> Result
    ) async throws(Failure) -> Result {
        let outcome: Swift.Result<Result, Failure> = await withCheckedContinuation { continuation in
            start(name) {
                do throws(Failure) { continuation.resume(returning: .success(try work())) } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
        }
        return try outcome.get()
    }
    /// Does the work beside the caller; on the caller's thread where no other can be made. The name has 15 bytes at most.
    package static func start(_ name: String, _ work: @escaping @Sendable () -> Void) {
        let body = Unmanaged.passRetained(ThreadWork(name, work))
        var thread = pthread_t()
        let failure = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                let work = Unmanaged<ThreadWork>.fromOpaque(argument).takeRetainedValue()
                _ = linux_name_thread(work.name)
                work.run()
                return nil
            }, body.toOpaque())
        if failure == 0 {
            pthread_detach(thread)
        } else {
            body.release()
            work()
        }
    }
}
