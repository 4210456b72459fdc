import Control
import Documents
import KubeModel
import Reconcile

/// How DaemonSets make their pods and recognise their nodes. Source: kubernetes, pkg/controller/daemon/util.
enum DaemonSetPods {
    /// Where a pod and its revision keep the hash of the template.
    static let hashLabel = "controller-revision-hash"
    static let generationAnnotation = "deprecated.daemonset.template.generation"
    /// The field by which a pod names its node.
    static let field = "metadata.name"

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
}
