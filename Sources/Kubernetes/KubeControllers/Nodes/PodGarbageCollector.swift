import Control
package import Documents
package import KubeModel
package import Reconcile

/// Removes pods that nobody else will: of nodes that are gone or out of service, deleted before they had a node, and the oldest of too many ended ones.
///
/// Source: kubernetes, pkg/controller/podgc.
package struct PodGarbageCollector: Controller {
    package typealias Primary = PodFields
    package static let name = "pod-garbage-collector"
    package static let watches = [
        Watch(prefix: NodeFields.kind.prefix) { change, world in
            let gone = !change.isThere || change.nodes.new.map(isOutOfService) == true
            return gone ? world.keys(KubeIndexes.podsByNode.name, change.name) : []
        }
    ]
    /// Pods that have ended, are to go, or are on no node that is there.
    package static func concerns(_ change: WorldChange, in world: World) -> Bool {
        guard let pod = change.nodes.new else { return false }
        guard let node = pod["spec"]?["nodeName"]?.string, !node.isEmpty else { return change.isDeleting }
        let phase = pod["status"]?["phase"]?.string
        if change.isDeleting { return true }
        return phase == "Succeeded" || phase == "Failed" || !world.contains(NodeFields.kind.key(nil, node))
    }
    package static let writes: Set<Kind> = [PodFields.kind]
    package static let indexes = [KubeIndexes.podsByNode, terminated]
    private static let terminated = WorldIndex("ended pods", of: PodFields.kind) { pod in
        ["Succeeded", "Failed"].contains(pod["status"]?["phase"]?.string ?? "") ? ["all"] : []
    }
    /// A pod made for a node that is not there lives this long, so that its owner does not replace it without pause.
    /// Source: podgc's gcCheckPeriod.
    private static let period = Duration.seconds(20)
    /// How many ended pods stay. Source: --terminated-pod-gc-threshold.
    private let mostEnded = 12_500
    package init() {}

    package func reconcile(_ pod: Pod, in world: World) throws -> Plan {
        if pod.nodeName.isEmpty { return pod.isDeleting ? Plan([pod.deletion(gracePeriodSeconds: 0)]) : Plan() }
        guard let node = world.get(KubeNode.self, pod.nodeName) else {
            let left = pod.createdAt + Self.period - world.now
            guard left <= .zero else { return Plan(revisit: left) }
            let deletion = pod.deletion(gracePeriodSeconds: 0)
            if pod.isTerminated { return Plan([deletion]) }
            let reason: Value = ["reason": "DeletionByPodGC", "message": "PodGC: node no longer exists"]
            return Plan([pod.telling("DisruptionTarget", "True", reason, phase: "Failed", now: world.now), deletion])
        }
        let isOff = node.readiness != "True" && (node.spec.taints ?? []).contains { $0.key == NodeTaint.outOfService }
        if pod.isDeleting, isOff { return Plan([pod.deletion(gracePeriodSeconds: 0)]) }
        if pod.isTerminated, !pod.isDeleting, isSurplus(pod, in: world) { return Plan([pod.deletion()]) }
        return Plan()
    }

    private static func isOutOfService(_ node: Node) -> Bool {
        node["spec"]?["taints"]?.items.contains { $0["key"]?.string == NodeTaint.outOfService } ?? false
    }
    private func isSurplus(_ pod: Pod, in world: World) -> Bool {
        let ended = world.keys(Self.terminated.name, "all")
        guard ended.count > mostEnded else { return false }
        let older = ended.count { key in
            guard let other = world.get(Pod.self, key: key) else { return false }
            return (other.createdAt, other.name) < (pod.createdAt, pod.name)
        }
        return older < ended.count - mostEnded
    }
}
