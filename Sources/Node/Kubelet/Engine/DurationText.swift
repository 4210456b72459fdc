/// Durations as Go prints them.
enum DurationText {
    /// As in `10s`, `1m20s`, `5m0s`, `1.5s`, `250ms`; milliseconds at the finest.
    static func short(_ duration: Duration) -> String {
        let milliseconds = Self.milliseconds(duration)
        if milliseconds < 1000 { return milliseconds <= 0 ? "0s" : "\(milliseconds)ms" }
        let (seconds, rest) = milliseconds.quotientAndRemainder(dividingBy: 1000)
        var text = ""
        if seconds >= 3600 { text += "\(seconds / 3600)h" }
        if seconds >= 60 { text += "\(seconds / 60 % 60)m" }
        text += "\(seconds % 60)"
        if rest > 0 {
            var digits = String(1000 + rest).dropFirst()
            while digits.hasSuffix("0") { digits = digits.dropLast() }
            text += ".\(digits)"
        }
        return text + "s"
    }

    /// Whole milliseconds.
    static func milliseconds(_ duration: Duration) -> Int64 {
        duration.components.seconds * 1000 + duration.components.attoseconds / 1_000_000_000_000_000
    }
    /// Whole seconds, rounded down.
    static func seconds(_ duration: Duration) -> Int { Int(duration.components.seconds) }
}
