import Control
package import Documents
package import KubeModel
package import Reconcile

/// Tells each node which volumes are attached to it, for its kubelet waits for that before it starts a pod.
///
/// Source: kubernetes, pkg/controller/volume/attachdetach/statusupdater.
package struct NodeAttachments: Controller {
    package typealias Primary = NodeFields
    package static let name = "attached-volumes-controller"
    package static let watches = [
        Watch(prefix: VolumeAttachment.kind.prefix) { change, _ in
            Array(Set(change.present.compactMap { $0["spec"]?["nodeName"]?.string })).map { NodeFields.kind.key(nil, $0) }
        }
    ]
    package static let writes: Set<Kind> = [NodeFields.kind]
    package static let indexes = [VolumeAttachment.byNode]
    package init() {}

    /// Most nodes have no volumes, and none of them is decoded.
    package static func concerns(_ change: WorldChange, in world: World) -> Bool {
        let name = String(change.key.dropFirst(NodeFields.kind.prefix.count))
        return world.count(VolumeAttachment.byNode.name, name) > 0 || change.nodes.new?["status"]?["volumesAttached"] != nil
    }

    package func reconcile(_ node: KubeNode, in world: World) throws -> Plan {
        guard !node.isDeleting else { return Plan() }
        var plan = Plan()
        var names: Set<String> = []
        for attachment in world.keys(VolumeAttachment.byNode.name, node.name).compactMap(world.value) {
            guard attachment["status"]["attached"] == true, attachment["metadata"]["deletionTimestamp"].isNull,
                let name = VolumeAttachment.deviceName(attachment, in: world)
            else { continue }
            let detachment = Detachment(of: attachment, name: name, in: world)
            if detachment.isUnderWay { continue }
            names.insert(name)
            if let wait = detachment.wait { plan.revisit(in: wait) }
        }
        let told = node.value["status"]["volumesAttached"].items.compactMap { $0["name"].string }
        guard told != names.sorted() else { return plan }
        let list = names.sorted().map { name -> Value in ["name": .string(name), "devicePath": ""] }
        plan.changes.append(
            .patch(
                NodeFields.kind, namespace: nil, name: node.name,
                ["metadata": ["uid": .string(node.uid)], "status": ["volumesAttached": list.isEmpty ? .null : .array(list)]],
                subresource: "status"))
        return plan
    }
}
