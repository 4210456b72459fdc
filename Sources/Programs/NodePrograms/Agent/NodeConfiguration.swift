import Documents

/// What a node's user data says of the cluster to join and of the kubelet: nodeadm's NodeConfig.
/// Source: nodeadm API reference, node.eks.aws/v1alpha1.
struct NodeConfiguration: Sendable, Hashable {
    var cluster: String
    /// `https://192.168.10.5`
    var endpoint: String
    /// The cluster's authority: base64 of a PEM certificate.
    var authority: String
    /// The block of service addresses.
    var serviceCIDR = ""
    var labels: [String: String] = [:]
    /// `key=value:Effect`
    var taints: [String] = []
    /// Addresses of the cluster's DNS service; by default the tenth of the service block.
    var clusterDNS: [String] = []
    /// The most pods; nil follows from the instance type.
    var maxPods: Int?

    /// Reads user data: a NodeConfig alone, or those among the parts of a MIME message; nil when they name no cluster.
    /// Later parts win over earlier ones where both say something.
    init?(userData: String) {
        let documents = NodeConfiguration.parts(of: userData).flatMap { (try? YAML.parse($0)) ?? [] }
        let configs = documents.filter { $0["kind"].string == "NodeConfig" }.map { $0["spec"] }
        func last(_ name: String) -> String? { configs.compactMap { $0["cluster"][name].string }.last { !$0.isEmpty } }
        guard let name = last("name"), let endpoint = last("apiServerEndpoint"), let authority = last("certificateAuthority") else {
            return nil
        }
        (cluster, self.endpoint, self.authority, serviceCIDR) = (name, endpoint, authority, last("cidr") ?? "")
        for kubelet in configs.map({ $0["kubelet"] }) {
            for flag in kubelet["flags"].items.compactMap(\.string) { take(flag) }
            let servers = kubelet["config"]["clusterDNS"].items.compactMap(\.string)
            if !servers.isEmpty { clusterDNS = servers }
            if let most = kubelet["config"]["maxPods"].int { maxPods = Int(most) }
        }
        if clusterDNS.isEmpty { clusterDNS = NodeConfiguration.tenth(of: serviceCIDR).map { [$0] } ?? [] }
    }
    private mutating func take(_ flag: String) {
        let value = String(flag.drop { $0 != "=" }.dropFirst())
        if flag.hasPrefix("--node-labels=") {
            for pair in value.split(separator: ",") {
                let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                labels[String(halves[0])] = halves.count == 2 ? String(halves[1]) : ""
            }
        } else if flag.hasPrefix("--register-with-taints=") {
            taints += value.split(separator: ",").map(String.init)
        } else if flag.hasPrefix("--max-pods=") {
            maxPods = Int(value)
        }
    }
    /// `10.100.0.10` for `10.100.0.0/16`.
    private static func tenth(of block: String) -> String? {
        let parts = block.prefix { $0 != "/" }.split(separator: ".")
        guard parts.count == 4, let last = Int(parts[3]) else { return nil }
        return "\(parts[0]).\(parts[1]).\(parts[2]).\(last + 10)"
    }
    /// The bodies of a multi-part message; the text itself when it is none.
    private static func parts(of text: String) -> [String] {
        guard let header = text.firstRange(of: "boundary=") else { return [text] }
        let boundary = text[header.upperBound...].prefix { !$0.isNewline && $0 != ";" }.filter { $0 != "\"" }
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        return lines.split { $0.hasPrefix("--\(boundary)") }.dropFirst().map { part in
            part.drop { !$0.isEmpty }.joined(separator: "\n")
        }
    }
}
