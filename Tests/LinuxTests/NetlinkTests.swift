import Glibc
import Testing

@testable import Linux

@Suite(.enabled(if: isRoot)) struct NetlinkTests {
    @Test func `a pair of links has its ends, names, addresses and sizes as asked in two namespaces`() throws {
        try withNamespaces(2) { paths in
            let here = try Netlink(namespace: paths[0])
            let there = try Netlink(namespace: paths[1])
            let settings = LinkSettings(isUp: true, mac: try mac("02:00:00:00:00:01"), mtu: 9001)
            try here.addVeth(
                "p1", settings, peer: "eth0", LinkSettings(mac: try mac("02:00:00:00:00:02"), mtu: 9001, namespace: paths[1]))
            let port = try #require(try here.link("p1"))
            let end = try #require(try there.link("eth0"))
            #expect(port.kind == "veth" && port.isUp && port.mtu == 9001)
            #expect(end.mac.description == "02:00:00:00:00:02" && !end.isUp && end.mtu == 9001)
            #expect(port.peerIndex == end.index)

            try there.changeLink("eth0", LinkSettings(name: "ens5"))
            try there.changeLink("ens5", LinkSettings(isUp: true))
            #expect(try there.link("ens5")?.isUp == true)
            #expect(try there.link("eth0") == nil)
            try here.deleteLink("p1")
            #expect(try there.link("ens5") == nil)
            try here.deleteLink("p1")
        }
    }

    @Test func `a link moves to another namespace`() throws {
        try withNamespaces(2) { paths in
            let here = try Netlink(namespace: paths[0])
            try here.addVeth("d1", peer: "d2", LinkSettings())
            try here.changeLink("d1", LinkSettings(namespace: paths[1]))
            #expect(try here.link("d1") == nil)
            #expect(try Netlink(namespace: paths[1]).link("d1")?.kind == "veth")
        }
    }

    @Test func `what is there already and what is missing are told apart`() throws {
        try withNamespaces { paths in
            let netlink = try Netlink(namespace: paths[0])
            try netlink.addLink("d1", kind: "bridge")
            let taken = #expect(throws: NetlinkError.self) { try netlink.addLink("d1", kind: "bridge") }
            #expect(taken?.isPresent == true)
            let missing = #expect(throws: NetlinkError.self) { try netlink.addAddress(try prefix("10.0.0.1/24"), link: "d2") }
            #expect(missing?.isMissing == true)
            #expect(missing?.description == "find link d2: No such device")
        }
    }

    @Test func `the kernel's own words come with its refusal`() throws {
        try withNamespaces { paths in
            let netlink = try Netlink(namespace: paths[0])
            let failure = #expect(throws: NetlinkError.self) {
                try netlink.addRoute(Route(try prefix("10.0.0.0/8"), via: try address("192.0.2.1")))
            }
            #expect(failure?.code == ENETUNREACH)
            #expect(failure?.detail == "Nexthop has invalid gateway")
        }
    }

    @Test func `addresses are listed as they were added`() throws {
        try withNamespaces { paths in
            let netlink = try Netlink(namespace: paths[0])
            try netlink.addLink("d1", kind: "bridge", LinkSettings(isUp: true))
            try netlink.addAddress(try prefix("192.168.7.9/18"), link: "d1")
            try netlink.addAddress(try prefix("192.168.64.9/18"), link: "d1", isWithoutRoute: true)
            let found = try netlink.addresses(of: "d1")
            #expect(found.map(\.prefix.description) == ["192.168.7.9/18", "192.168.64.9/18"])
            #expect(found.map(\.isWithoutRoute) == [false, true])
            #expect(try netlink.routes().map(\.destination.description) == ["192.168.0.0/18"])
            try netlink.deleteAddress(try prefix("192.168.7.9/18"), link: "d1")
            try netlink.deleteAddress(try prefix("192.168.7.9/18"), link: "d1")
            #expect(try netlink.addresses(of: "d1").count == 1)
        }
    }

    @Test func `routes of every kind are listed as they were added, by table`() throws {
        try withNamespaces { paths in
            let netlink = try Netlink(namespace: paths[0])
            try netlink.addLink("d1", kind: "bridge", LinkSettings(isUp: true))
            let index = try netlink.index(of: "d1")
            let routes = [
                Route(try prefix("10.1.0.0/16"), via: try address("192.168.0.5"), link: index, isOnLink: true),
                Route(try prefix("10.2.0.0/16"), link: index, metric: 7),
                Route(try prefix("10.3.0.0/16"), kind: .blackhole), Route(try prefix("10.4.0.0/16"), kind: .unreachable),
                Route(.all, via: try address("192.0.0.1"), link: index, table: 3_232_251_904, isOnLink: true),
            ]
            try netlink.perform(routes.map { .addRoute($0) })
            #expect(Set(try netlink.routes()) == Set(routes))
            #expect(try netlink.routes(table: 3_232_251_904) == [routes[4]])
            #expect(try netlink.routes(table: 77) == [])

            try netlink.replaceRoute(Route(try prefix("10.3.0.0/16"), link: index))
            try netlink.deleteRoute(routes[1])
            try netlink.deleteRoute(routes[1])
            let left = try netlink.routes(table: 254)
            #expect(left.map(\.destination.description).sorted() == ["10.1.0.0/16", "10.3.0.0/16", "10.4.0.0/16"])
            #expect(left.first { $0.destination.address.description == "10.3.0.0" }?.kind == .unicast)
        }
    }

    @Test func `rules and permanent neighbours come and go`() throws {
        try withNamespaces { paths in
            let netlink = try Netlink(namespace: paths[0])
            try netlink.addLink("d1", kind: "bridge", LinkSettings(isUp: true))
            let rules = [
                PolicyRule(priority: 100, table: 70_000, mark: 70_000),
                PolicyRule(priority: 101, table: 2, from: try prefix("10.0.0.5"), incoming: "lo"),
            ]
            for rule in rules { try netlink.addRule(rule) }
            #expect(try netlink.rules().filter { (1..<32766).contains($0.priority) } == rules)
            #expect(throws: NetlinkError.self) { try netlink.addRule(rules[0]) }
            try netlink.deleteRule(rules[0])
            #expect(try netlink.rules().filter { (1..<32766).contains($0.priority) } == [rules[1]])

            let neighbour = Neighbour(try address("10.0.0.7"), mac: try mac("02:00:00:00:00:07"), link: try netlink.index(of: "d1"))
            try netlink.setNeighbour(neighbour)
            try netlink.setNeighbour(neighbour)
            #expect(try netlink.permanentNeighbours() == [neighbour])
            try netlink.deleteNeighbour(neighbour)
            #expect(try netlink.permanentNeighbours() == [])
        }
    }

    @Test func `thousands of requests go in one call, and failures keep their places`() throws {
        try withNamespaces { paths in
            let netlink = try Netlink(namespace: paths[0])
            try netlink.addLink("d1", kind: "bridge", LinkSettings(isUp: true))
            let index = try netlink.index(of: "d1")
            var requests = (0..<3000).map { NetlinkRequest.addRoute(Route(IPv4Prefix(IPv4Address(0x0a00_0000 + UInt32($0))), link: index)) }
            requests.insert(requests[0], at: 1)
            let failures = try netlink.failures(of: requests)
            #expect(failures.keys.sorted() == [1])
            #expect(failures[1]?.isPresent == true)
            #expect(try netlink.routes().count == 3000)
            #expect(try netlink.failures(of: requests.map(\.unlessPresent)).isEmpty)
        }
    }
}
