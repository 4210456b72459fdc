import Control
import Glibc
import Linux

/// A pod's way to the network: a pair of interfaces, one end in the pod with its /32, the other on the node with a route and rules.
/// Source: VPC CNI, cmd/routed-eni-cni-plugin/driver.
struct PodWiring {
    /// Where pods send everything: an address that exists nowhere, with a fixed neighbour.
    static let gateway = IPv4Address(0xA9FE_0101)
    /// Priorities of rules: to pods before the mark, that before from pods.
    static let (toPod, marked, fromPod): (UInt32, UInt32, UInt32) = (512, 1024, 1536)
    static let mainTable: UInt32 = 254
    /// Connections that must leave by the first interface have this bit of the mark.
    static let firstInterfaceMark: UInt32 = 0x80

    let pod: PodInterface
    private let node: Netlink

    /// - Parameter namespace: the node's network namespace; nil for the process's own.
    init(pod: PodInterface, nodeNamespace: String? = nil) throws {
        self.pod = pod
        node = try Netlink(namespace: nodeNamespace)
    }

    /// Makes the interfaces, routes and rules; whatever was there under the same name goes first.
    /// - Returns: the hardware addresses of the node's and the pod's end.
    func connect(_ grant: PluginExchange.Grant, namespace: String) throws -> (node: MACAddress, pod: MACAddress) {
        let host = pod.hostName
        let address = IPv4Prefix(grant.address)
        try node.deleteLink(host)
        try node.addVeth(
            host, LinkSettings(isUp: true, mtu: grant.mtu), peer: pod.name,
            LinkSettings(mtu: grant.mtu, namespace: namespace))
        try node.changeLink(host, LinkSettings(alias: pod.container))
        guard let outer = try node.link(host) else { throw NetlinkError("find link \(host)", code: ENODEV) }
        let inside = try Netlink(namespace: namespace)
        try inside.changeLink(pod.name, LinkSettings(isUp: true))
        guard let inner = try inside.link(pod.name) else { throw NetlinkError("find link \(pod.name)", code: ENODEV) }
        try inside.perform([
            .addAddress(LinkAddress(address, link: inner.index)),
            .setNeighbour(Neighbour(Self.gateway, mac: outer.mac, link: inner.index)),
            .replaceRoute(Route(IPv4Prefix(Self.gateway), link: inner.index, scope: .link)),
            .replaceRoute(Route(.all, via: Self.gateway, link: inner.index)),
        ])
        try node.perform([
            .setNeighbour(Neighbour(grant.address, mac: inner.mac, link: outer.index)),
            .replaceRoute(Route(address, link: outer.index, scope: .link)),
            NetlinkRequest.addRule(Self.ruleTo(grant.address)).unlessPresent,
        ])
        if grant.table != Self.mainTable {
            try node.perform(NetlinkRequest.addRule(Self.ruleFrom(grant.address, table: grant.table)).unlessPresent)
        }
        return (outer.mac, inner.mac)
    }

    /// Takes away what belongs to the sandbox; what a later sandbox of the same pod has stays.
    func disconnect(_ addresses: [IPv4Address]) throws {
        if let link = try node.link(pod.hostName), link.alias == pod.container { try node.deleteLink(link.name) }
        let routed = try Set(node.routes(table: Self.mainTable).filter { $0.destination.length == 32 }.map(\.destination.address))
        let gone = addresses.filter { !routed.contains($0) }
        for rule in try node.rules() where Self.isOurs(rule) && gone.contains(where: { Self.concerns(rule, $0) }) {
            try node.deleteRule(rule)
        }
    }

    /// - Throws: `CNIError` when something of it is missing.
    func check(_ address: IPv4Address, namespace: String) throws {
        guard let link = try node.link(pod.hostName), link.isUp else { throw CNIError(.failed, "interface \(pod.hostName) is missing") }
        let inside = try Netlink(namespace: namespace)
        guard try inside.addresses(of: pod.name).contains(where: { $0.prefix.address == address }) else {
            throw CNIError(.failed, "interface \(pod.name) has no address \(address)")
        }
        guard try node.routes(table: Self.mainTable).contains(where: { $0.destination == IPv4Prefix(address) && $0.link == link.index })
        else { throw CNIError(.failed, "there is no route to \(address)") }
    }

    static func ruleTo(_ address: IPv4Address) -> PolicyRule {
        PolicyRule(priority: toPod, table: mainTable, to: IPv4Prefix(address))
    }
    static func ruleFrom(_ address: IPv4Address, table: UInt32) -> PolicyRule {
        PolicyRule(priority: fromPod, table: table, from: IPv4Prefix(address))
    }
    static func isOurs(_ rule: PolicyRule) -> Bool { rule.priority == toPod || rule.priority == fromPod }
    static func concerns(_ rule: PolicyRule, _ address: IPv4Address) -> Bool {
        rule.source?.address == address || rule.destination?.address == address
    }
}
