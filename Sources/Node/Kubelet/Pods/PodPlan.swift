import Control
import Documents

/// What is to be done next. Every rule looks at what is, not at what happened.
extension PodMachine {
    /// The operations to begin now; they count as under way from here on.
    mutating func plan(_ node: NodeView) -> [PodOperation] {
        due = nil
        decideEnding(node.now)
        let looks = planLooks(node.now)
        var operations = looks
        if looks.isEmpty, !awaitsListing, !flight.contains(where: { $0.hasPrefix("inspect ") }) {
            operations += ending == nil ? planLife(node) : planEnd(node.now)
        }
        operations += planProbes(node.now)
        operations += planGarbage()
        operations += planMirror(node.now)
        for operation in operations { flight.insert(operation.key) }
        let report = planReport(node.now)
        for operation in report { flight.insert(operation.key) }
        return operations + report
    }

    /// Notices that the pod is to end.
    private mutating func decideEnding(_ now: Timestamp) {
        if spec.isDeleted, let known = ending, known.cause == .deleted, spec.grace < known.grace {
            ending?.began = now
            ending?.grace = spec.grace
        }
        if spec.isDeleted, ending?.cause != .deleted, ending?.cause != .removed {
            let began = ending?.cause == .killed ? ending?.began ?? now : now
            ending = PodEnding(
                cause: .deleted, began: began, grace: spec.grace, reason: ending?.reason ?? "", message: ending?.message ?? "")
        }
        guard ending == nil else { return }
        if spec.hasEnded {
            ending = PodEnding(cause: .finished, began: now, grace: spec.grace)
        } else if let limit = pod["spec"]["activeDeadlineSeconds"].int, let begun = sent["startTime"].string.flatMap(Timestamp.init) {
            let deadline = begun + .seconds(limit)
            if deadline > now { return wake(deadline) }
            let message = "Pod was active on the node longer than the specified deadline"
            note("Normal", "DeadlineExceeded", message)
            ending = PodEnding(cause: .killed, began: now, grace: spec.grace, reason: "DeadlineExceeded", message: message)
        }
    }

    private mutating func planLife(_ node: NodeView) -> [PodOperation] {
        guard isPrepared else { return may(PodOperation.Key.prepare, node.now) ? [.prepare] : [] }
        guard let sandbox else { return planSandbox(node) }
        var operations: [PodOperation] = []
        for slot in spec.ephemeral where containers[slot.name] == nil { operations += start(slot, in: sandbox, node.now) }
        let (initialised, inits) = planInitial(sandbox, node.now)
        operations += inits
        operations += planRefresh(node.now)
        guard initialised else { return operations }
        for slot in spec.main {
            operations += planMain(slot, sandbox, node.now)
            // One is begun after the other, hooks included.
            if isStarting(slot.name) || operations.contains(where: { $0.key == PodOperation.Key.start(slot.name) }) { break }
        }
        if ending == nil, mainsAreOver {
            ending = PodEnding(cause: .finished, began: node.now, grace: spec.grace)
            operations += planEnd(node.now)
        }
        return operations
    }

    /// Brings volumes up to date once in a while. Source: kubelet's sync frequency of a minute.
    private mutating func planRefresh(_ now: Timestamp) -> [PodOperation] {
        guard let last = refreshed else {
            refreshed = now
            return []
        }
        let next = last + .seconds(60)
        guard next <= now else {
            wake(next)
            return []
        }
        return may("refresh", now) ? [.refresh] : []
    }

    /// Whether all main containers have ended for good.
    private var mainsAreOver: Bool {
        !spec.main.isEmpty
            && spec.main.allSatisfy { slot in
                guard !isStarting(slot.name), let status = live(slot.name), status.state == .exited else { return false }
                return !RestartRule.restarts(slot, exitCode: status.exitCode, podPolicy: spec.restartPolicy)
            }
    }

