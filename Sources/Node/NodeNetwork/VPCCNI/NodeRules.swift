import Linux

/// The packet rules of a node in a VPC, as a table: translation for what leaves the VPC, connections that must leave by the first
/// interface, and host ports. Source: VPC CNI, networkutils (the same by iptables).
enum NodeRules {
    /// Commands for a `RuleTable`.
    /// - Parameters:
    ///   - translates: whether packets to outside the VPC get the node's own address; false is AWS_VPC_K8S_CNI_EXTERNALSNAT.
    ///   - excluded: further blocks that are reached without translation.
    ///   - link: the name of the first interface.
    static func commands(_ identity: NodeIdentity, link: String, translates: Bool, excluded: [IPv4Prefix]) -> String {
        let mark = "0x" + String(PodWiring.firstInterfaceMark, radix: 16)
        let blocks = Set(identity.vpcBlocks + excluded).sorted().map(\.description).joined(separator: ", ")
        var lines = [
            "add set @T vpc-blocks { type ipv4_addr; flags interval; auto-merge; }",
            "add set @T hairpins { type ipv4_addr . ipv4_addr; }",
            "add map @T host-ports { type inet_proto . inet_service : ipv4_addr . inet_service; }",
            "add map @T host-address-ports { type ipv4_addr . inet_proto . inet_service : ipv4_addr . inet_service; }",
            "add chain @T mark-inbound { type filter hook prerouting priority -150; }",
            "add chain @T mark-outbound { type filter hook prerouting priority -90; }",
            "add chain @T host-ports", "add chain @T host-ports-in { type nat hook prerouting priority -105; }",
            "add chain @T host-ports-out { type nat hook output priority -105; }",
            "add chain @T translate { type nat hook postrouting priority 105; }",
            "add rule @T mark-inbound iifname \"\(link)\" fib daddr type local ct state new ct mark set ct mark or \(mark)",
            "add rule @T host-ports dnat ip addr . port to ip daddr . meta l4proto . th dport map @host-address-ports",
            "add rule @T host-ports dnat ip addr . port to meta l4proto . th dport map @host-ports",
            "add rule @T host-ports-in fib daddr type local jump host-ports",
            "add rule @T host-ports-out ip daddr != 127.0.0.0/8 fib daddr type local jump host-ports",
            "add rule @T translate ct status dnat ip saddr . ip daddr @hairpins masquerade",
        ]
        if !blocks.isEmpty { lines.append("add element @T vpc-blocks { \(blocks) }") }
        if translates {
            lines += [
                "add rule @T mark-outbound iifname \"eni*\" ct state new ip daddr != @vpc-blocks ct mark set ct mark or \(mark)",
                "add rule @T translate ip daddr @vpc-blocks return",
                "add rule @T translate ip saddr != \(identity.primary) fib daddr type != local oifname != \"lo\" snat to \(identity.primary) fully-random",
            ]
        }
        lines.append("add rule @T mark-outbound iifname \"eni*\" ct mark and \(mark) == \(mark) meta mark set meta mark or \(mark)")
        return lines.joined(separator: "\n")
    }

    /// A pod's host ports.
    static func fragment(_ allocation: Allocation) -> RuleFragment {
        var fragment = RuleFragment()
        for port in allocation.hostPorts {
            let target = "\(allocation.address) . \(port.containerPort)"
            let key = "\(port.transport) . \(port.hostPort)"
            if let address = port.hostAddress {
                fragment.add("host-address-ports", "\(address) . \(key)", target)
            } else {
                fragment.add("host-ports", key, target)
            }
            fragment.add("hairpins", "\(allocation.address) . \(allocation.address)")
        }
        return fragment
    }
}
