import Control
import Linux

/// The node's own links: settings, the route tables of further interfaces, and what pods that have gone left behind.
struct NodeLinks: Sendable {
    private let netlink: Netlink
    private let namespace: String?

    /// - Parameter namespace: the node's network namespace; nil for the process's own.
    init(namespace: String? = nil) throws {
        self.namespace = namespace
        netlink = try Netlink(namespace: namespace)
    }

    /// The link with that hardware address; nil when it is not there yet.
    func link(_ mac: MACAddress) throws -> Link? { try netlink.links().first { $0.mac == mac && !$0.name.hasPrefix("eni") } }

    /// Lets the node forward, and lets packets in that come by another interface than the main table names for their source.
    func prepare(_ first: String) throws {
        for (name, value) in [
            ("net/ipv4/ip_forward", "1"), ("net/ipv4/conf/all/rp_filter", "0"), ("net/ipv4/conf/\(first)/rp_filter", "2"),
        ] { try Sysctl.set(name, value, namespace: namespace) }
        let rule = PolicyRule(
            priority: PodWiring.marked, table: PodWiring.mainTable, mark: PodWiring.firstInterfaceMark, mask: PodWiring.firstInterfaceMark)
        try netlink.perform(NetlinkRequest.addRule(rule).unlessPresent)
    }

    /// Brings up a further interface and its route table. Source: VPC CNI, networkutils.setupENINetwork.
    func prepare(_ interface: AddressPool.Interface, _ link: Link, mtu: Int) throws {
        if !link.isUp || link.mtu != mtu { try netlink.changeLink(link.name, LinkSettings(isUp: true, mtu: mtu)) }
        try Sysctl.set("net/ipv4/conf/\(link.name)/rp_filter", "2", namespace: namespace)
        let own = LinkAddress(IPv4Prefix(interface.primary), link: link.index)
        let gateway = IPv4Address(interface.subnet.address.number + 1)
        let known = try netlink.addresses(of: link.name).contains { $0.prefix.address == interface.primary }
        try netlink.perform(
            (known ? [] : [NetlinkRequest.addAddress(own).unlessPresent]) + [
                .replaceRoute(Route(IPv4Prefix(gateway), link: link.index, table: interface.table, scope: .link)),
                .replaceRoute(Route(.all, via: gateway, link: link.index, table: interface.table, isOnLink: true)),
            ])
    }

    /// The sandboxes whose links are there, by their container ids.
    func sandboxes() throws -> Set<String> {
        Set(try netlink.links().filter { $0.kind == "veth" && $0.name.hasPrefix("eni") }.compactMap(\.alias))
    }

    /// Takes rules away whose address no pod has.
    func removeRules(except addresses: Set<IPv4Address>) throws {
        for rule in try netlink.rules() where PodWiring.isOurs(rule) {
            guard let address = rule.source?.address ?? rule.destination?.address, !addresses.contains(address) else { continue }
            try netlink.deleteRule(rule)
        }
    }
}
