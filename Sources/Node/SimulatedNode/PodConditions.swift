import Control
import Documents

/// The conditions that follow from a pod's container statuses. Source: kubelet, pkg/kubelet/status/generate.go.
struct PodConditions {
    let pod: Value
    /// The statuses as they will be.
    let containers: [Value]
    let initContainers: [Value]
    let sandbox: Bool
    let phase: String
    let now: Timestamp

    /// Conditions that differ from what the pod says, with their moment of transition.
    var changes: [Value] {
        var result: [Value] = []
        for condition in wanted {
            let old = pod["status"]["conditions"].items.first { $0["type"] == condition["type"] } ?? .null
            let generation = pod["metadata"]["generation"]
            let same = ["status", "reason", "message"].allSatisfy { old[$0] == condition[$0] } && old["observedGeneration"] == generation
            if same { continue }
            var condition = condition
            let kept = old["status"] == condition["status"] ? old["lastTransitionTime"].string : nil
            condition["lastTransitionTime"] = .string(kept ?? now.text)
            condition["observedGeneration"] = generation
            for name in ["reason", "message"] where condition[name].isNull && !old[name].isNull {
                condition = Self.clearing(name, condition)
            }
            result.append(condition)
        }
        return result
    }

    private var wanted: [Value] {
        let ended = phase == "Succeeded" || phase == "Failed"
        var ready = containersReady(ended)
        let containersReady = Self.retyped(ready, "ContainersReady")
        if ready["status"] == "True", !Self.gatesPass(pod) {
            ready = Self.condition("Ready", false, "ReadinessGatesNotReady", "the status of pod readiness gate is not \"True\"")
        }
        return [
            Self.condition("PodReadyToStartContainers", sandbox && !ended), initialized(ended), ready, containersReady,
            Self.condition("PodScheduled", true),
        ]
    }

    private func initialized(_ ended: Bool) -> Value {
        let sidecars = Set(
            pod["spec"]["initContainers"].items.filter { $0["restartPolicy"] == "Always" }.compactMap { $0["name"].string })
        let open = initContainers.filter { status in
            sidecars.contains(status["name"].string ?? "")
                ? status["state"]["running"].object == nil : status["state"]["terminated"]["exitCode"].int != 0
        }
        guard !open.isEmpty, !ended else {
            return Self.condition("Initialized", true, ended && phase == "Succeeded" ? "PodCompleted" : nil)
        }
        return Self.condition(
            "Initialized", false, "ContainersNotInitialized", "containers with incomplete status: [\(Self.names(open))]")
    }

    private func containersReady(_ ended: Bool) -> Value {
        if ended { return Self.condition("Ready", false, phase == "Succeeded" ? "PodCompleted" : "PodFailed") }
        let open = containers.filter { $0["ready"].bool != true }
        guard !open.isEmpty else { return Self.condition("Ready", true) }
        return Self.condition("Ready", false, "ContainersNotReady", "containers with unready status: [\(Self.names(open))]")
    }

    /// Whether every readiness gate's condition is true.
    static func gatesPass(_ pod: Value) -> Bool {
        pod["spec"]["readinessGates"].items.allSatisfy { gate in
            pod["status"]["conditions"].items.contains { $0["type"] == gate["conditionType"] && $0["status"] == "True" }
        }
    }

    private static func names(_ statuses: [Value]) -> String { statuses.compactMap { $0["name"].string }.joined(separator: " ") }
    private static func condition(_ type: String, _ status: Bool, _ reason: String? = nil, _ message: String? = nil) -> Value {
        var value: Value = ["type": .string(type), "status": status ? "True" : "False"]
        if let reason { value["reason"] = .string(reason) }
        if let message { value["message"] = .string(message) }
        return value
    }
    private static func retyped(_ condition: Value, _ type: String) -> Value {
        var condition = condition
        condition["type"] = .string(type)
        return condition
    }
    /// The condition with an explicit null, which removes the member in a patch.
    private static func clearing(_ name: String, _ condition: Value) -> Value {
        guard var object = condition.object else { return condition }
        object[name] = Value.null
        return .object(object)
    }
}
