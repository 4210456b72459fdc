import Control
import Cryptography
package import Documents
package import KubeModel
package import Reconcile

/// Attaches volumes of drivers to the nodes whose pods use them, and detaches them behind the last one.
///
/// A volume that one node at a time may write is attached elsewhere only when it has left the first, which is when that node does not use
/// it any more (`Detachment`). The simulated drivers' attachments are made by being asked for; those of others wait for the driver's
/// attacher. Source: kubernetes, pkg/controller/volume/attachdetach.
package struct AttachmentController: Controller {
    package typealias Primary = PersistentVolumeFields
    package static let name = "attachdetach-controller"
    package static let watches = [
        Watch(prefix: PodFields.kind.prefix) { change, world in
            guard world.count(PersistentVolumeClaimFields.kind) > 0 else { return [] }
            let (old, new) = change.nodes
            guard old.map(standing) != new.map(standing) else { return [] }
            let claims = Set(change.present.flatMap(KubeIndexes.claims)).map { PersistentVolumeClaimFields.kind.prefix + $0 }
            return claims.compactMap { world.value($0)?["spec"]["volumeName"].string }.map { PersistentVolumeFields.kind.key(nil, $0) }
        },
        Watch(prefix: PersistentVolumeClaimFields.kind.prefix) { change, _ in
            let (old, new) = (change.old?["spec"]["volumeName"].string, change.new?["spec"]["volumeName"].string)
            return Set([old, new].compactMap { $0 }).map { PersistentVolumeFields.kind.key(nil, $0) }
        },
        Watch(prefix: VolumeAttachment.kind.prefix) { change, _ in
            let volume = (change.new ?? change.old ?? .null)["spec"]["source"]["persistentVolumeName"].string
            return volume.map { [PersistentVolumeFields.kind.key(nil, $0)] } ?? []
        },
        // A node says what it uses, and whether it lives; most have no attachments.
        Watch(prefix: NodeFields.kind.prefix) { change, world in
            let name = String(change.key.dropFirst(NodeFields.kind.prefix.count))
            return world.keys(VolumeAttachment.byNode.name, name).compactMap { key in
                let volume = world.document(key)?["spec"]?["source"]?["persistentVolumeName"]?.string
                return volume.map { PersistentVolumeFields.kind.key(nil, $0) }
            }
        },
        Watch(prefix: "storage.k8s.io/csidrivers/") { _, world in world.keys(PersistentVolumeFields.kind) },
    ]
    package static let writes: Set<Kind> = [VolumeAttachment.kind, EventFields.kind]
    package static let indexes = [KubeIndexes.podsByClaim, VolumeAttachment.index, VolumeAttachment.byNode]
    package init() {}

    /// Where a pod holds its volumes.
    private static func standing(_ pod: Node) -> [String] {
        [pod["spec"]?["nodeName"]?.string ?? "", pod["status"]?["phase"]?.string ?? ""]
    }

    package func reconcile(_ volume: PersistentVolume, in world: World) throws -> Plan {
        let source = volume.value["spec"]["csi"]
        let driver = source["driver"].string ?? ""
        let present = attachments(of: volume.name, in: world)
        let isAttached = world.value("storage.k8s.io/csidrivers/\(driver)")?["spec"]["attachRequired"].bool ?? true
        guard !driver.isEmpty, isAttached else { return Plan(present.map(VolumeAttachment.deletion)) }
        let users = users(of: volume, in: world)
        var plan = Plan()
        let handle = source["volumeHandle"].string ?? ""
        for attachment in present where attachment["metadata"]["deletionTimestamp"].isNull {
            let detachment = Detachment(of: attachment, name: AttachedVolume.name(driver: driver, handle: handle), in: world)
            detachment.carry(on: users[VolumeAttachment.node(attachment)] == nil, &plan)
        }
        let held = Set(present.map(VolumeAttachment.node))
        let modes = volume.spec.accessModes ?? []
        let isSingle = !modes.contains { $0 == "ReadWriteMany" || $0 == "ReadOnlyMany" }
        for (node, pods) in users.sorted(by: { $0.key < $1.key }) {
            if let attachment = present.first(where: { VolumeAttachment.node($0) == node }) {
                attach(attachment, volume, driver, pods, in: world, &plan)
                continue
            }
            guard !isSingle || held.isEmpty else {
                for pod in pods { plan.tell(Self.refusal(volume.name), about: pod, from: Self.name, in: world) }
                continue
            }
            plan.changes.append(VolumeAttachment.creation(of: volume.name, handle: handle, driver: driver, node: node))
        }
        return plan
    }
    /// Nothing is left to detach from.
    package func removed(_ key: String, in world: World) throws -> Plan {
        Plan(attachments(of: String(key.dropFirst(PersistentVolumeFields.kind.prefix.count)), in: world).map(VolumeAttachment.deletion))
    }
    package static func leftBehind(in world: World) -> [String] {
        world.texts(VolumeAttachment.index.name).map { PersistentVolumeFields.kind.prefix + $0 }
    }

    private func attachments(of volume: String, in world: World) -> [Value] {
        world.keys(VolumeAttachment.index.name, volume).sorted().compactMap(world.value)
    }
    /// The pods that use a volume, by node; those that have ended hold it no more.
    private func users(of volume: PersistentVolume, in world: World) -> [String: [Pod]] {
        let reference = volume.spec.claimRef
        guard let name = reference.name,
            let claim = world.get(PersistentVolumeClaim.self, name, in: reference.namespace), claim.spec.volumeName == volume.name
        else { return [:] }
        let pods = world.indexed(Pod.self, KubeIndexes.podsByClaim.name, claim.path).filter { !$0.nodeName.isEmpty && !$0.isTerminated }
        return Dictionary(grouping: pods, by: \.nodeName)
    }

    private func attach(
        _ attachment: Value, _ volume: PersistentVolume, _ driver: String, _ pods: [Pod], in world: World, _ plan: inout Plan
    ) {
        guard VolumeMark.simulated.contains(driver), attachment["status"]["attached"] != true else { return }
        let name = attachment["metadata"]["name"].string ?? ""
        plan.changes.append(
            .patch(
                VolumeAttachment.kind, namespace: nil, name: name,
                ["metadata": ["uid": attachment["metadata"]["uid"]], "status": ["attached": true]], subresource: "status"))
        let note = EventNote.normal("SuccessfulAttachVolume", "AttachVolume.Attach succeeded for volume \(volume.name.quoted) ")
        for pod in pods { plan.tell(note, about: pod, from: Self.name, in: world) }
    }
    private static func refusal(_ volume: String) -> EventNote {
        let text = "Volume is already exclusively attached to one node and can't be attached to another"
        return .warning("FailedAttachVolume", "Multi-Attach error for volume \(volume.quoted) \(text)")
    }
}
