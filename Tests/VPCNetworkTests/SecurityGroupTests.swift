import AWSServices
import Linux
import Testing

@testable import VPCNetwork

@Suite(.enabled(if: isRoot), .serialized) struct SecurityGroupTests {
    @Test func `a port opens and closes, and what is connected goes on`() async throws {
        try await TestNetwork.with { network in
            network.add(.instance("i-1", deviceIndex: 0), "192.168.0.10")
            network.add(.instance("i-2", deviceIndex: 0), "192.168.0.11")
            try await network.apply()
            let here = network.machine("i-1")
            let there = network.machine("i-2")
            #expect(try connection(from: here, to: there, "192.168.0.11", port: 80, patience: 400) == nil)

            network.state.groups[0].ingress = [.tcp(80...81, .block("192.168.0.10/32"))]
            try await network.apply()
            let open = try #require(try connection(from: here, to: there, "192.168.0.11", port: 80))
            #expect(open.passes())
            #expect(try connection(from: here, to: there, "192.168.0.11", port: 82, patience: 400) == nil)
            #expect(try connection(from: there, to: here, "192.168.0.10", port: 80, patience: 400) == nil)

            network.state.groups[0].ingress = []
            try await network.apply()
            #expect(try connection(from: here, to: there, "192.168.0.11", port: 81, patience: 400) == nil)
            #expect(open.passes())
        }
    }

    @Test func `a group's name stands for its members, with the addresses that they have by then`() async throws {
        try await TestNetwork.with { network in
            network.state.groups.append(SecurityGroupState(id: "sg-2"))
            network.state.groups[1].egress = [.all]
            network.state.groups[0].ingress = [.tcp(443...443, .group("sg-2"))]
            network.add(.instance("i-1", deviceIndex: 0), "192.168.0.10", groups: ["sg-1"])
            let client = network.add(.instance("i-2", deviceIndex: 0), "192.168.0.11", groups: ["sg-2"])
            try await network.apply()
            let server = network.machine("i-1")
            let there = network.machine("i-2")
            #expect(try connection(from: there, to: server, "192.168.0.10", port: 443) != nil)

            network.state.interfaces[client].addresses.append("192.168.0.50")
            try await network.apply()
            try Netlink(namespace: there).addAddress(try #require(IPv4Prefix("192.168.0.50")), link: "lo")
            #expect(try connection(from: there, source: "192.168.0.50", to: server, "192.168.0.10", port: 443) != nil)

            network.state.interfaces[client].groupIDs = ["sg-1"]
            try await network.apply()
            #expect(try connection(from: there, to: server, "192.168.0.10", port: 443, patience: 400) == nil)
            network.state.interfaces[client].groupIDs = ["sg-1", "sg-2"]
            try await network.apply()
            #expect(try connection(from: there, to: server, "192.168.0.10", port: 443) != nil)
        }
    }

    @Test func `what may not leave does not leave`() async throws {
        try await TestNetwork.with { network in
            network.state.groups[0].ingress = [.all]
            network.state.groups[0].egress = [.tcp(443...443, .block("0.0.0.0/0"))]
            network.add(.instance("i-1", deviceIndex: 0), "192.168.0.10")
            network.add(.instance("i-2", deviceIndex: 0), "192.168.0.11")
            try await network.apply()
            let here = network.machine("i-1")
            let there = network.machine("i-2")
            #expect(try connection(from: here, to: there, "192.168.0.11", port: 443)?.passes() == true)
            #expect(try connection(from: here, to: there, "192.168.0.11", port: 80, patience: 400) == nil)
            #expect(try !ping("192.168.0.11", from: here))
        }
    }

    @Test func `interfaces of the region are guarded in both directions`() async throws {
        try await TestNetwork.with { network in
            network.state.groups += [SecurityGroupState(id: "sg-api"), SecurityGroupState(id: "sg-node")]
            network.state.groups[1].ingress = [.tcp(443...443, .group("sg-node"))]
            network.state.groups[1].egress = [.tcp(10250...10250, .group("sg-node"))]
            network.state.groups[2].egress = [.all]
            network.state.groups[2].ingress = [.all]
            network.add(.region, "192.168.0.40", groups: ["sg-api"])
            network.add(.region, "192.168.64.40", subnet: "subnet-2", groups: ["sg-api"])
            network.add(.instance("i-1", deviceIndex: 0), "192.168.0.10", groups: ["sg-node"])
            network.add(.instance("i-2", deviceIndex: 0), "192.168.0.11", groups: ["sg-1"])
            try await network.apply()
            let node = network.machine("i-1")
            let other = network.machine("i-2")
            let region = network.vpc
            #expect(try connection(from: node, to: region, "192.168.0.40", port: 443)?.passes() == true)
            #expect(try connection(from: node, to: region, "192.168.64.40", port: 443)?.passes() == true)
            #expect(try connection(from: node, to: region, "192.168.0.40", port: 80, patience: 400) == nil)
            #expect(try connection(from: other, to: region, "192.168.0.40", port: 443, patience: 400) == nil)
            let back = try connection(from: region, source: "192.168.0.40", to: node, "192.168.0.10", port: 10250)
            #expect(back?.peer == "192.168.0.40" && back?.passes() == true)
            #expect(try connection(from: region, source: "192.168.0.40", to: node, "192.168.0.10", port: 10251, patience: 400) == nil)
            #expect(try connection(from: region, source: "192.168.0.40", to: other, "192.168.0.11", port: 10250, patience: 400) == nil)
        }
    }

    @Test func `metadata, resolver and endpoint are reached whatever the groups say, and nothing else link-local`() async throws {
        try await TestNetwork.with { network in
            network.state.groups[0].egress = []
            network.add(.instance("i-1", deviceIndex: 0), "192.168.0.10", "192.168.0.20")
            try await network.apply()
            let machine = network.machine("i-1")
            for service in ["169.254.169.254", "169.254.169.253", "169.254.169.252", "192.168.0.2"] {
                let reached = try connection(from: machine, to: network.vpc, service, port: 80)
                #expect(reached?.peer == "192.168.0.10" && reached?.passes() == true)
            }
            #expect(try !ping("169.254.1.1", from: machine))
            #expect(try !ping("192.168.0.1", from: machine))
        }
    }
}
