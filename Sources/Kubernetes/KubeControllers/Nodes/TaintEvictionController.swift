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
        guard let name = (change.nodes.new ?? change.nodes.old)?["spec"]?["nodeName"]?.string else { return false }
        return world.count(evicting.name, name) > 0
    }
    package static let writes: Set<Kind> = [PodFields.kind, EventFields.kind]
    package static let indexes = [KubeIndexes.podsByNode, evicting]
    /// Nodes with NoExecute taints, by name.
    private static let evicting = WorldIndex("nodes that evict", of: NodeFields.kind) { node in
        let evicts = node["spec"]?["taints"]?.items.contains { $0["effect"]?.string == "NoExecute" } ?? false
        return evicts ? [node["metadata"]?["name"]?.string ?? ""] : []
    }
    private let pending = PendingEvictions()
    package init() {}

    package func reconcile(_ pod: Pod, in world: World) throws -> Plan {
        let taints = pod.isDeleting || pod.nodeName.isEmpty ? [] : world.get(KubeNode.self, pod.nodeName)?.spec.taints ?? []
        let deadline = deadline(of: pod, taints.filter { $0.effect == "NoExecute" })
        if let deadline, deadline > world.now {
            pending.add(pod.key, uid: pod.uid)
            return Plan(revisit: deadline - world.now)
        }
        var plan = Plan()
        func tell(_ what: String) {
            let note = EventNote.normal("TaintManagerEviction", "\(what) Pod \(pod.namespace)/\(pod.name)")
            plan.tell(note, about: pod, from: Self.name, in: world)
        }
        // One that was to go later and goes at once, for a taint that it does not tolerate, is told twice.
        if pending.remove(pod.key, uid: pod.uid), (deadline ?? Self.atOnce) == Self.atOnce { tell("Cancelling deletion of") }
        guard deadline != nil else { return plan }
        let reason: Value = ["reason": "DeletionByTaintManager", "message": "Taint manager: deleting due to NoExecute taint"]
        plan.changes = [pod.telling("DisruptionTarget", "True", reason, now: world.now), pod.deletion()]
        tell("Marking for deletion")
        return plan
    }

    package func removed(_ key: String, in world: World) throws -> Plan {
        pending.forget(key)
        return Plan()
    }
    /// The deadline of pods that do not tolerate a taint.
    private static let atOnce = Timestamp(seconds: 0)

    /// When the pod has to go; nil when it may stay.
    private func deadline(of pod: Pod, _ taints: [Taint]) -> Timestamp? {
        var soonest: Timestamp?
        for taint in taints {
            let tolerations = (pod.spec.tolerations ?? []).filter { NodeFit.tolerates($0, taint) }
            if tolerations.isEmpty { return Self.atOnce }
            let limits = tolerations.compactMap(\.tolerationSeconds)
            // The node controller gives a taint its time; until then it has just been seen.
            guard let shortest = limits.min(), let added = taint.timeAdded.flatMap(Timestamp.init) else { continue }
            let end = added + .seconds(max(0, shortest))
            soonest = min(soonest ?? end, end)
        }
        return soonest
    }
}
