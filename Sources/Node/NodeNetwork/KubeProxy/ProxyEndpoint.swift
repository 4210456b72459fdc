package import Documents
import KubeModel
package import Linux

/// One endpoint of one service port, as the slices tell.
package struct ProxyEndpoint: Sendable, Hashable {
    package var address: IPv4Address
    package var port: Int
    package var isReady: Bool, isServing: Bool, isTerminating: Bool
    package var isLocal: Bool
    /// The zones and nodes that it is meant for.
    package var zoneHints: [String], nodeHints: [String]

    /// `10.0.0.1 . 80`, as nft writes a pair.
    var pair: String { "\(address) . \(port)" }
    /// Whether it takes traffic when no endpoint is ready.
    var isFallback: Bool { isServing && isTerminating }
}

/// Where the proxy runs.
package struct ProxyNode: Sendable, Hashable {
    package var name: String
    package var zone: String
    package init(name: String, zone: String = "") { (self.name, self.zone) = (name, zone) }
}

/// What the proxy keeps of an EndpointSlice, which is a small part of the document.
package struct ProxySlice: Sendable, Hashable {
    fileprivate struct Port: Sendable, Hashable {
        var key: String
        var number: Int
    }
    fileprivate let ports: [Port]
    /// With port 0.
    fileprivate let endpoints: [ProxyEndpoint]

    /// Nil for another address type than IPv4, which this proxy does not carry.
    package init?(_ document: Value, node: String) {
        guard document["addressType"].string == "IPv4" else { return nil }
        ports = document["ports"].items.compactMap { port in
            guard let number = port["port"].int, 1...65_535 ~= number else { return nil }
            return Port(
                key: ProxyEndpoints.key(port["name"].string ?? "", (port["protocol"].string ?? "TCP").lowercased()), number: number)
        }
        endpoints = document["endpoints"].items.compactMap { Self.endpoint($0, node) }
    }

    private static func endpoint(_ value: Value, _ node: String) -> ProxyEndpoint? {
        guard let address = value["addresses"][0].string.flatMap({ IPv4Address($0) }) else { return nil }
        let conditions = value["conditions"]
        let hints = value["hints"]
        let ready = conditions["ready"].bool ?? true
        return ProxyEndpoint(
            address: address, port: 0, isReady: ready, isServing: conditions["serving"].bool ?? ready,
            isTerminating: conditions["terminating"].bool ?? false, isLocal: value["nodeName"].string == node,
            zoneHints: hints["forZones"].items.compactMap { $0["name"].string },
            nodeHints: hints["forNodes"].items.compactMap { $0["name"].string })
    }
}

/// The endpoints of one service by port name and transport, out of all its slices.
package struct ProxyEndpoints: Sendable, Hashable {
    private var byPort: [String: [ProxyEndpoint]] = [:]

    /// - Parameter slices: all slices that the service's label names.
    package init(slices: some Sequence<ProxySlice>) {
        for slice in slices {
            for port in slice.ports {
                byPort[port.key, default: []] += slice.endpoints.map { endpoint in
                    var endpoint = endpoint
                    endpoint.port = port.number
                    return endpoint
                }
            }
        }
        for (key, endpoints) in byPort { byPort[key] = Self.unique(endpoints) }
    }

    /// The endpoints of a port, by address.
    func of(_ port: ProxyService.Port) -> [ProxyEndpoint] { byPort[Self.key(port.name, port.transport)] ?? [] }

    fileprivate static func key(_ name: String, _ transport: String) -> String { "\(transport)/\(name)" }

    /// One endpoint for each address and port, the readiest, in the order of addresses.
    private static func unique(_ endpoints: [ProxyEndpoint]) -> [ProxyEndpoint] {
        var best: [String: ProxyEndpoint] = [:]
        for endpoint in endpoints {
            if let known = best[endpoint.pair], known.isReady || (!endpoint.isReady && known.isServing) { continue }
            best[endpoint.pair] = endpoint
        }
        return best.values.sorted { ($0.address, $0.port) < ($1.address, $1.port) }
    }
}

extension [ProxyEndpoint] {
    /// Those that take the traffic of policy `Cluster` on a node: the ready ones meant for it, else the serving ones that end.
    func forCluster(on node: ProxyNode) -> [ProxyEndpoint] {
        let ready = filter(\.isReady)
        guard !ready.isEmpty else { return filter(\.isFallback) }
        if ready.allSatisfy({ !$0.nodeHints.isEmpty }) {
            let near = ready.filter { $0.nodeHints.contains(node.name) }
            if !near.isEmpty { return near }
        }
        if !node.zone.isEmpty, ready.allSatisfy({ !$0.zoneHints.isEmpty }) {
            let near = ready.filter { $0.zoneHints.contains(node.zone) }
            if !near.isEmpty { return near }
        }
        return ready
    }
    /// Those that take the traffic of policy `Local`.
    func forLocal() -> [ProxyEndpoint] {
        let here = filter(\.isLocal)
        let ready = here.filter(\.isReady)
        return ready.isEmpty ? here.filter(\.isFallback) : ready
    }
}
