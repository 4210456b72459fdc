import Control
import Documents
import KubeModel

/// A pod that a file of the node describes. Source: kubelet, pkg/kubelet/config/common.go.
struct StaticPod: Sendable, Hashable {
    static let source = "kubernetes.io/config.source", hash = "kubernetes.io/config.hash", mirror = "kubernetes.io/config.mirror"
    /// Complete, with a uid that follows from the manifest.
    let document: Value

    /// - Throws: `DocumentError` when the text is no pod.
    init(_ manifest: Manifest, on facts: NodeFacts, at now: Timestamp) throws(DocumentError) {
        guard var pod = try YAML.parse(manifest.text).first, pod["kind"] == "Pod", pod["apiVersion"] == "v1" else {
            throw DocumentError("the manifest describes no v1 Pod")
        }
        guard let name = pod["metadata"]["name"].string, !name.isEmpty else { throw DocumentError("name is needed for the pod") }
        guard !pod["spec"]["containers"].items.isEmpty else { throw DocumentError("the pod has no containers") }
        if let info = KindTable.kubernetes.find(apiVersion: "v1", kind: "Pod") { Defaulting.apply(info, to: &pod) }
        let uid = pod["metadata"]["uid"].string ?? Self.identity("\(facts.name)\u{0}\(manifest.path)\u{0}\(manifest.text)")
        pod["metadata"]["uid"] = .string(uid)
        pod["metadata"]["name"] = .string("\(name)-\(facts.name.lowercased())")
        pod["metadata"]["namespace"] = .string(pod["metadata"]["namespace"].string ?? "default")
        pod["metadata"]["creationTimestamp"] = .string(now.text)
        for (key, value) in [(Self.hash, uid), (Self.source, "file"), ("kubernetes.io/config.seen", now.nanoText)] {
            pod["metadata"]["annotations"][key] = .string(value)
        }
        pod["spec"]["nodeName"] = .string(facts.name)
        pod["spec"]["tolerations"] = .array(pod["spec"]["tolerations"].items + [["operator": "Exists", "effect": "NoExecute"]])
        pod["status"] = ["phase": "Pending"]
        document = pod
    }

    var uid: String { document["metadata"]["uid"].string ?? "" }

    /// 32 digits that belong to the text.
    private static func identity(_ text: String) -> String {
        let seed = text.utf8.reduce(UInt64(0xcbf2_9ce4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        return RandomSource(seed: seed).hex(32)
    }
}

/// The document by which the API server shows a static pod.
enum MirrorPod {
    static func isMirror(_ pod: Value) -> Bool { !pod["metadata"]["annotations"][StaticPod.mirror].isNull }

    /// What is created for a static pod, owned by its node.
    static func document(of pod: Value, node: String, nodeUID: String) -> Value {
        var annotations = pod["metadata"]["annotations"]
        annotations[StaticPod.mirror] = annotations[StaticPod.hash]
        var metadata: Value = [
            "name": pod["metadata"]["name"], "namespace": pod["metadata"]["namespace"], "annotations": annotations,
            "ownerReferences": [
                ["apiVersion": "v1", "kind": "Node", "name": .string(node), "uid": .string(nodeUID), "controller": true]
            ],
        ]
        metadata["labels"] = pod["metadata"]["labels"]
        return ["apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": pod["spec"]]
    }
}

/// How a static pod's mirror is kept. Source: kubelet, pkg/kubelet/pod/mirror_client.go.
extension PodMachine {
    /// Takes what the API server has of the mirror; null when it has none.
    mutating func take(mirror document: Value) {
        let isNew = mirror["metadata"]["uid"] != document["metadata"]["uid"]
        mirror = document
        retries[PodOperation.Key.mirror] = nil
        if isNew { sent = showsThis(document) ? document["status"] : .null }
    }

    /// Whether the API server shows this pod.
    var isMirrored: Bool { !mirror.isNull && showsThis(mirror) }
    /// Whether a mirror is that of the present manifest.
    private func showsThis(_ mirror: Value) -> Bool {
        mirror["metadata"]["annotations"][StaticPod.mirror] == pod["metadata"]["annotations"][StaticPod.hash]
    }

    /// Makes the mirror be there, of the present manifest, as long as the pod is.
    mutating func planMirror(_ now: Timestamp) -> [PodOperation] {
        guard spec.isStatic, ending?.cause != .removed, may(PodOperation.Key.mirror, now) else { return [] }
        if mirror.isNull {
            guard let nodeUID else { return [] }
            return [.createMirror(MirrorPod.document(of: pod, node: facts.name, nodeUID: nodeUID))]
        }
        let isCurrent = showsThis(mirror) && mirror["metadata"]["deletionTimestamp"].isNull
        guard !isCurrent, let uid = mirror["metadata"]["uid"].string else { return [] }
        return [.deleteMirror(uid: uid)]
    }
}
