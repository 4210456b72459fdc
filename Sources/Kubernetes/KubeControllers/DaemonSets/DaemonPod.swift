import Control
import Documents
import KubeModel
import Reconcile

/// What a DaemonSet asks of one of its pods, which it may have as many of as there are nodes: read from the tape.
struct DaemonPod: Sendable {
    /// The key of its document.
    let key: String
    /// The node that it is meant for, bound or not.
    let node: String
    let isBound: Bool
    let isDeleting: Bool
    /// Whether it has ended, and whether that was a failure.
    let isTerminated: Bool
    let hasFailed: Bool
    let isReady: Bool
    /// Since when it is ready; nil when it is not.
    let readySince: Timestamp?
    let created: Timestamp
    /// The hash of the template that it was made from.
    let hash: String?

    init(_ key: String, _ pod: Node) {
        self.key = key
        let (metadata, spec, status) = (pod["metadata"], pod["spec"], pod["status"])
        let bound = spec?["nodeName"]?.string ?? ""
        (isBound, node) = (!bound.isEmpty, bound.isEmpty ? Self.target(spec) : bound)
        isDeleting = metadata?["deletionTimestamp"].map { !$0.isNull } ?? false
        let phase = status?["phase"]?.string
        (isTerminated, hasFailed) = (phase == "Succeeded" || phase == "Failed", phase == "Failed")
        let ready = status?["conditions"]?.items.first { $0["type"]?.string == "Ready" }
        isReady = ready?["status"]?.string == "True"
        readySince = isReady ? ready?["lastTransitionTime"]?.string.flatMap(Timestamp.init) : nil
        created = metadata?["creationTimestamp"]?.string.flatMap(Timestamp.init) ?? Timestamp(seconds: 0)
        hash = metadata?["labels"]?[name: DaemonSetPods.hashLabel]?.string
    }

    /// The node that the pod's affinity names.
    private static func target(_ spec: Node?) -> String {
        let required = spec?["affinity"]?["nodeAffinity"]?["requiredDuringSchedulingIgnoredDuringExecution"]
        for term in required?["nodeSelectorTerms"]?.items ?? [] {
            for requirement in term["matchFields"]?.items ?? [] where requirement["key"]?.string == DaemonSetPods.field {
                if requirement["operator"]?.string == "In", let name = requirement["values"]?.items.first?.string { return name }
            }
        }
        return ""
    }

    /// The name, which is the last part of the key.
    var name: String { String(key[key.index(after: key.lastIndex(of: "/") ?? key.startIndex)...]) }
    /// Whether the pod has been ready for so long.
    func isAvailable(minReadySeconds: Int, now: Timestamp) -> Bool {
        guard isReady else { return false }
        if minReadySeconds == 0 { return true }
        return readySince.map { $0 + .seconds(minReadySeconds) <= now } ?? false
    }
    /// Bound pods first, then older ones. Source: podByCreationTimestampAndPhase.
    static func goesFirst(_ left: DaemonPod, _ right: DaemonPod) -> Bool {
        if left.isBound != right.isBound { return left.isBound }
        if left.created != right.created { return left.created < right.created }
        return left.key < right.key
    }
}
