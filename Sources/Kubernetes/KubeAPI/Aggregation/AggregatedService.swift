import Cryptography
import Documents
import KubeModel
import Network
import Storage

/// An API that a service in the cluster serves. Source: apiregistration.k8s.io/v1, APIService.
struct AggregatedService: Sendable {
    let name: String
    let group: String
    let version: String
    let namespace: String
    let service: String
    let port: Int
    let trust: Trust
    /// Whether its last check went well.
    let isAvailable: Bool
    let groupPriority: Int
    let versionPriority: Int

    /// Reads a document; nil for an API that this server serves itself.
    init?(_ document: Value) {
        let (spec, place) = (document["spec"], document["spec"]["service"])
        guard let service = place["name"].string, let namespace = place["namespace"].string else { return nil }
        (self.service, self.namespace, port) = (service, namespace, place["port"].int ?? 443)
        (name, group, version) = (document["metadata"]["name"].string ?? "", spec["group"].string ?? "", spec["version"].string ?? "")
        (groupPriority, versionPriority) = (spec["groupPriorityMinimum"].int ?? 0, spec["versionPriority"].int ?? 0)
        isAvailable = document["status"]["conditions"].items.contains { $0["type"] == "Available" && $0["status"] == "True" }
        let bundle = spec["caBundle"].string.flatMap(Base64.decode) ?? []
        if spec["insecureSkipTLSVerify"] == true {
            trust = .insecure
        } else {
            trust = bundle.isEmpty ? .system : .caPEM(String(decoding: bundle, as: UTF8.self))
        }
    }

    /// An API that is answered in this process although nobody has registered it. Source: metrics-server's manifest, for the priorities.
    init?(local groupVersion: String) {
        let parts = groupVersion.split(separator: "/").map(String.init)
        guard parts.count == 2 else { return nil }
        (group, version, name) = (parts[0], parts[1], "\(parts[1]).\(parts[0])")
        (namespace, service, port, trust, isAvailable) = ("", "", 443, .insecure, true)
        (groupPriority, versionPriority) = (100, 100)
    }

    var groupVersion: String { "\(group)/\(version)" }

    func target(_ endpoint: ServiceEndpoints.Endpoint) -> DialTarget {
        DialTarget(
            secure: true, host: endpoint.address, port: endpoint.port, trust: trust, identity: .frontProxy,
            serverName: "\(service).\(namespace).svc")
    }
}

extension APIServer {
    /// The API services that others serve, by name.
    func aggregatedServices() -> [AggregatedService] {
        guard let info = kinds.find(apiVersion: "apiregistration.k8s.io/v1", plural: "apiservices") else { return [] }
        let registered = realm.snapshot().range(prefix: info.storage.prefix).compactMap { AggregatedService($0.value) }
        let names = Set(registered.map(\.groupVersion))
        return registered + configuration.localAPIs.keys.filter { !names.contains($0) }.sorted().compactMap(AggregatedService.init(local:))
    }

    /// The service that serves a group's version; nil when there is none.
    func aggregatedService(group: String, version: String) -> AggregatedService? {
        guard !group.isEmpty, let info = kinds.find(apiVersion: "apiregistration.k8s.io/v1", plural: "apiservices") else { return nil }
        let registered = realm.snapshot().get(Target(info, name: "\(version).\(group)").key).flatMap { AggregatedService($0.value) }
        if let registered { return registered }
        return configuration.localAPIs["\(group)/\(version)"] == nil ? nil : AggregatedService(local: "\(group)/\(version)")
    }

    /// A ready endpoint of a service that serves an API. - Throws: why there is none, as the condition tells it.
    func endpoint(of service: AggregatedService) throws(UnavailableAPI) -> ServiceEndpoints.Endpoint {
        let place = "service/\(service.service) in \(service.namespace.quoted)"
        let snapshot = realm.snapshot()
        guard let services = kinds.find(apiVersion: "v1", plural: "services"),
            let document = snapshot.get(Target(services, namespace: service.namespace, name: service.service).key)?.value
        else { throw UnavailableAPI("ServiceNotFound", "\(place) is not present") }
        guard let port = document["spec"]["ports"].items.first(where: { $0["port"].int == service.port }) else {
            throw UnavailableAPI("ServicePortError", "\(place) is not listening on port \(service.port)")
        }
        let portName = port["name"].string ?? ""
        let endpoints = ServiceEndpoints(snapshot, kinds, namespace: service.namespace, service: service.service)
        guard let endpoint = endpoints.pick(port: portName, random) else {
            throw UnavailableAPI("MissingEndpoints", "endpoints for \(place) have no addresses with port name \(portName.quoted)")
        }
        return endpoint
    }
}

/// Why an aggregated API cannot be had: the reason and message of its condition.
struct UnavailableAPI: Error, Hashable {
    let reason: String
    let message: String
    init(_ reason: String, _ message: String) { (self.reason, self.message) = (reason, message) }
}
