import Control
package import Documents
package import KubeModel
package import Reconcile

/// Removes pods from nodes with NoExecute taints, at once or when their toleration ends.
///
/// Source: kubernetes, pkg/controller/tainteviction.
package struct TaintEvictionController: Controller {
    package typealias Primary = PodFields
    package static let name = "taint-eviction-controller"
    package static let watches = [
        Watch(prefix: NodeFields.kind.prefix) { change, world in
            let (old, new) = change.nodes
            guard old?["spec"]?["taints"]?.bytes != new?["spec"]?["taints"]?.bytes else { return [] }
            return world.keys(KubeIndexes.podsByNode.name, change.name)
        }
    ]
    /// Only pods on nodes with such taints.
    package static func concerns(_ change: WorldChange, in world: World) -> Bool {
        guard let name = change.nodes.new?["spec"]?["nodeName"]?.string else { return false }
        return world.count(evicting.name, name) > 0
    }
    package static let writes: Set<Kind> = [PodFields.kind, EventFields.kind]
    package static let indexes = [KubeIndexes.podsByNode, evicting]
    /// Nodes with NoExecute taints, by name.
    private static let evicting = WorldIndex("nodes that evict", of: NodeFields.kind) { node in
        let evicts = node["spec"]?["taints"]?.items.contains { $0["effect"]?.string == "NoExecute" } ?? false
        return evicts ? [node["metadata"]?["name"]?.string ?? ""] : []
    }
    package init() {}

    package func reconcile(_ pod: Pod, in world: World) throws -> Plan {
        guard !pod.isDeleting, !pod.nodeName.isEmpty, let node = world.get(KubeNode.self, pod.nodeName) else { return Plan() }
        let taints = (node.spec.taints ?? []).filter { $0.effect == "NoExecute" }
        guard !taints.isEmpty, let deadline = deadline(of: pod, taints) else { return Plan() }
        if deadline > world.now { return Plan(revisit: deadline - world.now) }
        var plan = Plan([condition(of: pod, now: world.now), pod.deletion()])
        plan.tell(
            .normal("TaintManagerEviction", "Marking for deletion Pod \(pod.namespace)/\(pod.name)"), about: pod, from: Self.name,
            in: world)
        return plan
    }

    /// When the pod has to go; nil when it may stay.
    private func deadline(of pod: Pod, _ taints: [Taint]) -> Timestamp? {
        var soonest: Timestamp?
        for taint in taints {
            let tolerations = (pod.spec.tolerations ?? []).filter { NodeFit.tolerates($0, taint) }
            if tolerations.isEmpty { return Timestamp(seconds: 0) }
            let limits = tolerations.compactMap(\.tolerationSeconds)
            // The node controller gives a taint its time; until then it has just been seen.
            guard let shortest = limits.min(), let added = taint.timeAdded.flatMap(Timestamp.init) else { continue }
            let end = added + .seconds(max(0, shortest))
            soonest = min(soonest ?? end, end)
        }
        return soonest
    }

    private func condition(of pod: Pod, now: Timestamp) -> Change {
        let conditions = pod.value["status"]["conditions"].items.filter { $0["type"].string != "DisruptionTarget" }
        let target: Value = [
            "type": "DisruptionTarget", "status": "True", "reason": "DeletionByTaintManager",
            "message": "Taint manager: deleting due to NoExecute taint", "lastTransitionTime": .string(now.text),
        ]
        return .patch(
            PodFields.kind, namespace: pod.namespace, name: pod.name,
            ["metadata": ["uid": .string(pod.uid)], "status": ["conditions": .array(conditions + [target])]], subresource: "status")
    }
}
