import Documents
import KubeModel

/// What cluster DNS knows of a cluster: its namespaces, services and their endpoints, by name and by address.
struct KubernetesIndex: Sendable {
    struct Port: Sendable, Hashable {
        let name: String
        /// `tcp`, `udp` or `sctp`.
        let transport: String
        let number: UInt16
    }
    struct Endpoint: Sendable, Hashable {
        let address: [UInt8]
        /// What the endpoint is called below its service: its host name, or its address with dashes.
        let label: String
        let ports: [Port]
    }
    struct Service: Sendable, Hashable {
        let namespace: String, name: String
        let externalName: String?
        /// Empty for headless services.
        let addresses: [[UInt8]]
        let ports: [Port]
        var key: String { "\(namespace)/\(name)" }
    }

    private(set) var namespaces: Set<String> = []
    private var services: [String: Service] = [:]
    /// Endpoints by service and slice.
    private var slices: [String: [String: [Endpoint]]] = [:]
    private var serviceByAddress: [[UInt8]: String] = [:]
    private var endpointByAddress: [[UInt8]: Set<String>] = [:]
    /// Counts changes, for the zone's serial.
    private(set) var serial: UInt32 = 0

    func service(_ namespace: String, _ name: String) -> Service? { services["\(namespace)/\(name)"] }
    /// The endpoints that take traffic, each once.
    func endpoints(of service: Service) -> [Endpoint] {
        var seen: Set<Endpoint> = []
        return (slices[service.key] ?? [:]).sorted { $0.key < $1.key }.flatMap(\.value).filter { seen.insert($0).inserted }
    }
    /// The names, below `svc.<zone>`, that an address has: its service's, else one for each headless service it belongs to.
    func names(of address: [UInt8]) -> [String] {
        if let key = serviceByAddress[address], let service = services[key] { return ["\(service.name).\(service.namespace)"] }
        return (endpointByAddress[address] ?? []).sorted().compactMap { key in
            guard let service = services[key], service.addresses.isEmpty, service.externalName == nil else { return nil }
            let label = endpoints(of: service).first { $0.address == address }?.label
            return label.map { "\($0).\(service.name).\(service.namespace)" }
        }
    }

    // MARK: Following the cluster

    mutating func setNamespace(_ name: String, present: Bool) {
        serial &+= 1
        if present { namespaces.insert(name) } else { namespaces.remove(name) }
    }
    mutating func resetNamespaces(_ names: [String]) { (namespaces, serial) = (Set(names), serial &+ 1) }

    mutating func resetServices(_ documents: [Value]) {
        (services, serviceByAddress) = ([:], [:])
        for document in documents { apply(service: document) }
    }
    mutating func apply(service document: Value) {
        remove(service: document)
        let spec = document["spec"]
        let isExternal = spec["type"] == "ExternalName"
        let service = Service(
            namespace: document["metadata"]["namespace"].string ?? "", name: document["metadata"]["name"].string ?? "",
            externalName: isExternal ? spec["externalName"].string : nil,
            addresses: isExternal ? [] : spec["clusterIPs"].items.compactMap { $0.string.flatMap(DNSName.address) },
            ports: spec["ports"].items.compactMap { Self.port($0) })
        services[service.key] = service
        for address in service.addresses { serviceByAddress[address] = service.key }
    }
    mutating func remove(service document: Value) {
        serial &+= 1
        let key = "\(document["metadata"]["namespace"].string ?? "")/\(document["metadata"]["name"].string ?? "")"
        for address in services.removeValue(forKey: key)?.addresses ?? [] { serviceByAddress[address] = nil }
    }

    mutating func resetSlices(_ documents: [Value]) {
        (slices, endpointByAddress) = ([:], [:])
        for document in documents { apply(slice: document) }
    }
    mutating func apply(slice document: Value) {
        remove(slice: document)
        guard let key = Self.serviceKey(of: document), document["addressType"] == "IPv4" else { return }
        let ports = document["ports"].items.compactMap { Self.port($0) }
        let endpoints = document["endpoints"].items.filter { $0["conditions"]["ready"].bool ?? true }.flatMap { row -> [Endpoint] in
            row["addresses"].items.compactMap { text in
                guard let text = text.string, let address = DNSName.address(text) else { return nil }
                let label = row["hostname"].string ?? text.replacing(".", with: "-")
                return Endpoint(address: address, label: label, ports: ports)
            }
        }
        slices[key, default: [:]][document["metadata"]["name"].string ?? ""] = endpoints
        for endpoint in endpoints { endpointByAddress[endpoint.address, default: []].insert(key) }
    }
    mutating func remove(slice document: Value) {
        serial &+= 1
        let name = document["metadata"]["name"].string ?? ""
        guard let key = Self.serviceKey(of: document), let gone = slices[key]?.removeValue(forKey: name) else { return }
        let left = Set((slices[key] ?? [:]).values.joined().map(\.address))
        if slices[key]?.isEmpty == true { slices[key] = nil }
        for endpoint in gone where !left.contains(endpoint.address) {
            endpointByAddress[endpoint.address]?.remove(key)
            if endpointByAddress[endpoint.address]?.isEmpty == true { endpointByAddress[endpoint.address] = nil }
        }
    }

    private static func serviceKey(of slice: Value) -> String? {
        guard let service = slice["metadata"]["labels"]["kubernetes.io/service-name"].string else { return nil }
        return "\(slice["metadata"]["namespace"].string ?? "")/\(service)"
    }
    private static func port(_ row: Value) -> Port? {
        guard let number = row["port"].int.flatMap({ UInt16(exactly: $0) }) else { return nil }
        return Port(name: row["name"].string ?? "", transport: (row["protocol"].string ?? "TCP").lowercased(), number: number)
    }
}
