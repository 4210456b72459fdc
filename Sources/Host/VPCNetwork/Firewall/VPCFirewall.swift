import AWSServices
import Linux

/// The firewall of a VPC. Egress and ingress are chains of different priority on each hook, so that a packet must be let out by its sender's
/// groups and let in by its receiver's; answers always pass.
extension VPCPlanner {
    func firewall() -> Firewall {
        var firewall = Firewall()
        addSets(to: &firewall)
        addGroups(to: &firewall)
        addInterfaces(to: &firewall)
        firewall.chains.merge(Self.hooks) { $1 }
        return firewall
    }

    private func addSets(to firewall: inout Firewall) {
        func add(_ name: String, _ type: String, isMap: Bool = false, _ elements: [String] = []) {
            firewall.sets[name] = Firewall.NamedSet(type: "type \(type);", isMap: isMap, elements: Set(elements))
        }
        let published = interfaces.filter { $0.isPort || $0.isRegion }.flatMap(\.published)
        let working = gateways.values.filter(\.works)
        add("blocks", "ipv4_addr; flags interval", blocks.map(\.description))
        add("services", "ipv4_addr", services.map(\.description))
        add("sources", "ifname . ipv4_addr")
        add("unchecked", "ifname")
        add("public", "ipv4_addr", published.map(\.outside.description) + working.map(\.outside.description))
        add("published", "ipv4_addr", published.map(\.inside.description))
        add("hops", "ipv4_addr", working.map(\.inside.description))
        add("inbound", "ipv4_addr : ipv4_addr", isMap: true, published.map { "\($0.outside) : \($0.inside)" })
        add("outbound", "ipv4_addr : ipv4_addr", isMap: true, published.map { "\($0.inside) : \($0.outside)" })
        add("gateways", "ipv4_addr : ipv4_addr", isMap: true, working.map { "\($0.inside) : \($0.outside)" })
        add("subnets", "ifname : mark", isMap: true)
        for direction in ["out", "in"] {
            add("\(direction)_port", "ifname : verdict", isMap: true)
            add("\(direction)_local", "ipv4_addr : verdict", isMap: true)
        }
        for group in state.groups { add("of_\(group.id)", "ipv4_addr") }
    }

    private func addGroups(to firewall: inout Firewall) {
        let known = Set(state.groups.map(\.id))
        for group in state.groups {
            firewall.chains["in_\(group.id)"] = Firewall.Chain(rules: GroupRules.rules(group.ingress, peer: "saddr", groups: known))
            firewall.chains["out_\(group.id)"] = Firewall.Chain(rules: GroupRules.rules(group.egress, peer: "daddr", groups: known))
        }
        for interface in interfaces {
            for id in interface.state.groupIDs where known.contains(id) {
                firewall.sets["of_\(id)"]?.elements.formUnion(interface.addresses.map(\.description))
            }
        }
    }

    private func addInterfaces(to firewall: inout Firewall) {
        let known = Set(state.groups.map(\.id))
        for interface in interfaces where interface.isPort || interface.isRegion {
            let groups = Set(interface.state.groupIDs).intersection(known).sorted()
            for direction in groups.isEmpty ? [] : ["out", "in"] {
                let chain = "\(direction)_\(groups.joined(separator: "."))"
                if groups.count > 1 { firewall.chains[chain] = Firewall.Chain(rules: groups.map { "jump \(direction)_\($0)" }) }
                if interface.isPort {
                    firewall.sets["\(direction)_port"]?.elements.insert("\"\(interface.port)\" : jump \(chain)")
                } else {
                    let elements = interface.addresses.map { "\($0) : jump \(chain)" }
                    firewall.sets["\(direction)_local"]?.elements.formUnion(elements)
                }
            }
            guard interface.isPort else { continue }
            firewall.sets["subnets"]?.elements.insert("\"\(interface.port)\" : \(interface.subnet.table)")
            firewall.sets["sources"]?.elements.formUnion(interface.addresses.map { "\"\(interface.port)\" . \($0)" })
            if !interface.state.checksSourceAndDestination { firewall.sets["unchecked"]?.elements.insert("\"\(interface.port)\"") }
        }
    }

    private static let answers = "ct state vmap { established : accept, related : accept }"
    private static let hooks: [String: Firewall.Chain] = [
        // Nobody speaks for another, and the outside only to public addresses.
        "arrive": Firewall.Chain(
            hook: "type filter hook prerouting priority -300; policy drop;",
            rules: [
                "iifname \"lo\" accept", "iifname \"wan\" ip saddr @blocks drop", "iifname \"wan\" ip saddr 169.254.0.0/16 drop",
                "iifname \"wan\" ip daddr @public accept", "meta mark set iifname map @subnets", "iifname . ip saddr @sources accept",
                "iifname @unchecked accept",
            ]),
        "translate_in": Firewall.Chain(
            hook: "type nat hook prerouting priority -100; policy accept;", rules: ["iifname \"wan\" dnat to ip daddr map @inbound"]),
        "translate_out": Firewall.Chain(
            hook: "type nat hook postrouting priority 100; policy accept;",
            rules: [
                "oifname \"wan\" rt ip nexthop \(Fabric.hostAddress) snat to ip saddr map @outbound",
                "oifname \"wan\" snat to rt ip nexthop map @gateways",
            ]),
        "forward_out": Firewall.Chain(
            hook: "type filter hook forward priority 0; policy drop;",
            rules: [answers, "ip daddr 169.254.0.0/16 drop", "iifname \"wan\" accept", "iifname vmap @out_port"]),
        "forward_in": Firewall.Chain(
            hook: "type filter hook forward priority 10; policy drop;",
            rules: [answers, "oifname \"wan\" jump leave", "jump deliver"]),
        "input_out": Firewall.Chain(
            hook: "type filter hook input priority 0; policy drop;",
            rules: [answers, "ip daddr @services accept", "iifname { \"lo\", \"wan\" } accept", "iifname vmap @out_port"]),
        "input_in": Firewall.Chain(
            hook: "type filter hook input priority 10; policy drop;",
            rules: [
                answers, "ip daddr @services accept", "iifname \"lo\" ip daddr 127.0.0.0/8 accept", "ip daddr vmap @in_local",
            ]),
        "output_out": Firewall.Chain(
            hook: "type filter hook output priority 0; policy drop;",
            rules: [
                answers, "ip saddr @services accept", "ip saddr 127.0.0.0/8 accept", "icmp type destination-unreachable accept",
                "ip saddr vmap @out_local",
            ]),
        "output_in": Firewall.Chain(
            hook: "type filter hook output priority 10; policy drop;",
            rules: [
                answers, "ip saddr @services accept", "oifname \"lo\" accept", "icmp type destination-unreachable accept",
                "oifname \"wan\" jump leave", "jump deliver",
            ]),
        // Only what gets a public address leaves: its own, or a NAT gateway's.
        "leave": Firewall.Chain(
            rules: [
                "rt ip nexthop \(Fabric.hostAddress) ip saddr @published accept", "rt ip nexthop @hops accept", "drop",
            ]),
        "deliver": Firewall.Chain(
            rules: ["oifname . ip daddr @sources oifname vmap @in_port", "oifname @unchecked oifname vmap @in_port"]),
    ]
}
