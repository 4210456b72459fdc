import Control
import Documents
import KubeModel
import Reconcile

/// How DaemonSets make their pods and recognise their nodes. Source: kubernetes, pkg/controller/daemon/util.
enum DaemonSetPods {
    /// Where a pod and its revision keep the hash of the template.
    static let hashLabel = "controller-revision-hash"
    static let generationAnnotation = "deprecated.daemonset.template.generation"
    private static let field = "metadata.name"

    /// The node that a pod is meant for, bound or not.
    static func node(of pod: Pod) -> String {
        if !pod.nodeName.isEmpty { return pod.nodeName }
        let required = pod.value["spec"]["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
        for term in required["nodeSelectorTerms"].items {
            for requirement in term["matchFields"].items where requirement["key"].string == field {
                if requirement["operator"].string == "In", let name = requirement["values"][0].string { return name }
            }
        }
        return ""
    }

    /// A pod for a node: the template, pinned there, with the tolerations that let it stay on an ailing node.
    static func pod(of set: DaemonSet, on node: String, hash: String, suffix: String) -> Pod {
        var template = set.spec.template
        template.spec.tolerations = tolerations(of: template.spec)
        template.value["metadata"]["labels"][hashLabel] = .string(hash)
        if let generation = set.metadata.annotations?[generationAnnotation] {
            template.value["metadata"]["labels"]["pod-template-generation"] = .string(generation)
        }
        let term: Value = ["matchFields": [["key": .string(field), "operator": "In", "values": [.string(node)]]]]
        template.value["spec"]["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"] = [
            "nodeSelectorTerms": [term]
        ]
        return PodTemplate.pod(of: set, template, suffix: suffix)
    }

    /// The template's tolerations with those of every daemon. Source: AddOrUpdateDaemonPodTolerations.
    static func tolerations(of spec: PodSpec) -> [Toleration] {
        var added = [("not-ready", "NoExecute"), ("unreachable", "NoExecute")]
        added += ["disk-pressure", "memory-pressure", "pid-pressure", "unschedulable"].map { ($0, "NoSchedule") }
        if spec.hostNetwork == true { added.append(("network-unavailable", "NoSchedule")) }
        var tolerations = spec.tolerations ?? []
        for (key, effect) in added {
            var toleration = Toleration()
            (toleration.key, toleration.operator, toleration.effect) = ("node.kubernetes.io/\(key)", "Exists", effect)
            // The same with a limited time gives way.
            tolerations.removeAll { present in
                present.key == toleration.key && present.effect == effect && present.operator == "Exists" && present.value["value"].isNull
            }
            tolerations.append(toleration)
        }
        return tolerations
    }

    /// Whether a node should get a pod, and whether one that is there may stay. Source: NodeShouldRunDaemonPod.
    static func suits(_ set: DaemonSet, _ node: KubeNode) -> (run: Bool, keep: Bool) {
        let spec = set.spec.template.spec
        if let name = spec.nodeName, !name.isEmpty, name != node.name { return (false, false) }
        guard NodeFit.accepts(spec, node) else { return (false, false) }
        let (taints, tolerations) = (node.spec.taints ?? [], tolerations(of: spec))
        if NodeFit.tolerates(tolerations, taints, effects: ["NoSchedule", "NoExecute"]) { return (true, true) }
        return (false, NodeFit.tolerates(tolerations, taints, effects: ["NoExecute"]))
    }

    /// Bound pods first, then older ones. Source: podByCreationTimestampAndPhase.
    static func goesFirst(_ left: Pod, _ right: Pod) -> Bool {
        if left.nodeName.isEmpty != right.nodeName.isEmpty { return right.nodeName.isEmpty }
        if left.createdAt != right.createdAt { return left.createdAt < right.createdAt }
        return left.name < right.name
    }
}
