import Control
import Glibc
import Synchronization

/// Whether SIGINT or SIGTERM has come. A second one ends the process at once.
enum StopSignal {
    private static let asked = Atomic<Bool>(false)
    private static let note: @convention(c) (Int32) -> Void = { _ in
        if StopSignal.asked.exchange(true, ordering: .relaxed) { _exit(130) }
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
