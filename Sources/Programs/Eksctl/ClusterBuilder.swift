import AWSProtocol
import Documents

/// Creates everything that a ClusterConfig describes, through the AWS APIs alone, and tells its progress.
struct ClusterBuilder: Sendable {
    let config: ClusterConfig
    let session: Session
    let aws: AWSClient
    let kubeconfig: KubeconfigTarget?

    init(_ config: ClusterConfig, session: Session, kubeconfig: KubeconfigTarget?) throws {
        (self.config, self.session, self.kubeconfig) = (config, session, kubeconfig)
        aws = try session.aws(config.region)
    }
    var resources: ClusterResources { ClusterResources(cluster: config.name, aws: aws, session: session) }

    /// Creates the cluster and its nodegroups, and waits until the nodes are ready.
    func create() async throws {
        session.info("\(session.program) version \(session.version)")
        session.info("using region \(config.region)")
        try await refuseExisting()
        let zones = try await availabilityZones()
        let keys = Set(config.nodegroups.compactMap(\.sshKey)).sorted()
        for key in keys { try await resources.ensureKeyPair(key) }
        for group in config.nodegroups {
            session.info(
                "nodegroup \"\(group.name)\" will use \"\(group.instanceTypes.joined(separator: ","))\" instances [AmazonLinux2023]")
        }
        let version = try await kubernetesVersion()
        session.info("using Kubernetes version \(version)")
        session.info("creating EKS cluster \"\(config.name)\" in \"\(config.region)\" region with \(nodeKinds)")
        let network = try await NetworkBuilder(config: config, zones: zones, aws: aws, session: session).create()
        let role = try await RoleBuilder(cluster: config.name, aws: aws, random: session.random).clusterRole()
        let cluster = try await createCluster(network, role: role, version: version)
        try await enterAccess()
        try await AddonBuilder(config: config, aws: aws, session: session).create(version: version)
        try await createNodegroups(network, cluster)
        if let kubeconfig {
            try Kubeconfig(session: session).save(
                cluster: cluster, region: config.region, setCurrent: kubeconfig.setsContext, path: kubeconfig.path)
        }
        try await waitForNodes(cluster)
        if let kubeconfig {
            session.info("kubectl command should work with \"\(kubeconfig.path ?? session.kubeconfigPath)\", \(advice(kubeconfig))")
        }
        session.success("EKS cluster \"\(config.name)\" in \"\(config.region)\" region is ready")
    }

    /// The command to try: with the file where it is not the one that kubectl takes by itself.
    private func advice(_ kubeconfig: KubeconfigTarget) -> String {
        let file = kubeconfig.path.map { "--kubeconfig=\($0) " } ?? ""
        return "try 'kubectl \(file)get nodes'"
    }
    private var nodeKinds: String {
        let managed = config.nodegroups.contains(where: \.managed)
        let own = config.nodegroups.contains { !$0.managed }
        return switch (managed, own) {
        case (true, true): "managed nodes and un-managed nodes"
        case (true, false): "managed nodes"
        case (false, true): "un-managed nodes"
        case (false, false): "no nodegroups"
        }
    }
    private func refuseExisting() async throws {
        do {
            _ = try await aws.call("eks", "DescribeCluster", ["name": .string(config.name)])
        } catch let error as AWSError where error.code == "ResourceNotFoundException" { return }
        throw UsageError("cluster \"\(config.name)\" already exists in region \"\(config.region)\"; use another name, or delete it first")
    }

