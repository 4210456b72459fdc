import Control

/// A pause that doubles with each failure and begins anew after a long quiet. Source: client-go, flowcontrol.Backoff.
struct DoublingDelay: Sendable {
    static let first = Duration.seconds(10), longest = Duration.seconds(300)
    private(set) var delay: Duration
    private(set) var updated: Timestamp

    init(at now: Timestamp) { (delay, updated) = (Self.first, now) }

    /// Whether something that happened at `event` no longer counts as a repetition.
    func hasExpired(for event: Timestamp) -> Bool { event - updated > Self.longest * 2 }

    /// The delay after one more failure.
    static func next(_ known: DoublingDelay?, event: Timestamp, now: Timestamp) -> DoublingDelay {
        guard var known, !known.hasExpired(for: event) else { return DoublingDelay(at: now) }
        known.delay = min(known.delay * 2, longest)
        known.updated = now
        return known
    }
}

/// When something that failed is tried again.
struct Retry: Sendable {
    var notBefore: Timestamp
    var pause: Duration

    /// The retry after a failure now; pauses double from `first` to `longest`.
    static func after(_ known: Retry?, first: Duration, longest: Duration, now: Timestamp) -> Retry {
        let pause = known.map { min($0.pause * 2, longest) } ?? first
        return Retry(notBefore: now + pause, pause: pause)
    }
}
