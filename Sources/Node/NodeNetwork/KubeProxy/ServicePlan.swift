import Cryptography
package import Linux

/// How packets are told to come from pods of this node or cluster, where that matters.
package enum LocalDetector: Sendable, Hashable {
    case none
    case block(IPv4Prefix)
    case interfacePrefix(String)
    case interface(String)

    /// An nft condition that holds for local pods' packets; nil where nothing tells.
    var condition: String? {
        switch self {
        case .none: nil
        case .block(let block): "ip saddr \(block)"
        case .interfacePrefix(let prefix): "iifname \"\(prefix)*\""
        case .interface(let name): "iifname \"\(name)\""
        }
    }
    /// The opposite condition.
    var negation: String? {
        switch self {
        case .none: nil
        case .block(let block): "ip saddr != \(block)"
        case .interfacePrefix(let prefix): "iifname != \"\(prefix)*\""
        case .interface(let name): "iifname != \"\(name)\""
        }
    }
}

/// What of the configuration shapes a service's rules.
package struct ServiceRuleOptions: Sendable, Hashable {
    package var masqueradesAll = false
    package var detector = LocalDetector.none
    package init() {}
}

/// The rules of one service on one node, as a value.
package struct ServicePlan: Sendable, Hashable {
    /// What the kernel needs.
    package private(set) var fragment = RuleFragment()
    /// Addresses and ports of UDP and SCTP fronts, and the endpoints behind each: for deleting stale connections.
    package private(set) var datagramFronts: [Front: Set<String>] = [:]
    /// Ready endpoints on this node, as the health check node port reports them.
    package private(set) var localEndpoints = 0

    /// A place where clients send datagrams; the address is nil for a node port.
    package struct Front: Sendable, Hashable {
        package var address: IPv4Address?
        package var port: Int
        package var transport: String
    }

    private let service: ProxyService
    private let node: ProxyNode
    private let options: ServiceRuleOptions

    /// - Parameter endpoints: those of the service's slices.
    package init(_ service: ProxyService, _ endpoints: ProxyEndpoints, node: ProxyNode, options: ServiceRuleOptions) {
        (self.service, self.node, self.options) = (service, node, options)
        fragment.add("cluster-ips", "\(service.clusterIP)")
        for port in service.ports { plan(port, endpoints.of(port)) }
        localEndpoints = Set(service.ports.flatMap { endpoints.of($0) }.filter { $0.isLocal && $0.isReady }.map(\.address)).count
    }

    private mutating func plan(_ port: ProxyService.Port, _ all: [ProxyEndpoint]) {
        let cluster = all.forCluster(on: node)
        let local = all.forLocal()
        let names = PortChains(service, port)
        let external = service.isExternal(port)
        let usesCluster = !cluster.isEmpty && (!service.internalIsLocal || external)
        let usesLocal = !local.isEmpty && (service.internalIsLocal || (external && service.externalIsLocal))
        if usesCluster { balance(names.cluster, port, names, cluster, masquerade: true) }
        if usesLocal { balance(names.local, port, names, local, masquerade: false) }
        for endpoint in (usesCluster ? cluster : []) + (usesLocal ? local : []) where endpoint.isLocal {
            fragment.add("hairpin-connections", "\(endpoint.address) . \(endpoint.address)")
        }
        inside(port, names, cluster, local)
        if external { outside(port, names, cluster, local) }
        if port.transport != "tcp" { noteFronts(port, usesCluster ? cluster : local) }
    }

    /// The chain that picks an endpoint.
    private mutating func balance(
        _ chain: String, _ port: ProxyService.Port, _ names: PortChains, _ endpoints: [ProxyEndpoint], masquerade: Bool
    ) {
        var rules: [String] = []
        if masquerade {
            let here = "ip daddr \(service.clusterIP) meta l4proto \(port.transport) th dport \(port.port)"
            if options.masqueradesAll {
                rules.append("\(here) jump mark-for-masquerade")
            } else if let foreign = options.detector.negation {
                rules.append("\(here) \(foreign) jump mark-for-masquerade")
            }
        }
        if let seconds = service.affinitySeconds {
            rules += affinity(names, port, endpoints, seconds: seconds)
        } else if endpoints.count == 1 {
            rules.append("meta l4proto \(port.transport) dnat ip to \(endpoints[0].address):\(endpoints[0].port)")
        } else {
            let choices = endpoints.enumerated().map { "\($0.offset) : \($0.element.pair)" }.joined(separator: ", ")
            rules.append(
                "meta l4proto \(port.transport) dnat ip addr . port to numgen random mod \(endpoints.count) map { \(choices) }")
        }
        fragment.chains[chain] = rules
    }

    /// Rules that send a known client to its endpoint; each endpoint has a chain and a set of its clients.
    private mutating func affinity(_ names: PortChains, _ port: ProxyService.Port, _ endpoints: [ProxyEndpoint], seconds: Int) -> [String] {
        var known: [String] = []
        var choices: [String] = []
        for (index, endpoint) in endpoints.enumerated() {
            let chain = names.endpoint(endpoint)
            let set = names.affinitySet(endpoint, seconds: seconds)
            fragment.sets[set] = "type ipv4_addr; flags dynamic,timeout; timeout \(seconds)s;"
            fragment.chains[chain] = [
                "update @\(set) { ip saddr }", "meta l4proto \(port.transport) dnat ip to \(endpoint.address):\(endpoint.port)",
            ]
            known.append("ip saddr @\(set) goto \(chain)")
            choices.append("\(index) : goto \(chain)")
        }
        return known + ["numgen random mod \(endpoints.count) vmap { \(choices.joined(separator: ", ")) }"]
    }

    /// The cluster's own address.
    private mutating func inside(
        _ port: ProxyService.Port, _ names: PortChains, _ cluster: [ProxyEndpoint], _ local: [ProxyEndpoint]
    ) {
        let key = "\(service.clusterIP) . \(port.transport) . \(port.port)"
        let chosen = service.internalIsLocal ? local : cluster
        if !chosen.isEmpty {
            fragment.add("service-ips", key, "goto \(service.internalIsLocal ? names.local : names.cluster)")
        } else {
            fragment.add("no-endpoint-services", key, cluster.isEmpty ? "goto reject-chain" : "drop")
        }
    }

    /// External addresses, load balancers and node ports.
    private mutating func outside(
        _ port: ProxyService.Port, _ names: PortChains, _ cluster: [ProxyEndpoint], _ local: [ProxyEndpoint]
    ) {
        let hasChain = !cluster.isEmpty || (service.externalIsLocal && !local.isEmpty)
        if hasChain { fragment.chains[names.external] = externalRules(names, cluster, local) }
        let refusal: String? =
            cluster.isEmpty && local.isEmpty ? "goto reject-chain" : service.externalIsLocal && local.isEmpty ? "drop" : nil
        for address in service.externalIPs + service.loadBalancerIPs {
            let key = "\(address) . \(port.transport) . \(port.port)"
            if hasChain { fragment.add("service-ips", key, "goto \(names.external)") }
            if let refusal { fragment.add("no-endpoint-services", key, refusal) }
        }
        if port.nodePort > 0 {
            let key = "\(port.transport) . \(port.nodePort)"
            if hasChain { fragment.add("service-nodeports", key, "goto \(names.external)") }
            if let refusal { fragment.add("no-endpoint-nodeports", key, refusal) }
        }
        guard !service.sourceRanges.isEmpty, !service.loadBalancerIPs.isEmpty else { return }
        let ranges = service.sourceRanges.map(\.description).sorted()
        fragment.chains[names.firewall] =
            ranges.contains("0.0.0.0/0") ? [] : ["ip saddr { \(ranges.joined(separator: ", ")) } return", "drop"]
        for address in service.loadBalancerIPs {
            fragment.add("firewall-ips", "\(address) . \(port.transport) . \(port.port)", "goto \(names.firewall)")
        }
    }

    private func externalRules(_ names: PortChains, _ cluster: [ProxyEndpoint], _ local: [ProxyEndpoint]) -> [String] {
        guard service.externalIsLocal else { return ["jump mark-for-masquerade", "goto \(names.cluster)"] }
        var rules: [String] = []
        if !cluster.isEmpty {
            if let pods = options.detector.condition { rules.append("\(pods) goto \(names.cluster)") }
            rules += ["fib saddr type local jump mark-for-masquerade", "fib saddr type local goto \(names.cluster)"]
        }
        return local.isEmpty ? rules : rules + ["goto \(names.local)"]
    }

    private mutating func noteFronts(_ port: ProxyService.Port, _ endpoints: [ProxyEndpoint]) {
        let behind = Set(endpoints.map { "\($0.address)" })
        for address in [service.clusterIP] + service.externalIPs + service.loadBalancerIPs {
            datagramFronts[Front(address: address, port: port.port, transport: port.transport)] = behind
        }
        if port.nodePort > 0 { datagramFronts[Front(address: nil, port: port.nodePort, transport: port.transport)] = behind }
    }
}

/// The names of a service port's chains and sets: a short hash makes them unique, the rest tells a reader whose they are.
struct PortChains {
    private let hash: String, suffix: String
    init(_ service: ProxyService, _ port: ProxyService.Port) {
        let label = "\(service.key)/\(port.transport)/\(port.name)"
        hash = Self.hash("\(label)/\(port.port)")
        suffix = "\(hash)-\(label.prefix(80))"
    }
    var cluster: String { "service-\(suffix)" }
    var local: String { "local-\(suffix)" }
    var external: String { "external-\(suffix)" }
    var firewall: String { "firewall-\(suffix)" }
    func endpoint(_ endpoint: ProxyEndpoint) -> String { "endpoint-\(suffix)/\(endpoint.address)/\(endpoint.port)" }
    func affinitySet(_ endpoint: ProxyEndpoint, seconds: Int) -> String {
        "affinity-\(hash)-\(endpoint.address)/\(endpoint.port)/\(seconds)"
    }
    private static func hash(_ text: String) -> String { String(Hex.encode(SHA256.hash(text)).prefix(8)) }
}
