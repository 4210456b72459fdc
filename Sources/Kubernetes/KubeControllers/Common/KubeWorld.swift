import Control
import Documents
package import KubeModel
package import Reconcile

/// Look-ups that controllers of a cluster share.
package enum KubeIndexes {
    /// Pods by the node they are bound to.
    package static let podsByNode = WorldIndex("pods by node", of: PodFields.kind, ground: .spec) { pod in
        pod["spec"]?["nodeName"]?.string.map { [$0] } ?? []
    }
    /// Pods by each of their labels within a namespace.
    package static let podsByLabel = WorldIndex("pods by label", of: PodFields.kind, ground: .metadata) { pod in
        let namespace = pod.namespace
        var texts: [String] = []
        pod["metadata"]?["labels"]?.forEachMember { key, value in
            if let text = value.string { texts.append(label(namespace, key, text)) }
            return true
        }
        return texts
    }
    /// Pods without a controller, by namespace.
    package static let orphanPods = WorldIndex("orphan pods", of: PodFields.kind, ground: .metadata) { orphan($0) }
    /// ReplicaSets without a controller, by namespace.
    package static let orphanReplicaSets = WorldIndex("orphan replica sets", of: ReplicaSetFields.kind) { orphan($0) }
    /// Revisions of workloads without a controller, by namespace.
    package static let orphanRevisions = WorldIndex("orphan revisions", of: ControllerRevisionFields.kind) { orphan($0) }

    /// Pods that a Job has yet to count, by the key of their Job, which may be gone.
    package static let trackedPods = WorldIndex("tracked pods", of: PodFields.kind, ground: .metadata) { pod in
        guard pod["metadata"]?["finalizers"]?.items.contains(where: { $0.string == JobMark.tracking }) == true else { return [] }
        return trackers(pod)
    }

    /// The keys of the Jobs that may have made a pod: by its owner and by its label, which outlives the owner.
    static func trackers(_ pod: Node) -> [String] {
        let labels = pod["metadata"]?["labels"]
        let name = labels?["batch.kubernetes.io/job-name"]?.string ?? labels?["job-name"]?.string
        let keys = [pod.controller(of: JobFields.kind), name.map { JobFields.kind.key(pod.namespace, $0) }].compactMap { $0 }
        return Array(Set(keys))
    }

    /// Events of controllers by what they tell about whom. Nodes and schedulers tell most events, and look for their own.
    package static let notes = WorldIndex("events by what they tell", of: EventFields.kind) { event in
        let component = event["source"]?["component"]?.string ?? ""
        if component.isEmpty || component == "kubelet" || component == "default-scheduler" { return [] }
        let texts = ["type", "reason", "message"].map { event[$0]?.string ?? "" }
        return [note(event["involvedObject"]?["uid"]?.string ?? "", component, texts[0], texts[1], texts[2])]
    }
    /// What `notes` files an event under.
    static func note(_ uid: String, _ component: String, _ type: String, _ reason: String, _ message: String) -> String {
        String(StableHash.of(uid, component, type, reason, message), radix: 36)
    }

    static func label(_ namespace: String, _ key: String, _ value: String) -> String { "\(namespace)/\(key)=\(value)" }

    private static func orphan(_ document: Node) -> [String] {
        let references = document["metadata"]?["ownerReferences"]?.items ?? []
        return references.contains { $0["controller"]?.bool == true } ? [] : [document.namespace]
    }
}

extension Node {
    /// The document's namespace; empty for those of none.
    var namespace: String { self["metadata"]?["namespace"]?.string ?? "" }
}

extension World {
    /// The pods bound to a node.
    package func pods(onNode name: String) -> [Pod] { indexed(Pod.self, KubeIndexes.podsByNode.name, name) }

    /// The pods of a namespace that a selector selects; quick when the selector requires a label's value.
    func pods(in namespace: String, _ selector: LabelSelector) -> [Pod] {
        guard let requirements = selector.requirements else { return [] }
        let single = requirements.first { [.in, .equals, .doubleEquals].contains($0.operator) && $0.values.count == 1 }
        let candidates: [Pod] =
            if let single {
                indexed(Pod.self, KubeIndexes.podsByLabel.name, KubeIndexes.label(namespace, single.key, single.values[0]))
            } else {
                list(Pod.self, in: namespace)
            }
        return candidates.filter { selector.matches(document: $0.value) }
    }
}

extension Plan {
    /// The plan without what a namespace that is going away would refuse, and without telling of it.
    func allowed(in namespace: String, of world: World) -> Plan {
        guard world.get(Namespace.self, namespace)?.isDeleting == true else { return self }
        var plan = self
        plan.changes.removeAll { if case .create = $0 { true } else { false } }
        plan.notes = []
        return plan
    }
}
