import AWSServices
import Linux
import Testing

@testable import VPCNetwork

struct PlanTests {
    /// One public and one private subnet, a node in each, an API server, a NAT gateway.
    private func cluster() -> VPCState {
        var state = VPCState(id: "vpc-1", blocks: ["192.168.0.0/16"])
        state.hasInternetGateway = true
        state.natGateways = [
            NATGatewayState(id: "nat-1", subnetID: "subnet-1", privateAddress: "192.168.0.200", publicAddress: "198.18.0.9")
        ]
        state.subnets = [
            SubnetState(id: "subnet-1", block: "192.168.0.0/18", availabilityZone: "us-east-1a"),
            SubnetState(id: "subnet-2", block: "192.168.64.0/18", availabilityZone: "us-east-1b"),
        ]
        state.subnets[0].routes = [RouteState("0.0.0.0/0", .internetGateway)]
        state.subnets[1].routes = [RouteState("0.0.0.0/0", .natGateway("nat-1")), RouteState("10.0.0.0/8", .interface("eni-0aaaaaaaaaa1"))]
        var first = InterfaceState(
            id: "eni-0aaaaaaaaaa1", subnetID: "subnet-1", owner: .instance("i-1", deviceIndex: 0), mac: "02:00:00:00:01:01",
            addresses: ["192.168.0.10", "192.168.0.11"])
        first.publicAddresses = ["192.168.0.10": "198.18.0.1"]
        first.groupIDs = ["sg-node"]
        first.checksSourceAndDestination = false
        var second = InterfaceState(
            id: "eni-0aaaaaaaaaa2", subnetID: "subnet-2", owner: .instance("i-2", deviceIndex: 1), mac: "02:00:00:00:01:02",
            addresses: ["192.168.64.10"])
        second.groupIDs = ["sg-node", "sg-extra"]
        var server = InterfaceState(
            id: "eni-0aaaaaaaaaa3", subnetID: "subnet-2", owner: .region, mac: "02:00:00:00:01:03", addresses: ["192.168.64.40"])
        server.groupIDs = ["sg-extra"]
        let idle = InterfaceState(
            id: "eni-0aaaaaaaaaa4", subnetID: "subnet-2", owner: .none, mac: "02:00:00:00:01:04", addresses: ["192.168.64.50"])
        state.interfaces = [first, second, server, idle]
        state.groups = [SecurityGroupState(id: "sg-node"), SecurityGroupState(id: "sg-extra")]
        state.groups[0].ingress = [.tcp(443...443, .group("sg-extra"))]
        state.groups[0].egress = [.all]
        return state
    }

