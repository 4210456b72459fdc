import Cryptography
import Documents

/// The user data by which a node of Amazon Linux 2023 joins its cluster. Source: nodeadm API reference, node.eks.aws/v1alpha1 NodeConfig.
enum NodeConfig {
    /// The user data in base64, as launch templates carry it.
    static func userData(cluster: Value, labels: [String: String], taints: [Value]) -> String {
        var flags = ["--node-labels=" + labels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ",")]
        if !taints.isEmpty {
            let list = taints.map { "\($0["key"].string ?? "")=\($0["value"].string ?? ""):\($0["effect"].string ?? "")" }
            flags.append("--register-with-taints=" + list.joined(separator: ","))
        }
        let config: Value = [
            "apiVersion": "node.eks.aws/v1alpha1", "kind": "NodeConfig",
            "spec": [
                "cluster": [
                    "name": cluster["name"], "apiServerEndpoint": cluster["endpoint"],
                    "certificateAuthority": cluster["certificateAuthority"]["data"],
                    "cidr": cluster["kubernetesNetworkConfig"]["serviceIpv4Cidr"],
                ],
                "kubelet": ["flags": .array(flags.map(Value.string))],
            ],
        ]
        let lines = [
            "MIME-Version: 1.0", "Content-Type: multipart/mixed; boundary=\"//\"", "", "--//", "Content-Type: application/node.eks.aws", "",
            YAML.text(config), "--//--", "",
        ]
        return Base64.encode(Array(lines.joined(separator: "\n").utf8))
    }
}
