import Control
import Documents
import KubeModel

/// What a machine does for a pod at the end of a stage.
struct PodStep {
    /// Something to record about the pod.
    struct Event {
        var type = "Normal"
        var reason: String
        var message: String
        /// The container concerned, as in `spec.containers{web}`.
        var fieldPath = ""
    }
    /// A strategic merge patch of the status; null for none.
    var status = Value.null
    var events: [Event] = []
    /// Deletes the document, now that nothing of the pod runs.
    var removes = false
    /// Images that the machine has from now on.
    var pulled: Set<String> = []
}

/// Decides on steps: a pure function of a pod's document, the moment, and the images that the machine has.
struct PodLife {
    let state: PodState
    let spec: SimulatedNodeSpec
    let images: Set<String>
    let now: Timestamp
    let random: RandomSource
    /// What the other pods of the machine have.
    var others = PodAmounts()
    var pod: Value { state.pod }

    /// How long the present stage lasts, counted from when it began; nil when it has no end of its own.
    func delay(of stage: PodStage) -> Duration? {
        let table = state.table
        switch stage {
        case .accepted, .mounting, .resizing: return .zero
        case .sandbox: return joinsStart ? startTime : table.sandbox
        case .joining: return pull(state.newcomers) + table.start
        case .initializing(let index): return pull([state.initContainers[index]]) + table.initContainer
        case .starting:
            let waiting = state.containers.filter { PodState.isWaiting(state.containerStatus($0)) && state.verdict($0).isFine }
            return pull(waiting) + table.start + (waiting.map(crashDelay).max() ?? .zero)
        case .failingPull: return table.pull
        case .backingOff: return table.pullBackOff
        case .warming:
            return .seconds(state.unready.map { $0["readinessProbe"]["initialDelaySeconds"].int ?? 0 }.max() ?? 0)
        case .ending(let seconds):
            let started = state.containers.compactMap {
                state.containerStatus($0)["state"]["running"]["startedAt"].string.flatMap(Timestamp.init)
            }
            return started.max().map { max(.zero, $0 + .seconds(seconds) - now) } ?? .seconds(seconds)
        case .expiring(let seconds):
            let started = state.status["startTime"].string.flatMap(Timestamp.init)
            return started.map { max(.zero, $0 + .seconds(seconds) - now) } ?? .seconds(seconds)
        case .terminating:
            let grace = pod["metadata"]["deletionGracePeriodSeconds"].int ?? 30
            return state.status["startTime"].isNull || state.isFinished ? .zero : min(table.termination, .seconds(grace))
        case .resting, .finished: return nil
        }
    }

    /// What ends the stage. `address` gives the pod's address; nil leaves the pod where it is.
    func step(at stage: PodStage, address: () -> String?) -> PodStep {
        switch stage {
        case .accepted: accept()
        case .sandbox: address().map { joinsStart ? startInSandbox($0) : openSandbox($0) } ?? PodStep()
        case .joining: join()
        case .initializing(let index): initialize(index)
        case .starting: start()
        case .failingPull, .backingOff: refuse(backOff: stage == .backingOff)
        case .warming: warm()
        case .resizing: resize()
        case .ending: end()
        case .expiring: expire()
        case .terminating: terminate()
        case .mounting, .resting, .finished: PodStep()
        }
    }

    /// From being taken on until the containers run.
    private var startTime: Duration { state.table.sandbox + pull(state.containers) + state.table.start }
    /// Whether the sandbox and the containers' start are reported together.
    private var joinsStart: Bool {
        startTime <= state.table.relist && state.initContainers.isEmpty && state.containers.allSatisfy { state.verdict($0).isFine }
    }

    private func pull(_ containers: [Value]) -> Duration {
        containers.contains { !has($0) } ? state.table.pull : .zero
    }
    private func has(_ container: Value) -> Bool {
        guard case .fine(let reference) = state.verdict(container) else { return true }
        return images.contains(reference.name)
    }
    /// 10 s after the first crash, doubling up to 5 minutes. Source: kubelet's container back-off.
    private func crashDelay(_ container: Value) -> Duration {
        let status = state.containerStatus(container)
        guard status["state"]["waiting"]["reason"] == "CrashLoopBackOff" else { return .zero }
        return .seconds(min(300, 10 << min(5, max(0, (status["restartCount"].int ?? 1) - 1))))
    }
}