    /// Three zones of the region, or two where there are no more; those of the configuration when it names some.
    private func availabilityZones() async throws -> [String] {
        let answer = try await aws.call("ec2", "DescribeAvailabilityZones", [:])
        let known = answer["AvailabilityZones"].items.filter { $0["State"].string == "available" }.compactMap { $0["ZoneName"].string }
            .sorted()
        let wanted = config.availabilityZones
        if wanted.isEmpty {
            let zones = Array(known.prefix(3))
            session.info("setting availability zones to [\(zones.joined(separator: " "))]")
            return zones
        }
        for zone in wanted where !known.contains(zone) {
            throw UsageError(
                "availability zone \"\(zone)\" is not one of those in region \"\(config.region)\": [\(known.joined(separator: " "))]")
        }
        guard wanted.count >= 2 else {
            throw UsageError("only \(wanted.count) zone(s) specified [\(wanted[0])], 2 are required (can be non-unique)")
        }
        return wanted
    }
    private func kubernetesVersion() async throws -> String {
        if let version = config.version {
            let offered = try await aws.all("eks", "DescribeClusterVersions", "clusterVersions")
                .compactMap { $0["clusterVersion"].string }.sorted()
            guard offered.contains(version) else {
                throw UsageError("invalid version, supported values: \(offered.joined(separator: ", "))")
            }
            return version
        }
        let answer = try await aws.call("eks", "DescribeClusterVersions", ["defaultOnly": true])
        guard let version = answer["clusterVersions"][0]["clusterVersion"].string else {
            throw UsageError("the region offers no Kubernetes version")
        }
        return version
    }

    private func createCluster(_ network: ClusterNetwork, role: String, version: String) async throws -> Value {
        session.info("creating cluster control plane \"\(config.name)\"")
        var input: Value = [
            "name": .string(config.name), "version": .string(version), "roleArn": .string(role),
            "resourcesVpcConfig": [
                "subnetIds": .array((network.publicSubnets + network.privateSubnets).map(Value.string)),
                "securityGroupIds": [.string(network.controlPlaneGroup)], "endpointPublicAccess": .bool(config.publicAccess),
                "endpointPrivateAccess": .bool(config.privateAccess),
            ],
            "accessConfig": [
                "authenticationMode": .string(config.authenticationMode),
                "bootstrapClusterCreatorAdminPermissions": .bool(config.creatorIsAdmin),
            ],
            "bootstrapSelfManagedAddons": false, "tags": Value(config.tags.merging(resources.tags) { $1 }),
        ]
        if !config.publicAccessCIDRs.isEmpty {
            input["resourcesVpcConfig"]["publicAccessCidrs"] = .array(config.publicAccessCIDRs.map(Value.string))
        }
        if let cidr = config.serviceCIDR { input["kubernetesNetworkConfig"] = ["serviceIpv4Cidr": .string(cidr)] }
        if !config.logTypes.isEmpty {
            input["logging"] = ["clusterLogging": [["types": .array(config.logTypes.map(Value.string)), "enabled": true]]]
        }
        _ = try await aws.call("eks", "CreateCluster", input)
        session.info("waiting for the control plane to become ready")
        return try await resources.wait(for: "cluster \"\(config.name)\"", "ACTIVE") {
            try await aws.call("eks", "DescribeCluster", ["name": .string(config.name)])["cluster"]
        }
    }

    /// Creates the access entries that the configuration lists.
    private func enterAccess() async throws {
        for entry in config.accessEntries {
            var input: Value = ["clusterName": .string(config.name), "principalArn": entry["principalARN"]]
            let members = ["type": "type", "kubernetesGroups": "kubernetesGroups", "kubernetesUsername": "username", "tags": "tags"]
            for (field, member) in members { input[member] = entry[field] }
            _ = try await aws.call("eks", "CreateAccessEntry", input)
            for policy in entry["accessPolicies"].items {
                _ = try await aws.call(
                    "eks", "AssociateAccessPolicy",
                    [
                        "clusterName": .string(config.name), "principalArn": entry["principalARN"], "policyArn": policy["policyARN"],
                        "accessScope": policy["accessScope"],
                    ])
            }
        }
    }
    private func createNodegroups(_ network: ClusterNetwork, _ cluster: Value) async throws {
        for group in config.nodegroups {
            let builder = NodegroupBuilder(group: group, config: config, network: network, cluster: cluster, aws: aws, session: session)
            if group.managed { try await builder.createManaged() } else { try await builder.createUnmanaged() }
        }
    }
    private func waitForNodes(_ cluster: Value) async throws {
        guard !config.nodegroups.isEmpty else { return }
        let nodes = try ClusterNodes(cluster: cluster, region: config.region, session: session)
        for group in config.nodegroups {
            try await nodes.wait(
                for: group.minimum == 0 ? group.desired : max(group.minimum, group.desired), nodegroup: group.name, tell: true)
        }
    }
}
