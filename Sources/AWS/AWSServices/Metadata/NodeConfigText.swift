import Documents

/// The user data of managed nodes: nodeadm's NodeConfig. Source: nodeadm API reference, node.eks.aws/v1alpha1.
enum NodeConfigText {
    /// How a node of the cluster is told to join it.
    static func text(cluster: EKSCluster, node: Value, type: InstanceType?) -> String {
        let cidr = cluster.spec.kubernetesNetworkConfig?["serviceIpv4Cidr"].string ?? "10.100.0.0/16"
        let dns = IPv4Network(cidr).map { IPv4Network.text($0[10]) } ?? "10.100.0.10"
        let labels = node["labels"].strings.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ",")
        let taints = node["taints"].items.compactMap(\.string).joined(separator: ",")
        var flags: [Value] = [.string("--node-labels=\(labels)")]
        if !taints.isEmpty { flags.append(.string("--register-with-taints=\(taints)")) }
        let config: Value = [
            "apiVersion": "node.eks.aws/v1alpha1", "kind": "NodeConfig",
            "spec": [
                "cluster": [
                    "name": .string(cluster.metadata.name ?? ""), "apiServerEndpoint": .string(endpoint(of: cluster)),
                    "certificateAuthority": .string(cluster.status.certificateAuthority ?? ""), "cidr": .string(cidr),
                ],
                "kubelet": [
                    "config": ["clusterDNS": [.string(dns)], "maxPods": .int(Int64(type?.maxPods ?? 110))], "flags": .array(flags),
                ],
            ],
        ]
        return YAML.text(config)
    }
    /// Where the cluster's API answers inside the VPC.
    static func endpoint(of cluster: EKSCluster) -> String {
        cluster.status.privateEndpoints?.first.map { "https://\($0)" } ?? cluster.status.endpoint ?? ""
    }
    /// A user's own data with the endpoint that DescribeCluster tells outside, which no machine reaches, replaced by the one in the VPC.
    static func reachable(_ text: String, cluster: EKSCluster?) -> String {
        guard let cluster, let outside = cluster.status.endpoint, !outside.isEmpty else { return text }
        return text.replacing(outside, with: endpoint(of: cluster))
    }
}
