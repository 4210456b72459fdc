import Control
import Documents

/// When containers are checked, and what follows from results.
extension PodMachine {
    /// The checks that are due now.
    mutating func planProbes(_ now: Timestamp) -> [PodOperation] {
        let ids = Set(running.map(\.id))
        probes.states = probes.states.filter { ids.contains($0.key.container) }
        var operations: [PodOperation] = []
        for slot in spec.initial.filter(\.isSidecar) + spec.main {
            guard let status = live(slot.name), status.state == .running, !isStarting(slot.name) else { continue }
            for kind in ProbeKind.allCases where !slot.spec[kind.field].isNull {
                if let operation = check(slot, status, kind, now) { operations.append(operation) }
            }
        }
        return operations
    }

    private mutating func check(_ slot: ContainerSlot, _ status: ContainerStatus, _ kind: ProbeKind, _ now: Timestamp) -> PodOperation? {
        let key = ProbeTable.Key(container: status.id, kind: kind)
        if ending != nil, kind != .readiness { return nil }
        if kind == .startup, probes.states[key] == nil, remembered(slot, status, kind) == true {
            probes.states[key] = ProbeTable.State(kind: kind, result: true, next: now)
        }
        let started = probes.hasStarted(slot, status)
        if kind == .startup ? started : !started { return nil }
        if kind != .readiness, condemned[status.id] != nil { return nil }
        let probe = slot.spec[kind.field]
        let first = Self.firstCheck(of: probe, kind, status)
        let state = probes.states[key] ?? ProbeTable.State(kind: kind, result: remembered(slot, status, kind), next: max(first, now))
        probes.states[key] = state
        let operation = PodOperation.probe(ProbeRun(kind: kind, slot: slot, container: status.id, address: address))
        guard !flight.contains(operation.key) else { return nil }
        guard state.next <= now else {
            wake(state.next)
            return nil
        }
        probes.states[key]?.next = now + .seconds(max(1, probe["periodSeconds"].int ?? 10))
        return operation
    }

    /// Liveness is checked for the first time a period after the start, the others at once.
    private static func firstCheck(of probe: Value, _ kind: ProbeKind, _ status: ContainerStatus) -> Timestamp {
        var delay = probe["initialDelaySeconds"].int ?? 0
        if kind == .liveness, delay == 0 { delay = max(1, probe["periodSeconds"].int ?? 10) }
        return Timestamp(nanoseconds: Int64(status.started)) + .seconds(delay)
    }

    /// Whether the failure of a check over the network comes from a server that has only just been started: it is not told, does not
    /// count, and the check is soon made again, so that a container is ready as soon as it can be.
    private func isTooEarly(_ run: ProbeRun, _ state: ProbeTable.State) -> Bool {
        run.kind != .liveness && run.probe["exec"].isNull && state.last == nil && state.result == nil
            && state.early < ProbeTable.State.earlyChecks
    }

    /// What the same container had brought before the agent was started anew.
    private func remembered(_ slot: ContainerSlot, _ status: ContainerStatus, _ kind: ProbeKind) -> Bool? {
        let list = slot.place == .initial ? "initContainerStatuses" : "containerStatuses"
        guard let old = sent[list].items.first(where: { $0["containerID"].string == "containerd://\(status.id)" }) else { return nil }
        switch kind {
        case .startup: return old["started"] == true ? true : nil
        case .readiness: return old["ready"] == true ? true : nil
        case .liveness: return nil
        }
    }

    /// Takes note of a check's result.
    mutating func probed(_ run: ProbeRun, _ outcome: ProbeOutcome, _ now: Timestamp) {
        let key = ProbeTable.Key(container: run.container, kind: run.kind)
        guard var state = probes.states[key], let status = live(run.slot.name), status.id == run.container else { return }
        if case .failure = outcome, isTooEarly(run, state) {
            state.next = now + .milliseconds(50 << state.early)
            state.early += 1
            probes.states[key] = state
            return
        }
        let passed: Bool
        switch outcome {
        case .success: passed = true
        case .failure(let output):
            passed = false
            note("Warning", "Unhealthy", "\(run.kind.title) probe failed: \(output)", run.slot)
        case .unknown(let output):
            return note("Warning", "Unhealthy", "\(run.kind.title) probe errored and resulted in unknown state: \(output)", run.slot)
        }
        state.streak = state.last == passed ? state.streak + 1 : 1
        state.last = passed
        let threshold = run.probe[passed ? "successThreshold" : "failureThreshold"].int ?? (passed ? 1 : 3)
        if state.streak >= threshold { state.result = passed }
        let failedForGood = state.result == false && !passed && state.streak >= threshold && run.kind != .readiness
        if failedForGood { state.streak = 0 }
        probes.states[key] = state
        guard failedForGood, ending == nil, status.state == .running else { return }
        let message = "Container \(run.slot.name) failed \(run.kind.rawValue) probe, will be restarted"
        condemned[status.id] = Condemnation(message: message, grace: run.probe["terminationGracePeriodSeconds"].int)
    }
}
