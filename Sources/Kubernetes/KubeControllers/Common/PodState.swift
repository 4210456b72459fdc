import Control
import Documents
import KubeModel
import Reconcile

/// What controllers ask of a pod. Source: kubernetes, pkg/api/v1/pod and pkg/controller.
extension View where F == PodFields {
    var phase: String { value["status"]["phase"].string ?? "" }
    var isTerminated: Bool { phase == "Succeeded" || phase == "Failed" }
    /// Neither terminated nor being deleted.
    var isActive: Bool { !isTerminated && !isDeleting }
    func condition(_ type: String) -> Value { value["status"]["conditions"].items.first { $0["type"].string == type } ?? .null }
    var isReady: Bool { condition("Ready")["status"].string == "True" }
    /// Since when the pod is ready; nil when it is not.
    var readySince: Timestamp? {
        let ready = condition("Ready")
        guard ready["status"].string == "True" else { return nil }
        return ready["lastTransitionTime"].string.flatMap(Timestamp.init)
    }
    /// Whether the pod has been ready for so long.
    func isAvailable(minReadySeconds: Int, now: Timestamp) -> Bool {
        guard isReady else { return false }
        if minReadySeconds == 0 { return true }
        return readySince.map { $0 + .seconds(minReadySeconds) <= now } ?? false
    }
    var createdAt: Timestamp { value["metadata"]["creationTimestamp"].string.flatMap(Timestamp.init) ?? Timestamp(seconds: 0) }
    /// When the last container ended, or else when the pod was no longer ready, or to go; when it was made if nothing else is known.
    /// Source: kubernetes, pkg/controller/job, getFinishedTime.
    var endedAt: Timestamp {
        let containers = value["status"]["containerStatuses"].items
        let ends = containers.compactMap { $0["state"]["terminated"]["finishedAt"].string.flatMap(Timestamp.init) }
        if ends.count == containers.count, let last = ends.max() { return last }
        let ready = condition("Ready")
        if ready["status"].string == "False", let end = ready["lastTransitionTime"].string.flatMap(Timestamp.init) { return end }
        guard let deadline = value["metadata"]["deletionTimestamp"].string.flatMap(Timestamp.init) else { return createdAt }
        return deadline - .seconds(value["metadata"]["deletionGracePeriodSeconds"].int ?? 0)
    }
    var nodeName: String { value["spec"]["nodeName"].string ?? "" }
    /// The most restarts of any container.
    var restarts: Int { value["status"]["containerStatuses"].items.compactMap { $0["restartCount"].int }.max() ?? 0 }
    /// Writes one condition, `members` of it among others (null takes one away); the conditions of others stay as they are by then.
    /// Source: kubernetes, pkg/util/pod, PatchPodStatus, and pkg/api/v1/pod, UpdatePodCondition.
    func telling(_ type: String, _ state: String, _ members: Value = [:], phase: String? = nil, now: Timestamp) -> Change {
        let present = condition(type)
        let told: [Object.Member] = [
            .init("type", .string(type)), .init("status", .string(state)),
            .init("observedGeneration", value["metadata"]["generation"]),
            .init("lastTransitionTime", present["status"].string == state ? present["lastTransitionTime"] : .string(now.text)),
        ]
        let condition = Value.object(Object(told + Array(members.object ?? [:])))
        var status: Value = ["conditions": [condition]]
        if let phase { status["phase"] = .string(phase) }
        return .strategicPatch(
            PodFields.kind, namespace: namespace, name: name, ["metadata": ["uid": .string(uid)], "status": status], subresource: "status")
    }
    /// How much it costs to delete this pod rather than another of its set.
    var deletionCost: Int {
        value["metadata"]["annotations"]["controller.kubernetes.io/pod-deletion-cost"].string.flatMap { Int($0) } ?? 0
    }
}

/// Which of two pods of a set goes first. Source: kubernetes, pkg/controller, ActivePodsWithRanks.
struct PodDeletionOrder {
    /// How many pods of the set and its siblings each node has.
    let podsOnNode: [String: Int]

    func goesFirst(_ left: Pod, _ right: Pod) -> Bool {
        if left.nodeName.isEmpty != right.nodeName.isEmpty { return left.nodeName.isEmpty }
        let phases = ["Pending": 0, "Unknown": 1, "Running": 2]
        let (leftPhase, rightPhase) = (phases[left.phase, default: 0], phases[right.phase, default: 0])
        if leftPhase != rightPhase { return leftPhase < rightPhase }
        if left.isReady != right.isReady { return !left.isReady }
        if left.deletionCost != right.deletionCost { return left.deletionCost < right.deletionCost }
        let (leftRank, rightRank) = (podsOnNode[left.nodeName, default: 0], podsOnNode[right.nodeName, default: 0])
        if leftRank != rightRank { return leftRank > rightRank }
        if let leftReady = left.readySince, let rightReady = right.readySince, leftReady != rightReady { return leftReady > rightReady }
        if left.restarts != right.restarts { return left.restarts > right.restarts }
        if left.createdAt != right.createdAt { return left.createdAt > right.createdAt }
        return left.name < right.name
    }
}