    private mutating func planSandbox(_ node: NodeView) -> [PodOperation] {
        if !sandboxes.isEmpty, isOverWithoutSandbox {
            ending = PodEnding(cause: .finished, began: node.now, grace: spec.grace)
            return planEnd(node.now)
        }
        let stops = running.flatMap { stop($0, message: "", node.now) }
        guard running.isEmpty, stops.isEmpty else { return stops }
        let downs = planSandboxStops(node.now)
        guard sandboxes.allSatisfy({ stopped.contains($0.id) }) else { return downs }
        if let problem = node.networkProblem, !spec.isOnHostNetwork {
            if !isAwaitingNetwork { note("Warning", "NetworkNotReady", "network is not ready: \(problem)") }
            isAwaitingNetwork = true
            return []
        }
        isAwaitingNetwork = false
        guard may(PodOperation.Key.sandbox, node.now) else { return [] }
        let attempt = sandboxes.first.map { $0.attempt + 1 } ?? 0
        if attempt > 0, retries[PodOperation.Key.sandbox] == nil {
            note("Normal", "SandboxChanged", "Pod sandbox changed, it will be killed and re-created.")
        }
        return [.runSandbox(attempt: attempt)]
    }

    /// Whether nothing would be started in a new sandbox. Source: kubelet, computePodActions.
    private var isOverWithoutSandbox: Bool {
        spec.main.allSatisfy { slot in
            guard let status = containers[slot.name]?.first, status.state == .exited else { return false }
            return !RestartRule.restarts(slot, exitCode: status.exitCode, podPolicy: spec.restartPolicy)
        }
    }

    /// Starts init containers one after the other. - Returns: whether main containers may start.
    private mutating func planInitial(_ sandbox: SandboxStatus, _ now: Timestamp) -> (done: Bool, [PodOperation]) {
        let begun = spec.main.contains { live($0.name) != nil }
        var operations: [PodOperation] = []
        for slot in spec.initial {
            let status = live(slot.name)
            if slot.isSidecar {
                if let status, status.state == .running, !isStarting(slot.name) {
                    operations += condemn(slot, status, now)
                    if begun || probes.hasStarted(slot, status) { continue }
                    return (false, operations)
                }
                operations += start(slot, in: sandbox, now)
            } else {
                if begun || status?.state == .exited && status?.exitCode == 0 { continue }
                if let status, status.state == .exited,
                    !RestartRule.restarts(slot, exitCode: status.exitCode, podPolicy: spec.restartPolicy)
                {
                    ending = PodEnding(cause: .finished, began: now, grace: spec.grace)
                    return (false, operations + planEnd(now))
                }
                if status?.state != .running { operations += start(slot, in: sandbox, now) }
            }
            if !begun { return (false, operations) }
        }
        return (true, operations)
    }

    private mutating func planMain(_ slot: ContainerSlot, _ sandbox: SandboxStatus, _ now: Timestamp) -> [PodOperation] {
        guard let status = live(slot.name) else {
            if let last = containers[slot.name]?.first, last.state == .exited,
                !RestartRule.restarts(slot, exitCode: last.exitCode, podPolicy: spec.restartPolicy)
            {
                return []
            }
            return start(slot, in: sandbox, now)
        }
        if status.state == .running { return condemn(slot, status, now) + planResize(slot, status, now) }
        if status.state == .exited, !RestartRule.restarts(slot, exitCode: status.exitCode, podPolicy: spec.restartPolicy) { return [] }
        return start(slot, in: sandbox, now)
    }

    /// Stops a running container that is to be replaced.
    private mutating func condemn(_ slot: ContainerSlot, _ status: ContainerStatus, _ now: Timestamp) -> [PodOperation] {
        if condemned[status.id] == nil, let hash = status.annotations[ContainerNote.hash], hash != slot.hash {
            condemned[status.id] = Condemnation(message: "Container \(slot.name) definition changed, will be restarted")
        }
        guard let condemnation = condemned[status.id] else { return [] }
        return stop(status, message: condemnation.message, grace: condemnation.grace, now)
    }

    /// Starts a container unless it waits for something: it is starting, its restart or its image's pull is delayed.
    private mutating func start(_ slot: ContainerSlot, in sandbox: SandboxStatus, _ now: Timestamp) -> [PodOperation] {
        let last = containers[slot.name]?.first
        if let last, last.state != .exited, last.sandbox == sandbox.id, last.state == .running { return [] }
        guard may(PodOperation.Key.start(slot.name), now) else { return [] }
        if let last, last.state == .exited, last.sandbox == sandbox.id, restartIsDelayed(slot, last, now) { return [] }
        if pullIsDelayed(slot, now) { return [] }
        let attempt = max(last.map { $0.attempt + 1 } ?? 0, reportedRestarts(slot) + (last == nil && wasReported(slot) ? 1 : 0))
        let target = slot.spec["targetContainerName"].string.flatMap { live($0)?.id }
        return [.start(ContainerStart(slot: slot, attempt: attempt, sandbox: sandbox, target: target))]
    }

