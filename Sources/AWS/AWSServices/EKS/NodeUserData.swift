import Cryptography
import Documents

/// What an instance's user data says of the cluster to join: nodeadm's NodeConfig (Amazon Linux 2023) or a call of bootstrap.sh (AL2).
/// Source: nodeadm API reference, node.eks.aws/v1alpha1; EKS-optimised AMI, bootstrap.sh usage.
package struct NodeUserData: Sendable, Hashable {
    package var cluster: String
    package var labels: [String: String] = [:]
    /// `key=value:Effect`
    package var taints: [String] = []

    /// Reads plain or base64 user data, bare or as a part of a MIME multi-part message; nil when it names no cluster.
    package init?(_ data: String) {
        for part in Self.parts(of: Self.plain(data)) {
            if let config = NodeUserData(nodeConfig: part) ?? NodeUserData(script: part) {
                self = config
                return
            }
        }
        return nil
    }
    /// User data as the instance reads it: out of its base64 when it is in that.
    static func plain(_ data: String) -> String { Base64.decode(data).flatMap { String(validating: $0, as: UTF8.self) } ?? data }

    private init?(nodeConfig part: String) {
        guard let documents = try? YAML.parse(part) else { return nil }
        let configs = documents.filter { $0["kind"].string == "NodeConfig" }
        guard let name = configs.compactMap({ $0["spec"]["cluster"]["name"].string }).first else { return nil }
        cluster = name
        for flag in configs.flatMap({ $0["spec"]["kubelet"]["flags"].items }).compactMap(\.string) { take(flag) }
    }
    private init?(script part: String) {
        guard let line = part.split(separator: "\n").first(where: { $0.contains("/etc/eks/bootstrap.sh") }) else { return nil }
        let words = line.split(whereSeparator: { " '\"".contains($0) }).map(String.init)
        guard let call = words.firstIndex(where: { $0.hasSuffix("bootstrap.sh") }), call + 1 < words.count else { return nil }
        cluster = words[call + 1]
        for word in words[(call + 2)...] { take(word) }
    }
    /// Takes a kubelet flag that concerns labels or taints.
    private mutating func take(_ flag: String) {
        if flag.hasPrefix("--node-labels=") {
            for pair in flag.dropFirst("--node-labels=".count).split(separator: ",") {
                let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                labels[String(halves[0])] = halves.count == 2 ? String(halves[1]) : ""
            }
        } else if flag.hasPrefix("--register-with-taints=") {
            taints += flag.dropFirst("--register-with-taints=".count).split(separator: ",").map(String.init)
        }
    }

    /// The bodies of a multi-part message; the text itself when it is none.
    private static func parts(of text: String) -> [String] {
        guard let header = text.firstRange(of: "boundary=") else { return [text] }
        let boundary = text[header.upperBound...].prefix { $0 != "\n" && $0 != "\r\n" && $0 != ";" }.filter { $0 != "\"" }
        return text.split(separator: "--" + boundary).dropFirst().map { part in
            part.firstRange(of: "\n\n").map { String(part[$0.upperBound...]) } ?? String(part)
        }
    }
}
