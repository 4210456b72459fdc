import AWSServices
import Linux
import Testing

@testable import VPCNetwork

@Suite(.enabled(if: isRoot), .serialized) struct OutsideTests {
    /// One instance behind the internet gateway with a public address, one without, in subnets whose tables lead out.
    private func publish(_ network: TestNetwork) {
        network.state.hasInternetGateway = true
        for index in 0..<2 { network.state.subnets[index].routes = [RouteState("0.0.0.0/0", .internetGateway)] }
        let first = network.add(.instance("i-1", deviceIndex: 0), "192.168.0.10")
        network.state.interfaces[first].publicAddresses = ["192.168.0.10": network.publicAddress(0)]
        network.add(.instance("i-2", deviceIndex: 0), "192.168.64.10", subnet: "subnet-2")
    }

    @Test func `a public address is reached from the host when everyone is let in, and only then`() async throws {
        try await TestNetwork.with { network in
            publish(network)
            network.state.groups[0].ingress = [.tcp(32000...32000, .block("10.0.0.0/8"))]
            try await network.apply()
            let machine = network.machine("i-1")
            let address = network.publicAddress(0)
            #expect(try connection(from: nil, to: machine, address, listening: "0.0.0.0", port: 32000, patience: 400) == nil)
            network.state.groups[0].ingress.append(.tcp(32000...32000, .block("0.0.0.0/0")))
            try await network.apply()
            let open = try #require(try connection(from: nil, to: machine, address, listening: "0.0.0.0", port: 32000))
            #expect(open.passes() && open.peer == "192.0.0.1")
            network.state.interfaces[0].publicAddresses = [:]
            try await network.apply()
            #expect(try connection(from: nil, to: machine, address, listening: "0.0.0.0", port: 32000, patience: 400) == nil)
        }
    }

    @Test func `the outside sees the public address, and nobody leaves without one`() async throws {
        try await TestNetwork.with { network in
            publish(network)
            try await network.apply()
            let out = try connection(from: network.machine("i-1"), to: nil, "192.0.0.1", listening: "0.0.0.0", port: 45871)
            #expect(out?.peer == network.publicAddress(0) && out?.passes() == true)
            #expect(
                try connection(from: network.machine("i-2"), to: nil, "192.0.0.1", listening: "0.0.0.0", port: 45872, patience: 400) == nil)
        }
    }

    @Test func `instances reach each other by public addresses, seen under their own`() async throws {
        try await TestNetwork.with { network in
            publish(network)
            network.state.interfaces[1].publicAddresses = ["192.168.64.10": network.publicAddress(1)]
            network.state.groups[0].ingress = [.all]
            try await network.apply()
            let through = try connection(
                from: network.machine("i-1"), to: network.machine("i-2"), network.publicAddress(1), listening: "0.0.0.0", port: 80)
            #expect(through?.peer == network.publicAddress(0) && through?.passes() == true)
        }
    }

    @Test func `a NAT gateway speaks for a private subnet`() async throws {
        try await TestNetwork.with { network in
            publish(network)
            network.state.natGateways = [
                NATGatewayState(id: "nat-1", subnetID: "subnet-1", privateAddress: "192.168.0.200", publicAddress: network.publicAddress(5))
            ]
            network.state.subnets[1].routes = [RouteState("0.0.0.0/0", .natGateway("nat-1"))]
            try await network.apply()
            let out = try connection(from: network.machine("i-2"), to: nil, "192.0.0.1", listening: "0.0.0.0", port: 45873)
            #expect(out?.peer == network.publicAddress(5) && out?.passes() == true)
            #expect(
                try connection(
                    from: nil, to: network.machine("i-2"), network.publicAddress(5), listening: "0.0.0.0", port: 80, patience: 400) == nil)

            network.state.subnets[0].routes = []
            try await network.apply()
            #expect(
                try connection(from: network.machine("i-2"), to: nil, "192.0.0.1", listening: "0.0.0.0", port: 45874, patience: 400) == nil)
        }
    }

    @Test func `beyond the host the outside sees the host's address`() async throws {
        try await TestNetwork.with { network in
            publish(network)
            try await network.apply()
            // A link of the host to somewhere else, in a block that is for documentation.
            let outside = network.machine("outside")
            let link = "o" + network.root.suffix(6)
            let base = 0xc633_6400 + UInt32.random(in: 0..<64) * 4
            let near = IPv4Prefix(IPv4Address(base + 1), 30)
            let far = IPv4Prefix(IPv4Address(base + 2), 30)
            try NetworkNamespaces.ensure(outside)
            let host = try Netlink()
            let there = try Netlink(namespace: outside)
            try host.addVeth(link, LinkSettings(isUp: true), peer: "eth0", LinkSettings(namespace: outside))
            try there.changeLink("eth0", LinkSettings(isUp: true))
            try host.addAddress(near, link: link)
            try there.addAddress(far, link: "eth0")
            let out = try connection(from: network.machine("i-1"), to: outside, far.address.description, port: 80)
            #expect(out?.peer == near.address.description && out?.passes() == true)
            #expect(try connection(from: network.machine("i-2"), to: outside, far.address.description, port: 81, patience: 400) == nil)
            try host.deleteLink(link)
        }
    }

    @Test func `without a gateway there is no link to the host`() async throws {
        try await TestNetwork.with { network in
            publish(network)
            try await network.apply()
            let uplink = RunDirectory(network.root).uplink(network.state.id)
            #expect(try Netlink().link(uplink) != nil)
            network.state.hasInternetGateway = false
            try await network.apply()
            #expect(try Netlink().link(uplink) == nil)
        }
    }
}
