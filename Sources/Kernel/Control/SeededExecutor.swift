import Synchronization

/// Runs every job on the calling thread, in an order drawn from a seed: concurrency that a test can repeat.
package final class SeededExecutor: TaskExecutor {
    private struct State {
        var jobs: [(job: UnownedJob, branch: Branch?)] = []
    }
    private let state = Mutex(State())
    private let random: RandomSource

    /// An executor whose order belongs to the seed.
    package init(seed: UInt64) { random = RandomSource(seed: seed) }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        state.withLock { $0.jobs.append((job, nil)) }
    }

    /// Whether nothing is left to run.
    package var isIdle: Bool { state.withLock { $0.jobs.isEmpty } }

    /// Runs jobs until none is left; returns how many ran. At most `limit` jobs run, so that an endless loop shows itself.
    @discardableResult package func drain(limit: Int = .max) -> Int {
        var count = 0
        while count < limit, let (job, branch) = next() {
            job.runSynchronously(on: branch?.asUnownedTaskExecutor() ?? asUnownedTaskExecutor())
            count += 1
        }
        return count
    }

    private func next() -> (job: UnownedJob, branch: Branch?)? {
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

extension SeededExecutor {
    /// A part of the executor that can be killed, as a process can: its jobs then never run, now or later, and what they hold is never
    /// released.
    package final class Branch: TaskExecutor {
        private let executor: SeededExecutor
        private struct State {
            var isDead = false
            /// What came while it is frozen; nil while it is not.
            var held: [UnownedJob]?
        }
        private let state = Mutex(State())

        package init(of executor: SeededExecutor) { self.executor = executor }

        package func enqueue(_ job: consuming ExecutorJob) {
            let job = UnownedJob(job)
            let isHeld = state.withLock { state in
                state.held?.append(job)
                return state.isDead || state.held != nil
            }
            if !isHeld { executor.state.withLock { $0.jobs.append((job, self)) } }
        }

        /// Forgets all that waits to run and all that will.
        package func kill() {
            state.withLock { $0 = State(isDead: true) }
            _ = withdraw()
        }
        /// Lets nothing run until `thaw`, as a process that was stopped: time goes on without it.
        package func freeze() {
            let jobs = withdraw()
            state.withLock { state in if !state.isDead { state.held = (state.held ?? []) + jobs } }
        }
        /// Goes on with what waited.
        package func thaw() {
            let jobs = state.withLock { $0.held.take() ?? [] }
            executor.state.withLock { state in state.jobs += jobs.map { ($0, self) } }
        }
        private func withdraw() -> [UnownedJob] {
            executor.state.withLock { state in
                defer { state.jobs.removeAll { $0.branch === self } }
                return state.jobs.filter { $0.branch === self }.map(\.job)
            }
        }

        /// Starts a task on this part; nothing of it runs before the executor is drained.
        package func start(_ body: @escaping @Sendable () async -> Void) {
            _ = Task(executorPreference: self) { await body() }
        }
    }
}