// MARK: - Steps

extension PodLife {
    private func accept() -> PodStep {
        let reason = state.initContainers.isEmpty ? "ContainerCreating" : "PodInitializing"
        let waiting: Value = ["waiting": ["reason": .string(reason)]]
        var status = report(
            containers: state.containers.map { fresh($0, waiting) }, initContainers: state.initContainers.map { fresh($0, waiting) },
            sandbox: false)
        status["startTime"] = .string(now.text)
        status["hostIP"] = .string(spec.privateAddress)
        status["hostIPs"] = [["ip": .string(spec.privateAddress)]]
        return PodStep(status: status)
    }

    private func openSandbox(_ address: String) -> PodStep {
        var status = report(sandbox: true)
        status["podIP"] = .string(address)
        status["podIPs"] = [["ip": .string(address)]]
        return PodStep(status: status)
    }

    private func startInSandbox(_ address: String) -> PodStep {
        var step = start()
        step.status["podIP"] = .string(address)
        step.status["podIPs"] = [["ip": .string(address)]]
        return step
    }

    private func join() -> PodStep {
        var step = PodStep()
        var statuses = state.status["ephemeralContainerStatuses"].items
        for container in state.newcomers {
            guard case .fine(let reference) = state.verdict(container) else { continue }
            statuses.removeAll { $0["name"] == container["name"] }
            statuses.append(running(fresh(container, .null), reference))
            step.events += startEvents(container, reference, "spec.ephemeralContainers")
            step.pulled.insert(reference.name)
        }
        step.status = report(ephemeralContainers: statuses, sandbox: true)
        return step
    }

    private func initialize(_ index: Int) -> PodStep {
        let container = state.initContainers[index]
        guard case .fine(let reference) = state.verdict(container) else { return PodStep() }
        let sidecar = container["restartPolicy"].string == "Always"
        var statuses = state.status["initContainerStatuses"].items
        guard let place = statuses.firstIndex(where: { $0["name"] == container["name"] }) else { return PodStep() }
        statuses[place] = given(container, running(statuses[place], reference))
        statuses[place]["ready"] = true
        if !sidecar { statuses[place] = terminated(statuses[place], exitCode: 0) }
        var step = PodStep(status: report(initContainers: statuses, sandbox: true), pulled: [reference.name])
        step.events = startEvents(container, reference, "spec.initContainers")
        return step
    }

    private func start() -> PodStep {
        var step = PodStep()
        let statuses = state.status["containerStatuses"].items.map { status -> Value in
            guard PodState.isWaiting(status), let container = state.containers.first(where: { $0["name"] == status["name"] }),
                case .fine(let reference) = state.verdict(container)
            else { return status }
            step.events += startEvents(container, reference, "spec.containers")
            step.pulled.insert(reference.name)
            var status = given(container, running(status, reference))
            status["ready"] = .bool(container["readinessProbe"].object == nil)
            return status
        }
        step.status = report(containers: statuses, sandbox: true)
        return step
    }

