import Control
import Documents
import KubeModel

/// What the scheduler knows of a pod: read once from its document. A million of them fit.
final class SchedulingPod: Sendable {
    let key: String
    let uid: PodUID
    let created: Timestamp
    let shape: PodShape
    let group: PodGroup
    /// What it needs as the very pod it is; nil when it is like all others of its shape.
    let demands: PodDemands?
    let isDeleting: Bool

    init(
        key: String, uid: PodUID, created: Timestamp, shape: PodShape, group: PodGroup, demands: PodDemands?, isDeleting: Bool
    ) {
        (self.key, self.uid, self.created, self.shape) = (key, uid, created, shape)
        (self.group, self.demands, self.isDeleting) = (group, demands, isDeleting)
    }

    /// The same pod with other labels.
    func with(_ group: PodGroup) -> SchedulingPod {
        SchedulingPod(key: key, uid: uid, created: created, shape: shape, group: group, demands: demands, isDeleting: isDeleting)
    }

    var namespace: String { group.namespace }
    var name: String { String(key[key.index(key.startIndex, offsetBy: PodFields.kind.prefix.utf8.count + namespace.utf8.count + 1)...]) }
    var priority: Int { shape.priority }
    /// Whether it has claims to devices, or asks for resources that devices may stand for.
    var mayNeedDevices: Bool { !shape.asks.isEmpty || demands?.content.devices.isEmpty == false }
    /// The only nodes that it may be on, when it names some: pods of daemon sets do.
    var namedNodes: Set<String>? { demands?.pinned.map { [$0] } ?? shape.namedNodes }

    /// Whether it counts on its node as the other does.
    func counts(like other: SchedulingPod) -> Bool { group === other.group && weighs(like: other) }
    /// Whether it takes of its node what the other takes, whatever labels they have.
    func weighs(like other: SchedulingPod) -> Bool {
        shape === other.shape && isDeleting == other.isDeleting && uid == other.uid && demands == other.demands
    }
}

/// What a pod needs as the very pod it is.
struct PodDemandsContent: Sendable, Hashable {
    /// A PersistentVolumeClaim of the pod's namespace.
    struct Claim: Sendable, Hashable {
        let name: String
        /// Whether it is made for this pod.
        let isEphemeral: Bool
    }
    /// A disk of one of the kinds that two pods of a node cannot both use.
    struct Disk: Sendable, Hashable {
        /// The kind and the names that make it what it is; any one of those of the same kind in common is the same disk.
        let kind: String
        let names: Set<String>
        let isReadOnly: Bool
        /// Source: VolumeRestrictions, isVolumeConflict. Disks of EBS cannot be shared even for reading.
        func conflicts(with other: Disk) -> Bool {
            kind == other.kind && !names.isDisjoint(with: other.names) && !(kind != "ebs" && isReadOnly && other.isReadOnly)
        }
    }
    /// A claim to devices.
    struct DeviceClaim: Sendable, Hashable {
        let name: String
        /// The ResourceClaim; nil while it is not made, empty when none is needed.
        let claim: String?
        /// Whether it is made from a template, for this pod.
        let isTemplated: Bool
    }
    /// The only node that it may be on, as pods of daemon sets name it.
    var pinned: String?
    var devices: [DeviceClaim] = []
    var claims: [Claim] = []
    var disks: [Disk] = []
    /// The CSI drivers of its inline volumes that limits count.
    var inlineDrivers: [String] = []

    /// How many volumes it may attach to its node, at most.
    var volumeUses: Int { claims.count + inlineDrivers.count }
    /// Whether any plugin asks about its volumes.
    var hasVolumes: Bool { !claims.isEmpty || !disks.isEmpty || !inlineDrivers.isEmpty }
}

/// A pod's demands, shared by its copies.
final class PodDemands: Sendable, Equatable {
    let content: PodDemandsContent
    init(_ content: PodDemandsContent) { self.content = content }
    var pinned: String? { content.pinned }
    static func == (left: PodDemands, right: PodDemands) -> Bool { left === right || left.content == right.content }
}

/// A pod's document as far as the scheduler's bookkeeping goes.
struct SeenPod {
    let pod: SchedulingPod
    let nodeName: String
    let isTerminated: Bool
    let isGated: Bool
    /// The node that it waits for, by its document; empty for none.
    let nominatedNode: String

    /// Whether it needs a node.
    var isWaiting: Bool { nodeName.isEmpty && !isTerminated && !pod.isDeleting }
    /// Whether it takes up room on a node.
    var isAssigned: Bool { !nodeName.isEmpty && !isTerminated }
}
