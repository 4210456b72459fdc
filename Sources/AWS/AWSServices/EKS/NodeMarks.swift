import Documents
import KubeClient
import KubeModel
import Network

/// The labels and taints that a nodegroup puts on its nodes; an annotation remembers them, so that those taken away again are removed.
struct NodeMarks: Sendable {
    let nodegroup: Nodegroup
    private static let annotation = "eks.amazonaws.com/applied-marks"

    /// Brings a node up to date; nothing is written when it is.
    func apply(to node: Value, _ transport: (any HTTPTransport)?) async throws {
        guard let transport, let patch = patch(for: node) else { return }
        _ = try await KubeClient(transport: transport).patch(NodeFields.kind, node["metadata"]["name"].string ?? "", .merge(patch))
    }
    /// The merge patch that the node needs; nil when none.
    func patch(for node: Value) -> Value? {
        let labels = nodegroup.spec.labels ?? [:]
        let taints = (nodegroup.spec.taints ?? []).map { taint -> Value in
            [
                "key": .string(taint.key ?? ""), "value": .string(taint.content ?? ""),
                "effect": .string(NodegroupController.effect(taint.effect)),
            ]
        }
        let marks: Value = ["labels": Value(labels), "taints": .array(taints)]
        let text = JSON.text(marks)
        let before = node["metadata"]["annotations"][Self.annotation].string
        guard text != before else { return nil }
        let old = before.flatMap { try? JSON.parse($0) } ?? ["labels": [:], "taints": []]
        var changed = Object(labels.sorted { $0.key < $1.key }.map { Object.Member($0.key, .string($0.value)) })
        for key in old["labels"].strings.keys where labels[key] == nil { changed.append(Object.Member(key, .null)) }
        let ours = old["taints"].items + taints
        let others = node["spec"]["taints"].items.filter { taint in
            !ours.contains { $0["key"] == taint["key"] && $0["effect"] == taint["effect"] }
        }
        var annotations: Value = [:]
        annotations[Self.annotation] = .string(text)
        var patch: Value = ["metadata": ["annotations": annotations]]
        patch["metadata"]["labels"] = .object(changed)
        patch["spec"] = ["taints": .array(others + taints)]
        return patch
    }
}
