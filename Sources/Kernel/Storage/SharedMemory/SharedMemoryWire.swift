import Synchronization

/// The way between a handle and the shared memory, for simulations in which messages take their time and processes die.
package struct SharedMemoryWire: Sendable {
    /// Takes as long as a message does; throws only when the caller's task is cancelled.
    let travel: @Sendable () async throws -> Void
    /// Runs something in the handle's process.
    let begin: @Sendable (@escaping @Sendable () async -> Void) -> Void
    /// How long a request is tried again while nothing answers.
    let patience: Duration

    /// A wire with its two ends.
    package init(
        patience: Duration = .seconds(10), travel: @escaping @Sendable () async throws -> Void,
        begin: @escaping @Sendable (@escaping @Sendable () async -> Void) -> Void
    ) {
        (self.travel, self.begin, self.patience) = (travel, begin, patience)
    }
}

/// The connection of a handle to the others.
package struct SharedMemoryLink: Sendable {
    let engine: SharedMemoryEngine
    /// Cuts the handle off: nothing that it asks is answered, and it hears nothing.
    package func cut() { engine.isCut = true }
    /// Joins it to the others again.
    package func heal() {
        engine.isCut = false
        engine.flush()
    }
    /// The handle's process is dead: nobody tells it anything any more.
    package func forget() { engine.leave() }
}

extension SharedMemory {
    /// What happened so far: how often somebody became a leader, and how many writes were refused because their leader was none any more.
    package var figures: (leaderships: Int, fenced: Int) { state.withLock { ($0.leaderships, $0.fenced) } }

    /// Ends all leases at once, as an etcd does that has lost them; their holders are not told.
    package func loseLeases() { state.withLock { $0.leaders = [:] } }
}
