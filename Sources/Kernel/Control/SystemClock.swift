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
    package func sleep(for duration: Duration) async throws { try await Task.sleep(for: min(duration, .seconds(365 * 86_400))) }
}
