package import Control

/// How tools show spans of time: `5m3s`, `2d4h`. Source: apimachinery, util/duration HumanDuration.
package enum HumanDuration {
    /// The text of a span.
    package static func text(_ duration: Duration) -> String {
        let seconds = Int(duration.components.seconds)
        if seconds < -1 { return "<invalid>" }
        if seconds < 0 { return "0s" }
        if seconds < 120 { return "\(seconds)s" }
        let (minutes, hours) = (seconds / 60, seconds / 3600)
        if minutes < 10 { return pair(minutes, "m", seconds % 60, "s") }
        if minutes < 180 { return "\(minutes)m" }
        if hours < 8 { return pair(hours, "h", minutes % 60, "m") }
        if hours < 48 { return "\(hours)h" }
        if hours < 24 * 8 { return pair(hours / 24, "d", hours % 24, "h") }
        if hours < 24 * 365 * 2 { return "\(hours / 24)d" }
        if hours < 24 * 365 * 8 { return pair(hours / 24 / 365, "y", hours / 24 % 365, "d") }
        return "\(hours / 24 / 365)y"
    }
    private static func pair(_ large: Int, _ unit: String, _ small: Int, _ smallUnit: String) -> String {
        small == 0 ? "\(large)\(unit)" : "\(large)\(unit)\(small)\(smallUnit)"
    }
    /// How long ago a time in a document was; nil when it is absent or no time.
    package static func since(_ time: String?, now: Timestamp) -> String? {
        time.flatMap(Timestamp.init(_:)).map { text(now - $0) }
    }
}
