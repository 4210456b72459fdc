package import Documents

/// Turns documents of one version of a resource into the version that is stored, and back. Source: upstream's conversions.
///
/// Only kinds with `needsConversion` differ: events of `events.k8s.io/v1` are stored as `v1`, autoscalers of `autoscaling/v1` as `v2`.
package enum Conversion {
    /// The document as it is stored.
    package static func toStorage(_ kind: KindInfo, _ document: Value) -> Value {
        guard kind.needsConversion, var object = document.object else { return document }
        switch kind.groupKind {
        case "Event.events.k8s.io": rename(&object, eventNames)
        case "HorizontalPodAutoscaler.autoscaling": autoscalerToStorage(&object)
        default: break
        }
        return stamped(object, kind.storage.apiVersion)
    }

    /// A stored document in the version of `kind`.
    package static func fromStorage(_ kind: KindInfo, _ document: Value) -> Value {
        guard kind.needsConversion, var object = document.object else { return document }
        switch kind.groupKind {
        case "Event.events.k8s.io": rename(&object, eventNames.map { ($0.1, $0.0) })
        case "HorizontalPodAutoscaler.autoscaling": autoscalerFromStorage(&object)
        default: break
        }
        return stamped(object, kind.apiVersion)
    }

    private static let eventNames = [
        ("note", "message"), ("regarding", "involvedObject"), ("deprecatedSource", "source"), ("deprecatedCount", "count"),
        ("deprecatedFirstTimestamp", "firstTimestamp"), ("deprecatedLastTimestamp", "lastTimestamp"),
        ("reportingController", "reportingComponent"),
    ]

    private static func stamped(_ object: Object, _ apiVersion: String) -> Value {
        var object = object
        object["apiVersion"] = .string(apiVersion)
        return .object(object)
    }
    private static func rename(_ object: inout Object, _ names: [(String, String)]) {
        object = Object(object.map { member in Object.Member(names.first { $0.0 == member.key }?.1 ?? member.key, member.value) })
    }

    private static let notes = "autoscaling.alpha.kubernetes.io/"
    private static let noted = [
        ("spec", "metrics", "metrics"), ("spec", "behavior", "behavior"), ("status", "conditions", "conditions"),
        ("status", "currentMetrics", "current-metrics"),
    ]

    /// What `v1` cannot say travels in annotations.
    private static func autoscalerToStorage(_ object: inout Object) {
        var document = Value.object(object)
        let annotations = document["metadata"]["annotations"]
        for (part, member, note) in noted {
            let key = notes + note
            guard let text = annotations[key].string, let value = try? JSON.parse(text) else { continue }
            document[part][member] = value
            document["metadata"]["annotations"][key] = .null
        }
        if document["metadata"]["annotations"] == [:] { document["metadata"]["annotations"] = .null }
        if let percent = document["spec"]["targetCPUUtilizationPercentage"].int {
            let target: Value = ["type": "Utilization", "averageUtilization": .int(Int64(percent))]
            let cpu: Value = ["type": "Resource", "resource": ["name": "cpu", "target": target]]
            document["spec"]["metrics"] = .array([cpu] + document["spec"]["metrics"].items)
            document["spec"]["targetCPUUtilizationPercentage"] = .null
        }
        if let percent = document["status"]["currentCPUUtilizationPercentage"].int {
            let current: Value = ["averageUtilization": .int(Int64(percent)), "averageValue": "0"]
            let cpu: Value = ["type": "Resource", "resource": ["name": "cpu", "current": current]]
            document["status"]["currentMetrics"] = .array([cpu] + document["status"]["currentMetrics"].items)
            document["status"]["currentCPUUtilizationPercentage"] = .null
        }
        object = document.object ?? object
    }

    private static func autoscalerFromStorage(_ object: inout Object) {
        var document = Value.object(object)
        take(&document, "spec", "metrics", "target", into: "targetCPUUtilizationPercentage")
        take(&document, "status", "currentMetrics", "current", into: "currentCPUUtilizationPercentage")
        for (part, member, note) in noted where !document[part][member].isBlank {
            document["metadata"]["annotations"][notes + note] = .string(JSON.text(document[part][member], pretty: false))
            document[part][member] = .null
        }
        for (part, member, _) in noted where !document[part].isNull { document[part][member] = .null }
        object = document.object ?? object
    }
    /// Moves the share of CPU out of a list of metrics.
    private static func take(_ document: inout Value, _ part: String, _ list: String, _ side: String, into name: String) {
        let metrics = document[part][list].items
        let percent = { (metric: Value) -> Value in
            metric["resource"]["name"] == "cpu" ? metric["resource"][side]["averageUtilization"] : .null
        }
        guard let index = metrics.firstIndex(where: { !percent($0).isNull }) else { return }
        document[part][name] = percent(metrics[index])
        var rest = metrics
        rest.remove(at: index)
        document[part][list] = rest.isEmpty ? .null : .array(rest)
    }
}
