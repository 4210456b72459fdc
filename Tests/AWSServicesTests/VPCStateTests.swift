import AWSProtocol
import Control
import Documents
import Reconcile
import Synchronization
import Testing

@testable import AWSServices

@Suite struct VPCStateTests {
    /// A VPC with a public and a private subnet, a gateway of each kind, and an interface in the private one.
    private func network(_ bed: RegionBed) async throws -> (vpc: String, open: String, closed: String, nat: String, interface: String) {
        func call(_ operation: String, _ input: Value) async throws -> Value { try await bed.call(bed.ec2.table, operation, input) }
        let vpc = try await call("CreateVpc", ["CidrBlock": "10.8.0.0/16"])["Vpc"]["VpcId"]
        let subnets = [
            try await call("CreateSubnet", ["VpcId": vpc, "CidrBlock": "10.8.0.0/24"])["Subnet"]["SubnetId"],
            try await call("CreateSubnet", ["VpcId": vpc, "CidrBlock": "10.8.1.0/24"])["Subnet"]["SubnetId"],
        ]
        let gateway = try await call("CreateInternetGateway", [:])["InternetGateway"]["InternetGatewayId"]
        _ = try await call("AttachInternetGateway", ["InternetGatewayId": gateway, "VpcId": vpc])
        let address = try await call("AllocateAddress", ["Domain": "vpc"])["AllocationId"]
        let nat = try await call("CreateNatGateway", ["SubnetId": subnets[0], "AllocationId": address])["NatGateway"]["NatGatewayId"]
        for (subnet, route) in zip(subnets, [["GatewayId": gateway], ["NatGatewayId": nat]] as [Value]) {
            let table = try await call("CreateRouteTable", ["VpcId": vpc])["RouteTable"]["RouteTableId"]
            _ = try await call("CreateRoute", route.merged(["RouteTableId": table, "DestinationCidrBlock": "0.0.0.0/0"]))
            _ = try await call("AssociateRouteTable", ["RouteTableId": table, "SubnetId": subnet])
        }
        let made = try await call("CreateNetworkInterface", ["SubnetId": subnets[1]])["NetworkInterface"]["NetworkInterfaceId"]
        return (vpc.string ?? "", subnets[0].string ?? "", subnets[1].string ?? "", nat.string ?? "", made.string ?? "")
    }

    @Test func routesGatewaysAndInterfacesFollowFromTheDocuments() async throws {
        let bed = try await RegionBed()
        let made = try await network(bed)
        let state = try #require(VPCStates.state(of: made.vpc, in: bed.records))
        #expect(state.blocks == ["10.8.0.0/16"] && state.hasInternetGateway)
        let routes = Dictionary(uniqueKeysWithValues: state.subnets.map { ($0.id, $0.routes) })
        #expect(routes[made.open] == [RouteState("0.0.0.0/0", .internetGateway)])
        #expect(routes[made.closed] == [RouteState("0.0.0.0/0", .natGateway(made.nat))])
        #expect(state.natGateways.map(\.subnetID) == [made.open])
        #expect(state.natGateways.first?.publicAddress.hasPrefix("198.1") == true)
        #expect(state.interfaces.map(\.id) == [made.interface] && state.interfaces.first?.owner == InterfaceState.Owner.none)
        #expect(state.interfaces.first?.mac.hasPrefix("02:") == true)
    }

    @Test func aRouteWhoseTargetIsGoneIsABlackHole() async throws {
        let bed = try await RegionBed()
        let made = try await network(bed)
        _ = try await bed.call(bed.ec2.table, "DeleteNatGateway", ["NatGatewayId": .string(made.nat)])
        let state = try #require(VPCStates.state(of: made.vpc, in: bed.records))
        #expect(state.subnets.first { $0.id == made.closed }?.routes == [RouteState("0.0.0.0/0", .blackhole)])
        #expect(state.natGateways.isEmpty)
        #expect(!bed.records.list(NetworkInterface.self).contains { $0.spec.type == "nat_gateway" })
    }

    @Test func permissionsFallApartIntoRulesOfOneSource() async throws {
        let bed = try await RegionBed()
        let made = try await network(bed)
        let group = try await bed.call(
            bed.ec2.table, "CreateSecurityGroup", ["GroupName": "web", "Description": "d", "VpcId": .string(made.vpc)])["GroupId"]
        let permissions: Value = [
            [
                "IpProtocol": "6", "FromPort": 80, "ToPort": 81, "IpRanges": [["CidrIp": "10.0.0.0/8"], ["CidrIp": "1.2.3.4/32"]],
                "UserIdGroupPairs": [["GroupId": group]],
            ], ["IpProtocol": "icmp", "FromPort": -1, "ToPort": -1, "IpRanges": [["CidrIp": "0.0.0.0/0"]]],
        ]
        _ = try await bed.call(bed.ec2.table, "AuthorizeSecurityGroupIngress", ["GroupId": group, "IpPermissions": permissions])
        let state = try #require(VPCStates.state(of: made.vpc, in: bed.records)?.groups.first { $0.id == group.string })
        typealias Rule = SecurityGroupState.Rule
        #expect(
            Set(state.ingress) == [
                Rule(ipProtocol: "tcp", ports: 80...81, peer: .block("10.0.0.0/8")),
                Rule(ipProtocol: "tcp", ports: 80...81, peer: .block("1.2.3.4/32")),
                Rule(ipProtocol: "tcp", ports: 80...81, peer: .group(state.id)),
                Rule(ipProtocol: "icmp", ports: nil, peer: .block("0.0.0.0/0")),
            ])
        #expect(state.egress == [Rule(ipProtocol: "-1", ports: nil, peer: .block("0.0.0.0/0"))])
    }

    @Test func interfacesOfSimulatedMachinesAreNowhereOnTheHost() async throws {
        let bed = try await RegionBed()
        let tags: Value = [["ResourceType": "instance", "Tags": [["Key": "eyrie.dev/machine", "Value": "simulated"]]]]
        let input: Value = [
            "MinCount": 1, "MaxCount": 1, "ImageId": "ami-1", "InstanceType": "t3.nano", "SubnetId": .string(bed.defaultSubnets[0]),
            "TagSpecifications": tags,
        ]
        let made = try await bed.call(bed.ec2.table, "RunInstances", input)["Instances"][0]
        #expect(made["NetworkInterfaces"].items.count == 1)
        #expect(VPCStates.state(of: made["VpcId"].string ?? "", in: bed.records) == nil)
    }
}

