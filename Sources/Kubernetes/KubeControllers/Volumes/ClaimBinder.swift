import Control
package import Documents
package import KubeModel
package import Reconcile

/// Finds or makes a volume for each claim. Source: kubernetes, pkg/controller/volume/persistentvolume, syncClaim.
///
/// A claim whose class waits for its first consumer gets its volume once the scheduler has chosen a node for that consumer: it promises a
/// free volume itself, or names the node in the claim for one to be made there.
package struct ClaimBinder: Controller {
    package typealias Primary = PersistentVolumeClaimFields
    package static let name = "persistent-volume-binder"
    package static let watches = [
        Watch(prefix: PersistentVolumeFields.kind.prefix) { change, world in
            let volumes = [change.new, change.old].compactMap { $0 }
            let reserved = volumes.compactMap { volume -> String? in
                let claim = volume["spec"]["claimRef"]
                return claim["name"].string.map { PersistentVolumeClaimFields.kind.key(claim["namespace"].string, $0) }
            }
            guard volumes.contains(where: { $0["spec"]["claimRef"].isNull }) else { return Array(Set(reserved)) }
            return reserved + world.list(PersistentVolumeClaim.self).filter { $0.spec.volumeName == nil }.map(\.key)
        },
        Watch(prefix: PodFields.kind.prefix, needsPrimaries: true) { change, _ in
            let (old, new) = change.nodes
            guard let pod = new, old?["spec"]?["nodeName"]?.string != pod["spec"]?["nodeName"]?.string else { return [] }
            return KubeIndexes.claims(of: pod).map { PersistentVolumeClaimFields.kind.prefix + $0 }
        },
        Watch.all(StorageClass.self, wake: PersistentVolumeClaim.self),
    ]
    package static let writes: Set<Kind> = [PersistentVolumeClaimFields.kind, PersistentVolumeFields.kind, EventFields.kind]
    package static let indexes = [KubeIndexes.podsByClaim, KubeIndexes.volumesByClaim]
    package init() {}

    package func reconcile(_ claim: PersistentVolumeClaim, in world: World) throws -> Plan {
        if let name = claim.spec.volumeName, !name.isEmpty { return follow(claim, name, in: world) }
        if claim.isDeleting { return Plan() }
        let reserved = world.indexed(PersistentVolume.self, KubeIndexes.volumesByClaim.name, claim.path).first { $0.isReserved(for: claim) }
        if let reserved { return bind(claim, reserved) }
        let shop = StorageShop(claim, in: world)
        if shop.waits { return shop.notice("WaitForFirstConsumer", "waiting for first consumer to be created before binding") }
        // The scheduler asks for a new volume only where no free one suits its node.
        if shop.selectedNode != nil { return shop.provision() }
        let free = world.indexed(PersistentVolume.self, KubeIndexes.volumesByClaim.name, "").filter { $0.satisfies(claim) }
        if let smallest = free.min(by: { ($0.capacity.nanos, $0.name) < ($1.capacity.nanos, $1.name) }) { return bind(claim, smallest) }
        return shop.provision()
    }

    /// Reserves the volume for the claim, names it in the claim, and tells so in the claim's status.
    private func bind(_ claim: PersistentVolumeClaim, _ volume: PersistentVolume) -> Plan {
        var plan = Plan()
        if volume.spec.claimRef.uid != claim.uid {
            let reference: Value = [
                "kind": "PersistentVolumeClaim", "apiVersion": "v1", "namespace": .string(claim.namespace), "name": .string(claim.name),
                "uid": .string(claim.uid),
            ]
            var metadata: Value = ["uid": .string(volume.uid), "resourceVersion": volume.value["metadata"]["resourceVersion"]]
            metadata["annotations"] = [VolumeMark.boundByController: "yes"]
            plan.changes.append(
                .patch(
                    PersistentVolumeFields.kind, namespace: nil, name: volume.name, ["metadata": metadata, "spec": ["claimRef": reference]])
            )
        }
        let marks: Value = [VolumeMark.bound: "yes", VolumeMark.boundByController: "yes"]
        plan.changes.append(
            .patch(
                PersistentVolumeClaimFields.kind, namespace: claim.namespace, name: claim.name,
                [
                    "metadata": ["uid": .string(claim.uid), "annotations": marks], "spec": ["volumeName": .string(volume.name)],
                ]))
        plan.changes.append(status(claim, "Bound", volume))
        return plan
    }
    private func status(_ claim: PersistentVolumeClaim, _ phase: String, _ volume: PersistentVolume?) -> Change {
        var status: Value = ["phase": .string(phase)]
        if let volume {
            status["capacity"] = ["storage": volume.capacity.value]
            status["accessModes"] = volume.value["spec"]["accessModes"]
        }
        return .patch(
            PersistentVolumeClaimFields.kind, namespace: claim.namespace, name: claim.name,
            ["metadata": ["uid": .string(claim.uid)], "status": status], subresource: "status")
    }

    /// A claim that names its volume: it waits for it, has it, or has lost it.
    private func follow(_ claim: PersistentVolumeClaim, _ name: String, in world: World) -> Plan {
        let isBound = claim.metadata.annotations?[VolumeMark.bound] != nil
        let volume = world.get(PersistentVolume.self, name)
        if let volume, volume.isReserved(for: claim) || (!isBound && volume.value["spec"]["claimRef"].isNull) {
            let settled = isBound && claim.status.phase == "Bound" && volume.spec.claimRef.uid == claim.uid
            if settled { return ClaimGrowth(claim, volume, in: world).plan() }
            return claim.isDeleting ? Plan() : bind(claim, volume)
        }
        guard isBound, claim.status.phase != "Lost" else { return Plan() }
        var plan = Plan([status(claim, "Lost", nil)])
        let note: EventNote =
            volume == nil
            ? .warning("ClaimLost", "Bound claim has lost its PersistentVolume. Data on the volume is lost!")
            : .warning("ClaimMisbound", "Two claims are bound to the same volume, this one is bound incorrectly")
        plan.tell(note, about: claim, from: "persistentvolume-controller", in: world)
        return plan
    }
}

