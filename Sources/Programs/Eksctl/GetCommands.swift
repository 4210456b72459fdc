import AWSProtocol
import Documents

/// `get cluster` and `get nodegroup`.
enum GetCommands {
    static let output = Flag("output", short: "o", "specifies the output format (valid option: table, json, yaml)", standard: "\"table\"")
    static let region = Flag("region", short: "r", "AWS region")

    static let cluster = Command(
        "cluster", aliases: ["clusters"], help: "Get cluster(s)",
        flags: [
            Flag("name", short: "n", "EKS cluster name"), region, output,
            Flag("all-regions", short: "A", .toggle, "List clusters across all supported regions"),
        ]
    ) { arguments, session in
        if let name = try CreateCluster.oneName(arguments) {
            let home = session.region(of: name, asked: arguments["region"])
            let cluster = try await session.aws(home).call("eks", "DescribeCluster", ["name": .string(name)])["cluster"]
            return try show(arguments, session, .array([cluster])) { describeTable(cluster) }
        }
        var regions = arguments["region"].map { [$0] } ?? session.usedRegions
        if arguments.isOn("all-regions") {
            regions = try await session.aws(session.region).call("ec2", "DescribeRegions", [:])["Regions"].items.compactMap {
                $0["RegionName"].string
            }.sorted()
        }
        var rows: [(name: String, region: String, own: Bool)] = []
        for region in regions {
            let aws = try session.aws(region)
            for name in try await aws.all("eks", "ListClusters", "clusters").compactMap(\.string) {
                let tags = try await aws.call("eks", "DescribeCluster", ["name": .string(name)])["cluster"]["tags"].strings
                rows.append((name, region, tags[ClusterResources.clusterTag] != nil))
            }
        }
        let document = Value.array(
            rows.map {
                [
                    "metadata": ["name": .string($0.name), "region": .string($0.region)],
                    "status": ["eksctlCreated": $0.own ? "True" : "False"],
                ]
            })
        try show(arguments, session, document) {
            if rows.isEmpty { return "No clusters found" }
            var table = TabTable(["NAME", "REGION", "EKSCTL CREATED"])
            for row in rows { table.add([row.name, row.region, row.own ? "True" : "False"]) }
            return table.text
        }
    }

    private static func describeTable(_ cluster: Value) -> String {
        let vpc = cluster["resourcesVpcConfig"]
        var table = TabTable(["NAME", "VERSION", "STATUS", "CREATED", "VPC", "SUBNETS", "SECURITYGROUPS", "PROVIDER"])
        func list(_ value: Value) -> String { value.items.compactMap(\.string).joined(separator: ",") }
        table.add([
            cluster["name"].string ?? "", cluster["version"].string ?? "", cluster["status"].string ?? "", moment(cluster["createdAt"]),
            vpc["vpcId"].string ?? "", list(vpc["subnetIds"]), list(vpc["securityGroupIds"]), "EKS",
        ])
        return table.text
    }

    static let nodegroup = Command(
        "nodegroup", aliases: ["nodegroups", "ng"], help: "Get nodegroup(s)",
        flags: [Flag("cluster", "EKS cluster name"), Flag("name", short: "n", "Name of the nodegroup"), region, output]
    ) { arguments, session in
        guard let cluster = arguments["cluster"] else { throw UsageError("--cluster must be set") }
        let aws = try session.aws(session.region(of: cluster, asked: arguments["region"]))
        _ = try await aws.call("eks", "DescribeCluster", ["name": .string(cluster)])
        let wanted = try CreateCluster.oneName(arguments)
        let groups = try await Nodegroups(cluster: cluster, aws: aws).all().filter { wanted == nil || $0.name == wanted }
        if groups.isEmpty, let wanted { throw UsageError("Nodegroup with name \(wanted) not found") }
        try show(arguments, session, .array(groups.map(\.document))) {
            if groups.isEmpty { return "No nodegroups found" }
            var table = TabTable([
                "CLUSTER", "NODEGROUP", "STATUS", "CREATED", "MIN SIZE", "MAX SIZE", "DESIRED CAPACITY", "INSTANCE TYPE", "IMAGE ID",
                "ASG NAME",
                "TYPE",
            ])
            for group in groups {
                table.add([
                    cluster, group.name, group.status, moment(group.created), "\(group.minimum)", "\(group.maximum)", "\(group.desired)",
                    group.instanceType, group.image, group.autoScalingGroup, group.managed ? "managed" : "unmanaged",
                ])
            }
            return table.text
        }
    }

    /// Prints a document in the asked-for format, or the table.
    static func show(_ arguments: Arguments, _ session: Session, _ document: Value, table: () -> String) throws {
        switch arguments["output"] ?? "table" {
        case "json": session.print(JSON.text(document, pretty: true))
        case "yaml": session.print(YAML.text(document))
        case "table": session.print(table())
        case let other: throw UsageError("unknown output format \"\(other)\": must be table, json or yaml")
        }
    }
    private static func moment(_ value: Value) -> String { value.string ?? "" }
}
