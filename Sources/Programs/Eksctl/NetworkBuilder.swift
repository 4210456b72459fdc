import AWSProtocol
import Control
import Documents

/// The network that a cluster and its nodes live in.
struct ClusterNetwork: Sendable, Equatable {
    var vpc: String
    var publicSubnets: [String]
    var privateSubnets: [String]
    /// Zone of each subnet by its id.
    var zones: [String: String]
    /// Security group of the control plane's interfaces, and the one that all nodes share.
    var controlPlaneGroup: String
    var sharedNodeGroup: String
}

/// Makes a cluster's dedicated VPC as eksctl does: a public and a private subnet in every zone, an internet gateway, NAT, security groups.
struct NetworkBuilder: Sendable {
    let config: ClusterConfig
    let zones: [String]
    let aws: AWSClient
    let session: Session

    func create() async throws -> ClusterNetwork {
        let blocks = try subnetBlocks()
        for (index, zone) in zones.enumerated() {
            session.info("subnets for \(zone) - public:\(blocks[index]) private:\(blocks[zones.count + index])")
        }
        let vpc = try await id("Vpc", "VpcId", "CreateVpc", ["CidrBlock": .string(config.vpcCIDR)], "vpc", "VPC")
        for attribute in ["EnableDnsSupport", "EnableDnsHostnames"] {
            var input: Value = ["VpcId": .string(vpc)]
            input[attribute] = ["Value": true]
            _ = try await aws.call("ec2", "ModifyVpcAttribute", input)
        }
        let gateway = try await id(
            "InternetGateway", "InternetGatewayId", "CreateInternetGateway", [:], "internet-gateway", "InternetGateway")
        _ = try await aws.call("ec2", "AttachInternetGateway", ["InternetGatewayId": .string(gateway), "VpcId": .string(vpc)])
        var network = ClusterNetwork(
            vpc: vpc, publicSubnets: [], privateSubnets: [], zones: [:], controlPlaneGroup: "", sharedNodeGroup: "")
        for (index, zone) in zones.enumerated() {
            let subnet = try await subnet(vpc, zone, blocks[index], isPublic: true)
            network.publicSubnets.append(subnet)
            network.zones[subnet] = zone
        }
        for (index, zone) in zones.enumerated() {
            let subnet = try await subnet(vpc, zone, blocks[zones.count + index], isPublic: false)
            network.privateSubnets.append(subnet)
            network.zones[subnet] = zone
        }
        try await route(network, gateway)
        network.controlPlaneGroup = try await securityGroup(
            vpc, "ControlPlaneSecurityGroup", "Communication between the control plane and worker nodegroups")
        network.sharedNodeGroup = try await securityGroup(
            vpc, "ClusterSharedNodeSecurityGroup", "Communication between all nodes in the cluster")
        try await allowAll(from: network.sharedNodeGroup, to: network.sharedNodeGroup)
        return network
    }

    /// Eight equal blocks of the VPC's: the first for public subnets, the next for private ones; sixteen when eight do not do.
    private func subnetBlocks() throws -> [String] {
        let halves = config.vpcCIDR.split(separator: "/").map(String.init)
        let octets = (halves.first ?? "").split(separator: ".").compactMap { UInt32($0) }
        guard halves.count == 2, octets.count == 4, octets.allSatisfy({ $0 < 256 }), let length = Int(halves[1]), (16...24).contains(length)
        else {
            throw UsageError("VPC CIDR \(config.vpcCIDR) is not an IPv4 network of /16 to /24")
        }
        let base = octets.reduce(0) { $0 << 8 | $1 }
        let bits = zones.count * 2 <= 8 ? 3 : 4
        return (0..<zones.count * 2).map { index in
            let address = base &+ UInt32(index) << UInt32(32 - length - bits)
            return [24, 16, 8, 0].map { "\(address >> $0 & 255)" }.joined(separator: ".") + "/\(length + bits)"
        }
    }
    private func subnet(_ vpc: String, _ zone: String, _ block: String, isPublic: Bool) async throws -> String {
        let suffix = zone.replacing("-", with: "").uppercased()
        let subnet = try await id(
            "Subnet", "SubnetId", "CreateSubnet",
            ["VpcId": .string(vpc), "CidrBlock": .string(block), "AvailabilityZone": .string(zone)], "subnet",
            "Subnet\(isPublic ? "Public" : "Private")\(suffix)",
            [isPublic ? "kubernetes.io/role/elb" : "kubernetes.io/role/internal-elb": "1"])
        if isPublic {
            _ = try await aws.call("ec2", "ModifySubnetAttribute", ["SubnetId": .string(subnet), "MapPublicIpOnLaunch": ["Value": true]])
        }
        return subnet
    }

