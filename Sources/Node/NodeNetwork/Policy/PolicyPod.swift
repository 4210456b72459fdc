package import Documents
package import Linux

/// What network policies need of a pod.
package struct PolicyPod: Sendable, Hashable {
    package let namespace: String, name: String
    package let labels: [String: String]
    package let address: IPv4Address
    package let node: String
    /// Container ports by name and transport.
    package let namedPorts: [String: Int]

    /// Nil for a pod without an address of its own, or that has ended. Source: NetworkPolicy concerns no pods on the host's network.
    package init?(_ document: Value) {
        let metadata = document["metadata"]
        let spec = document["spec"]
        let status = document["status"]
        guard spec["hostNetwork"].bool != true, !["Succeeded", "Failed"].contains(status["phase"].string ?? ""),
            let address = status["podIP"].string.flatMap({ IPv4Address($0) })
        else { return nil }
        (namespace, name) = (metadata["namespace"].string ?? "", metadata["name"].string ?? "")
        (labels, self.address, node) = (metadata["labels"].strings, address, spec["nodeName"].string ?? "")
        var ports: [String: Int] = [:]
        for container in spec["initContainers"].items + spec["containers"].items {
            for port in container["ports"].items {
                guard let name = port["name"].string, let number = port["containerPort"].int else { continue }
                ports[Self.key(name, (port["protocol"].string ?? "TCP").lowercased())] = number
            }
        }
        namedPorts = ports
    }

    /// The number of a named port; nil when the pod has none of that name and transport.
    func port(named name: String, _ transport: String) -> Int? { namedPorts[Self.key(name, transport)] }
    /// `namespace/name`
    var key: String { "\(namespace)/\(name)" }
    private static func key(_ name: String, _ transport: String) -> String { "\(transport)/\(name)" }
}
