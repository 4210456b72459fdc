import AWSServices
import Linux
import Testing

@testable import VPCNetwork

@Suite(.enabled(if: isRoot), .serialized) struct LifetimeTests {
    private func fill(_ network: TestNetwork) {
        network.state.hasInternetGateway = true
        network.state.subnets[0].routes = [RouteState("0.0.0.0/0", .internetGateway), RouteState("10.0.0.0/8", .blackhole)]
        network.state.groups[0].ingress = [.all]
        let first = network.add(.instance("i-1", deviceIndex: 0), "192.168.0.10", "192.168.0.20")
        network.state.interfaces[first].publicAddresses = ["192.168.0.10": network.publicAddress(0)]
        network.add(.instance("i-2", deviceIndex: 0), "192.168.64.10", subnet: "subnet-2")
        network.add(.region, "192.168.0.40")
    }

    /// Everything that the host has of this network.
    fileprivate struct Holdings: Equatable {
        var links: [String], routes: [String], tables: Bool, namespaces: [String]
        init(_ network: TestNetwork) throws {
            let directory = RunDirectory(network.root)
            let host = try Netlink()
            let uplinks = try host.links().filter { $0.name.hasPrefix(directory.uplinkPrefix) }
            links = uplinks.map(\.name)
            let publics = (0..<16).map { network.publicAddress($0) }
            routes = try host.routes().map(\.destination.address.description).filter(publics.contains)
            tables = try Nftables().list("list tables").contains(directory.table)
            namespaces = directory.namespaces()
        }
    }

    @Test func `nothing is left after removal, even while sockets are open in the VPC`() async throws {
        let network = try TestNetwork()
        let before = try Holdings(network)
        #expect(before == Holdings(links: [], routes: [], tables: false, namespaces: []))
        fill(network)
        try await network.apply()
        let full = try Holdings(network)
        #expect(full.links.count == 1 && full.routes == [network.publicAddress(0)] && full.tables)
        #expect(full.namespaces == ["i-1", "i-2", network.state.id])

        let open = try connection(from: network.machine("i-1"), to: network.vpc, "192.168.0.40", port: 443)
        #expect(open?.passes() == true)
        let machine = try Netlink(namespace: network.machine("i-2"))
        await network.fabric.remove(vpcID: network.state.id)
        #expect(try Holdings(network) == before)
        #expect(try machine.link("eth0") == nil)
        await network.fabric.remove(vpcID: network.state.id)
    }

    @Test func `a new fabric takes over what is there, and open connections go on`() async throws {
        try await TestNetwork.with { network in
            fill(network)
            try await network.apply()
            let near = try #require(try connection(from: network.machine("i-1"), to: network.machine("i-2"), "192.168.64.10", port: 80))
            let far = try #require(
                try connection(from: nil, to: network.machine("i-1"), network.publicAddress(0), listening: "0.0.0.0", port: 80))
            let ports = try Netlink(namespace: network.vpc).links()

            network.state.groups[0].ingress = [.tcp(443...443, .block("192.168.0.0/16"))]
            network.state.interfaces[1].addresses.append("192.168.64.11")
            network.state.subnets[0].routes.removeLast()
            let successor = try VPCFabric(runDirectory: network.root)
            await successor.sweep(keeping: [network.state.id])
            try await successor.apply(network.state)
            #expect(try Netlink(namespace: network.vpc).links() == ports)
            #expect(near.passes() && far.passes())
            let routes = try Netlink(namespace: network.vpc).routes().map(\.destination.description)
            #expect(routes.contains("192.168.64.11/32") && !routes.contains("10.0.0.0/8"))
            #expect(
                try connection(from: network.machine("i-1"), to: network.machine("i-2"), "192.168.64.10", port: 80, patience: 400) == nil)
            #expect(try connection(from: network.machine("i-1"), to: network.machine("i-2"), "192.168.64.10", port: 443) != nil)
        }
    }

    @Test func `applying the same state again changes nothing`() async throws {
        try await TestNetwork.with { network in
            fill(network)
            try await network.apply()
            let rules = try Nftables(namespace: network.vpc).list("list ruleset")
            let routes = try Netlink(namespace: network.vpc).routes()
            try await network.apply()
            try await VPCFabric(runDirectory: network.root).apply(network.state)
            #expect(try Nftables(namespace: network.vpc).list("list ruleset") == rules)
            #expect(Set(try Netlink(namespace: network.vpc).routes()) == Set(routes))
        }
    }

    @Test func `what somebody destroyed is made again`() async throws {
        try await TestNetwork.with { network in
            fill(network)
            try await network.apply()
            try Netlink(namespace: network.machine("i-1")).deleteLink("eth0")
            NetworkNamespaces.remove(network.machine("i-2"))
            try Netlink().deleteLink(RunDirectory(network.root).uplink(network.state.id))
            try await network.apply()
            #expect(try reaches("192.168.64.10", from: network.machine("i-1")))
            #expect(try connection(from: nil, to: network.machine("i-1"), network.publicAddress(0), listening: "0.0.0.0", port: 80) != nil)
            NetworkNamespaces.remove(network.vpc)
            try await network.apply()
            #expect(try reaches("192.168.64.10", from: network.machine("i-1")))
        }
    }

    @Test func `an instance that left takes its namespace along`() async throws {
        try await TestNetwork.with { network in
            fill(network)
            try await network.apply()
            network.state.interfaces.remove(at: 1)
            try await network.apply()
            #expect(RunDirectory(network.root).namespaces() == ["i-1", network.state.id])
            network.state.interfaces[0].owner = .none
            try await VPCFabric(runDirectory: network.root).apply(network.state)
            #expect(RunDirectory(network.root).namespaces() == [network.state.id])
        }
    }

    @Test func `a sweep removes VPCs that are no more, with their machines`() async throws {
        let network = try TestNetwork()
        fill(network)
        try await network.apply()
        let successor = try VPCFabric(runDirectory: network.root)
        await successor.sweep(keeping: [])
        #expect(try Holdings(network).namespaces == [])
        #expect(try Holdings(network).links == [] && !Holdings(network).tables)
    }

    @Test func `a state that contradicts itself is refused in words, and changes nothing`() async throws {
        try await TestNetwork.with { network in
            fill(network)
            try await network.apply()
            var broken = network.state
            broken.interfaces[0].addresses[1] = "192.168.0.300"
            let failure = await #expect(throws: VPCStateError.self) { try await network.fabric.apply(broken) }
            #expect(failure?.description == "\(broken.interfaces[0].id): '192.168.0.300' is malformed")
            broken = network.state
            broken.groups.append(SecurityGroupState(id: "sg; flush ruleset"))
            await #expect(throws: VPCStateError.malformed("sg; flush ruleset", of: broken.id)) { try await network.fabric.apply(broken) }
            #expect(try reaches("192.168.64.10", from: network.machine("i-1")))
        }
    }

    @Test func `an address more takes milliseconds among thousands`() async throws {
        try await TestNetwork.with { network in
            fill(network)
            for number in 0..<3000 {
                network.state.interfaces[number % 2].addresses.append("192.168.\(number % 2 * 64 + 1 + number / 250).\(number % 250 + 1)")
            }
            let clock = ContinuousClock()
            try await network.apply()
            network.state.interfaces[0].addresses.append("192.168.60.1")
            let more = try await clock.measure { try await network.apply() }
            try await VPCFabric(runDirectory: network.root).apply(network.state)
            #expect(more < .milliseconds(500), "unoptimised and on a busy machine")
            try Netlink(namespace: network.machine("i-1")).addAddress(try #require(IPv4Prefix("192.168.60.1")), link: "lo")
            #expect(try reaches("192.168.60.1", from: network.machine("i-2")))
        }
    }
}

extension LifetimeTests.Holdings {
    fileprivate init(links: [String], routes: [String], tables: Bool, namespaces: [String]) {
        (self.links, self.routes, self.tables, self.namespaces) = (links, routes, tables, namespaces)
    }
}
