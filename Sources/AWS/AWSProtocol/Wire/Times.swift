import Control
import Documents

/// Timestamps on the wire. Source: Smithy, timestampFormat.
enum Times {
    /// The moment that seconds since the epoch, a text of them or a text of RFC 3339 tells; nil for anything else.
    static func read(_ value: Value) -> Timestamp? {
        switch value {
        case .int(let seconds) where seconds.magnitude < 1 << 33: Timestamp(seconds: seconds)
        case .double(let seconds) where abs(seconds) < 0x1p33: Timestamp(nanoseconds: Int64((seconds * 1000).rounded()) * 1_000_000)
        case .string(let text): Timestamp(text) ?? Double(text).flatMap { read(.double($0)) }
        default: nil
        }
    }

    /// The JSON of a timestamp; seconds since the epoch unless the model says another format.
    static func json(_ value: Value, format: String) -> Value {
        guard let time = read(value) else { return .null }
        if format == "iso8601" { return .string(time.text) }
        let milliseconds = time.nanoseconds / 1_000_000
        return milliseconds % 1000 == 0 ? .int(milliseconds / 1000) : .double(Double(milliseconds) / 1000)
    }

    /// The text in XML and in query parameters: RFC 3339, with milliseconds where EC2 writes them.
    static func text(_ value: Value, milliseconds: Bool) -> String? {
        guard let time = read(value) else { return nil }
        let whole: String = Timestamp(seconds: time.seconds).text
        guard milliseconds else { return whole }
        let fraction = String(1000 + time.subsecondNanoseconds / 1_000_000).dropFirst()
        return "\(whole.prefix(19)).\(fraction)Z"
    }
}