    @Test func `routes within the VPC come first and those of a subnet's table after them`() throws {
        let plan = try VPCPlanner.plan(cluster())
        let routes = plan.routes.map { route in
            let hop = [route.gateway.map { "via \($0)" }, route.link.map { "dev \($0)" }].compactMap { $0 }.joined(separator: " ")
            return "\(route.table) \(route.destination) \(route.kind) \(hop)"
        }
        #expect(
            routes.sorted() == [
                "12625920 0.0.0.0/0 unicast via 192.0.0.1 dev wan", "12625984 0.0.0.0/0 unicast via 192.168.0.200 dev wan",
                "12625984 10.0.0.0/8 unicast via 192.168.0.10 dev paaaaaaaaa1", "254 192.168.0.0/16 unreachable ",
                "254 192.168.0.10/32 unicast dev paaaaaaaaa1", "254 192.168.0.11/32 unicast via 192.168.0.10 dev paaaaaaaaa1",
                "254 192.168.64.10/32 unicast dev paaaaaaaaa2",
            ])
        let rules = plan.rules.map { "\($0.priority) \($0.source.map { "\($0)" } ?? "\($0.mark ?? 0)") \($0.table)" }
        #expect(rules.sorted() == ["32800 12625920 12625920", "32800 12625984 12625984", "32801 192.168.64.40/32 12625984"])
        let neighbours = plan.neighbours.map { "\($0.address) \($0.mac) \($0.link)" }
        #expect(
            neighbours.sorted() == [
                "192.0.0.1 02:00:00:00:00:01 wan", "192.168.0.10 02:00:00:00:01:01 paaaaaaaaa1",
                "192.168.0.200 02:00:00:00:00:01 wan", "192.168.64.10 02:00:00:00:01:02 paaaaaaaaa2",
            ])
    }

    @Test func `the VPC answers on services, gateways and the region's interfaces`() throws {
        let plan = try VPCPlanner.plan(cluster())
        #expect(
            plan.localAddresses.sorted().map(\.description) == [
                "169.254.169.252", "169.254.169.253", "169.254.169.254", "192.168.0.1", "192.168.0.2", "192.168.64.1", "192.168.64.40",
            ])
        #expect(plan.publicAddresses?.sorted().map(\.description) == ["198.18.0.1", "198.18.0.9"])
        #expect(plan.instances == ["i-1", "i-2"])
        let ports = plan.ports.sorted { $0.name < $1.name }
        #expect(ports.map(\.device) == ["eth0", "eth1"])
        #expect(ports.map { $0.gateway?.description } == ["192.168.0.1", nil])
        #expect(ports.map(\.address.description) == ["192.168.0.10/18", "192.168.64.10/18"])
    }

    @Test func `sets and maps hold what differs from VPC to VPC`() throws {
        let sets = try VPCPlanner.plan(cluster()).firewall.sets.mapValues { $0.elements.sorted().joined(separator: ", ") }
        #expect(
            sets == [
                "blocks": "192.168.0.0/16", "services": "169.254.169.252, 169.254.169.253, 169.254.169.254, 192.168.0.2",
                "sources": "\"paaaaaaaaa1\" . 192.168.0.10, \"paaaaaaaaa1\" . 192.168.0.11, \"paaaaaaaaa2\" . 192.168.64.10",
                "unchecked": "\"paaaaaaaaa1\"", "public": "198.18.0.1, 198.18.0.9", "published": "192.168.0.10", "hops": "192.168.0.200",
                "inbound": "198.18.0.1 : 192.168.0.10", "outbound": "192.168.0.10 : 198.18.0.1", "gateways": "192.168.0.200 : 198.18.0.9",
                "subnets": "\"paaaaaaaaa1\" : 12625920, \"paaaaaaaaa2\" : 12625984",
                "out_port": "\"paaaaaaaaa1\" : jump out_sg-node, \"paaaaaaaaa2\" : jump out_sg-extra.sg-node",
                "in_port": "\"paaaaaaaaa1\" : jump in_sg-node, \"paaaaaaaaa2\" : jump in_sg-extra.sg-node",
                "out_local": "192.168.64.40 : jump out_sg-extra", "in_local": "192.168.64.40 : jump in_sg-extra",
                "of_sg-node": "192.168.0.10, 192.168.0.11, 192.168.64.10", "of_sg-extra": "192.168.64.10, 192.168.64.40",
            ])
    }

    @Test func `chains of groups are shared by all that are in the same groups`() throws {
        let chains = try VPCPlanner.plan(cluster()).firewall.chains
        let own = chains.filter { $0.key.contains("sg-") }.mapValues(\.rules)
        #expect(
            own == [
                "in_sg-node": ["ip saddr @of_sg-extra tcp dport 443 accept"], "out_sg-node": ["accept"], "in_sg-extra": [],
                "out_sg-extra": [], "in_sg-extra.sg-node": ["jump in_sg-extra", "jump in_sg-node"],
                "out_sg-extra.sg-node": ["jump out_sg-extra", "jump out_sg-node"],
            ])
    }

    @Test func `one address more is one element in each of its sets`() throws {
        let before = cluster()
        var after = before
        after.interfaces[0].addresses.append("192.168.0.12")
        let script = try VPCPlanner.plan(after).firewall.script(table: "t", from: VPCPlanner.plan(before).firewall)
        #expect(
            script == """
                add element ip t of_sg-node { 192.168.0.12 }
                add element ip t sources { "paaaaaaaaa1" . 192.168.0.12 }

                """)
        #expect(try VPCPlanner.plan(before).firewall.script(table: "t", from: VPCPlanner.plan(before).firewall) == nil)
    }

    @Test func `without its own way out a NAT gateway is a black hole`() throws {
        var state = cluster()
        state.subnets[0].routes = []
        let plan = try VPCPlanner.plan(state)
        #expect(plan.routes.contains(PlannedRoute(destination: .all, kind: .blackhole, table: 12_625_984)))
        #expect(plan.firewall.sets["hops"]?.elements == [])
        state.hasInternetGateway = false
        #expect(try VPCPlanner.plan(state).publicAddresses == nil)
    }

    @Test func `names on the host are of one server and fit the kernel`() {
        let directory = RunDirectory("/run/eyrie/0a1b2c3d")
        #expect(directory.table == "eyrie_0a1b2c3d")
        #expect(directory.uplink("vpc-0123456789abcdef0") == "e0a1b2c3dbcdef0")
        #expect(directory.uplink("vpc-0123456789abcdef0").utf8.count == 15)
        #expect(RunDirectory("/tmp/x").id != RunDirectory("/tmp/y").id)
        #expect(RunDirectory("/tmp/x").id.utf8.count == 8)
        #expect(Fabric.port("eni-0123456789abcdef0") == "p789abcdef0".prefix(11))
    }
}