    private func route(_ network: ClusterNetwork, _ gateway: String) async throws {
        let table = try await id(
            "RouteTable", "RouteTableId", "CreateRouteTable", ["VpcId": .string(network.vpc)], "route-table", "PublicRouteTable")
        _ = try await aws.call(
            "ec2", "CreateRoute",
            ["RouteTableId": .string(table), "DestinationCidrBlock": "0.0.0.0/0", "GatewayId": .string(gateway)])
        for subnet in network.publicSubnets {
            _ = try await aws.call("ec2", "AssociateRouteTable", ["RouteTableId": .string(table), "SubnetId": .string(subnet)])
        }
        let gateways = config.natGateway == "Disable" ? 0 : config.natGateway == "HighlyAvailable" ? zones.count : 1
        var nats: [String] = []
        for index in 0..<gateways { nats.append(try await natGateway(in: network.publicSubnets[index], index)) }
        for (index, subnet) in network.privateSubnets.enumerated() {
            let name = "PrivateRouteTable" + zones[index].replacing("-", with: "").uppercased()
            let table = try await id("RouteTable", "RouteTableId", "CreateRouteTable", ["VpcId": .string(network.vpc)], "route-table", name)
            _ = try await aws.call("ec2", "AssociateRouteTable", ["RouteTableId": .string(table), "SubnetId": .string(subnet)])
            guard !nats.isEmpty else { continue }
            _ = try await aws.call(
                "ec2", "CreateRoute",
                ["RouteTableId": .string(table), "DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": .string(nats[index % nats.count])])
        }
    }
    private func natGateway(in subnet: String, _ index: Int) async throws -> String {
        let address = try await aws.call(
            "ec2", "AllocateAddress", ["Domain": "vpc", "TagSpecifications": [tagged("elastic-ip", "NATIP\(index)", [:])]])
        return try await id(
            "NatGateway", "NatGatewayId", "CreateNatGateway", ["SubnetId": .string(subnet), "AllocationId": address["AllocationId"]],
            "natgateway", "NATGateway\(index)")
    }

    private func securityGroup(_ vpc: String, _ name: String, _ description: String) async throws -> String {
        let answer = try await aws.call(
            "ec2", "CreateSecurityGroup",
            [
                "GroupName": .string("eksctl-\(config.name)-cluster-\(name)-\(session.random.hex(12))"),
                "Description": .string(description),
                "VpcId": .string(vpc), "TagSpecifications": [tagged("security-group", name, [:])],
            ])
        return answer["GroupId"].string ?? ""
    }
    private func allowAll(from source: String, to group: String) async throws {
        _ = try await aws.call(
            "ec2", "AuthorizeSecurityGroupIngress",
            ["GroupId": .string(group), "IpPermissions": [["IpProtocol": "-1", "UserIdGroupPairs": [["GroupId": .string(source)]]]]])
    }

    /// Calls a create operation with the cluster's tags and returns the new resource's id.
    private func id(
        _ member: String, _ key: String, _ operation: String, _ input: Value, _ type: String, _ name: String, _ tags: [String: String] = [:]
    ) async throws -> String {
        var input = input
        input["TagSpecifications"] = [tagged(type, name, tags)]
        let answer = try await aws.call("ec2", operation, input)
        guard let id = answer[member][key].string else { throw UsageError("\(operation) answered without \(key)") }
        return id
    }
    private func tagged(_ type: String, _ name: String, _ more: [String: String]) -> Value {
        let resources = ClusterResources(cluster: config.name, aws: aws, session: session)
        let tags = config.tags.merging(resources.tags) { $1 }.merging(more) { $1 }
            .merging(["Name": "eksctl-\(config.name)-cluster/\(name)"]) { $1 }
        return [
            "ResourceType": .string(type),
            "Tags": .array(tags.sorted { $0.key < $1.key }.map { ["Key": .string($0.key), "Value": .string($0.value)] }),
        ]
    }
}
