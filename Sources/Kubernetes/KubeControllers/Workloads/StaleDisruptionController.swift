import Control
package import Documents
package import KubeModel
package import Reconcile

/// Takes back a pod's DisruptionTarget condition when nobody has deleted the pod within two minutes.
///
/// Source: kubernetes, pkg/controller/disruption, syncStalePodDisruption. What a kubelet announces stays: it may take its time.
package struct StaleDisruptionController: Controller {
    package typealias Primary = PodFields
    package static let name = "disruption-controller-stale-pod"
    package static let writes: Set<Kind> = [PodFields.kind]
    private static let patience = Duration.seconds(120)
    package init() {}

    package static func concerns(_ change: WorldChange, in world: World) -> Bool {
        guard !change.isDeleting, let conditions = change.nodes.new?["status"]?["conditions"]?.items else { return false }
        return conditions.contains { $0["type"]?.string == "DisruptionTarget" && $0["status"]?.string == "True" }
    }

    package func reconcile(_ pod: Pod, in world: World) throws -> Plan {
        let target = pod.condition("DisruptionTarget")
        guard pod.isActive, target["status"] == "True", target["reason"] != "TerminationByKubelet" else { return Plan() }
        let since = target["lastTransitionTime"].string.flatMap(Timestamp.init) ?? pod.createdAt
        let left = since + Self.patience - world.now
        guard left <= .zero else { return Plan(revisit: left) }
        return Plan([pod.telling("DisruptionTarget", "False", ["reason": nil, "message": nil], now: world.now)])
    }
}
