/// A moment of wall-clock time: nanoseconds since 1970-01-01T00:00:00Z.
package struct Timestamp: Sendable, Hashable, Comparable, Codable {
    package var nanoseconds: Int64
    /// The moment that many nanoseconds after the epoch.
    package init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }
    /// The moment that many seconds after the epoch.
    package init(seconds: Int64) { nanoseconds = seconds * 1_000_000_000 }
    /// Whole seconds since the epoch.
    package var seconds: Int64 { nanoseconds >= 0 ? nanoseconds / 1_000_000_000 : (nanoseconds - 999_999_999) / 1_000_000_000 }
    package static func < (left: Timestamp, right: Timestamp) -> Bool { left.nanoseconds < right.nanoseconds }
    package static func + (left: Timestamp, right: Duration) -> Timestamp {
        let (seconds, attoseconds) = right.components
        return Timestamp(nanoseconds: left.nanoseconds + seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
    }
    package static func - (left: Timestamp, right: Duration) -> Timestamp { left + (.zero - right) }
    package static func - (left: Timestamp, right: Timestamp) -> Duration { .nanoseconds(left.nanoseconds - right.nanoseconds) }
}
