package import Documents

/// The labels of a node that the pods on it get too. Source: upstream's PodTopologyLabels plugin (KEP-4742).
package enum TopologyLabels {
    /// The keys, in their order.
    package static let keys = ["topology.kubernetes.io/region", "topology.kubernetes.io/zone"]

    /// What a pod gets of a Node document, as it stands there; nothing when there is no such node.
    package static func of(_ node: Node?) -> [(key: String, value: String)] {
        guard let labels = node?["metadata"]?["labels"] else { return [] }
        return keys.compactMap { key in labels[name: key]?.string.map { (key, $0) } }
    }
    /// Gives them to the labels of a pod's or a binding's metadata, whatever it says itself.
    package static func give(_ labels: [(key: String, value: String)], to metadata: inout Value) {
        for (key, value) in labels { metadata["labels"][key] = .string(value) }
    }
}
