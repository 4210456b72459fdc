import Glibc
import Linux

/// One VPC's namespace: reads what is there once, remembers what it made, and applies differences.
final class VPCSide {
    static let table = "eyrie"
    let path: String
    /// Tells a namespace that was made anew from the one that was opened.
    let identity: UInt64?
    private let netlink: Netlink
    private let nftables: Nftables
    private let directory: RunDirectory
    /// What is there; nil until it was read, and after a failure.
    private var present: VPCPlan?
    /// The namespaces that ports were made into, by instance: one that was made anew since has no port.
    private var machines: [String: UInt64] = [:]
    /// Links by name with their indices: one that was made anew since has neither routes nor neighbours.
    private var indices: [String: Int32] = [:]

    init(_ vpcID: String, in directory: RunDirectory) throws {
        self.directory = directory
        path = directory.namespace(vpcID)
        try NetworkNamespaces.ensure(path)
        identity = NetworkNamespaces.identity(path)
        netlink = try Netlink(namespace: path)
        nftables = try Nftables(namespace: path)
        try NetworkNamespaces.within(path) {
            try Sysctl.set("net.ipv4.ip_forward", "1")
            for place in ["all", "default"] {
                try Sysctl.set("net/ipv4/conf/\(place)/rp_filter", "0")
                try Sysctl.set("net/ipv4/conf/\(place)/send_redirects", "0")
                try Sysctl.set("net/ipv4/conf/\(place)/accept_redirects", "0")
                // A kernel without IPv6 has nothing to turn off.
                try? Sysctl.set("net/ipv6/conf/\(place)/disable_ipv6", "1")
            }
            try Sysctl.set("net/ipv4/conf/default/proxy_arp", "1")
        }
    }

    /// The instances that were here after the last apply.
    var instances: Set<String> { present?.instances ?? [] }

    /// Brings the namespace to the plan. The firewall comes before links, and refuses what it does not know.
    func apply(_ plan: VPCPlan, connect: (Set<IPv4Address>?) throws -> Void) throws {
        let remembered = present
        present = nil
        if let remembered {
            if let script = plan.firewall.script(table: Self.table, from: remembered.firewall) { try nftables.run(script) }
        } else {
            try nftables.run(plan.firewall.script(table: Self.table))
        }
        try connect(plan.publicAddresses)
        var links = try netlink.links()
        var old = try remembered ?? read(links, wanted: plan.ports)
        let failures = try carryPorts(plan, old.ports, &links)
        old.dropWhatLacksLinks(Set(links.filter { indices[$0.name] == $0.index }.map(\.name)))
        indices = Self.indices(links)
        try carryAddresses(plan, old, loopback: indices["lo"] ?? 1)
        try carryRoutes(plan, old)
        if let failure = failures.first { throw failure }
        present = plan
    }

    /// Takes links away that are not wanted and makes those that are missing; a machine that fails does not stop the others.
    private func carryPorts(_ plan: VPCPlan, _ old: Set<PlannedPort>, _ links: inout [Link]) throws -> [any Error] {
        let names = Set(links.filter { $0.isUp }.map(\.name))
        let kept = old.intersection(plan.ports).filter { names.contains($0.name) && machines[$0.instance] == identity(of: $0) }
        let keptNames = Set(kept.map(\.name))
        let stale = links.filter { $0.kind == "veth" && $0.name != Fabric.uplink && !keptNames.contains($0.name) }
        try netlink.perform(stale.map { NetlinkRequest.deleteLink($0.name).ifPresent })
        var failures: [any Error] = []
        let missing = plan.ports.subtracting(kept)
        for port in missing.sorted(by: { $0.name < $1.name }) {
            do {
                try MachineSide.attach(port, to: path, netlink, in: directory)
                machines[port.instance] = identity(of: port)
            } catch {
                failures.append(error)
            }
        }
        if !missing.isEmpty {
            try NetworkNamespaces.within(path) {
                for port in missing { try? Sysctl.set("net/ipv4/neigh/\(port.name)/proxy_delay", "0") }
            }
        }
        if !missing.isEmpty || !stale.isEmpty { links = try netlink.links() }
        machines = machines.filter { plan.instances.contains($0.key) }
        return failures
    }

    private func identity(of port: PlannedPort) -> UInt64? { NetworkNamespaces.identity(directory.namespace(port.instance)) }

