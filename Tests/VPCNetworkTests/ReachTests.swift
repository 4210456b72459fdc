import AWSServices
import Linux
import Testing

@testable import VPCNetwork

@Suite(.enabled(if: isRoot), .serialized) struct ReachTests {
    @Test func `instances reach each other in their subnet and in another, and nobody at free addresses`() async throws {
        try await TestNetwork.with { network in
            network.state.groups[0].ingress = [.all]
            network.add(.instance("i-1", deviceIndex: 0), "192.168.0.10")
            network.add(.instance("i-2", deviceIndex: 0), "192.168.0.11")
            network.add(.instance("i-3", deviceIndex: 0), "192.168.64.10", subnet: "subnet-2")
            try await network.apply()
            let here = network.machine("i-1")
            #expect(try reaches("192.168.0.11", from: here))
            #expect(try reaches("192.168.64.10", from: here))
            #expect(try !ping("192.168.0.12", from: here))
            let same = try #require(try connection(from: here, to: network.machine("i-2"), "192.168.0.11", port: 80))
            #expect(same.passes() && same.peer == "192.168.0.10")
            let other = try #require(try connection(from: network.machine("i-3"), to: here, "192.168.0.10", port: 80))
            #expect(other.passes() && other.peer == "192.168.64.10")
        }
    }

    @Test func `a machine's interfaces are named, addressed and routed as on EC2`() async throws {
        try await TestNetwork.with { network in
            network.add(.instance("i-1", deviceIndex: 0), "192.168.0.10", "192.168.0.20")
            network.add(.instance("i-1", deviceIndex: 1), "192.168.0.30")
            try await network.apply()
            let machine = try Netlink(namespace: network.machine("i-1"))
            let links = try machine.links()
            #expect(links.map(\.name).sorted() == ["eth0", "eth1", "lo"])
            let first = try #require(try machine.link("eth0"))
            #expect(first.isUp && first.mtu == 9001 && first.mac.description == "02:42:00:00:00:01")
            #expect(try machine.addresses(of: "eth0").map(\.prefix.description) == ["192.168.0.10/18"])
            #expect(try machine.addresses(of: "eth1").map(\.prefix.description) == ["192.168.0.30/18"])
            let routes = try machine.routes().map { "\($0.destination) \($0.gateway.map { "\($0)" } ?? "-") \($0.link == first.index)" }
            #expect(routes.sorted() == ["0.0.0.0/0 192.168.0.1 true", "192.168.0.0/18 - true"])
        }
    }

    @Test func `a secondary address is reached wherever the machine has it`() async throws {
        try await TestNetwork.with { network in
            network.state.groups[0].ingress = [.all]
            network.add(.instance("i-1", deviceIndex: 0), "192.168.0.10")
            network.add(.instance("i-2", deviceIndex: 0), "192.168.0.11")
            try await network.apply()
            let there = network.machine("i-2")
            try Netlink(namespace: there).addAddress(try #require(IPv4Prefix("192.168.0.99")), link: "lo")
            #expect(try !ping("192.168.0.99", from: network.machine("i-1")))
            network.state.interfaces[1].addresses.append("192.168.0.99")
            try await network.apply()
            #expect(try reaches("192.168.0.99", from: network.machine("i-1")))
            #expect(try reaches("192.168.0.10", from: there, source: "192.168.0.99"))
            network.state.interfaces[1].addresses.removeLast()
            try await network.apply()
            #expect(try !ping("192.168.0.99", from: network.machine("i-1")))
        }
    }

    @Test func `addresses of a further interface are reached by way of it, as the VPC CNI routes them`() async throws {
        try await TestNetwork.with { network in
            network.state.groups[0].ingress = [.all]
            network.add(.instance("i-1", deviceIndex: 0), "192.168.0.10")
            network.add(.instance("i-1", deviceIndex: 1), "192.168.0.30", "192.168.0.31")
            network.add(.instance("i-2", deviceIndex: 0), "192.168.64.10", subnet: "subnet-2")
            try await network.apply()
            let path = network.machine("i-1")
            let machine = try Netlink(namespace: path)
            try Sysctl.set("net.ipv4.conf.all.rp_filter", "0", namespace: path)
            let pod = try #require(IPv4Prefix("192.168.0.31"))
            try machine.addAddress(pod, link: "lo")
            #expect(try !ping("192.168.64.10", from: path, source: "192.168.0.31"))
            try machine.addRoute(
                Route(.all, via: IPv4Address("192.168.0.1"), link: try machine.index(of: "eth1"), table: 2, isOnLink: true))
            try machine.addRule(PolicyRule(priority: 1536, table: 2, from: pod))
            #expect(try reaches("192.168.64.10", from: path, source: "192.168.0.31"))
            #expect(try reaches("192.168.0.31", from: network.machine("i-2")))
        }
    }

    @Test func `nobody speaks for another, unless the check is off`() async throws {
        try await TestNetwork.with { network in
            network.state.groups[0].ingress = [.all]
            network.add(.instance("i-1", deviceIndex: 0), "192.168.0.10")
            network.add(.instance("i-2", deviceIndex: 0), "192.168.0.11")
            network.state.subnets[0].routes = [RouteState("10.9.0.0/16", .interface(network.state.interfaces[1].id))]
            try await network.apply()
            try Netlink(namespace: network.machine("i-2")).addAddress(try #require(IPv4Prefix("10.9.0.1")), link: "lo")
            #expect(try !ping("10.9.0.1", from: network.machine("i-1")))
            network.state.interfaces[1].checksSourceAndDestination = false
            try await network.apply()
            #expect(try reaches("10.9.0.1", from: network.machine("i-1")))
            network.state.subnets[0].routes = [RouteState("10.9.0.0/16", .blackhole)]
            try await network.apply()
            #expect(try !ping("10.9.0.1", from: network.machine("i-1")))
        }
    }

    @Test func `two VPCs with the same addresses stay apart`() async throws {
        try await TestNetwork.with { one in
            try await TestNetwork.with { other in
                for network in [one, other] {
                    network.state.groups[0].ingress = [.all]
                    network.state.hasInternetGateway = true
                    for index in 0..<2 { network.state.subnets[index].routes = [RouteState("0.0.0.0/0", .internetGateway)] }
                    network.add(.instance("i-1", deviceIndex: 0), "192.168.0.10")
                }
                other.add(.instance("i-2", deviceIndex: 0), "192.168.0.11")
                try await one.apply()
                try await other.apply()
                #expect(try reaches("192.168.0.11", from: other.machine("i-1")))
                #expect(try !ping("192.168.0.11", from: one.machine("i-1")))
            }
        }
    }
}
