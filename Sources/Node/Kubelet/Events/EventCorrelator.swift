import Control
import Documents

/// Counts equal events, joins similar ones and drops floods. Source: client-go, tools/record/events_cache.go and its defaults.
struct EventCorrelator {
    /// What to write.
    enum Writing {
        case create(Value)
        /// The event has been written before: the whole and what changes of it.
        case again(Value, patch: Value)
    }
    private struct Seen {
        var event: Value
        var count: Int
    }
    private struct Similar {
        var messages: Set<String>
        var last: Timestamp
    }
    private struct Bucket {
        var tokens: Double
        var filled: Timestamp
    }
    /// After so many different messages of one reason within that time they are written as one.
    private static let similarLimit = 10, similarTime = Duration.seconds(600)
    /// Events of one subject: so many at once, then one in that many seconds.
    private static let burst = 25.0, refillSeconds = 300.0
    /// How many entries of each kind are remembered.
    private static let memory = 4096

    private let node: String
    private var seen: [String: Seen] = [:], similar: [String: Similar] = [:], buckets: [String: Bucket] = [:]
    private var lastName: Int64 = 0

    init(node: String) { self.node = node }

    /// - Returns: nil when the event is dropped.
    mutating func take(_ note: EventRecorder.Note) -> Writing? {
        trim()
        guard passes(note) else { return nil }
        let group = [subjectKey(note.subject), note.type, note.reason].joined(separator: "\u{1}")
        let (key, message) = joined(group, note)
        if var known = seen[key] {
            known.count += 1
            known.event["count"] = .int(Int64(known.count))
            known.event["lastTimestamp"] = .string(note.at.text)
            known.event["message"] = .string(message)
            seen[key] = known
            let patch: Value = [
                "count": known.event["count"], "lastTimestamp": known.event["lastTimestamp"], "message": known.event["message"],
            ]
            return .again(known.event, patch: patch)
        }
        let event = event(note, message)
        seen[key] = Seen(event: event, count: 1)
        return .create(event)
    }

    private mutating func passes(_ note: EventRecorder.Note) -> Bool {
        let key = subjectKey(note.subject)
        var bucket = buckets[key] ?? Bucket(tokens: Self.burst, filled: note.at)
        let elapsed = Double(DurationText.milliseconds(note.at - bucket.filled)) / 1000
        bucket.tokens = min(Self.burst, bucket.tokens + elapsed / Self.refillSeconds)
        bucket.filled = note.at
        defer { buckets[key] = bucket }
        guard bucket.tokens >= 1 else { return false }
        bucket.tokens -= 1
        return true
    }

    /// The key under which the event is counted, and its message.
    private mutating func joined(_ group: String, _ note: EventRecorder.Note) -> (String, String) {
        var known = similar[group] ?? Similar(messages: [], last: note.at)
        if note.at - known.last > Self.similarTime { known.messages = [] }
        known.last = note.at
        known.messages.insert(note.message)
        defer { similar[group] = known }
        guard known.messages.count >= Self.similarLimit else {
            return ([group, note.subject["fieldPath"].string ?? "", note.message].joined(separator: "\u{1}"), note.message)
        }
        known.messages = Set(known.messages.prefix(Self.similarLimit))
        return (group, "(combined from similar events): \(note.message)")
    }

    private func subjectKey(_ subject: Value) -> String {
        ["kind", "namespace", "name", "uid"].map { subject[$0].string ?? "" }.joined(separator: "/")
    }

    private mutating func trim() {
        if seen.count > Self.memory { seen = [:] }
        if similar.count > Self.memory { similar = [:] }
        if buckets.count > Self.memory { buckets = [:] }
    }

    private mutating func event(_ note: EventRecorder.Note, _ message: String) -> Value {
        lastName = max(lastName + 1, note.at.nanoseconds)
        let namespace = note.subject["namespace"].string ?? "default"
        let name = "\(note.subject["name"].string ?? "").\(String(lastName, radix: 16))"
        return [
            "apiVersion": "v1", "kind": "Event", "metadata": ["name": .string(name), "namespace": .string(namespace)],
            "involvedObject": note.subject, "reason": .string(note.reason), "message": .string(message), "type": .string(note.type),
            "source": ["component": "kubelet", "host": .string(node)], "firstTimestamp": .string(note.at.text),
            "lastTimestamp": .string(note.at.text), "count": 1, "reportingComponent": "kubelet", "reportingInstance": .string(node),
        ]
    }
}
