/// What a process has done so far.
package struct MemoryUsage: Sendable {
    /// Processor time, user and system.
    package var processor: Duration
    /// How often a page was reached for that was not mapped: each is memory more.
    package var faults: Int

    /// Both since the start of the process.
    package init(processor: Duration, faults: Int) { (self.processor, self.faults) = (processor, faults) }
}

/// Memory of which a part can be given back at the price of fetching it again.
package protocol TrimmableMemory: Sendable {
    /// What was done so far.
    var usage: MemoryUsage { get }
    /// Gives back what is not in use.
    func trim() async
}

/// Gives memory back when a burst of work is over: a start, a cluster's creation, a fleet's. A process at rest keeps what it rests on; one
/// that works is left alone. See docs/decisions/memory-at-rest.md.
package struct MemoryTrimmer: Service {
    /// How often the process is looked at.
    static let period = Duration.seconds(2)
    /// The processor time of a period below which the process rests: a twentieth of a core.
    static let rest = period / 20
    /// How many periods of rest there are to be, so that who asks every few seconds is not held up each time.
    static let patience = 2
    /// Faults since memory was trimmed that make it worth while: half a megabyte at least.
    static let worth = 128

    private let memory: any TrimmableMemory
    private let clock: any WallClock

    /// Looks at the memory by the clock.
    package init(_ memory: any TrimmableMemory, clock: any WallClock) { (self.memory, self.clock) = (memory, clock) }

    package func run() async throws {
        var last = memory.usage
        var rested = 0
        // Faults up to the last trim and what rest took after it; nil in the period that follows a trim.
        var trimmed: Int? = 0
        while true {
            try await clock.sleep(for: Self.period)
            let usage = memory.usage
            defer { last = usage }
            rested = usage.processor - last.processor < Self.rest ? rested + 1 : 0
            guard let before = trimmed else {
                trimmed = rested > 0 ? usage.faults : last.faults
                continue
            }
            guard rested >= Self.patience, usage.faults - before >= Self.worth else { continue }
            await memory.trim()
            trimmed = nil
        }
    }
}
