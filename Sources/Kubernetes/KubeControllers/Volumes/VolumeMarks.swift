import Control
import Documents
import KubeModel
package import Reconcile

/// Names that volumes and claims use. Source: kubernetes, component-helpers, storage/volume.
enum VolumeMark {
    static let bound = "pv.kubernetes.io/bind-completed"
    static let boundByController = "pv.kubernetes.io/bound-by-controller"
    static let provisioner = "volume.kubernetes.io/storage-provisioner"
    static let olderProvisioner = "volume.beta.kubernetes.io/storage-provisioner"
    static let provisionedBy = "pv.kubernetes.io/provisioned-by"
    static let claimProtection = "kubernetes.io/pvc-protection"
    static let volumeProtection = "kubernetes.io/pv-protection"
    static let provisionerFinalizer = "external-provisioner.volume.kubernetes.io/finalizer"
    /// The node near which the scheduler wants the volume to be made.
    static let selectedNode = "volume.kubernetes.io/selected-node"
    static let zone = "topology.kubernetes.io/zone"
    /// The drivers whose volumes exist by being written down.
    static let simulated: Set<String> = [
        "ebs.csi.aws.com", "ebs.csi.eks.amazonaws.com", "kubernetes.io/aws-ebs", "simulation.eyrie.dev",
    ]
}

extension KubeIndexes {
    /// Pods by the claims that they mount, as `namespace/claim`.
    package static let podsByClaim = WorldIndex("pods by claim", of: PodFields.kind, ground: .spec) { claims(of: $0) }
    /// Volumes by the uid of the claim that they are reserved for; those of nobody are under the empty text.
    package static let volumesByClaim = WorldIndex("volumes by claim", of: PersistentVolumeFields.kind) { volume in
        guard let claim = volume["spec"]?["claimRef"], !claim.isNull else { return [""] }
        return ["\(claim["namespace"]?.string ?? "")/\(claim["name"]?.string ?? "")"]
    }
    /// The claims of a pod: named ones and those that are made for its ephemeral volumes.
    static func claims(of pod: Node) -> [String] {
        // Most pods have none, and none of their texts is needed then.
        (pod["spec"]?["volumes"]?.items ?? []).compactMap { volume in
            if let claim = volume["persistentVolumeClaim"]?["claimName"]?.string { return "\(pod.namespace)/\(claim)" }
            guard let source = volume["ephemeral"], !source.isNull else { return nil }
            return "\(pod.namespace)/\(pod["metadata"]?["name"]?.string ?? "")-\(volume["name"]?.string ?? "")"
        }
    }
}

extension View where F == PersistentVolumeClaimFields {
    /// What indexes know it by.
    var path: String { "\(namespace)/\(name)" }
    /// The class that it asks for; empty asks for volumes of no class.
    var className: String {
        self.metadata.annotations?["volume.beta.kubernetes.io/storage-class"] ?? self.spec.storageClassName ?? ""
    }
    var requested: Quantity { self.spec.resources.requests?["storage"] ?? .zero }
}
extension View where F == PersistentVolumeFields {
    var className: String {
        self.metadata.annotations?["volume.beta.kubernetes.io/storage-class"] ?? self.spec.storageClassName ?? ""
    }
    var capacity: Quantity { self.spec.capacity?["storage"] ?? .zero }
    /// Whether it is reserved for a claim, by uid when that is written down.
    func isReserved(for claim: PersistentVolumeClaim) -> Bool {
        let reference = self.spec.claimRef
        guard reference.name == claim.name, reference.namespace == claim.namespace else { return false }
        return reference.uid.map { $0.isEmpty || $0 == claim.uid } ?? true
    }
    /// Whether it can hold what the claim asks for. Source: component-helpers, FindMatchingVolume.
    func satisfies(_ claim: PersistentVolumeClaim) -> Bool {
        let modes = Set(self.spec.accessModes ?? [])
        guard !isDeleting, className == claim.className, capacity >= claim.requested,
            self.spec.volumeMode ?? "Filesystem" == claim.spec.volumeMode ?? "Filesystem",
            (claim.spec.accessModes ?? []).allSatisfy(modes.contains)
        else { return false }
        return claim.value["spec"]["selector"].isNull || matches(LabelSelector(claim.value["spec"]["selector"]))
    }
}
