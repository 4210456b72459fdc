import Control
package import Documents
package import KubeModel
package import Reconcile

/// Makes the claims of pods' generic ephemeral volumes; they go with their pods. Source: kubernetes, pkg/controller/volume/ephemeral.
package struct EphemeralVolumeController: Controller {
    package typealias Primary = PodFields
    package static let name = "ephemeral-volume-controller"
    package static let watches = [Watch.owned(PersistentVolumeClaim.self, by: Pod.self)]
    package static let writes: Set<Kind> = [PersistentVolumeClaimFields.kind, EventFields.kind]
    package init() {}

    /// Only pods that have such a volume are decoded.
    package static func concerns(_ change: WorldChange, in world: World) -> Bool {
        change.nodes.new?["spec"]?["volumes"]?.items.contains { $0["ephemeral"] != nil } ?? false
    }

    package func reconcile(_ pod: Pod, in world: World) throws -> Plan {
        guard !pod.isDeleting else { return Plan() }
        var plan = Plan()
        for volume in pod.value["spec"]["volumes"].items where !volume["ephemeral"].isNull {
            let name = "\(pod.name)-\(volume["name"].string ?? "")"
            if let present = world.get(PersistentVolumeClaim.self, name, in: pod.namespace) {
                guard present.controllerUID != pod.uid else { continue }
                let text = "PVC \(pod.namespace)/\(name) was not created for pod \(pod.namespace)/\(pod.name) (pod is not owner)"
                plan.tell(.warning("FailedBinding", text), about: pod, from: "ephemeral_volume", in: world)
                continue
            }
            let template = volume["ephemeral"]["volumeClaimTemplate"]
            var metadata: Value = ["name": .string(name), "namespace": .string(pod.namespace)]
            for field in ["labels", "annotations"] { metadata[field] = template["metadata"][field] }
            metadata["ownerReferences"] = [pod.controllerReference]
            let claim: Value = [
                "apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": metadata, "spec": template["spec"],
            ]
            plan.changes.append(.create(PersistentVolumeClaimFields.kind, claim))
        }
        return plan.allowed(in: pod.namespace, of: world)
    }
}
