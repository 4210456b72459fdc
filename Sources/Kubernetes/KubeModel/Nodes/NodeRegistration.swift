package import Documents

/// What an EKS node says of itself when it registers. Source: kubelet and AWS cloud provider, well-known labels, annotations and taints.
package struct NodeRegistration: Sendable, Hashable {
    package let name, address, instanceID, instanceType, architecture, region, zone: String
    /// Labels that its nodegroup gives, without those that follow from the instance.
    private let given: [String: String]
    /// `key=value:Effect`
    private let taints: [String]

    /// - Parameter labels: of the nodegroup; those of the instance win.
    package init(
        name: String, address: String, instanceID: String, instanceType: String, architecture: String, region: String, zone: String,
        labels: [String: String], taints: [String]
    ) {
        (self.name, self.address, self.instanceID, self.instanceType) = (name, address, instanceID, instanceType)
        (self.architecture, self.region, self.zone, given, self.taints) = (architecture, region, zone, labels, taints)
    }

    /// The Node to create, with a status to begin with.
    package func document(_ status: Value) -> Value {
        let annotations: Value = [
            "alpha.kubernetes.io/provided-node-ip": .string(address), "node.alpha.kubernetes.io/ttl": "0",
            "volumes.kubernetes.io/controller-managed-attach-detach": "true",
        ]
        let metadata: Value = ["name": .string(name), "labels": Value(labels), "annotations": annotations]
        var body: Value = ["providerID": "aws:///\(zone)/\(instanceID)"]
        let taints = taints.compactMap(Self.taint)
        if !taints.isEmpty { body["taints"] = .array(taints) }
        return ["apiVersion": "v1", "kind": "Node", "metadata": metadata, "spec": body, "status": status]
    }

    /// The nodegroup's labels and those of the instance.
    package var labels: [String: String] {
        var labels = given
        labels["kubernetes.io/arch"] = architecture
        labels["beta.kubernetes.io/arch"] = architecture
        labels["kubernetes.io/os"] = "linux"
        labels["beta.kubernetes.io/os"] = "linux"
        labels["kubernetes.io/hostname"] = name
        labels["node.kubernetes.io/instance-type"] = instanceType
        labels["beta.kubernetes.io/instance-type"] = instanceType
        labels["topology.kubernetes.io/region"] = region
        labels["failure-domain.beta.kubernetes.io/region"] = region
        labels["topology.kubernetes.io/zone"] = zone
        labels["failure-domain.beta.kubernetes.io/zone"] = zone
        return labels
    }

    /// `key=value:Effect` or `key:Effect`.
    private static func taint(_ text: String) -> Value? {
        guard let colon = text.lastIndex(of: ":") else { return nil }
        let pair = text[..<colon].split(separator: "=", maxSplits: 1)
        guard let key = pair.first else { return nil }
        var taint: Value = ["key": .string(String(key)), "effect": .string(String(text[text.index(after: colon)...]))]
        if pair.count > 1 { taint["value"] = .string(String(pair[1])) }
        return taint
    }
}
