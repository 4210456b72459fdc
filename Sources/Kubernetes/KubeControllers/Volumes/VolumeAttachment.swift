import Control
import Cryptography
import Documents
import KubeModel
import Reconcile

/// A volume on its way to a node, or there. Source: storage.k8s.io/v1, VolumeAttachment; kubernetes, pkg/volume/csi/csi_attacher.go.
enum VolumeAttachment {
    static let kind = Kind(
        group: "storage.k8s.io", version: "v1", "VolumeAttachment", prefix: "storage.k8s.io/volumeattachments/", namespaced: false)
    /// Attachments by the name of their volume.
    static let index = WorldIndex("attachments by volume", of: kind) { attachment in
        attachment["spec"]?["source"]?["persistentVolumeName"]?.string.map { [$0] } ?? []
    }
    /// Attachments by the name of their node.
    static let byNode = WorldIndex("attachments by node", of: kind) { attachment in
        attachment["spec"]?["nodeName"]?.string.map { [$0] } ?? []
    }
    /// What its node calls the volume; nil when that is gone.
    static func deviceName(_ attachment: Value, in world: World) -> String? {
        let name = attachment["spec"]["source"]["persistentVolumeName"].string ?? ""
        guard let source = world.get(PersistentVolume.self, name)?.value["spec"]["csi"], let handle = source["volumeHandle"].string else {
            return nil
        }
        return AttachedVolume.name(driver: attachment["spec"]["attacher"].string ?? "", handle: handle)
    }
    static func node(_ attachment: Value) -> String { attachment["spec"]["nodeName"].string ?? "" }
    static func deletion(_ attachment: Value) -> Change {
        .delete(
            kind, namespace: nil, name: attachment["metadata"]["name"].string ?? "", uid: attachment["metadata"]["uid"].string)
    }
    /// The name says which volume is on which node, so none is made twice.
    static func creation(of volume: String, handle: String, driver: String, node: String) -> Change {
        let name = "csi-" + Hex.encode(SHA256.hash(handle + driver + node))
        return .create(
            kind,
            [
                "apiVersion": "storage.k8s.io/v1", "kind": "VolumeAttachment", "metadata": ["name": .string(name)],
                "spec": [
                    "attacher": .string(driver), "nodeName": .string(node), "source": ["persistentVolumeName": .string(volume)],
                ],
            ])
    }
}
