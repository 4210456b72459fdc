import Documents
import KubeModel
import Storage

/// The pods of a node: what every kubelet lists and watches. Source: upstream's index of the watch cache by spec.nodeName.
enum PodTopics {
    static let byNode = Topic("pods by node", prefix: PodFields.kind.prefix) { node(of: $0) }
    /// The name of a pod's node, by the tape; nil while it has none.
    static func node(of pod: Entry) -> String? {
        guard let name = pod.document?.root["spec"]?["nodeName"]?.string, !name.isEmpty else { return nil }
        return name
    }
}

extension ListOptions {
    /// The topic that holds all that these options select of a collection; nil when there is none.
    func topic(of target: Target) -> TopicText? {
        guard target.info.storage == PodFields.kind, target.namespace.isEmpty, target.name.isEmpty else { return nil }
        return filter.fields.node.map { TopicText(PodTopics.byNode, $0) }
    }
}

extension FieldSelector {
    /// The node whose pods alone it selects.
    var node: String? { requirements.first { $0.field == "spec.nodeName" && !$0.negated && !$0.value.isEmpty }?.value }
}
