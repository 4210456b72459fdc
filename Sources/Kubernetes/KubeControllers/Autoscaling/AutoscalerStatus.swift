import Control
import Documents
import KubeModel

/// The status of an autoscaler while it is judged, and what is to be told. Source: horizontal.go, setStatus and setCondition.
struct AutoscalerStatus {
    private(set) var value: Value
    private(set) var notes: [EventNote] = []
    private let now: Timestamp

    init(_ present: Value, now: Timestamp) { (value, self.now) = (present, now) }

    mutating func set(_ type: String, _ status: Bool, _ reason: String, _ message: String) {
        var conditions = value["conditions"].items
        let status: Value = status ? "True" : "False"
        let index = conditions.firstIndex { $0["type"].string == type } ?? conditions.count
        if index == conditions.count { conditions.append(["type": .string(type)]) }
        if conditions[index]["status"] != status { conditions[index]["lastTransitionTime"] = .string(now.text) }
        conditions[index]["status"] = status
        conditions[index]["reason"] = .string(reason)
        conditions[index]["message"] = .string(message)
        value["conditions"] = .array(conditions)
    }
    mutating func tell(_ note: EventNote) { notes.append(note) }

    /// What was found, and what came of it; nil leaves the wanted number as it was.
    mutating func set(current: Int, desired: Int?, metrics: [Value], rescaled: Bool) {
        value["currentReplicas"] = .int(Int64(current))
        value["desiredReplicas"] = desired.map { .int(Int64($0)) } ?? (value["desiredReplicas"].isNull ? 0 : value["desiredReplicas"])
        value["currentMetrics"] = metrics.isEmpty ? .null : .array(metrics)
        if rescaled { value["lastScaleTime"] = .string(now.text) }
    }
}

/// What autoscaling could not find out, in upstream's words.
struct MetricError: Error, Hashable {
    let text: String
    init(_ text: String) { self.text = text }
}
