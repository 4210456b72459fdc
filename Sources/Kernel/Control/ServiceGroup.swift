import Synchronization

/// Services that live together: they start in order, stop in reverse, and when one ends before its time all stop.
package struct ServiceGroup: Service {
    private let services: [(name: String, service: any Service)]
    private let executor: (any TaskExecutor)?
    private let log: Log

    /// A group of services, each with a name for the log; `executor` is where their tasks run, nil for the global pool.
    package init(
        _ services: [(name: String, service: any Service)], executor: (any TaskExecutor)? = nil, log: Log = Log("services")
    ) {
        (self.services, self.executor, self.log) = (services, executor, log)
    }

    /// Runs the services until cancelled. Throws the first failure of a service, or `ServiceEnded` when one merely returned.
    package func run() async throws {
        let outcome = Outcome()
        let tasks = services.map { name, service in
            Task(executorPreference: executor) { await supervise(name, service, outcome) }
        }
        await outcome.ended()
        for task in tasks.reversed() {
            task.cancel()
            await task.value
        }
        if let failure = outcome.failure { throw failure }
        try Task.checkCancellation()
    }

    private func supervise(_ name: String, _ service: any Service, _ outcome: Outcome) async {
        do {
            try await service.run()
            outcome.end(ServiceEnded(name: name))
        } catch  where error is CancellationError && Task.isCancelled {
            outcome.end(nil)
        } catch {
            outcome.end(error)
            log.error("service failed", ["service": name, "error": "\(error)"])
        }
    }

    /// What ended the group.
    private final class Outcome: Sendable {
        private struct State {
            var ended = false
            var failure: (any Error)?
            var waiting: CheckedContinuation<Void, Never>?
        }
        private let state = Mutex(State())
        var failure: (any Error)? { state.withLock { $0.failure } }
        func end(_ failure: (any Error)?) {
            let waiting = state.withLock { state in
                if !state.ended { (state.ended, state.failure) = (true, failure) }
                defer { state.waiting = nil }
                return state.waiting
            }
            waiting?.resume()
        }
        /// Waits for the end, or for cancellation.
        func ended() async {
            await withTaskCancellationHandler {
                await withCheckedContinuation { continuation in
                    let over = state.withLock { state in
                        if !state.ended { state.waiting = continuation }
                        return state.ended
                    }
                    if over { continuation.resume() }
                }
            } onCancel: {
                end(nil)
            }
        }
    }
}

/// A service returned although its group was not asked to stop.
package struct ServiceEnded: Error, Sendable, Hashable, CustomStringConvertible {
    /// The service's name in its group.
    package let name: String
    package var description: String { "service \(name) ended before its time" }
}
