import Control
import Documents
import KubeModel

/// What pods ask for of their node's processors and memory.
struct PodAmounts: Hashable {
    /// In thousandths of a processor.
    var cpu = 0
    /// In bytes.
    var memory = 0

    init() {}
    /// What the containers have been given, or ask for while nothing is known of that. A pod that has ended has nothing.
    init(_ pod: Value) {
        guard !["Succeeded", "Failed"].contains(pod["status"]["phase"].string ?? "") else { return }
        for container in Self.lasting(pod) {
            let given = PodState.status(of: container, in: pod)["allocatedResources"]
            add(given.isNull ? container["resources"]["requests"] : given)
        }
    }
    /// What the containers ask for, whatever they have.
    static func wanted(by pod: Value) -> PodAmounts {
        var amounts = PodAmounts()
        for container in lasting(pod) { amounts.add(container["resources"]["requests"]) }
        return amounts
    }

    /// Containers and sidecars, which run as long as the pod does.
    private static func lasting(_ pod: Value) -> [Value] {
        pod["spec"]["containers"].items + pod["spec"]["initContainers"].items.filter { $0["restartPolicy"] == "Always" }
    }
    mutating func add(_ resources: Value) {
        cpu += Quantity(resources["cpu"])?.milli ?? 0
        memory += Quantity(resources["memory"])?.units ?? 0
    }
    static func + (left: PodAmounts, right: PodAmounts) -> PodAmounts {
        var sum = left
        (sum.cpu, sum.memory) = (left.cpu + right.cpu, left.memory + right.memory)
        return sum
    }
}

/// How running containers get other resources. Source: Kubernetes documentation, "Resize CPU and Memory Resources assigned to Containers".
extension PodLife {
    /// A container's status with what it has been given.
    func given(_ container: Value, _ status: Value) -> Value {
        let resources = container["resources"]
        var status = status
        var shown: Value = [:]
        for part in ["limits", "requests"] where resources[part].object?.isEmpty == false { shown[part] = resources[part] }
        guard shown.object?.isEmpty == false else { return status }
        status["resources"] = shown
        if !shown["requests"].isNull { status["allocatedResources"] = shown["requests"] }
        return status
    }

    /// Gives the containers what they ask for now, or says why not yet or never.
    func resize() -> PodStep {
        if let (reason, message) = obstacle { return pending(reason, message) }
        var step = PodStep()
        var sized: [Value] = []
        func all(_ list: String, _ containers: [Value]) -> [Value] {
            state.status[list].items.map { status in
                guard let container = containers.first(where: { $0["name"] == status["name"] }) else { return status }
                let changed = changes(container, status)
                guard !changed.isEmpty, status["state"]["running"].object != nil else { return status }
                sized.append(["name": container["name"], "resources": container["resources"]])
                let restarts = container["resizePolicy"].items.contains {
                    $0["restartPolicy"] == "RestartContainer" && changed.contains($0["resourceName"].string ?? "")
                }
                return given(container, restarts ? restarted(container, status, &step) : status)
            }
        }
        let (main, initial) = (all("containerStatuses", state.containers), all("initContainerStatuses", state.initContainers))
        let isChanged = !sized.isEmpty
        step.status = report(containers: isChanged ? main : nil, initContainers: isChanged ? initial : nil, sandbox: true)
        if !state.condition(Self.resizePending).isNull {
            step.status["conditions"] = .array(
                step.status["conditions"].items + [["$patch": "delete", "type": .string(Self.resizePending)]])
        }
        guard isChanged else { return step }
        let told: Value = ["containers": .array(sized), "generation": pod["metadata"]["generation"]]
        step.events.append(.init(reason: "ResizeCompleted", message: "Pod resize completed: \(JSON.text(told, pretty: false))"))
        return step
    }

    private static let resizePending = "PodResizePending"

    /// What of processors and memory differs from what the container has.
    private func changes(_ container: Value, _ status: Value) -> [String] {
        ["cpu", "memory"].filter { resource in
            ["limits", "requests"].contains { container["resources"][$0][resource] != status["resources"][$0][resource] }
        }
    }

    /// Why the node does not give it. Source: kubelet, allocation manager, canResizePod.
    var obstacle: (reason: String, message: String)? {
        let size = NodeDocument(spec: spec, bootID: "").size.allocatable
        let (cpu, memory) = (Quantity(size["cpu"])?.milli ?? 0, Quantity(size["memory"])?.units ?? 0)
        let (wanted, has) = (PodAmounts.wanted(by: pod), PodAmounts(pod))
        if wanted.memory > memory {
            return ("Infeasible", "Node didn't have enough capacity: memory, requested: \(wanted.memory), capacity: \(memory)")
        }
        if wanted.cpu > cpu {
            return ("Infeasible", "Node didn't have enough capacity: cpu, requested: \(wanted.cpu), capacity: \(cpu)")
        }
        func lack(_ resource: String, _ wanted: Int, _ used: Int, _ all: Int) -> (String, String) {
            ("Deferred", "Node didn't have enough resource: \(resource), requested: \(wanted), used: \(used), capacity: \(all)")
        }
        if wanted.cpu > has.cpu, wanted.cpu + others.cpu > cpu { return lack("cpu", wanted.cpu, others.cpu, cpu) }
        if wanted.memory > has.memory, wanted.memory + others.memory > memory {
            return lack("memory", wanted.memory, others.memory, memory)
        }
        return nil
    }

    private func pending(_ reason: String, _ message: String) -> PodStep {
        let present = state.condition(Self.resizePending)
        if present["reason"].string == reason, present["message"].string == message, !state.isBehind { return PodStep() }
        var step = PodStep(status: report(sandbox: true))
        let condition: Value = [
            "type": .string(Self.resizePending), "status": "True", "reason": .string(reason), "message": .string(message),
            "lastTransitionTime": present.isNull ? .string(now.text) : present["lastTransitionTime"],
            "observedGeneration": pod["metadata"]["generation"],
        ]
        step.status["conditions"] = .array(step.status["conditions"].items + [condition])
        return step
    }

    private func restarted(_ container: Value, _ status: Value, _ step: inout PodStep) -> Value {
        guard case .fine(let reference) = state.verdict(container) else { return status }
        var next = terminated(status, exitCode: 0)
        next["lastState"] = next["state"]
        next["restartCount"] = .int(Int64((status["restartCount"].int ?? 0) + 1))
        let name = container["name"].string ?? ""
        step.events.append(
            .init(
                reason: "Killing", message: "Container \(name) resize requires restart", fieldPath: "spec.containers{\(name)}"))
        step.events += startEvents(container, reference, "spec.containers")
        next = running(next, reference)
        next["ready"] = status["ready"]
        return next
    }
}
