import Documents
import KubeModel

/// Whether a node suits a pod by name, labels and taints, whatever else runs there.
///
/// Source: kubernetes, component-helpers, scheduling/corev1.
enum NodeFit {
    /// Whether the pod's node selector and required node affinity accept the node of that name and those labels.
    static func accepts(_ pod: PodSpec, node name: String, labels: Value) -> Bool {
        guard (pod.nodeSelector ?? [:]).allSatisfy({ labels[$0.key].string == $0.value }) else { return false }
        let required = pod.value["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
        guard !required.isNull else { return true }
        return required["nodeSelectorTerms"].items.contains { term in
            let (expressions, fields) = (term["matchExpressions"].items, term["matchFields"].items)
            guard !expressions.isEmpty || !fields.isEmpty else { return false }
            return expressions.allSatisfy { holds($0, for: labels[$0["key"].string ?? ""].string) }
                && fields.allSatisfy { holds($0, for: $0["key"].string == "metadata.name" ? name : nil) }
        }
    }
    private static func holds(_ requirement: Value, for value: String?) -> Bool {
        let values = requirement["values"].items.compactMap(\.string)
        let numbers = (value.flatMap { Int64($0) }, values.first.flatMap { Int64($0) })
        switch requirement["operator"].string {
        case "In": return value.map(values.contains) ?? false
        case "NotIn": return !(value.map(values.contains) ?? false)
        case "Exists": return value != nil
        case "DoesNotExist": return value == nil
        case "Gt": if case (let left?, let right?) = numbers { return left > right }
        case "Lt": if case (let left?, let right?) = numbers { return left < right }
        default: break
        }
        return false
    }

    /// Whether the tolerations put up with every taint of these effects.
    static func tolerates(_ tolerations: [Toleration], _ taints: [Taint], effects: Set<String>) -> Bool {
        taints.filter { effects.contains($0.effect ?? "") }.allSatisfy { taint in tolerations.contains { tolerates($0, taint) } }
    }
    /// Whether a toleration puts up with a taint.
    static func tolerates(_ toleration: Toleration, _ taint: Taint) -> Bool {
        let (effect, key) = (toleration.effect ?? "", toleration.key ?? "")
        guard effect.isEmpty || effect == taint.effect, key.isEmpty || key == taint.key else { return false }
        return toleration.operator == "Exists"
            || (!key.isEmpty && toleration.value["value"].string ?? "" == taint.value["value"].string ?? "")
    }
}
