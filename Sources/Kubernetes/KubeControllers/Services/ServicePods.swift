import Control
import Documents
import KubeModel
import Reconcile

/// The pods behind a Service.
struct ServicePods {
    private let service: KubeService
    /// Those that have an address and have not ended.
    let pods: [Pod]

    init(_ service: KubeService, in world: World) {
        self.service = service
        let selector = LabelSelector(labels: service.spec.selector ?? [:])
        pods = world.pods(in: service.namespace, selector).filter { !$0.isTerminated && $0.status.podIP?.isEmpty == false }
    }

    /// The keys of services that select a pod, before or after its change.
    static func services(_ change: WorldChange, _ world: World) -> [String] {
        guard world.contains(ServiceFields.kind, in: change.namespace) else { return [] }
        var candidates: Set<String> = []
        let (old, new) = change.nodes
        // Most changes leave the labels alone.
        let isRelabelled = !change.keepsMetadata && old?["metadata"]?["labels"]?.bytes != new?["metadata"]?["labels"]?.bytes
        for pod in isRelabelled ? change.present : Array(change.present.prefix(1)) {
            pod["metadata"]?["labels"]?.forEachMember { key, value in
                candidates.formUnion(world.keys(selectors.name, KubeIndexes.label(change.namespace, key, value.string ?? "")))
                return true
            }
        }
        return candidates.filter { key in
            guard let selector = world.value(key)?["spec"]["selector"].strings else { return false }
            let matcher = LabelSelector(labels: selector)
            return change.present.contains { matcher.matches(labels: $0["metadata"]?["labels"]) }
        }
    }
    /// Services by one label that they select by.
    static let selectors = WorldIndex("services by label", of: ServiceFields.kind) { service in
        var first: (key: String, value: String)?
        service["spec"]?["selector"]?.forEachMember { key, value in
            if let text = value.string, first.map({ key < $0.key }) ?? true { first = (key, text) }
            return true
        }
        return first.map { [KubeIndexes.label(service.namespace, $0.key, $0.value)] } ?? []
    }

    /// The pods by the ports that the service's ports mean on them, in a stable order; with `orNone`, at least one group.
    func byPorts(orNone: Bool) -> [(ports: [Value], pods: [Pod])] {
        var groups: [[Value]: [Pod]] = [:]
        for pod in pods { groups[ports(on: pod), default: []].append(pod) }
        if groups.isEmpty, orNone { groups[[]] = [] }
        return groups.map { ($0.key, $0.value) }.sorted {
            JSON.text(.array($0.ports), pretty: false) < JSON.text(.array($1.ports), pretty: false)
        }
    }

    /// The service's ports on a pod: a named target port is looked up, and left out where the pod has none of the name.
    private func ports(on pod: Pod) -> [Value] {
        (service.spec.ports ?? []).compactMap { port in
            let transport = port.protocol ?? "TCP"
            guard let number = number(of: port, transport, on: pod) else { return nil }
            var value: Value = ["name": .string(port.name ?? ""), "protocol": .string(transport), "port": .int(Int64(number))]
            if let application = port.appProtocol { value["appProtocol"] = .string(application) }
            return value
        }
    }
    private func number(of port: ServicePort, _ transport: String, on pod: Pod) -> Int? {
        switch port.targetPort {
        case .int(let number) where number > 0: return number
        case .string(let name):
            let sidecars = (pod.spec.initContainers ?? []).filter { $0.restartPolicy == "Always" }
            for container in (pod.spec.containers ?? []) + sidecars {
                for candidate in container.ports ?? [] where candidate.name == name && candidate.protocol ?? "TCP" == transport {
                    return candidate.containerPort
                }
            }
            return nil
        default: return port.port
        }
    }

    /// What a slice says of a pod.
    func endpoint(_ pod: Pod, in world: World) -> Value {
        let serving = pod.isReady
        let publishes = service.spec.publishNotReadyAddresses == true
        var endpoint: Value = [
            "addresses": [.string(pod.status.podIP ?? "")],
            "conditions": [
                "ready": .bool(publishes || (serving && !pod.isDeleting)), "serving": .bool(serving), "terminating": .bool(pod.isDeleting),
            ],
        ]
        if let hostname = pod.spec.hostname, pod.spec.subdomain == service.name { endpoint["hostname"] = .string(hostname) }
        endpoint["targetRef"] = [
            "kind": "Pod", "namespace": .string(pod.namespace), "name": .string(pod.name), "uid": .string(pod.uid),
        ]
        if !pod.nodeName.isEmpty {
            endpoint["nodeName"] = .string(pod.nodeName)
            let node = world.get(KubeNode.self, pod.nodeName)
            if let zone = node?.metadata.labels?["topology.kubernetes.io/zone"] { endpoint["zone"] = .string(zone) }
        }
        if endpoint["conditions"]["ready"] == true, !ZoneHints.areWanted(by: service) { hint(&endpoint) }
        return endpoint
    }

    /// Whom the endpoint is meant for, as the service's trafficDistribution says. Source: endpointslice, trafficdist.
    private func hint(_ endpoint: inout Value) {
        let wish = service.value["spec"]["trafficDistribution"].string ?? ""
        guard ["PreferClose", "PreferSameZone", "PreferSameNode"].contains(wish) else { return }
        if !endpoint["zone"].isNull { endpoint["hints"]["forZones"] = [["name": endpoint["zone"]]] }
        if wish == "PreferSameNode", !endpoint["nodeName"].isNull { endpoint["hints"]["forNodes"] = [["name": endpoint["nodeName"]]] }
    }

    /// Whether the older form lists the pod as ready.
    func isPublished(_ pod: Pod) -> Bool { service.spec.publishNotReadyAddresses == true || pod.isReady }
}
