/// A moment of wall-clock time: nanoseconds since 1970-01-01T00:00:00Z.
///
/// Moments come out of users' documents, so sums stop at the ends of what 64 bits hold (the years 1677 and 2262) and never trap.
package struct Timestamp: Sendable, Hashable, Comparable, Codable {
    package var nanoseconds: Int64
    /// The moment that many nanoseconds after the epoch.
    package init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }
    /// The moment that many seconds after the epoch.
    package init(seconds: Int64) { nanoseconds = Int64(clamping: Int128(seconds) * 1_000_000_000) }
    /// Whole seconds since the epoch.
    package var seconds: Int64 {
        let (quotient, rest) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
        return rest < 0 ? quotient - 1 : quotient
    }
    package static func < (left: Timestamp, right: Timestamp) -> Bool { left.nanoseconds < right.nanoseconds }
    package static func + (left: Timestamp, right: Duration) -> Timestamp {
        let (seconds, attoseconds) = right.components
        let sum = Int128(left.nanoseconds) + Int128(seconds) * 1_000_000_000 + Int128(attoseconds / 1_000_000_000)
        return Timestamp(nanoseconds: Int64(clamping: sum))
    }
    package static func - (left: Timestamp, right: Duration) -> Timestamp { left + (.zero - right) }
    package static func - (left: Timestamp, right: Timestamp) -> Duration {
        .nanoseconds(Int64(clamping: Int128(left.nanoseconds) - Int128(right.nanoseconds)))
    }
}
