import Control
import Documents
import KubeModel
import Reconcile

/// Gives a bound claim the size that it has come to ask for: the volume first, then the file system on the node of a pod that uses it.
///
/// Source: external-resizer, and kubernetes, pkg/controller/volume/expand and the kubelet's NodeExpandVolume.
struct ClaimGrowth {
    private let claim: PersistentVolumeClaim
    private let volume: PersistentVolume
    private let world: World
    private let pending = "FileSystemResizePending"

    init(_ claim: PersistentVolumeClaim, _ volume: PersistentVolume, in world: World) {
        (self.claim, self.volume, self.world) = (claim, volume, world)
    }

    func plan() -> Plan {
        let told = Quantity(claim.value["status"]["capacity"]["storage"]) ?? .zero
        guard !claim.isDeleting, claim.requested > told || volume.capacity > told else { return Plan() }
        let driver = volume.metadata.annotations?[VolumeMark.provisionedBy] ?? ""
        guard claim.requested > volume.capacity else { return finish(volume.capacity, driver) }
        let storageClass = world.get(StorageClass.self, claim.className)
        guard storageClass?.value["allowVolumeExpansion"] == true else { return Plan() }
        guard VolumeMark.simulated.contains(driver) else {
            var plan = Plan()
            let text = "waiting for an external controller to expand this PVC"
            plan.tell(.normal("ExternalExpanding", text), about: claim, from: "volume_expand", in: world)
            return plan
        }
        let metadata: Value = ["uid": .string(volume.uid), "resourceVersion": volume.value["metadata"]["resourceVersion"]]
        var plan = finish(claim.requested, driver)
        plan.changes.insert(
            .patch(
                PersistentVolumeFields.kind, namespace: nil, name: volume.name,
                ["metadata": metadata, "spec": ["capacity": ["storage": claim.requested.value]]]), at: 0)
        plan.tell(.normal("VolumeResizeSuccessful", "Resize volume succeeded"), about: claim, from: "external-resizer \(driver)", in: world)
        return plan
    }

    /// A file system grows where it is mounted; until then the claim says what it waits for.
    private func finish(_ size: Quantity, _ driver: String) -> Plan {
        let users = world.indexed(Pod.self, KubeIndexes.podsByClaim.name, claim.path).filter { !$0.nodeName.isEmpty && $0.isActive }
        let isBlock = claim.spec.volumeMode == "Block"
        let rest = claim.value["status"]["conditions"].items.filter { !["Resizing", pending].contains($0["type"].string ?? "") }
        if isBlock || !users.isEmpty || !VolumeMark.simulated.contains(driver) {
            var plan = Plan([
                status([
                    "capacity": ["storage": size.value], "conditions": rest.isEmpty ? .null : .array(rest), "allocatedResources": .null,
                    "allocatedResourceStatuses": .null,
                ])
            ])
            if let pod = users.first, !isBlock {
                let text = "MountVolume.NodeExpandVolume succeeded for volume \(volume.name.quoted) \(pod.nodeName)"
                plan.tell(.normal("FileSystemResizeSuccessful", text), about: claim, from: "kubelet", in: world)
            }
            return plan
        }
        if claim.value["status"]["conditions"].items.contains(where: { $0["type"].string == pending && $0["status"] == "True" }),
            Quantity(claim.value["status"]["allocatedResources"]["storage"]) == size
        {
            return Plan()
        }
        let condition: Value = [
            "type": .string(pending), "status": "True", "lastTransitionTime": .string(world.now.text),
            "message": "Waiting for user to (re-)start a pod to finish file system resize of volume on node.",
        ]
        return Plan([
            status([
                "conditions": .array(rest + [condition]), "allocatedResources": ["storage": size.value],
                "allocatedResourceStatuses": ["storage": "NodeResizePending"],
            ])
        ])
    }
    private func status(_ status: Value) -> Change {
        .patch(
            PersistentVolumeClaimFields.kind, namespace: claim.namespace, name: claim.name,
            ["metadata": ["uid": .string(claim.uid)], "status": status], subresource: "status")
    }
}
