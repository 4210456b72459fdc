package import Control

/// The names of Events: what they are about, a point, and sixteen hexadecimal digits that grow with time, so that a list has them in the
/// order in which they were told. Source: client-go, tools/record, makeEvent, which writes the nanoseconds.
package enum EventName {
    /// - Parameters:
    ///   - subject: the name of what the event is about.
    ///   - order: the place among those that are told about it together.
    ///   - revision: of what it follows from; it decides where two are told within the same four microseconds.
    ///   - told: tells apart what others tell about it within that time.
    package static func text(about subject: String, at time: Timestamp, order: Int = 0, revision: Int64? = nil, told: String...) -> String {
        let hash = StableHash.of(told)
        let moment = (UInt64(clamping: time.nanoseconds) >> 12) &+ UInt64(order)
        let salt = hash ^ (hash >> 32)
        let rest = revision.map { UInt64(truncatingIfNeeded: $0 & 0xff) << 4 | salt & 0xf } ?? salt & 0xfff
        let digits = String(moment << 12 | rest, radix: 16)
        return "\(subject).\(String(repeating: "0", count: 16 - digits.utf8.count))\(digits)"
    }
}
