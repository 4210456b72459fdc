import AWSProtocol
import Control
import Documents

/// `delete cluster`: removes everything that `create cluster` made, found by its tags; what is gone already is passed over.
enum DeleteCluster {
    static let command = Command(
        "cluster", help: "Delete a cluster",
        flags: [
            Flag("name", short: "n", "EKS cluster name"), GetCommands.region,
            Flag("config-file", short: "f", "load configuration from a file (or stdin if set to '-')"),
            Flag("wait", short: "w", .toggle, "wait for deletion of all resources before exiting", standard: "true"),
        ]
    ) { arguments, session in
        var name = try CreateCluster.oneName(arguments)
        var region = arguments["region"]
        if let file = arguments["config-file"] {
            guard name == nil else { throw UsageError("cannot use --name when --config-file/-f is set") }
            let config = try ClusterConfig(file: file)
            (name, region) = (config.name, config.region)
        }
        guard let name else { throw UsageError("--name must be set") }
        let home = session.region(of: name, asked: region)
        try await Deletion(cluster: name, region: home, aws: try session.aws(home), session: session).run()
    }
}

/// The steps of deleting one cluster, in an order in which nothing is still in use.
private struct Deletion: Sendable {
    let cluster: String
    let region: String
    let aws: AWSClient
    let session: Session
    private var resources: ClusterResources { ClusterResources(cluster: cluster, aws: aws, session: session) }

    func run() async throws {
        session.info("deleting EKS cluster \"\(cluster)\"")
        let exists = try await clusterExists()
        let vpcs = try await aws.all("ec2", "DescribeVpcs", "Vpcs", ["Filters": resources.filter])
        let roles = RoleDeletion(aws: aws)
        let left = try await roles.roles(of: cluster)
        // A deletion that was broken off may have left no more than roles.
        guard exists || !vpcs.isEmpty || !left.isEmpty else {
            throw UsageError("cluster \"\(cluster)\" was not found in region \"\(region)\"")
        }
        try await nodegroups(exists: exists)
        if exists {
            session.info("will delete the control plane of cluster \"\(cluster)\"")
            try await aws.callUnlessGone("eks", "DeleteCluster", ["name": .string(cluster)])
            try await resources.waitUntilGone("cluster \"\(cluster)\"") {
                try await aws.call("eks", "DescribeCluster", ["name": .string(cluster)])
            }
        }
        let networks = vpcs.compactMap { $0["VpcId"].string }
        for vpc in networks { try await natGateways(vpc) }
        try await gatewaysAndAddresses()
        for vpc in networks { try await network(vpc) }
        for role in try await roles.roles(of: cluster) { try await roles.delete(role["RoleName"].string ?? "") }
        try Kubeconfig(session: session).remove(cluster: cluster, region: region)
        session.success("all cluster resources were deleted")
    }

    private func nodegroups(exists: Bool) async throws {
        let own = try await Nodegroups(cluster: cluster, aws: aws).unmanaged().compactMap { $0["AutoScalingGroupName"].string }
        let managed =
            exists ? try await aws.all("eks", "ListNodegroups", "nodegroups", ["clusterName": .string(cluster)]).compactMap(\.string) : []
        for name in managed { session.info("deleting managed nodegroup \"\(name)\"") }
        for name in own { session.info("deleting Auto Scaling group \"\(name)\"") }
        let deletion = NodegroupDeletion(cluster: cluster, aws: aws, session: session)
        try await deletion.deleteManaged(managed)
        try await deletion.deleteUnmanaged(own)
        for template in try await aws.all("ec2", "DescribeLaunchTemplates", "LaunchTemplates", ["Filters": resources.filter]) {
            try await aws.callUnlessGone("ec2", "DeleteLaunchTemplate", ["LaunchTemplateId": template["LaunchTemplateId"]])
        }
    }

    private func natGateways(_ vpc: String) async throws {
        for gateway in try await aws.all(
            "ec2", "DescribeNatGateways", "NatGateways", ["Filter": [["Name": "vpc-id", "Values": [.string(vpc)]]]])
        where gateway["State"].string != "deleted" {
            try await aws.callUnlessGone("ec2", "DeleteNatGateway", ["NatGatewayId": gateway["NatGatewayId"]])
            try await resources.waitUntilGone("NAT gateway") {
                let found = try await aws.call("ec2", "DescribeNatGateways", ["NatGatewayIds": [gateway["NatGatewayId"]]])["NatGateways"][0]
                return found["State"].string == "deleted" ? .null : found
            }
        }
    }
    /// What is found by its tag and not by its VPC: a creation that was broken off may have left a VPC without them, or them without one.
    private func gatewaysAndAddresses() async throws {
        for address in try await aws.all("ec2", "DescribeAddresses", "Addresses", ["Filters": resources.filter]) {
            try await aws.callUnlessGone("ec2", "ReleaseAddress", ["AllocationId": address["AllocationId"]])
        }
        for gateway in try await aws.all("ec2", "DescribeInternetGateways", "InternetGateways", ["Filters": resources.filter]) {
            for attachment in gateway["Attachments"].items {
                try await aws.callUnlessGone(
                    "ec2", "DetachInternetGateway", ["InternetGatewayId": gateway["InternetGatewayId"], "VpcId": attachment["VpcId"]])
            }
            try await aws.callUnlessGone("ec2", "DeleteInternetGateway", ["InternetGatewayId": gateway["InternetGatewayId"]])
        }
    }
    private func network(_ vpc: String) async throws {
        session.info("deleting VPC \"\(vpc)\"")
        let inside: Value = ["Filters": [["Name": "vpc-id", "Values": [.string(vpc)]]]]
        for subnet in try await aws.all("ec2", "DescribeSubnets", "Subnets", inside) {
            try await aws.callUnlessGone("ec2", "DeleteSubnet", ["SubnetId": subnet["SubnetId"]])
        }
        for table in try await aws.all("ec2", "DescribeRouteTables", "RouteTables", inside)
        where !table["Associations"].items.contains(where: { $0["Main"].bool == true }) {
            try await aws.callUnlessGone("ec2", "DeleteRouteTable", ["RouteTableId": table["RouteTableId"]])
        }
        try await securityGroups(inside)
        try await aws.callUnlessGone("ec2", "DeleteVpc", ["VpcId": .string(vpc)])
    }
    /// Takes the rules out first, as groups may name each other.
    private func securityGroups(_ inside: Value) async throws {
        let groups = try await aws.all("ec2", "DescribeSecurityGroups", "SecurityGroups", inside).filter {
            $0["GroupName"].string != "default"
        }
        for group in groups where !group["IpPermissions"].items.isEmpty {
            try await aws.callUnlessGone(
                "ec2", "RevokeSecurityGroupIngress", ["GroupId": group["GroupId"], "IpPermissions": group["IpPermissions"]])
        }
        for group in groups { try await aws.callUnlessGone("ec2", "DeleteSecurityGroup", ["GroupId": group["GroupId"]]) }
    }
    private func clusterExists() async throws -> Bool {
        do { _ = try await aws.call("eks", "DescribeCluster", ["name": .string(cluster)]) } catch let error as AWSError where error.isGone {
            return false
        }
        return true
    }
}
