import AWSProtocol
import Control
import Cryptography
import Documents
import KubeClient
import KubeModel

/// The nodes of a running cluster, asked through its own API as the user.
struct ClusterNodes: Sendable {
    private let client: KubeClient
    private let session: Session

    /// Nodes of the cluster (the `Cluster` shape).
    init(cluster: Value, region: String, session: Session) throws {
        self.session = session
        guard let authority = Base64.decode(cluster["certificateAuthority"]["data"].string ?? "") else {
            throw UsageError("the cluster shows no certificate authority")
        }
        let transport = try session.cluster(cluster["endpoint"].string ?? "", String(decoding: authority, as: UTF8.self))
        let name = cluster["name"].string ?? ""
        client = KubeClient(transport: transport) { try session.token(name, region) }
    }

    /// Names and readiness of a nodegroup's nodes.
    func list(nodegroup: String) async throws -> [(name: String, ready: Bool)] {
        let list = try await client.list(NodeFields.kind, ListOptions(labelSelector: "\(ClusterResources.nodegroupTag)=\(nodegroup)"))
        return list.items.map { node in
            let ready = node["status"]["conditions"].items.contains { $0["type"].string == "Ready" && $0["status"].string == "True" }
            return (node["metadata"]["name"].string ?? "", ready)
        }
    }
    /// Waits until so many nodes of the group are ready.
    /// - Throws: `UsageError` after 25 minutes.
    func wait(for count: Int, nodegroup: String, tell: Bool) async throws {
        if tell { session.info("waiting for at least \(count) node(s) to become ready in \"\(nodegroup)\"") }
        let deadline = session.clock.now + .seconds(25 * 60)
        var nodes: [(name: String, ready: Bool)] = []
        while session.clock.now < deadline {
            nodes = try await list(nodegroup: nodegroup)
            if nodes.count(where: \.ready) >= count { break }
            try await session.clock.sleep(for: .milliseconds(100))
        }
        guard nodes.count(where: \.ready) >= count else {
            throw UsageError(
                "timed out waiting for at least \(count) node(s) to become ready in \"\(nodegroup)\"; \(nodes.count(where: \.ready)) are")
        }
        guard tell else { return }
        session.info("nodegroup \"\(nodegroup)\" has \(nodes.count) node(s)")
        for node in nodes { session.info("node \"\(node.name)\" is \(node.ready ? "ready" : "not ready")") }
    }

    /// Adds a node role to the aws-auth ConfigMap.
    func addToAuth(role: String) async throws {
        let kind = ConfigMapFields.kind
        let standing = try await authMap()
        var map = standing ?? ["apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": "aws-auth", "namespace": "kube-system"]]
        var rows = (try? YAML.parse(map["data"]["mapRoles"].string ?? "").first?.items) ?? []
        guard !rows.contains(where: { $0["rolearn"].string == role }) else { return }
        rows.append([
            "rolearn": .string(role), "username": "system:node:{{EC2PrivateDNSName}}", "groups": ["system:bootstrappers", "system:nodes"],
        ])
        map["data"]["mapRoles"] = .string(YAML.text(.array(rows)))
        _ = standing == nil ? try await client.create(kind, map) : try await client.update(kind, map)
    }
    private func authMap() async throws -> Value? {
        do throws(KubeClientError) {
            return try await client.get(ConfigMapFields.kind, namespace: "kube-system", "aws-auth")
        } catch {
            guard error.isNotFound else { throw error }
            return nil
        }
    }
}