    private func carryAddresses(_ plan: VPCPlan, _ old: VPCPlan, loopback: Int32) throws {
        try netlink.perform(
            old.localAddresses.subtracting(plan.localAddresses).map {
                NetlinkRequest.deleteAddress(LinkAddress(IPv4Prefix($0), link: loopback)).ifPresent
            }
                + plan.localAddresses.subtracting(old.localAddresses).map {
                    NetlinkRequest.addAddress(LinkAddress(IPv4Prefix($0), link: loopback)).unlessPresent
                })
    }

    private func carryRoutes(_ plan: VPCPlan, _ old: VPCPlan) throws {
        func route(_ route: PlannedRoute) -> Route? {
            let index = route.link.flatMap { indices[$0] }
            if route.link != nil, index == nil { return nil }
            return Route(
                route.destination, via: route.gateway, link: index, kind: route.kind, table: route.table, isOnLink: route.gateway != nil,
                origin: Fabric.routeOrigin)
        }
        func neighbour(_ planned: PlannedNeighbour) -> Neighbour? {
            indices[planned.link].map { Neighbour(planned.address, mac: planned.mac, link: $0) }
        }
        let newNeighbours = plan.neighbours.subtracting(old.neighbours)
        let newRoutes = plan.routes.subtracting(old.routes)
        // A row that takes another's place is not taken away first.
        let places = Set(newRoutes.map { Place($0) })
        let staleRoutes = old.routes.subtracting(plan.routes).filter { !places.contains(Place($0)) }
        let neighbourKeys = Set(newNeighbours.map { [$0.link, $0.address.description] })
        let staleNeighbours = old.neighbours.subtracting(plan.neighbours).filter {
            !neighbourKeys.contains([$0.link, $0.address.description])
        }
        var requests = newNeighbours.compactMap(neighbour).map { NetlinkRequest.setNeighbour($0) }
        requests += newRoutes.sorted { $0.gateway == nil && $1.gateway != nil }.compactMap(route).map { .replaceRoute($0) }
        requests += old.rules.subtracting(plan.rules).map { NetlinkRequest.deleteRule($0).ifPresent }
        requests += plan.rules.subtracting(old.rules).map { NetlinkRequest.addRule($0).unlessPresent }
        requests += staleRoutes.compactMap(route).map { NetlinkRequest.deleteRoute($0).ifPresent }
        requests += staleNeighbours.compactMap(neighbour).map { NetlinkRequest.deleteNeighbour($0).ifPresent }
        try netlink.perform(requests)
    }

    private static func indices(_ links: [Link]) -> [String: Int32] { Dictionary(links.map { ($0.name, $0.index) }) { $1 } }

    private struct Place: Hashable {
        let destination: IPv4Prefix
        let table: UInt32
        init(_ route: PlannedRoute) { (destination, table) = (route.destination, route.table) }
    }

    /// What the kernel has, in the plan's words; ports count only when both ends are as wanted.
    private func read(_ links: [Link], wanted: Set<PlannedPort>) throws -> VPCPlan {
        let names = Dictionary(links.map { ($0.index, $0.name) }) { $1 }
        indices = Self.indices(links)
        var plan = VPCPlan()
        let loopback = links.first { $0.name == "lo" }?.index
        plan.localAddresses = Set(try netlink.addresses().filter { $0.link == loopback && $0.prefix.length == 32 }.map(\.prefix.address))
        for route in try netlink.routes() where route.origin == Fabric.routeOrigin {
            plan.routes.insert(
                PlannedRoute(
                    destination: route.destination, kind: route.kind, gateway: route.gateway,
                    link: route.kind == .unicast ? route.link.flatMap { names[$0] } : nil, table: route.table))
        }
        plan.rules = Set(try netlink.rules().filter { $0.priority > 32767 })
        for neighbour in try netlink.permanentNeighbours() {
            guard let link = names[neighbour.link] else { continue }
            plan.neighbours.insert(PlannedNeighbour(address: neighbour.address, mac: neighbour.mac, link: link))
        }
        let byName = Dictionary(links.map { ($0.name, $0) }) { $1 }
        plan.ports = wanted.filter { port in byName[port.name].map { MachineSide.isAttached(port, to: $0, in: directory) } ?? false }
        for port in plan.ports { machines[port.instance] = identity(of: port) }
        return plan
    }
}

extension VPCPlan {
    /// The kernel forgets routes and neighbours with their link.
    fileprivate mutating func dropWhatLacksLinks(_ names: Set<String>) {
        routes = routes.filter { route in route.link.map(names.contains) ?? true }
        neighbours = neighbours.filter { names.contains($0.link) }
    }
}