    private mutating func restartIsDelayed(_ slot: ContainerSlot, _ last: ContainerStatus, _ now: Timestamp) -> Bool {
        let ended = Timestamp(nanoseconds: Int64(last.finished))
        if let delay = crashes[slot.name], !delay.hasExpired(for: ended), ended + delay.delay > now {
            let text = DurationText.short(delay.delay)
            let message = "back-off \(text) restarting failed container=\(slot.name) pod=\(spec.label)"
            if failures[slot.name]?.reason != "CrashLoopBackOff" {
                note("Warning", "BackOff", "Back-off restarting failed container \(slot.name) in pod \(spec.label)", slot)
            }
            failures[slot.name] = ContainerFailure(reason: "CrashLoopBackOff", message: message)
            wake(ended + delay.delay)
            return true
        }
        crashes[slot.name] = .next(crashes[slot.name], event: ended, now: now)
        return false
    }

    private mutating func pullIsDelayed(_ slot: ContainerSlot, _ now: Timestamp) -> Bool {
        guard let delay = pulls[slot.image], delay.updated + delay.delay > now else { return false }
        wake(delay.updated + delay.delay)
        // The failure itself shows for a moment.
        let shows = delay.updated + .seconds(2)
        if shows > now, failures[slot.name]?.reason == "ErrImagePull" {
            wake(shows)
            return true
        }
        if failures[slot.name]?.reason != "ImagePullBackOff" {
            note("Normal", "BackOff", "Back-off pulling image \"\(slot.image)\"", slot)
            note("Warning", "Failed", "Error: ImagePullBackOff", slot)
        }
        var message = "Back-off pulling image \"\(slot.image)\""
        if let problem = pullProblems[slot.image] { message += ": \(problem)" }
        failures[slot.name] = ContainerFailure(reason: "ImagePullBackOff", message: message)
        return true
    }

    private func reported(_ slot: ContainerSlot) -> Value {
        let list = ["initContainerStatuses", "containerStatuses", "ephemeralContainerStatuses"]
        return list.lazy.flatMap { sent[$0].items }.first { $0["name"].string == slot.name } ?? .null
    }
    private func reportedRestarts(_ slot: ContainerSlot) -> Int { reported(slot)["restartCount"].int ?? 0 }
    private func wasReported(_ slot: ContainerSlot) -> Bool { !reported(slot)["state"]["running"].isNull }

    /// Stops a container unless that is under way.
    mutating func stop(_ status: ContainerStatus, message: String, grace: Int? = nil, _ now: Timestamp) -> [PodOperation] {
        let seconds = grace ?? pod["spec"]["terminationGracePeriodSeconds"].int ?? 30
        let kill = now + .seconds(max(0, seconds))
        guard !isStarting(status.name) else { return [] }
        guard may(PodOperation.Key.stop(status.id), now) else { return hurry(status, kill, seconds) }
        killTimes[status.id] = kill
        let text = message.isEmpty ? "Stopping container \(status.name)" : message
        return [
            .stop(
                ContainerStop(
                    slot: spec.slot(status.name), id: status.id, name: status.name, grace: .seconds(max(0, seconds)), message: text,
                    address: address))
        ]
    }
}

extension PodMachine {
    /// Shortens a stop that is under way.
    private mutating func hurry(_ status: ContainerStatus, _ kill: Timestamp, _ seconds: Int) -> [PodOperation] {
        guard let known = killTimes[status.id], kill + .seconds(2) < known, !flight.contains("hurry \(status.id)") else { return [] }
        killTimes[status.id] = kill
        return [
            .stop(
                ContainerStop(
                    slot: spec.slot(status.name), id: status.id, name: status.name, grace: .seconds(max(0, seconds)), message: "",
                    address: address, isHurried: true))
        ]
    }
}

/// Annotations of containers that the kubelet reads again. Source: kubelet, kuberuntime/labels.go.
enum ContainerNote {
    static let hash = "io.kubernetes.container.hash", restartCount = "io.kubernetes.container.restartCount"
    static let policy = "io.kubernetes.container.terminationMessagePolicy"
    static let path = "io.kubernetes.container.terminationMessagePath"
    static let podGrace = "io.kubernetes.pod.terminationGracePeriod"
}