/// A driver that takes its time, fails when told to, and tells how many applies were under way at once.
private final class SlowFabric: NetworkDriver {
    struct Refused: Error {}
    private struct State {
        var (now, most, applies, fails) = (0, 0, 0, false)
    }
    private let state = Mutex(State())
    var most: Int { state.withLock { $0.most } }
    var applies: Int { state.withLock { $0.applies } }
    func fail(_ fails: Bool) { state.withLock { $0.fails = fails } }
    func apply(_ vpc: VPCState) async throws {
        state.withLock { state in
            state.now += 1
            state.applies += 1
            state.most = max(state.most, state.now)
        }
        try await SystemClock().sleep(for: .milliseconds(5))
        let fails = state.withLock { state in
            state.now -= 1
            return state.fails
        }
        if fails { throw Refused() }
    }
    func remove(vpcID: String) async {}
}

@Suite struct VPCNetworksTests {
    @Test func manyWhoAskAtOnceShareAnApplyAndNoneOverlap() async throws {
        let bed = try await RegionBed()
        let fabric = SlowFabric()
        let networks = VPCNetworks(records: bed.records, driver: fabric)
        let subnet = try #require(bed.defaultSubnets.first)
        let vpc = bed.records.get(Subnet.self, subnet)?.spec.vpcId ?? ""
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<20 {
                group.addTask {
                    _ = try await bed.call(bed.ec2.table, "CreateNetworkInterface", ["SubnetId": .string(subnet)])
                    try await networks.apply(vpc)
                }
            }
            try await group.waitForAll()
        }
        #expect(fabric.most == 1 && fabric.applies <= 20)
        let before = fabric.applies
        try await networks.apply(vpc)
        #expect(fabric.applies == before)
    }

    @Test func afterAFailureTheSameStateIsAppliedAgain() async throws {
        let bed = try await RegionBed()
        let fabric = SlowFabric()
        let networks = VPCNetworks(records: bed.records, driver: fabric)
        let subnet = try #require(bed.defaultSubnets.first)
        _ = try await bed.call(bed.ec2.table, "CreateNetworkInterface", ["SubnetId": .string(subnet)])
        let vpc = bed.records.get(Subnet.self, subnet)?.spec.vpcId ?? ""
        fabric.fail(true)
        await #expect(throws: SlowFabric.Refused.self) { try await networks.apply(vpc) }
        fabric.fail(false)
        try await networks.apply(vpc)
        #expect(fabric.applies == 2)
    }

    @Test func metadataTokensEndAndAreGoodForOneInstance() throws {
        let clock = ManualClock(Timestamp(seconds: 1000))
        let tokens = MetadataTokens(clock: clock)
        let token = tokens.issue(for: "i-1", seconds: 60)
        #expect(tokens.isValid(token, for: "i-1") && !tokens.isValid(token, for: "i-2") && !tokens.isValid(token + "x", for: "i-1"))
        #expect(!tokens.isValid("", for: "i-1") && !tokens.isValid("a.b", for: "i-1"))
        clock.advance(by: .seconds(60))
        #expect(!tokens.isValid(token, for: "i-1"))
    }

    @Test func whatACrashLeavesIsFreedAfterAMinute() throws {
        var address = PrivateAddress()
        (address.metadata.name, address.metadata.namespace, address.spec.interfaceId) = ("10.0.0.5", "subnet-1", "eni-1")
        address.metadata.creationTimestamp = "2026-11-21T08:00:00Z"
        var interface = NetworkInterface()
        (interface.metadata.name, interface.spec.addresses) = ("eni-1", ["10.0.0.4"])
        func plan(_ text: String, _ interface: NetworkInterface) throws -> (changes: Int, revisits: Bool) {
            let world = World(
                [(PrivateAddressFields.kind, address.value), (NetworkInterfaceFields.kind, interface.value)],
                now: try #require(Timestamp(text)))
            let plan = PrivateAddressController().reconcile(address, in: world)
            return (plan.changes.count, plan.revisit != nil)
        }
        #expect(try plan("2026-11-21T08:00:10Z", interface) == (0, true))
        #expect(try plan("2026-11-21T08:01:10Z", interface) == (1, false))
        interface.spec.addresses = ["10.0.0.4", "10.0.0.5"]
        #expect(try plan("2026-11-21T08:01:10Z", interface) == (0, false))
    }
}
