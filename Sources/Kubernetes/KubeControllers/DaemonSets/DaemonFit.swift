import Documents
import KubeModel
import Reconcile

/// Which nodes a DaemonSet runs on. Source: NodeShouldRunDaemonPod.
struct DaemonFit {
    private let spec: PodSpec
    private let tolerations: [Toleration]

    init(_ set: DaemonSet) {
        spec = set.spec.template.spec
        tolerations = DaemonSetPods.tolerations(of: spec)
    }

    /// Whether a node should get a pod, and whether one that is there may stay.
    func suits(_ name: String, _ node: Node) -> (run: Bool, keep: Bool) {
        if let wanted = spec.nodeName, !wanted.isEmpty, wanted != name { return (false, false) }
        guard NodeFit.accepts(spec, node: name, labels: node["metadata"]?["labels"]?.value ?? .null) else { return (false, false) }
        let taints = (node["spec"]?["taints"]?.items ?? []).compactMap { Taint($0.value) }
        if NodeFit.tolerates(tolerations, taints, effects: ["NoSchedule", "NoExecute"]) { return (true, true) }
        return (false, NodeFit.tolerates(tolerations, taints, effects: ["NoExecute"]))
    }
}
