import Control
import Documents
import KubeModel
import Reconcile

/// How a volume leaves a node: first it is asked to, which the attachment notes; then it waits until the node does not use it; then the
/// node's status names it no more; then the attachment goes. Source: kubernetes, attachdetach, reconciler.go.
struct Detachment {
    /// How long a node that is not ready may say that it still uses a volume. Source: --max-wait-for-unmount-duration.
    private static let patience = Duration.seconds(360)
    /// Since when nobody on the node wants the volume. Upstream keeps that in memory, and begins anew after a restart.
    private static let mark = "eyrie.dev/detach-requested-at"

    private let attachment: Value
    private let name: String
    private let node: KubeNode?
    private let now: Timestamp

    /// `name` is what the node calls the volume.
    init(of attachment: Value, name: String, in world: World) {
        (self.attachment, self.name, now) = (attachment, name, world.now)
        node = world.get(KubeNode.self, VolumeAttachment.node(attachment))
    }

    private var requested: Timestamp? { attachment["metadata"]["annotations"][Self.mark].string.flatMap(Timestamp.init) }
    private var isReported: Bool { node?.value["status"]["volumesAttached"].items.contains { $0["name"].string == name } ?? false }
    /// Whether the node uses it. One that is gone cannot say, so it may: that is upstream's six minutes after a node's loss.
    private var isInUse: Bool { node?.value["status"]["volumesInUse"].items.contains { $0.string == name } ?? true }

    /// How much longer the node has to be waited for: nothing when it may be taken now, nil when only the node can say.
    var wait: Duration? {
        guard let requested else { return nil }
        let isOff = node?.value["spec"]["taints"].items.contains { $0["key"].string == NodeTaint.outOfService } ?? false
        if !isInUse || isOff { return .zero }
        return node?.readiness == "True" ? nil : max(.zero, requested + Self.patience - now)
    }
    /// Whether the node is not to count on it any more.
    var isUnderWay: Bool { wait == .zero }

    /// The next step, when nobody on the node wants the volume; else what was begun is taken back.
    func carry(on isUnwanted: Bool, _ plan: inout Plan) {
        guard isUnwanted else {
            if requested != nil { plan.changes.append(note(.null)) }
            return
        }
        if !isInUse, !isReported { return plan.changes.append(VolumeAttachment.deletion(attachment)) }
        guard requested != nil else { return plan.changes.append(note(.string(now.text))) }
        guard let wait else { return }
        if wait > .zero { return plan.revisit(in: wait) }
        if !isReported { plan.changes.append(VolumeAttachment.deletion(attachment)) }
    }
    private func note(_ time: Value) -> Change {
        let metadata = attachment["metadata"]
        return .patch(
            VolumeAttachment.kind, namespace: nil, name: metadata["name"].string ?? "",
            ["metadata": ["uid": metadata["uid"], "resourceVersion": metadata["resourceVersion"], "annotations": [Self.mark: time]]])
    }
}
