import Control
package import Documents
package import KubeModel
package import Reconcile

/// Tells whether volumes are free, bound or released, and deletes released ones that were made for their claim.
///
/// Source: kubernetes, pkg/controller/volume/persistentvolume, syncVolume.
package struct VolumeController: Controller {
    package typealias Primary = PersistentVolumeFields
    package static let name = "persistent-volume-controller"
    package static let watches = [
        Watch(prefix: PersistentVolumeClaimFields.kind.prefix) { change, world in
            let names = [change.new, change.old].compactMap { $0?["spec"]["volumeName"].string }
            let claim = (change.new ?? change.old ?? .null)["metadata"]
            let path = "\(claim["namespace"].string ?? "")/\(claim["name"].string ?? "")"
            return names.map { PersistentVolumeFields.kind.key(nil, $0) } + world.keys(KubeIndexes.volumesByClaim.name, path)
        },
        Watch(prefix: VolumeAttachment.kind.prefix) { change, _ in
            guard change.nodes.new == nil else { return [] }
            let name = change.nodes.old?["spec"]?["source"]?["persistentVolumeName"]?.string
            return name.map { [PersistentVolumeFields.kind.key(nil, $0)] } ?? []
        },
    ]
    package static let writes: Set<Kind> = [PersistentVolumeFields.kind, EventFields.kind]
    package static let indexes = [KubeIndexes.volumesByClaim, VolumeAttachment.index]
    package init() {}

    package func reconcile(_ volume: PersistentVolume, in world: World) throws -> Plan {
        let phase = phase(of: volume, in: world)
        var plan = Plan()
        if phase != volume.status.phase {
            var status: Value = ["phase": .string(phase)]
            status["lastPhaseTransitionTime"] = .string(world.now.text)
            plan.changes.append(
                .patch(
                    PersistentVolumeFields.kind, namespace: nil, name: volume.name,
                    ["metadata": ["uid": .string(volume.uid)], "status": status], subresource: "status"))
        }
        let driver = volume.metadata.annotations?[VolumeMark.provisionedBy] ?? ""
        let isOurs = VolumeMark.simulated.contains(driver)
        // Source: external-provisioner, canDeleteVolume: a volume that is still attached stays.
        let isAttached = world.count(VolumeAttachment.index.name, volume.name) > 0
        if phase == "Released", isOurs, !isAttached, !volume.isDeleting, volume.spec.persistentVolumeReclaimPolicy == "Delete" {
            plan.changes.append(volume.deletion())
        }
        guard volume.isDeleting else { return plan }
        // Nobody needs it, and what our driver made is gone with its document.
        let finalizers = volume.metadata.finalizers ?? []
        let rest = finalizers.filter { finalizer in
            let unused = finalizer == VolumeMark.volumeProtection && phase != "Bound"
            return !unused && !(finalizer == VolumeMark.provisionerFinalizer && isOurs && phase != "Bound")
        }
        if rest.count < finalizers.count { plan.changes.append(volume.guardedPatch(["finalizers": rest.isEmpty ? .null : rest.value])) }
        return plan
    }

    private func phase(of volume: PersistentVolume, in world: World) -> String {
        let reference = volume.spec.claimRef
        guard let name = reference.name, let uid = reference.uid, !uid.isEmpty else { return "Available" }
        guard let claim = world.get(PersistentVolumeClaim.self, name, in: reference.namespace), claim.uid == uid else { return "Released" }
        return claim.spec.volumeName == volume.name ? "Bound" : volume.status.phase ?? "Pending"
    }
}

/// Lets claims go once no pod mounts them. Source: kubernetes, pkg/controller/volume/pvcprotection.
package struct ClaimProtection: Controller {
    package typealias Primary = PersistentVolumeClaimFields
    package static let name = "pvc-protection-controller"
    package static let watches = [
        Watch(prefix: PodFields.kind.prefix, needsPrimaries: true) { change, _ in
            Array(Set(change.present.flatMap(KubeIndexes.claims))).map { PersistentVolumeClaimFields.kind.prefix + $0 }
        }
    ]
    package static let writes: Set<Kind> = [PersistentVolumeClaimFields.kind]
    package static let indexes = [KubeIndexes.podsByClaim]
    package init() {}

    package func reconcile(_ claim: PersistentVolumeClaim, in world: World) throws -> Plan {
        guard claim.isDeleting, let finalizers = claim.metadata.finalizers, finalizers.contains(VolumeMark.claimProtection) else {
            return Plan()
        }
        // A pod without a node cannot mount it any more, for the scheduler refuses claims that are being deleted.
        let users = world.indexed(Pod.self, KubeIndexes.podsByClaim.name, claim.path).filter { !$0.isTerminated && !$0.nodeName.isEmpty }
        guard users.isEmpty else { return Plan() }
        let rest = finalizers.filter { $0 != VolumeMark.claimProtection }
        return Plan([claim.guardedPatch(["finalizers": rest.isEmpty ? .null : rest.value])])
    }
}
