import Control
import Documents
import KubeModel
import Storage

/// What the pipeline knows of Pods. Source: upstream's pod strategy and validation.
enum PodRules {
    static func prepareCreate(_ pod: inout Value, _ preparation: Preparation) {
        pod["status"] = ["phase": "Pending", "qosClass": .string(qualityOfService(pod["spec"]))]
        guard !pod["spec"]["schedulingGates"].items.isEmpty else { return }
        pod["status"]["conditions"] = [
            [
                "type": "PodScheduled", "observedGeneration": 1, "status": "False", "reason": "SchedulingGated",
                "message": "Scheduling is blocked due to non-empty scheduling gates",
            ]
        ]
    }

    /// The seconds that a pod gets to end in: none when no node runs it. Source: podStrategy.CheckGracefulDelete.
    static func grace(_ pod: Value, _ asked: Int?) -> Int {
        var seconds = asked ?? pod["spec"]["terminationGracePeriodSeconds"].int ?? 30
        if seconds < 0 { seconds = 1 }
        let phase = pod["status"]["phase"].string ?? ""
        if (pod["spec"]["nodeName"].string ?? "").isEmpty || phase == "Failed" || phase == "Succeeded" { seconds = 0 }
        return seconds
    }

    /// Whether a pod gets no seconds to end in, by its tape, which is not made where nobody asked for seconds.
    static func goesAtOnce(_ stored: Entry, _ asked: Int?) -> Bool {
        if asked == 0 { return true }
        guard let pod = stored.document?.root else { return false }
        let (spec, phase) = (pod["spec"], pod["status"]?["phase"]?.string)
        let seconds = asked ?? spec?["terminationGracePeriodSeconds"]?.int ?? 30
        return seconds == 0 || (spec?["nodeName"]?.string ?? "").isEmpty || phase == "Failed" || phase == "Succeeded"
    }

    /// `Guaranteed`, `Burstable` or `BestEffort`. Source: Kubernetes documentation, pod quality of service.
    static func qualityOfService(_ spec: Value) -> String {
        var (any, guaranteed) = (false, true)
        for container in spec["containers"].items + spec["initContainers"].items {
            let (requests, limits) = (container["resources"]["requests"], container["resources"]["limits"])
            for resource in ["cpu", "memory"] {
                let request = requests[resource].string.flatMap(Quantity.init) ?? requests[resource].int.map { Quantity($0) }
                let limit = limits[resource].string.flatMap(Quantity.init) ?? limits[resource].int.map { Quantity($0) }
                if (request?.sign ?? 0) > 0 || (limit?.sign ?? 0) > 0 { any = true }
                if limit == nil || (limit?.sign ?? 0) == 0 || (request != nil && request != limit) { guaranteed = false }
            }
        }
        return any ? guaranteed ? "Guaranteed" : "Burstable" : "BestEffort"
    }
}
