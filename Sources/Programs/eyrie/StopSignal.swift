import Control
import Glibc
import Synchronization

/// Whether SIGINT or SIGTERM has come. A second SIGINT ends the process at once.
enum StopSignal {
    private static let asked = Atomic<Bool>(false)
    private static let interrupts = Atomic<Int>(0)
    private static let note: @convention(c) (Int32) -> Void = { signal in
        StopSignal.asked.store(true, ordering: .relaxed)
        if signal == SIGINT, StopSignal.interrupts.add(1, ordering: .relaxed).newValue > 1 { _exit(130) }
    }
    /// Takes the signals over.
    static func listen() {
        signal(SIGINT, note)
        signal(SIGTERM, note)
    }
    /// Returns when a signal has come, within a tenth of a second.
    static func wait(_ clock: any WallClock) async throws {
        while !asked.load(ordering: .relaxed) { try await clock.sleep(for: .milliseconds(100)) }
    }
}
