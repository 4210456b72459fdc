import Documents
import KubeModel

/// A volume belongs to one claim for life, and no two claims name the same volume.
struct VolumesBindOnce: Invariant {
    /// The claim's uid by the volume's, and who names a volume.
    private var claims: [String: String] = [:]
    private var named: [String: String] = [:]
    private var names: [String: String] = [:]

    mutating func observe(_ change: Change) throws(Violation) {
        switch change.kind {
        case "core/persistentvolumes":
            guard let uid = change.after["metadata"]["uid"].string, let claim = change.after["spec"]["claimRef"]["uid"].string else {
                return
            }
            if let former = claims[uid], former != claim {
                throw Violation("\(change.key) was bound to \(former) and is bound to \(claim)")
            }
            claims[uid] = claim
        case "core/persistentvolumeclaims":
            if let former = names.removeValue(forKey: change.key), named[former] == change.key { named[former] = nil }
            guard let volume = change.after["spec"]["volumeName"].string, !volume.isEmpty else { return }
            if let other = named[volume] { throw Violation("\(volume) is named by \(other) and by \(change.key)") }
            (named[volume], names[change.key]) = (change.key, volume)
        default: return
        }
    }
}

/// A volume that one node at a time may write is attached to one node at a time.
struct AttachedOnce: Invariant {
    private var holders: [String: String] = [:]
    private var volumes: [String: String] = [:]

    mutating func observe(_ change: Change) throws(Violation) {
        guard change.kind == "storage.k8s.io/volumeattachments" else { return }
        if let former = volumes.removeValue(forKey: change.key) { holders[former] = nil }
        guard let volume = change.after["spec"]["source"]["persistentVolumeName"].string else { return }
        if let other = holders[volume] { throw Violation("\(volume) is attached by \(other) and by \(change.key)") }
        (holders[volume], volumes[change.key]) = (change.key, volume)
    }
}

/// A volume leaves a node that is ready only when that node has said that it does not use it.
struct DetachedWhenUnused: Invariant {
    private var nodes: [String: Value] = [:]
    private var handles: [String: String] = [:]

    mutating func observe(_ change: Change) throws(Violation) {
        let name = change.key.split(separator: "/").last.map(String.init) ?? ""
        switch change.kind {
        case "core/nodes": nodes[name] = change.after.isNull ? nil : change.after
        case "core/persistentvolumes": handles[name] = change.after["spec"]["csi"]["volumeHandle"].string
        case "storage.k8s.io/volumeattachments":
            let spec = change.before["spec"]
            guard change.after.isNull, let node = nodes[spec["nodeName"].string ?? ""], node.condition("Ready") == "True",
                let handle = handles[spec["source"]["persistentVolumeName"].string ?? ""]
            else { return }
            let inUse = node["status"]["volumesInUse"].items.contains { $0.string?.hasSuffix("^\(handle)") == true }
            let isOff = node["spec"]["taints"].items.contains { $0["key"] == "node.kubernetes.io/out-of-service" }
            if inUse, !isOff { throw Violation("\(change.key) went while \(node.name) uses its volume") }
        default: return
        }
    }
}
