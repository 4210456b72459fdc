import AWSProtocol
import Control
import Documents

/// `scale nodegroup`.
enum ScaleNodegroup {
    static let command = Command(
        "nodegroup", aliases: ["ng"], help: "Scale a nodegroup",
        flags: [
            Flag("cluster", "EKS cluster name"), Flag("name", short: "n", "Name of the nodegroup to scale"), GetCommands.region,
            Flag("nodes", short: "N", .number, "desired number of nodes (required)"),
            Flag("nodes-min", short: "m", .number, "minimum number of nodes"),
            Flag("nodes-max", short: "M", .number, "maximum number of nodes"),
            Flag("wait", short: "w", .toggle, "wait for the change to finish", standard: "true"),
        ]
    ) { arguments, session in
        guard let cluster = arguments["cluster"] else { throw UsageError("--cluster must be set") }
        guard let name = try CreateCluster.oneName(arguments) else { throw UsageError("--name must be set") }
        let asked = (nodes: arguments.number("nodes"), low: arguments.number("nodes-min"), high: arguments.number("nodes-max"))
        guard asked.nodes != nil || asked.low != nil || asked.high != nil else {
            throw UsageError("at least one of minimum, maximum and desired nodes must be set")
        }
        for (flag, number) in [("nodes", asked.nodes), ("nodes-min", asked.low), ("nodes-max", asked.high)] where (number ?? 0) < 0 {
            throw UsageError("number of nodes must be 0 or greater: --\(flag)=\(number ?? 0)")
        }
        let region = session.region(of: cluster, asked: arguments["region"])
        let aws = try session.aws(region)
        let shape = try await aws.call("eks", "DescribeCluster", ["name": .string(cluster)])["cluster"]
        guard let group = try await Nodegroups(cluster: cluster, aws: aws).all().first(where: { $0.name == name }) else {
            throw failure(cluster, "Nodegroup with name \(name) not found")
        }
        let sizes = try newSizes(group, asked, cluster)
        session.info("scaling nodegroup \"\(name)\" in cluster \(cluster)")
        try await resize(group, to: sizes, aws: aws)
        if !arguments.has("wait") || arguments.isOn("wait") {
            session.info("waiting for scaling of nodegroup \"\(name)\" to complete")
            try await waitUntilSettled(
                group, count: sizes.desired, aws: aws, nodes: ClusterNodes(cluster: shape, region: region, session: session), session)
        }
        session.success("nodegroup successfully scaled")
    }

    static func failure(_ cluster: String, _ text: String) -> UsageError {
        UsageError("failed to scale nodegroup for cluster \"\(cluster)\", error: \(text)")
    }

    /// The sizes that result, checked as eksctl checks them against those that stand.
    static func newSizes(
        _ group: NodegroupSummary, _ asked: (nodes: Int?, low: Int?, high: Int?), _ cluster: String
    ) throws(UsageError) -> (minimum: Int, maximum: Int, desired: Int) {
        let desired = asked.nodes ?? group.desired
        let low = asked.low ?? group.minimum
        let high = asked.high ?? group.maximum
        if let most = asked.high, desired > most {
            throw failure(cluster, "the desired nodes \(desired) is greater than the nodes-max/maxSize \(most)")
        }
        if desired > high { throw failure(cluster, "the desired nodes \(desired) is greater than current nodes-max/maxSize \(high)") }
        if let least = asked.low, desired < least {
            throw failure(cluster, "the desired nodes \(desired) is less than the nodes-min/minSize \(least)")
        }
        if desired < low { throw failure(cluster, "the desired nodes \(desired) is less than current nodes-min/minSize \(low)") }
        return (low, high, desired)
    }

    private static func resize(_ group: NodegroupSummary, to sizes: (minimum: Int, maximum: Int, desired: Int), aws: AWSClient) async throws
    {
        if group.managed {
            _ = try await aws.call(
                "eks", "UpdateNodegroupConfig",
                [
                    "clusterName": .string(group.cluster), "nodegroupName": .string(group.name),
                    "scalingConfig": [
                        "minSize": .int(Int64(sizes.minimum)), "maxSize": .int(Int64(sizes.maximum)),
                        "desiredSize": .int(Int64(sizes.desired)),
                    ],
                ])
        } else {
            _ = try await aws.call(
                "autoscaling", "UpdateAutoScalingGroup",
                [
                    "AutoScalingGroupName": .string(group.autoScalingGroup), "MinSize": .int(Int64(sizes.minimum)),
                    "MaxSize": .int(Int64(sizes.maximum)), "DesiredCapacity": .int(Int64(sizes.desired)),
                ])
        }
    }
    /// Waits until the group has that many instances in service and the cluster as many nodes, all ready.
    private static func waitUntilSettled(
        _ group: NodegroupSummary, count: Int, aws: AWSClient, nodes: ClusterNodes, _ session: Session
    ) async throws {
        let deadline = session.clock.now + .seconds(25 * 60)
        while session.clock.now < deadline {
            let answer = try await aws.call(
                "autoscaling", "DescribeAutoScalingGroups", ["AutoScalingGroupNames": [.string(group.autoScalingGroup)]])
            let instances = answer["AutoScalingGroups"][0]["Instances"].items
            let present = try await nodes.list(nodegroup: group.name)
            if instances.count == count, instances.allSatisfy({ $0["LifecycleState"].string == "InService" }), present.count == count,
                present.allSatisfy(\.ready)
            {
                return
            }
            try await session.clock.sleep(for: .milliseconds(100))
        }
        throw UsageError("timed out waiting for nodegroup \"\(group.name)\" to have \(count) node(s)")
    }
}
