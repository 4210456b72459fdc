import AWSProtocol
import Documents

/// `create nodegroup`: adds nodegroups to a cluster that `create cluster` made.
enum CreateNodegroup {
    static let command = Command(
        "nodegroup", aliases: ["ng"], help: "Create a nodegroup",
        flags: [
            Flag("cluster", "name of the EKS cluster to add the nodegroup to"),
            Flag("name", short: "n", "name of the new nodegroup (generated if unspecified)"),
            GetCommands.region, Flag("config-file", short: "f", "load configuration from a file (or stdin if set to '-')"),
        ] + NodegroupFlags.all, action: run)

    private static func run(_ arguments: Arguments, _ session: Session) async throws {
        var config: ClusterConfig
        if let file = arguments["config-file"] {
            for name in ["cluster", "name", "region"] + NodegroupFlags.all.map(\.name) where arguments.has(name) {
                throw UsageError("cannot use --\(name) when --config-file/-f is set")
            }
            config = try ClusterConfig(file: file)
        } else {
            guard let cluster = arguments["cluster"] else { throw UsageError("--cluster must be set") }
            config = ClusterConfig(name: cluster, region: session.region(of: cluster, asked: arguments["region"]))
            config.nodegroups = [try NodegroupFlags.nodegroup(arguments, name: CreateCluster.oneName(arguments), session)]
        }
        try await create(config, session)
    }

    private static func create(_ config: ClusterConfig, _ session: Session) async throws {
        var config = config
        let aws = try session.aws(config.region)
        let cluster = try await aws.call("eks", "DescribeCluster", ["name": .string(config.name)])["cluster"]
        config.authenticationMode = cluster["accessConfig"]["authenticationMode"].string ?? config.authenticationMode
        let standing = Set(try await Nodegroups(cluster: config.name, aws: aws).all().map(\.name))
        let new = config.nodegroups.filter { !standing.contains($0.name) }
        for group in config.nodegroups where standing.contains(group.name) {
            session.info("nodegroup \"\(group.name)\" exists already and is left as it is")
        }
        let network = try await ClusterNetwork(of: cluster, named: config.name, aws: aws)
        let resources = ClusterResources(cluster: config.name, aws: aws, session: session)
        for key in Set(new.compactMap(\.sshKey)).sorted() { try await resources.ensureKeyPair(key) }
        let nodes = try ClusterNodes(cluster: cluster, region: config.region, session: session)
        for group in new {
            let builder = NodegroupBuilder(group: group, config: config, network: network, cluster: cluster, aws: aws, session: session)
            if group.managed { try await builder.createManaged() } else { try await builder.createUnmanaged() }
        }
        for group in new { try await nodes.wait(for: group.desired, nodegroup: group.name, tell: true) }
        session.success("created \(new.count) nodegroup(s) in cluster \"\(config.name)\"")
    }
}

extension ClusterNetwork {
    /// The network of a cluster that stands, found by the tags that `create cluster` gave.
    /// - Throws: `UsageError` when it was not made by `create cluster`.
    init(of cluster: Value, named name: String, aws: AWSClient) async throws {
        let config = cluster["resourcesVpcConfig"]
        let inside: Value = ["Filters": [["Name": "vpc-id", "Values": [config["vpcId"]]]]]
        let subnets = try await aws.all("ec2", "DescribeSubnets", "Subnets", inside).sorted {
            ($0["AvailabilityZone"].string ?? "") < ($1["AvailabilityZone"].string ?? "")
        }
        func ids(_ role: String) -> [String] {
            subnets.filter { $0["Tags"].items.contains { $0["Key"].string == role } }.compactMap { $0["SubnetId"].string }
        }
        let shared = try await aws.all("ec2", "DescribeSecurityGroups", "SecurityGroups", inside).first { group in
            group["Tags"].items.contains { $0["Value"].string == "eksctl-\(name)-cluster/ClusterSharedNodeSecurityGroup" }
        }
        guard let vpc = config["vpcId"].string, let control = config["securityGroupIds"][0].string, let shared = shared?["GroupId"].string
        else {
            throw UsageError("cluster \"\(name)\" was not created by this command: its VPC has no \(ClusterResources.clusterTag) resources")
        }
        self.init(
            vpc: vpc, publicSubnets: ids("kubernetes.io/role/elb"), privateSubnets: ids("kubernetes.io/role/internal-elb"),
            zones: Dictionary(subnets.map { ($0["SubnetId"].string ?? "", $0["AvailabilityZone"].string ?? "") }) { first, _ in first },
            controlPlaneGroup: control, sharedNodeGroup: shared)
    }
}
