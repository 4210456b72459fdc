import Control
import Documents
import KubeModel

/// How container statuses and the pod's status come about.
extension PodLife {
    /// The status patch for the statuses given; what is not given stays.
    func report(
        containers: [Value]? = nil, initContainers: [Value]? = nil, ephemeralContainers: [Value]? = nil, sandbox: Bool,
        phase: String? = nil
    ) -> Value {
        let main = containers ?? state.status["containerStatuses"].items
        let initial = initContainers ?? state.status["initContainerStatuses"].items
        let anyRunning = main.contains { $0["state"]["running"].object != nil || $0["lastState"]["terminated"].object != nil }
        let begins = main.contains { PodState.isWaiting($0) && $0["lastState"]["terminated"].object == nil }
        let phase = phase ?? (anyRunning && !begins ? "Running" : "Pending")
        let conditions = PodConditions(
            pod: pod, containers: main, initContainers: initial, sandbox: sandbox, phase: phase, now: now)
        var status: Value = ["phase": .string(phase), "conditions": .array(conditions.changes)]
        if let containers {
            status["containerStatuses"] = .array(containers.sorted { ($0["name"].string ?? "") < ($1["name"].string ?? "") })
        }
        if let initContainers, !initContainers.isEmpty { status["initContainerStatuses"] = .array(initContainers) }
        if let ephemeralContainers, !ephemeralContainers.isEmpty { status["ephemeralContainerStatuses"] = .array(ephemeralContainers) }
        if let generation = pod["metadata"]["generation"].int { status["observedGeneration"] = .int(Int64(generation)) }
        return status
    }

    func fresh(_ container: Value, _ state: Value) -> Value {
        [
            "name": container["name"], "state": state, "lastState": [:], "ready": false, "restartCount": 0, "image": container["image"],
            "imageID": "", "started": false,
        ]
    }
    func running(_ status: Value, _ reference: ImageReference) -> Value {
        var status = status
        status["state"] = ["running": ["startedAt": .string(now.text)]]
        status["image"] = .string(reference.name)
        status["imageID"] = "\(reference.repository)@sha256:\(Stable.hex(reference.name, 64))"
        status["containerID"] = "containerd://\(random.hex(64))"
        status["started"] = true
        return status
    }
    /// A container that never ran stays as it was.
    func terminated(_ status: Value, exitCode: Int) -> Value {
        let started = status["state"]["running"]["startedAt"]
        guard !started.isNull else { return status }
        var status = status
        status["state"] = [
            "terminated": [
                "exitCode": .int(Int64(exitCode)), "reason": exitCode == 0 ? "Completed" : "Error", "startedAt": started,
                "finishedAt": .string(now.text), "containerID": status["containerID"],
            ]
        ]
        status["ready"] = .bool(exitCode == 0 && state.initContainers.contains { $0["name"] == status["name"] })
        status["started"] = false
        return status
    }

    func startEvents(_ container: Value, _ reference: ImageReference, _ list: String) -> [PodStep.Event] {
        let (name, image) = (container["name"].string ?? "", container["image"].string ?? "")
        let path = "\(list){\(name)}"
        var events: [PodStep.Event] = []
        if images.contains(reference.name) {
            events.append(.init(reason: "Pulled", message: "Container image \"\(image)\" already present on machine", fieldPath: path))
        } else {
            let time = "\(state.table.pull.milliseconds)ms"
            events.append(.init(reason: "Pulling", message: "Pulling image \"\(image)\"", fieldPath: path))
            events.append(
                .init(
                    reason: "Pulled", message: "Successfully pulled image \"\(image)\" in \(time) (\(time) including waiting).",
                    fieldPath: path))
        }
        events.append(.init(reason: "Created", message: "Created container: \(name)", fieldPath: path))
        events.append(.init(reason: "Started", message: "Started container \(name)", fieldPath: path))
        return events
    }
}

extension Duration {
    /// Whole milliseconds.
    fileprivate var milliseconds: Int64 { components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000 }
}
