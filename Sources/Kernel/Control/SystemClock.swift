import CLinux
import Glibc

/// The machine's own clock.
package struct SystemClock: WallClock {
    package init() {}
    package var now: Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }

    /// Sleeps for the duration, a year at most: a deadline may come out of a user's document.
    package func sleep(for duration: Duration) async throws {
        try Task.checkCancellation()
        guard duration > .zero else { return await Task.yield() }
        let sleeper = Sleeper()
        await withTaskCancellationHandler {
            await withUnsafeContinuation { sleeper.lieDown($0, Self.nanoseconds(duration)) }
        } onCancel: {
            sleeper.wake()
        }
        try Task.checkCancellation()
    }

    package func alarm(after duration: Duration, _ ring: @escaping @Sendable () -> Void) -> Alarm {
        let id = Alarms.shared.set(after: Self.nanoseconds(duration), ring)
        return Alarm { Alarms.shared.cancel(id) }
    }

    private static func nanoseconds(_ duration: Duration) -> Int64 {
        let parts = max(.zero, min(duration, .seconds(365 * 86_400))).components
        return parts.seconds * 1_000_000_000 + parts.attoseconds / 1_000_000_000
    }
}
