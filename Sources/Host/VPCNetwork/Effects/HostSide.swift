import Glibc
import Linux

/// What the host's own namespace holds for VPCs: the other end of their ways out, routes to public addresses, and translation to the outside.
struct HostSide {
    let directory: RunDirectory
    let netlink: Netlink
    let nftables: Nftables
    private var hasTable = false

    /// Works in the namespace of the calling thread.
    init(_ directory: RunDirectory) throws {
        self.directory = directory
        netlink = try Netlink()
        nftables = try Nftables()
    }

    /// Links the VPC's namespace with the host, and routes its public addresses there.
    mutating func connect(_ vpcID: String, namespace: String, publicAddresses: Set<IPv4Address>) throws {
        try openTable()
        let name = directory.uplink(vpcID)
        let inside = try Netlink(namespace: namespace)
        if try netlink.link(name) == nil || inside.link(Fabric.uplink) == nil {
            try netlink.deleteLink(name)
            try inside.deleteLink(Fabric.uplink)
            try netlink.addVeth(
                name, LinkSettings(mac: Fabric.hostMAC, mtu: Fabric.uplinkMTU), peer: Fabric.uplink,
                LinkSettings(mac: Fabric.vpcMAC, mtu: Fabric.uplinkMTU, namespace: namespace))
        }
        let index = try netlink.index(of: name)
        let far = try inside.index(of: Fabric.uplink)
        try? Sysctl.set("net/ipv4/conf/\(name)/send_redirects", "0")
        try netlink.perform(.addAddress(LinkAddress(IPv4Prefix(Fabric.hostAddress), link: index)).unlessPresent)
        try inside.perform(.addAddress(LinkAddress(IPv4Prefix(Fabric.vpcAddress), link: far)).unlessPresent)
        try netlink.changeLink(name, LinkSettings(isUp: true))
        try inside.changeLink(Fabric.uplink, LinkSettings(isUp: true))
        try netlink.setNeighbour(Neighbour(Fabric.vpcAddress, mac: Fabric.vpcMAC, link: index))
        try route(publicAddresses, by: index)
    }

    private func route(_ addresses: Set<IPv4Address>, by index: Int32) throws {
        let wanted = Set(
            addresses.map {
                Route(
                    IPv4Prefix($0), via: Fabric.vpcAddress, link: index, source: Fabric.hostAddress, isOnLink: true,
                    origin: Fabric.routeOrigin)
            })
        let present = Set(try netlink.routes(table: 254).filter { $0.link == index && $0.origin == Fabric.routeOrigin })
        try netlink.perform(
            present.subtracting(wanted).map { NetlinkRequest.deleteRoute($0).ifPresent }
                + wanted.subtracting(present).map { .replaceRoute($0) })
    }

    /// Takes the VPC's way out away, with its routes; nothing happens when there is none.
    mutating func disconnect(_ vpcID: String) throws {
        let link = try netlink.link(directory.uplink(vpcID))
        if link == nil, !hasTable { return }
        if let link { try netlink.deleteLink(link.name) }
        try closeTableIfUnused()
    }

    /// The table goes with the last link.
    mutating func closeTableIfUnused() throws {
        if try !uplinks().isEmpty { return }
        hasTable = false
        try nftables.run("table ip \(directory.table)\ndelete table ip \(directory.table)\n")
    }

    /// Names of this server's links on the host.
    func uplinks() throws -> [String] { try netlink.links().map(\.name).filter { $0.hasPrefix(directory.uplinkPrefix) } }

    private mutating func openTable() throws {
        if hasTable { return }
        if try Sysctl.get("net.ipv4.ip_forward") != "1" { try Sysctl.set("net.ipv4.ip_forward", "1") }
        try nftables.run(Self.firewall(uplinks: directory.uplinkPrefix).script(table: directory.table))
        hasTable = true
    }

    /// VPCs reach the outside under the host's address, each other by public addresses alone.
    static func firewall(uplinks prefix: String) -> Firewall {
        Firewall(chains: [
            "forward": Firewall.Chain(
                hook: "type filter hook forward priority 0; policy accept;",
                rules: ["iifname \"\(prefix)*\" ip saddr != \(Fabric.publicBlock) drop"]),
            "input": Firewall.Chain(
                hook: "type filter hook input priority 0; policy accept;",
                rules: ["iifname \"\(prefix)*\" ip saddr != \(Fabric.publicBlock) drop"]),
            "translate": Firewall.Chain(
                hook: "type nat hook postrouting priority 100; policy accept;",
                rules: ["ip saddr \(Fabric.publicBlock) iifname \"\(prefix)*\" oifname != \"\(prefix)*\" masquerade"]),
        ])
    }
}