/// What the storage class of a claim offers.
private struct StorageShop {
    let claim: PersistentVolumeClaim
    let world: World
    let storageClass: StorageClass?
    /// The node for which the scheduler asks for a volume.
    let selectedNode: String?
    /// That one, or the node of the first pod that mounts the claim.
    let node: KubeNode?

    init(_ claim: PersistentVolumeClaim, in world: World) {
        (self.claim, self.world) = (claim, world)
        storageClass = claim.className.isEmpty ? nil : world.get(StorageClass.self, claim.className)
        let pods = world.indexed(Pod.self, KubeIndexes.podsByClaim.name, claim.path)
        selectedNode = claim.metadata.annotations?[VolumeMark.selectedNode]
        node = (selectedNode ?? pods.first { !$0.nodeName.isEmpty }?.nodeName).flatMap { world.get(KubeNode.self, $0) }
    }

    var waits: Bool { storageClass?.volumeBindingMode == "WaitForFirstConsumer" && node == nil }

    func notice(_ reason: String, _ message: String, warning: Bool = false) -> Plan {
        let note: EventNote = warning ? .warning(reason, message) : .normal(reason, message)
        var plan = Plan()
        plan.tell(note, about: claim, from: "persistentvolume-controller", in: world)
        return plan
    }

    func provision() -> Plan {
        guard !claim.className.isEmpty else {
            return notice("FailedBinding", "no persistent volumes available for this claim and no storage class is set")
        }
        guard let storageClass else {
            return notice("ProvisioningFailed", "storageclass.storage.k8s.io \"\(claim.className)\" not found", warning: true)
        }
        let provisioner = storageClass.provisioner ?? ""
        guard VolumeMark.simulated.contains(provisioner) else {
            let advice = "If volume creation is delayed, please verify that the provisioner is running and correctly registered."
            return notice(
                "ExternalProvisioning",
                "Waiting for a volume to be created either by the external provisioner '\(provisioner)' or manually by the system "
                    + "administrator. \(advice)")
        }
        let name = "pvc-\(claim.uid)"
        guard world.get(PersistentVolume.self, name) == nil else { return Plan() }
        let marks: Value = [VolumeMark.provisioner: .string(provisioner), VolumeMark.olderProvisioner: .string(provisioner)]
        var plan = Plan([
            .patch(
                PersistentVolumeClaimFields.kind, namespace: claim.namespace, name: claim.name,
                ["metadata": ["uid": .string(claim.uid), "annotations": marks]]),
            .create(PersistentVolumeFields.kind, volume(name, provisioner, storageClass)),
        ])
        plan.tell(.normal("ProvisioningSucceeded", "Successfully provisioned volume \(name)"), about: claim, from: provisioner, in: world)
        return plan
    }

    private func volume(_ name: String, _ provisioner: String, _ storageClass: StorageClass) -> Value {
        var spec: Value = [
            "capacity": ["storage": claim.requested.value], "accessModes": claim.value["spec"]["accessModes"],
            "persistentVolumeReclaimPolicy": .string(storageClass.reclaimPolicy ?? "Delete"),
            "storageClassName": .string(storageClass.name), "volumeMode": .string(claim.spec.volumeMode ?? "Filesystem"),
            "claimRef": [
                "kind": "PersistentVolumeClaim", "apiVersion": "v1", "namespace": .string(claim.namespace), "name": .string(claim.name),
                "uid": .string(claim.uid),
            ],
        ]
        let hash = String(StableHash.of(claim.uid, "volume"), radix: 16)
        let handle = "vol-0" + String(repeating: "0", count: 16 - hash.utf8.count) + hash
        let driver = provisioner.hasPrefix("kubernetes.io/") ? "ebs.csi.aws.com" : provisioner
        spec["csi"] = ["driver": .string(driver), "volumeHandle": .string(handle)]
        if claim.spec.volumeMode ?? "Filesystem" == "Filesystem" {
            spec["csi"]["fsType"] = .string(storageClass.parameters?["csi.storage.k8s.io/fstype"] ?? "ext4")
        }
        if let options = storageClass.mountOptions { spec["mountOptions"] = options.value }
        if let zone = node?.metadata.labels?[VolumeMark.zone] {
            let requirement: Value = ["key": .string(VolumeMark.zone), "operator": "In", "values": [.string(zone)]]
            spec["nodeAffinity"] = ["required": ["nodeSelectorTerms": [["matchExpressions": [requirement]]]]]
        }
        let metadata: Value = [
            "name": .string(name), "annotations": [VolumeMark.provisionedBy: .string(driver)],
            "finalizers": [.string(VolumeMark.provisionerFinalizer)],
        ]
        return ["apiVersion": "v1", "kind": "PersistentVolume", "metadata": metadata, "spec": spec]
    }
}
