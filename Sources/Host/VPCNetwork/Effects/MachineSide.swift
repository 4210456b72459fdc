import Linux

/// A machine's end of a port, configured from outside as EC2's DHCP would.
enum MachineSide {
    /// Makes the pair of links, in place of whatever has their names, and configures the machine's end.
    static func attach(_ port: PlannedPort, to vpc: String, _ netlink: Netlink, in directory: RunDirectory) throws {
        let namespace = directory.namespace(port.instance)
        try NetworkNamespaces.ensure(namespace)
        let machine = try Netlink(namespace: namespace)
        try machine.deleteLink(port.device)
        try netlink.addVeth(
            port.name, LinkSettings(isUp: true, mac: Fabric.portMAC, mtu: Fabric.portMTU), peer: port.device,
            LinkSettings(mac: port.mac, mtu: Fabric.portMTU, namespace: namespace))
        try machine.changeLink(port.device, LinkSettings(isUp: true))
        // On further interfaces the subnet stays with the first one, whose addresses pass the source check there.
        try machine.addAddress(port.address, link: port.device, isWithoutRoute: port.gateway == nil)
        guard let gateway = port.gateway else { return }
        try machine.replaceRoute(Route(.all, via: gateway, link: try machine.index(of: port.device)))
    }

    /// Whether both ends are one pair, up, with the machine's end as planned.
    static func isAttached(_ port: PlannedPort, to link: Link, in directory: RunDirectory) -> Bool {
        let namespace = directory.namespace(port.instance)
        guard link.isUp, NetworkNamespaces.exists(namespace), let machine = try? Netlink(namespace: namespace),
            let device = try? machine.link(port.device), let addresses = try? machine.addresses(of: port.device)
        else { return false }
        return device.index == link.peerIndex && device.mac == port.mac && addresses.contains { $0.prefix == port.address }
    }
}
