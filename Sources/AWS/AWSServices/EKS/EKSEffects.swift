import Control
import Documents
import KubeClient
import KubeModel
package import Reconcile

/// What is done for clusters and nodegroups outside the region's documents: control planes, and the nodes' labels and taints.
package struct EKSEffects: EffectPerformer {
    package static let start = "cluster.start", destroy = "cluster.destroy", settle = "nodegroup.settle"

    let region: String
    let records: Records
    let clusters: any ControlPlaneHost
    let nodes: NodeSteward
    let network: VPCNetworks

    package init(region: String, records: Records, clusters: any ControlPlaneHost, nodes: NodeSteward, network: VPCNetworks) {
        (self.region, self.records, self.clusters, self.nodes, self.network) = (region, records, clusters, nodes, network)
    }

    package func perform(_ effect: Effect) async throws -> [Change] {
        switch effect.name {
        case Self.start: try await start(String(effect.subject.dropFirst(EKSClusterFields.kind.prefix.count)))
        case Self.destroy: try await destroy(String(effect.subject.dropFirst(EKSClusterFields.kind.prefix.count)))
        case Self.settle: try await settle(effect.subject)
        default: []
        }
    }
    /// Starts the control planes of all clusters that stand and do not run; for the start of the program.
    /// - Returns: what is wrong with each that cannot start now, as when another process has its port.
    package func resume() async -> [String] {
        var problems: [String] = []
        for cluster in records.list(EKSCluster.self)
        where ["ACTIVE", "UPDATING"].contains(cluster.status.status ?? "") && cluster.metadata.deletionTimestamp == nil {
            do { _ = try await run(cluster) } catch {
                problems.append("the control plane of cluster \(cluster.metadata.name ?? "") does not start: \(error)")
            }
        }
        return problems
    }
    private var interfaces: ClusterInterfaces { ClusterInterfaces(region: region, records: records) }
    /// Starts a cluster's control plane once its addresses in the VPC stand.
    private func run(_ cluster: EKSCluster) async throws -> (facts: ControlPlaneFacts, addresses: [String]) {
        let addresses = try await interfaces.ensure(cluster)
        try await network.apply(cluster.spec.resourcesVpcConfig.vpcId ?? "")
        return (try await clusters.start(spec(cluster, addresses)), addresses)
    }
    private func spec(_ cluster: EKSCluster, _ addresses: [String]) -> ControlPlaneSpec {
        var spec = ControlPlaneSpec(
            id: cluster.metadata.uid ?? "", name: cluster.metadata.name ?? "", region: region, version: cluster.spec.version ?? "",
            serviceCIDR: cluster.spec.kubernetesNetworkConfig?["serviceIpv4Cidr"].string ?? "10.100.0.0/16")
        func told(_ member: String) -> Value {
            let config = cluster.spec.value[member]
            return config.isNull ? .null : ControlPlaneComponents.told(member, config)
        }
        (spec.schedulerConfig, spec.apiServerConfig) = (told("kubeSchedulerConfig"), told("kubeApiServerConfig"))
        (spec.vpcID, spec.privateAddresses) = (cluster.spec.resourcesVpcConfig.vpcId ?? "", addresses)
        return spec
    }

    private func start(_ name: String) async throws -> [Change] {
        guard let cluster = records.get(EKSCluster.self, name), cluster.metadata.deletionTimestamp == nil else { return [] }
        let (facts, addresses) = try await run(cluster)
        var components: Value = [:]
        for member in ControlPlaneComponents.members { components[member] = cluster.spec.value[member] }
        if cluster.spec.bootstrapsAddons != false {
            var cluster = cluster
            (cluster.status.endpoint, cluster.status.privateEndpoints) = (facts.endpoint, addresses)
            try await AddonEffects(region: region, records: records, clusters: clusters).bootstrap(cluster)
        }
        return [
            .patch(
                EKSClusterFields.kind, namespace: nil, name: name,
                [
                    "status": [
                        "status": "ACTIVE", "endpoint": .string(facts.endpoint),
                        "certificateAuthority": .string(facts.certificateAuthority),
                        "privateEndpoints": .array(addresses.map(Value.string)), "components": components,
                    ]
                ])
        ]
    }
    private func destroy(_ name: String) async throws -> [Change] {
        guard let cluster = records.get(EKSCluster.self, name), cluster.metadata.deletionTimestamp != nil else { return [] }
        try await clusters.destroy(id: cluster.metadata.uid ?? "")
        try await interfaces.remove(cluster)
        let left = (cluster.metadata.finalizers ?? []).filter { $0 != ClusterController.finalizer }
        return [.patch(EKSClusterFields.kind, namespace: nil, name: name, ["metadata": ["finalizers": .array(left.map(Value.string))]])]
    }

    /// Looks whether as many nodes are ready as the nodegroup asks for and no more are there, and brings their labels and taints up to date.
    private func settle(_ key: String) async throws -> [Change] {
        let parts = key.dropFirst(NodegroupFields.kind.prefix.count).split(separator: "/").map(String.init)
        guard parts.count == 2, let nodegroup = records.get(Nodegroup.self, parts[1], in: parts[0]),
            let cluster = records.get(EKSCluster.self, parts[0]), let id = cluster.metadata.uid
        else { return [] }
        if cluster.spec.accessConfig.authenticationMode == "CONFIG_MAP", let role = nodegroup.spec.nodeRole {
            try await mapRole(role, cluster: id)
        }
        let (ready, all) = try await nodes.readyNodes(cluster: id, label: "eks.amazonaws.com/nodegroup=\(parts[1])")
        let wanted = nodegroup.spec.scalingConfig.desiredSize ?? 0
        guard ready == wanted, all.count == wanted else { return [] }
        for node in all { try await NodeMarks(nodegroup: nodegroup).apply(to: node, clusters.transport(id: id)) }
        return [
            .patch(
                NodegroupFields.kind, namespace: parts[0], name: parts[1],
                [
                    "status": [
                        "status": "ACTIVE", "readyNodes": .int(Int64(ready)),
                        "appliedGeneration": .int(Int64(nodegroup.metadata.generation ?? 1)),
                    ]
                ])
        ]
    }
    /// Adds the node role to aws-auth, as EKS does for clusters without access entries.
    private func mapRole(_ role: String, cluster id: String) async throws {
        guard let transport = clusters.transport(id: id) else { return }
        let client = KubeClient(transport: transport)
        let standing = try await AuthMap.read(client)
        var map = standing ?? AuthMap.empty
        var rows = (try? YAML.parse(map["data"]["mapRoles"].string ?? "").first?.items) ?? []
        guard !rows.contains(where: { $0["rolearn"].string == role }) else { return }
        rows.append([
            "rolearn": .string(role), "username": "system:node:{{EC2PrivateDNSName}}", "groups": ["system:bootstrappers", "system:nodes"],
        ])
        map["data"]["mapRoles"] = .string(YAML.text(.array(rows)))
        _ =
            standing == nil
            ? try await client.create(ConfigMapFields.kind, map)
            : try await client.update(ConfigMapFields.kind, map)
    }
}

/// The aws-auth ConfigMap of a cluster.
enum AuthMap {
    static let empty: Value = ["apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": "aws-auth", "namespace": "kube-system"]]
    /// The map as it is; nil when there is none.
    static func read(_ client: KubeClient) async throws -> Value? {
        do throws(KubeClientError) {
            return try await client.get(ConfigMapFields.kind, namespace: "kube-system", "aws-auth")
        } catch {
            guard error.isNotFound else { throw error }
            return nil
        }
    }
}
