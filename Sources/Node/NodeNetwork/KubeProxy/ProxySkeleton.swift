package import Linux

/// The parts of the proxy's table that do not depend on services. Source: KEP-3866 for the hooks and their order.
package enum ProxySkeleton {
    /// Where node ports are served.
    package enum NodePortScope: Sendable, Hashable {
        /// Every address of the node but loopback.
        case allAddresses
        /// The node's addresses in these blocks.
        case blocks([IPv4Prefix])
    }

    /// Commands for `RuleTable`.
    /// - Parameters:
    ///   - mark: the packet mark that asks for masquerading, one bit.
    ///   - serviceBlocks: addresses that belong to services alone.
    package static func commands(nodePorts: NodePortScope, mark: UInt32, serviceBlocks: [IPv4Prefix]) -> String {
        let bit = "0x" + String(mark, radix: 16)
        let rest = "0x" + String(~mark, radix: 16)
        let here =
            switch nodePorts {
            case .allAddresses: "ip daddr != 127.0.0.0/8 fib daddr type local"
            case .blocks(let blocks): "ip daddr { \(blocks.map(\.description).sorted().joined(separator: ", ")) } fib daddr type local"
            }
        var lines = declarations
        lines += [
            "add rule @T reject-chain reject",
            "add rule @T mark-for-masquerade meta mark set meta mark or \(bit)",
            "add rule @T masquerading ct status dnat ip saddr . ip daddr @hairpin-connections masquerade fully-random",
            "add rule @T masquerading meta mark and \(bit) == 0 return",
            "add rule @T masquerading meta mark set meta mark and \(rest)",
            "add rule @T masquerading masquerade fully-random",
            "add rule @T services ip daddr . meta l4proto . th dport vmap @service-ips",
            "add rule @T services \(here) meta l4proto . th dport vmap @service-nodeports",
            "add rule @T endpoints-check ip daddr . meta l4proto . th dport vmap @no-endpoint-services",
            "add rule @T nodeport-check \(here) meta l4proto . th dport vmap @no-endpoint-nodeports",
            "add rule @T firewall-check ip daddr . meta l4proto . th dport vmap @firewall-ips",
            "add rule @T cluster-ips-check ip daddr @cluster-ips reject",
        ]
        lines += serviceBlocks.map { "add rule @T cluster-ips-check ip daddr \($0) drop" }
        return (lines + hooks).joined(separator: "\n")
    }

    private static let declarations: [String] = [
        "add set @T cluster-ips { type ipv4_addr; }",
        "add set @T hairpin-connections { type ipv4_addr . ipv4_addr; }",
        "add map @T service-ips { type ipv4_addr . inet_proto . inet_service : verdict; }",
        "add map @T service-nodeports { type inet_proto . inet_service : verdict; }",
        "add map @T no-endpoint-services { type ipv4_addr . inet_proto . inet_service : verdict; }",
        "add map @T no-endpoint-nodeports { type inet_proto . inet_service : verdict; }",
        "add map @T firewall-ips { type ipv4_addr . inet_proto . inet_service : verdict; }",
        "add chain @T reject-chain", "add chain @T mark-for-masquerade", "add chain @T masquerading", "add chain @T services",
        "add chain @T endpoints-check", "add chain @T nodeport-check", "add chain @T firewall-check", "add chain @T cluster-ips-check",
        "add chain @T nat-prerouting { type nat hook prerouting priority -100; }",
        "add chain @T nat-output { type nat hook output priority -100; }",
        "add chain @T nat-postrouting { type nat hook postrouting priority 100; }",
        "add chain @T filter-prerouting { type filter hook prerouting priority -110; }",
        "add chain @T filter-input { type filter hook input priority -110; }",
        "add chain @T filter-forward { type filter hook forward priority -110; }",
        "add chain @T filter-output { type filter hook output priority -110; }",
        "add chain @T filter-output-post-dnat { type filter hook output priority -90; }",
    ]

    private static let hooks: [String] = [
        "add rule @T nat-prerouting jump services", "add rule @T nat-output jump services",
        "add rule @T nat-postrouting jump masquerading",
        "add rule @T filter-prerouting ct state new jump firewall-check",
        "add rule @T filter-input ct state new jump nodeport-check", "add rule @T filter-input ct state new jump endpoints-check",
        "add rule @T filter-forward ct state new jump endpoints-check", "add rule @T filter-forward ct state new jump cluster-ips-check",
        "add rule @T filter-output ct state new jump endpoints-check", "add rule @T filter-output ct state new jump firewall-check",
        "add rule @T filter-output-post-dnat ct state new jump cluster-ips-check",
    ]
}