    private func refuse(backOff: Bool) -> PodStep {
        var step = PodStep()
        func refused(_ container: Value, _ status: Value, _ list: String) -> Value {
            let image = container["image"].string ?? ""
            let waiting: Value
            let path = "\(list){\(container["name"].string ?? "")}"
            switch state.verdict(container) {
            case .fine: return status
            case .invalid(let message):
                waiting = ["reason": "InvalidImageName", "message": .string(message)]
                step.events.append(.init(type: "Warning", reason: "InspectFailed", message: message, fieldPath: path))
                step.events.append(.init(type: "Warning", reason: "Failed", message: "Error: InvalidImageName", fieldPath: path))
            case .missing where backOff:
                waiting = ["reason": "ImagePullBackOff", "message": "Back-off pulling image \"\(image)\""]
                step.events.append(.init(reason: "BackOff", message: "Back-off pulling image \"\(image)\"", fieldPath: path))
                step.events.append(.init(type: "Warning", reason: "Failed", message: "Error: ImagePullBackOff", fieldPath: path))
            case .missing(let message):
                waiting = ["reason": "ErrImagePull", "message": .string(message)]
                step.events.append(.init(reason: "Pulling", message: "Pulling image \"\(image)\"", fieldPath: path))
                step.events.append(
                    .init(type: "Warning", reason: "Failed", message: "Failed to pull image \"\(image)\": \(message)", fieldPath: path))
                step.events.append(.init(type: "Warning", reason: "Failed", message: "Error: ErrImagePull", fieldPath: path))
            }
            var status = status
            status["state"] = ["waiting": waiting]
            return status
        }
        func all(_ list: String, _ containers: [Value], _ path: String) -> [Value] {
            state.status[list].items.map { status in
                guard PodState.isWaiting(status), let container = containers.first(where: { $0["name"] == status["name"] }) else {
                    return status
                }
                return refused(container, status, path)
            }
        }
        let initial = all("initContainerStatuses", state.initContainers, "spec.initContainers")
        let main =
            initial == state.status["initContainerStatuses"].items
            ? all("containerStatuses", state.containers, "spec.containers") : nil
        step.status = report(containers: main, initContainers: initial, sandbox: true)
        return step
    }

    private func warm() -> PodStep {
        let statuses = state.status["containerStatuses"].items.map { status -> Value in
            var status = status
            if status["state"]["running"].object != nil { status["ready"] = true }
            return status
        }
        return PodStep(status: report(containers: statuses, sandbox: true))
    }

    private func end() -> PodStep {
        let code = StageTable.ending(of: pod)?.exitCode ?? 0
        let restarts = code != 0 && pod["spec"]["restartPolicy"].string == "OnFailure"
        let statuses = state.status["containerStatuses"].items.map { status -> Value in
            guard status["state"]["running"].object != nil else { return status }
            var ended = terminated(status, exitCode: code)
            guard restarts else { return ended }
            ended["lastState"] = ended["state"]
            ended["restartCount"] = .int(Int64((status["restartCount"].int ?? 0) + 1))
            ended["state"] = ["waiting": ["reason": "CrashLoopBackOff", "message": "back-off restarting failed container"]]
            return ended
        }
        let phase = restarts ? nil : code == 0 ? "Succeeded" : "Failed"
        return PodStep(status: report(containers: statuses, sandbox: restarts, phase: phase))
    }

    /// Source: the kubelet's active deadline handler.
    private func expire() -> PodStep {
        let (reason, message) = ("DeadlineExceeded", "Pod was active on the node longer than the specified deadline")
        let ended = state.status["containerStatuses"].items.map { terminated($0, exitCode: 137) }
        var step = PodStep(status: report(containers: ended, sandbox: false, phase: "Failed"))
        step.status["reason"] = .string(reason)
        step.status["message"] = .string(message)
        step.events = [.init(reason: reason, message: message)] + killing
        return step
    }

    private func terminate() -> PodStep {
        var step = PodStep(removes: true)
        guard !state.isFinished, !state.status["startTime"].isNull else { return step }
        // Services end in good order; work that was to run to its end has not reached it.
        let code = pod["spec"]["restartPolicy"].string ?? "Always" == "Always" ? 0 : 143
        let ended = state.status["containerStatuses"].items.map { terminated($0, exitCode: code) }
        let initial = state.status["initContainerStatuses"].items.map { terminated($0, exitCode: code) }
        let ephemeral = state.status["ephemeralContainerStatuses"].items.map { terminated($0, exitCode: code) }
        step.status = report(
            containers: ended, initContainers: initial, ephemeralContainers: ephemeral, sandbox: false,
            phase: code == 0 ? "Succeeded" : "Failed")
        return step
    }

    /// What is recorded when a pod begins to end.
    var killing: [PodStep.Event] {
        state.containers.filter { state.containerStatus($0)["state"]["running"].object != nil }.map { container in
            let name = container["name"].string ?? ""
            return PodStep.Event(reason: "Killing", message: "Stopping container \(name)", fieldPath: "spec.containers{\(name)}")
        }
    }
}
