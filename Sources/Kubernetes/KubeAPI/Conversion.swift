import Documents
import KubeModel
import Storage

// Kinds that are served in more than one group or version are stored in one of them.
extension KindInfo {
    /// A stored document as this group and version shows it.
    func served(_ entry: Entry) -> Value { served(entry.value) }
    /// A stored document as this group and version shows it.
    func served(_ stored: Value) -> Value {
        guard needsConversion else { return stored }
        var document = stored
        document["apiVersion"] = .string(apiVersion)
        switch resource {
        case "events.events.k8s.io": return EventConversion.modern(document)
        case "horizontalpodautoscalers.autoscaling": return AutoscalerConversion.first(document)
        default: return document
        }
    }
    /// The JSON of a stored document as this group and version shows it.
    func servedBytes(_ entry: Entry) -> [UInt8] { needsConversion ? JSON.encode(served(entry.value)) : entry.bytes }

    /// A document of this group and version as it is stored.
    func stored(_ document: Value) -> Value {
        var document = document
        document["apiVersion"] = .string(storage.apiVersion)
        document["kind"] = .string(storage.name)
        guard needsConversion else { return document }
        switch resource {
        case "events.events.k8s.io": return EventConversion.core(document)
        case "horizontalpodautoscalers.autoscaling": return AutoscalerConversion.second(document)
        default: return document
        }
    }
}

/// Events of events.k8s.io/v1 and of core/v1 are the same documents under different names. Source: Kubernetes API reference, Event.
enum EventConversion {
    /// events.k8s.io/v1 name beside the core/v1 path.
    private static let names: [(modern: String, core: [String])] = [
        ("regarding", ["involvedObject"]), ("note", ["message"]), ("reportingController", ["reportingComponent"]),
        ("deprecatedSource", ["source"]), ("deprecatedFirstTimestamp", ["firstTimestamp"]), ("deprecatedLastTimestamp", ["lastTimestamp"]),
        ("deprecatedCount", ["count"]),
    ]
    static func modern(_ event: Value) -> Value {
        var event = event
        for (modern, core) in names where !event[path: core].isNull {
            event[modern] = event[path: core]
            event[path: core] = .null
        }
        return event
    }
    static func core(_ event: Value) -> Value {
        var event = event
        for (modern, core) in names where !event[modern].isNull {
            event[path: core] = event[modern]
            event[modern] = .null
        }
        return event
    }
}

/// autoscaling/v1 knows one metric, the processor's utilisation; autoscaling/v2 a list. Other metrics, behaviour and conditions travel in
/// annotations. Source: Kubernetes API reference, HorizontalPodAutoscaler v1.
enum AutoscalerConversion {
    private static let carried = [
        (annotation: "autoscaling.alpha.kubernetes.io/metrics", path: ["spec", "metrics"]),
        (annotation: "autoscaling.alpha.kubernetes.io/behavior", path: ["spec", "behavior"]),
        (annotation: "autoscaling.alpha.kubernetes.io/conditions", path: ["status", "conditions"]),
        (annotation: "autoscaling.alpha.kubernetes.io/current-metrics", path: ["status", "currentMetrics"]),
    ]
    private static func isProcessor(_ metric: Value) -> Bool {
        metric["type"] == "Resource" && metric["resource"]["name"] == "cpu"
    }
    static func first(_ autoscaler: Value) -> Value {
        var autoscaler = autoscaler
        for metric in autoscaler["spec"]["metrics"].items where isProcessor(metric) {
            autoscaler["spec"]["targetCPUUtilizationPercentage"] = metric["resource"]["target"]["averageUtilization"]
        }
        for metric in autoscaler["status"]["currentMetrics"].items where isProcessor(metric) {
            autoscaler["status"]["currentCPUUtilizationPercentage"] = metric["resource"]["current"]["averageUtilization"]
        }
        for (annotation, path) in carried {
            var rest = autoscaler[path: path]
            if let items = rest.array { rest = .array(items.filter { !isProcessor($0) }) }
            if !rest.isNull, rest != [] { autoscaler["metadata"]["annotations"][annotation] = .string(JSON.text(rest)) }
            if path.count == 2, !autoscaler[path[0]].isNull { autoscaler[path: path] = .null }
        }
        return autoscaler
    }
    static func second(_ autoscaler: Value) -> Value {
        var autoscaler = autoscaler
        for (annotation, path) in carried {
            guard let text = autoscaler["metadata"]["annotations"][annotation].string, let value = try? JSON.parse(text) else { continue }
            autoscaler[path: path] = value
            autoscaler["metadata"]["annotations"][annotation] = .null
        }
        if autoscaler["metadata"]["annotations"] == [:] { autoscaler["metadata"]["annotations"] = .null }
        if let percent = autoscaler["spec"]["targetCPUUtilizationPercentage"].int {
            autoscaler["spec"]["targetCPUUtilizationPercentage"] = .null
            autoscaler["spec"]["metrics"] = .array(
                autoscaler["spec"]["metrics"].items + [metric(percent, "target", ["type": "Utilization"])])
        }
        if let percent = autoscaler["status"]["currentCPUUtilizationPercentage"].int {
            autoscaler["status"]["currentCPUUtilizationPercentage"] = .null
            autoscaler["status"]["currentMetrics"] = .array(
                autoscaler["status"]["currentMetrics"].items + [metric(percent, "current", [:])])
        }
        return autoscaler
    }
    private static func metric(_ percent: Int, _ part: String, _ start: Value) -> Value {
        var target = start
        target["averageUtilization"] = .int(Int64(percent))
        return ["type": "Resource", "resource": ["name": "cpu", part: target]]
    }
}

/// The metadata of a document alone. Source: Kubernetes API reference, PartialObjectMetadata.
enum PartialMetadata {
    static func document(_ value: Value) -> Value {
        ["kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": value["metadata"]]
    }
}
