import Documents
import KubeModel
import Linux

/// What the proxy knows of the cluster, and which services' rules are out of date.
struct ProxyTables: Sendable {
    private var services: [String: ProxyService] = [:]
    /// Slices by service and slice key.
    private var slices: [String: [String: ProxySlice]] = [:]
    /// The service of a slice, by slice key.
    private var serviceOfSlice: [String: String] = [:]
    private(set) var dirty: Set<String> = []
    private(set) var hasServices = false, hasSlices = false
    var node: ProxyNode { didSet { if node != oldValue { dirty.formUnion(services.keys) } } }

    init(node: ProxyNode) { self.node = node }

    /// Whether both lists have come.
    var isComplete: Bool { hasServices && hasSlices }

    mutating func takeServices(_ documents: [Value]) {
        let fresh = Dictionary(documents.compactMap { ProxyService($0) }.map { ($0.key, $0) }) { first, _ in first }
        dirty.formUnion(services.keys)
        dirty.formUnion(fresh.keys)
        services = fresh
        hasServices = true
    }
    mutating func takeService(_ document: Value, isGone: Bool) {
        let metadata = document["metadata"]
        let key = "\(metadata["namespace"].string ?? "")/\(metadata["name"].string ?? "")"
        let service = isGone ? nil : ProxyService(document)
        guard services[key] != service else { return }
        services[key] = service
        dirty.insert(key)
    }
    mutating func takeSlices(_ documents: [Value]) {
        dirty.formUnion(slices.keys)
        (slices, serviceOfSlice) = ([:], [:])
        for document in documents { takeSlice(document, isGone: false) }
        hasSlices = true
    }
    mutating func takeSlice(_ document: Value, isGone: Bool) {
        let metadata = document["metadata"]
        let namespace = metadata["namespace"].string ?? ""
        let key = "\(namespace)/\(metadata["name"].string ?? "")"
        let labels = metadata["labels"].strings
        let service = labels["kubernetes.io/service-name"].map { "\(namespace)/\($0)" }
        if let old = serviceOfSlice[key], old != service || isGone {
            slices[old]?[key] = nil
            if slices[old]?.isEmpty == true { slices[old] = nil }
            serviceOfSlice[key] = nil
            dirty.insert(old)
        }
        guard !isGone, let service, let slice = ProxySlice(document, node: node.name), slices[service]?[key] != slice else { return }
        slices[service, default: [:]][key] = slice
        serviceOfSlice[key] = service
        dirty.insert(service)
    }

    /// The services to look at anew, with their present state (nil when gone); nothing is out of date afterwards.
    mutating func takeDirty() -> [(key: String, service: ProxyService?, endpoints: ProxyEndpoints)] {
        defer { dirty = [] }
        return dirty.map { key in
            let endpoints = ProxyEndpoints(slices: (slices[key] ?? [:]).sorted { $0.key < $1.key }.map(\.value))
            return (key, services[key], endpoints)
        }
    }
}
