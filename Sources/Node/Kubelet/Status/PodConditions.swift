import Control
import Documents

/// The conditions that follow from a pod's container statuses. Source: kubelet, pkg/kubelet/status/generate.go.
struct PodConditions {
    let spec: PodSpecView
    /// Statuses by name.
    let statuses: [String: Value]
    let hasSandbox: Bool
    let phase: String

    private var hasEnded: Bool { phase == "Succeeded" || phase == "Failed" }

    /// The kubelet's own conditions, without times.
    var all: [Value] {
        let containers = containersReady("ContainersReady")
        return [
            Self.condition("PodReadyToStartContainers", hasSandbox), initialized, ready, containers, Self.condition("PodScheduled", true),
        ]
    }

    private var initialized: Value {
        if hasEnded, phase == "Succeeded" { return Self.condition("Initialized", true, "PodCompleted") }
        let begun = spec.main.contains { slot in
            let state = statuses[slot.name]?["state"] ?? .null
            return !state["running"].isNull || !state["terminated"].isNull
                || !(statuses[slot.name]?["lastState"]["terminated"] ?? .null).isNull
        }
        var (unknown, open) = ([String](), [String]())
        for slot in spec.initial {
            guard let status = statuses[slot.name] else {
                unknown.append(slot.name)
                continue
            }
            let done = slot.isSidecar ? status["started"] == true : status["ready"] == true
            if !done { open.append(slot.name) }
        }
        guard !begun, !unknown.isEmpty || !open.isEmpty else { return Self.condition("Initialized", true) }
        let message = Self.message(("unknown", unknown), ("incomplete", open))
        return Self.condition("Initialized", false, "ContainersNotInitialized", message)
    }

    private func containersReady(_ type: String) -> Value {
        if hasEnded { return Self.condition(type, false, phase == "Succeeded" ? "PodCompleted" : "PodFailed") }
        var (unknown, unready) = ([String](), [String]())
        for slot in spec.initial.filter(\.isSidecar) + spec.main {
            guard let status = statuses[slot.name] else {
                unknown.append(slot.name)
                continue
            }
            if status["ready"] != true { unready.append(slot.name) }
        }
        guard !unknown.isEmpty || !unready.isEmpty else { return Self.condition(type, true) }
        return Self.condition(type, false, "ContainersNotReady", Self.message(("unknown", unknown), ("unready", unready)))
    }

    private var ready: Value {
        let containers = containersReady("Ready")
        guard containers["status"] == "True" else { return containers }
        let problems = spec.pod["spec"]["readinessGates"].items.compactMap { gate -> String? in
            let type = gate["conditionType"].string ?? ""
            guard let condition = spec.pod["status"]["conditions"].items.first(where: { $0["type"].string == type }) else {
                return "corresponding condition of pod readiness gate \"\(type)\" does not exist."
            }
            let status = condition["status"].string ?? ""
            return status == "True" ? nil : "the status of pod readiness gate \"\(type)\" is not \"True\", but \(status)"
        }
        guard !problems.isEmpty else { return containers }
        return Self.condition("Ready", false, "ReadinessGatesNotReady", problems.joined(separator: ", "))
    }

    private static func message(_ parts: (String, [String])...) -> String {
        parts.filter { !$0.1.isEmpty }.map { "containers with \($0.0) status: [\($0.1.joined(separator: " "))]" }.joined(separator: ", ")
    }
    static func condition(_ type: String, _ status: Bool, _ reason: String? = nil, _ message: String? = nil) -> Value {
        var value: Value = ["type": .string(type), "status": status ? "True" : "False"]
        if let reason { value["reason"] = .string(reason) }
        if let message { value["message"] = .string(message) }
        return value
    }
}
