import Control
import Documents

/// What the kubelet says of a pod, and what of it is to be sent.
extension PodMachine {
    /// The pod's whole status as seen from here. Source: kubelet, generateAPIPodStatus.
    func report(_ now: Timestamp) -> Value {
        if let ending, isRejected { return rejected(ending) }
        let isFinal = isStopped
        let containers = ContainerReport(machine: self, isFinal: isFinal)
        let initial = containers.statuses(spec.initial, list: "initContainerStatuses")
        let main = containers.statuses(spec.main, list: "containerStatuses")
        let ephemeral = containers.statuses(spec.ephemeral, list: "ephemeralContainerStatuses")
        var byName: [String: Value] = [:]
        for status in initial + main { byName[status["name"].string ?? ""] = status }
        let phase = shownPhase(phase(byName, isFinal), isFinal)
        let conditions = PodConditions(spec: spec, statuses: byName, hasSandbox: sandbox != nil, phase: phase).all
        var status: Value = ["phase": .string(phase), "conditions": .array(stamped(conditions + disruption, now))]
        if let generation = spec.generation { status["observedGeneration"] = .int(Int64(generation)) }
        status["qosClass"] = pod["status"]["qosClass"]
        status["startTime"] = sent["startTime"].isNull ? .string(now.text) : sent["startTime"]
        status["hostIP"] = .string(facts.address)
        status["hostIPs"] = [["ip": .string(facts.address)]]
        if let first = addresses.first {
            status["podIP"] = .string(first)
            status["podIPs"] = .array(addresses.map { ["ip": .string($0)] })
        }
        status["containerStatuses"] = .array(main.sorted { ($0["name"].string ?? "") < ($1["name"].string ?? "") })
        if !initial.isEmpty { status["initContainerStatuses"] = .array(initial) }
        if !ephemeral.isEmpty { status["ephemeralContainerStatuses"] = .array(ephemeral) }
        let (reason, message) = isFinal ? (ending?.reason ?? "", ending?.message ?? "") : ("", "")
        status["reason"] = reason.isEmpty ? sent["reason"] : .string(reason)
        status["message"] = message.isEmpty ? sent["message"] : .string(message)
        return status
    }

    /// Sends the report when it says something new. While containers are being started, changes wait a moment for each other.
    mutating func planReport(_ now: Timestamp) -> [PodOperation] {
        guard ending?.cause != .removed, !isGone, !awaitsListing, suspects.isEmpty, suspectSandboxes.isEmpty else { return [] }
        if spec.isStatic, !isMirrored { return [] }
        let report = report(now)
        lastReport = report
        guard let changes = StatusPatch.between(sent, report) else {
            unsentSince = nil
            return []
        }
        let since = unsentSince ?? now
        unsentSince = since
        let isBusy = flight.contains { $0.hasPrefix("start ") || $0 == PodOperation.Key.sandbox }
        if isBusy, !sent["startTime"].isNull, since + .seconds(1) > now {
            wake(since + .seconds(1))
            return []
        }
        guard may(PodOperation.Key.patch, now) else { return [] }
        unsentSince = nil
        return [.patch(changes, report: report, uid: spec.isStatic ? mirror["metadata"]["uid"].string ?? "" : uid)]
    }

    /// Whether the API server knows all that there is to tell.
    func isReported(_ now: Timestamp) -> Bool { StatusPatch.between(sent, report(now)) == nil }

    /// Whether the pod ends and nothing of it runs any more.
    var isStopped: Bool {
        guard ending != nil, running.isEmpty, sandbox == nil else { return false }
        return !flight.contains { $0.hasPrefix("start ") || $0 == PodOperation.Key.sandbox }
    }

    /// A pod has not ended before everything of it has. Source: kubelet, status manager's mergePodStatus.
    private func shownPhase(_ phase: String, _ isFinal: Bool) -> String {
        let before = sent["phase"].string ?? "Pending"
        return isFinal || !(phase == "Succeeded" || phase == "Failed") ? phase : before
    }

    private func phase(_ statuses: [String: Value], _ isFinal: Bool) -> String {
        if spec.hasEnded { return spec.phase }
        if let before = sent["phase"].string, before == "Succeeded" || before == "Failed" { return before }
        if let ending, ending.cause == .killed || !ending.reason.isEmpty { return "Failed" }
        return PodPhase(spec: spec, statuses: statuses, isFinal: isFinal).phase
    }

    private var addresses: [String] {
        if spec.isOnHostNetwork { return [facts.address] }
        if let known = sandboxes.first?.addresses, !known.isEmpty { return known }
        return sent["podIPs"].items.compactMap { $0["ip"].string }
    }

    private var disruption: [Value] {
        guard let ending, ending.reason == "Evicted" || ending.reason == "Preempting" else { return [] }
        return [PodConditions.condition("DisruptionTarget", true, "TerminationByKubelet", ending.message)]
    }

    private func rejected(_ ending: PodEnding) -> Value {
        var status: Value = ["phase": "Failed", "reason": .string(ending.reason), "message": .string(ending.message)]
        status["qosClass"] = pod["status"]["qosClass"]
        status["startTime"] = sent["startTime"].isNull ? .string(ending.began.text) : sent["startTime"]
        if let generation = spec.generation { status["observedGeneration"] = .int(Int64(generation)) }
        return status
    }

    /// Conditions with the times of their transitions.
    private func stamped(_ conditions: [Value], _ now: Timestamp) -> [Value] {
        conditions.map { condition in
            let old = sent["conditions"].items.first { $0["type"] == condition["type"] } ?? .null
            var condition = condition
            let kept = old["status"] == condition["status"] ? old["lastTransitionTime"].string : nil
            condition["lastTransitionTime"] = .string(kept ?? now.text)
            if let generation = spec.generation { condition["observedGeneration"] = .int(Int64(generation)) }
            return condition
        }
    }
}
