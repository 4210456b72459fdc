/// Where time comes from. Everything that waits or stamps takes one, so that tests run on simulated time.
package protocol WallClock: Sendable {
    /// The present moment.
    var now: Timestamp { get }
    /// Waits that long. Throws `CancellationError` when the task is cancelled.
    func sleep(for duration: Duration) async throws
    /// Calls `ring` once, after that long and without a task; it must be quick.
    func alarm(after duration: Duration, _ ring: @escaping @Sendable () -> Void) -> Alarm
}
