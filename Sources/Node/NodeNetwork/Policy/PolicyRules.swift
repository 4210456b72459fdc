import Cryptography
import Documents
import KubeModel
import Linux

/// The rules of network policies on one node, as fragments of a table: a chain and sets for each policy and direction, and for each
/// isolated pod of this node a chain that asks its policies. Source: networking/v1 NetworkPolicy.
struct PolicyRules {
    let pods: [PolicyPod]
    /// Labels by namespace.
    let namespaces: [String: [String: String]]
    let policies: [Value]
    let node: String
    /// Whether pods that no policy selects are closed rather than open.
    var isStrict = false

    /// What the table needs besides fragments. Established connections pass, and so does what the node itself sends (kubelet's probes).
    static let skeleton = """
        add map @T ingress-pods { type ipv4_addr : verdict; }
        add map @T egress-pods { type ipv4_addr : verdict; }
        add chain @T egress-forward { type filter hook forward priority -2; }
        add chain @T egress-input { type filter hook input priority -2; }
        add chain @T ingress-forward { type filter hook forward priority -1; }
        add rule @T egress-forward ct state established,related accept
        add rule @T egress-forward iifname "eni*" ip saddr vmap @egress-pods
        add rule @T egress-input ct state established,related accept
        add rule @T egress-input iifname "eni*" ip saddr vmap @egress-pods
        add rule @T ingress-forward ct state established,related accept
        add rule @T ingress-forward oifname "eni*" ip daddr vmap @ingress-pods
        """

    private enum Direction: String, CaseIterable {
        case ingress = "Ingress"
        case egress = "Egress"
        var name: String { self == .ingress ? "ingress" : "egress" }
        var peers: String { self == .ingress ? "from" : "to" }
        /// Which address of a packet is the peer's.
        var peerAddress: String { self == .ingress ? "ip saddr" : "ip daddr" }
    }

    /// Fragments by owner: `policy/<namespace>/<name>` and `pod/<address>`.
    func fragments() -> [String: RuleFragment] {
        var fragments: [String: RuleFragment] = [:]
        let local = pods.filter { $0.node == node }
        var chains: [IPv4Address: [Direction: [String]]] = [:]
        for policy in policies {
            let selected = self.selected(by: policy, among: local)
            guard !selected.isEmpty else { continue }
            var fragment = RuleFragment()
            for direction in directions(policy) {
                let chain = chainName(policy, direction)
                fragment.chains[chain] = []
                for (index, rule) in policy["spec"][direction.name].items.enumerated() {
                    add(rule, "\(chain)-\(index)", chain, direction, policy, selected, &fragment)
                }
                for pod in selected { chains[pod.address, default: [:]][direction, default: []].append(chain) }
            }
            fragments["policy/\(key(policy))"] = fragment
        }
        for pod in local {
            let own = chains[pod.address] ?? [:]
            let fragment = podFragment(pod, own)
            if !fragment.isEmpty { fragments["pod/\(pod.address)"] = fragment }
        }
        return fragments
    }

    /// A pod may always speak to itself; what no policy of a direction accepts is dropped.
    private func podFragment(_ pod: PolicyPod, _ chains: [Direction: [String]]) -> RuleFragment {
        var fragment = RuleFragment()
        for direction in Direction.allCases {
            guard let asked = chains[direction] ?? (isStrict && chains.isEmpty ? [] : nil) else { continue }
            let chain = "\(direction.name)-pod-\(pod.address)"
            fragment.chains[chain] = ["\(direction.peerAddress) \(pod.address) accept"] + asked.sorted().map { "jump \($0)" } + ["drop"]
            fragment.add("\(direction.name)-pods", "\(pod.address)", "goto \(chain)")
        }
        return fragment
    }

    private func selected(by policy: Value, among pods: [PolicyPod]) -> [PolicyPod] {
        let selector = LabelSelector(policy["spec"]["podSelector"])
        let namespace = policy["metadata"]["namespace"].string
        return pods.filter { $0.namespace == namespace && selector.matches($0.labels) }
    }

    private func directions(_ policy: Value) -> [Direction] {
        let types = policy["spec"]["policyTypes"].items.compactMap(\.string)
        if types.isEmpty { return policy["spec"]["egress"].items.isEmpty ? [.ingress] : [.ingress, .egress] }
        return Direction.allCases.filter { types.contains($0.rawValue) }
    }

    // MARK: One rule

    /// Each pair of a peer's condition and a port's condition is one nft rule.
    private func add(
        _ rule: Value, _ prefix: String, _ chain: String, _ direction: Direction, _ policy: Value, _ selected: [PolicyPod],
        _ fragment: inout RuleFragment
    ) {
        let peers = rule[direction.peers].items
        let conditions = peers.isEmpty ? [""] : peerConditions(peers, prefix, direction, policy, &fragment)
        let targets = direction == .ingress ? selected : peers.isEmpty ? pods : peerPods(peers, policy)
        let ports = rule["ports"].items
        let portConditions = ports.isEmpty ? [""] : self.portConditions(ports, prefix, targets, &fragment)
        for peer in conditions {
            for port in portConditions {
                let text = [peer, port, "accept"].filter { !$0.isEmpty }.joined(separator: " ")
                fragment.chains[chain, default: []].append(text)
            }
        }
    }

