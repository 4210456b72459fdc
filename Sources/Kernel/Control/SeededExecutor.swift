import Synchronization

/// Runs every job on the calling thread, in an order drawn from a seed: concurrency that a test can repeat.
package final class SeededExecutor: TaskExecutor {
    private struct State {
        var jobs: [UnownedJob] = []
    }
    private let state = Mutex(State())
    private let random: RandomSource

    /// An executor whose order belongs to the seed.
    package init(seed: UInt64) { random = RandomSource(seed: seed) }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        state.withLock { $0.jobs.append(job) }
    }

    /// Whether nothing is left to run.
    package var isIdle: Bool { state.withLock { $0.jobs.isEmpty } }

    /// Runs jobs until none is left; returns how many ran. At most `limit` jobs run, so that an endless loop shows itself.
    @discardableResult package func drain(limit: Int = .max) -> Int {
        var count = 0
        while count < limit, let job = next() {
            job.runSynchronously(on: asUnownedTaskExecutor())
            count += 1
        }
        return count
    }

    private func next() -> UnownedJob? {
        state.withLock { state in
            guard !state.jobs.isEmpty else { return nil }
            return state.jobs.remove(at: random.int(in: state.jobs.indices))
        }
    }

    /// Starts a task on this executor; nothing of it runs before the executor is drained.
    package func start(_ body: @escaping @Sendable () async -> Void) -> Task<Void, Never> {
        Task(executorPreference: self) { await body() }
    }
}