    /// One condition for all selected pods together, and one for each block.
    private func peerConditions(
        _ peers: [Value], _ prefix: String, _ direction: Direction, _ policy: Value, _ fragment: inout RuleFragment
    ) -> [String] {
        var conditions: [String] = []
        let selectors = peers.filter { $0["ipBlock"].isNull }
        if !selectors.isEmpty {
            let set = "peers-\(prefix)"
            fragment.sets[set] = "type ipv4_addr;"
            for pod in peerPods(selectors, policy) { fragment.add(set, "\(pod.address)") }
            conditions.append("\(direction.peerAddress) @\(set)")
        }
        for peer in peers {
            guard let block = peer["ipBlock"]["cidr"].string.flatMap({ IPv4Prefix($0)?.network }) else { continue }
            let except = peer["ipBlock"]["except"].items.compactMap { $0.string.flatMap { IPv4Prefix($0)?.network } }
            let inside = block.length == 0 ? "" : "\(direction.peerAddress) \(block)"
            let outside =
                except.isEmpty
                ? "" : "\(direction.peerAddress) != { \(Self.widest(except).map(\.description).joined(separator: ", ")) }"
            conditions.append([inside, outside].filter { !$0.isEmpty }.joined(separator: " "))
        }
        return conditions
    }

    /// Blocks that lie in others are left out: nft takes no overlaps.
    private static func widest(_ blocks: [IPv4Prefix]) -> [IPv4Prefix] {
        Set(blocks).sorted().filter { block in
            !blocks.contains { $0 != block && $0.length <= block.length && $0.contains(block.address) }
        }
    }

    private func peerPods(_ peers: [Value], _ policy: Value) -> [PolicyPod] {
        let selectors = peers.filter { $0["ipBlock"].isNull }.map { peer in
            (
                pods: peer["podSelector"].isNull ? LabelSelector.everything : LabelSelector(peer["podSelector"]),
                namespaces: peer["namespaceSelector"].isNull ? nil : LabelSelector(peer["namespaceSelector"])
            )
        }
        let own = policy["metadata"]["namespace"].string
        return pods.filter { pod in
            selectors.contains { selector in
                let isThere = selector.namespaces.map { $0.matches(namespaces[pod.namespace] ?? [:]) } ?? (pod.namespace == own)
                return isThere && selector.pods.matches(pod.labels)
            }
        }
    }

    /// Numbers by transport together; named ports by the pods that have them.
    private func portConditions(
        _ ports: [Value], _ prefix: String, _ targets: [PolicyPod], _ fragment: inout RuleFragment
    ) -> [String] {
        var conditions: [String] = []
        var numbers: [String: Set<ClosedRange<Int>>] = [:]
        for (index, port) in ports.enumerated() {
            let transport = (port["protocol"].string ?? "TCP").lowercased()
            if let name = port["port"].string {
                let set = "named-\(prefix)-\(index)"
                fragment.sets[set] = "type ipv4_addr . inet_service;"
                for pod in targets { if let number = pod.port(named: name, transport) { fragment.add(set, "\(pod.address) . \(number)") } }
                conditions.append("meta l4proto \(transport) ip daddr . th dport @\(set)")
            } else if let first = port["port"].int {
                numbers[transport, default: []].insert(first...max(first, port["endPort"].int ?? first))
            } else {
                conditions.append("meta l4proto \(transport)")
            }
        }
        for (transport, ranges) in numbers.sorted(by: { $0.key < $1.key }) {
            let text = Self.merged(ranges).map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
            conditions.append("meta l4proto \(transport) th dport { \(text.joined(separator: ", ")) }")
        }
        return conditions
    }

    private static func merged(_ ranges: Set<ClosedRange<Int>>) -> [ClosedRange<Int>] {
        var result: [ClosedRange<Int>] = []
        for range in ranges.sorted(by: { ($0.lowerBound, $0.upperBound) < ($1.lowerBound, $1.upperBound) }) {
            if let last = result.last, range.lowerBound <= last.upperBound + 1 {
                result[result.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
            } else {
                result.append(range)
            }
        }
        return result
    }

    private func key(_ policy: Value) -> String {
        "\(policy["metadata"]["namespace"].string ?? "")/\(policy["metadata"]["name"].string ?? "")"
    }
    private func chainName(_ policy: Value, _ direction: Direction) -> String {
        let key = key(policy)
        return "\(direction.name)-\(Hex.encode(SHA256.hash(key)).prefix(8))-\(key.prefix(70))"
    }
}
