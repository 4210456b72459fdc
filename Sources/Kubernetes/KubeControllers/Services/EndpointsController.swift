import Control
package import Documents
package import KubeModel
package import Reconcile

/// Lists the pods behind each Service in the older form. Source: kubernetes, pkg/controller/endpoint.
package struct EndpointsController: Controller {
    package typealias Primary = ServiceFields
    package static let name = "endpoint-controller"
    package static let watches = [
        Watch(prefix: PodFields.kind.prefix) { ServicePods.services($0, $1) },
        Watch.mapped(Endpoints.self) { endpoints, _ in [ServiceFields.kind.key(endpoints.namespace, endpoints.name)] },
    ]
    package static let writes: Set<Kind> = [EndpointsFields.kind]
    package static let indexes = [ServicePods.selectors, KubeIndexes.podsByLabel]
    /// More addresses are left out. Source: endpoints controller, maxCapacity.
    private let mostAddresses = 1000
    private static let managed = "endpoints.kubernetes.io/managed-by"
    package init() {}

    package func reconcile(_ service: KubeService, in world: World) throws -> Plan {
        guard !service.isDeleting, let selector = service.spec.selector, !selector.isEmpty, service.spec.type != "ExternalName" else {
            return Plan()
        }
        let present = world.get(Endpoints.self, service.name, in: service.namespace)
        var endpoints = present ?? Endpoints()
        endpoints.metadata.name = service.name
        endpoints.metadata.namespace = service.namespace
        var labels = service.metadata.labels ?? [:]
        labels[Self.managed] = "endpoint-controller"
        labels["service.kubernetes.io/headless"] = service.spec.clusterIP == "None" ? "" : nil
        endpoints.metadata.labels = labels
        let pods = ServicePods(service, in: world)
        let all = subsets(pods)
        endpoints.value["subsets"] = all.isEmpty ? .null : .array(all)
        let truncated = pods.pods.count > mostAddresses
        let capacity = "endpoints.kubernetes.io/over-capacity"
        if truncated {
            endpoints.setAnnotation(capacity, "truncated")
        } else if endpoints.annotation(capacity) != nil {
            endpoints.value["metadata"]["annotations"][capacity] = .null
        }
        if endpoints == present { return Plan() }
        let change: Change =
            present == nil ? .create(EndpointsFields.kind, endpoints.value) : .update(EndpointsFields.kind, endpoints.value)
        return Plan([change]).allowed(in: service.namespace, of: world)
    }

    /// A service that is gone takes its endpoints with it; those that somebody else made stay.
    package func removed(_ key: String, in world: World) throws -> Plan {
        let name = String(key.dropFirst(ServiceFields.kind.prefix.count))
        guard let endpoints = world.get(Endpoints.self, key: EndpointsFields.kind.prefix + name),
            endpoints.metadata.labels?[Self.managed] == "endpoint-controller"
        else { return Plan() }
        return Plan([endpoints.deletion()])
    }

    package static func leftBehind(in world: World) -> [String] {
        world.keys(EndpointsFields.kind).map { ServiceFields.kind.prefix + $0.dropFirst(EndpointsFields.kind.prefix.count) }
    }

    private func subsets(_ pods: ServicePods) -> [Value] {
        var left = mostAddresses
        return pods.byPorts(orNone: false).map { ports, members in
            var (ready, notReady): ([Value], [Value]) = ([], [])
            for pod in members.sorted(by: { ($0.status.podIP ?? "") < ($1.status.podIP ?? "") }) where left > 0 && !pod.isDeleting {
                left -= 1
                if pods.isPublished(pod) { ready.append(address(pod)) } else { notReady.append(address(pod)) }
            }
            var subset: Value = [:]
            if !ready.isEmpty { subset["addresses"] = .array(ready) }
            if !notReady.isEmpty { subset["notReadyAddresses"] = .array(notReady) }
            if !ports.isEmpty { subset["ports"] = .array(ports.map(named)) }
            return subset
        }.filter { !$0["addresses"].isNull || !$0["notReadyAddresses"].isNull }
    }
    /// A port without a name has no name member in this form.
    private func named(_ port: Value) -> Value {
        var port = port
        if port["name"].string?.isEmpty == true { port["name"] = .null }
        return port
    }
    private func address(_ pod: Pod) -> Value {
        var address: Value = ["ip": .string(pod.status.podIP ?? "")]
        if !pod.nodeName.isEmpty { address["nodeName"] = .string(pod.nodeName) }
        address["targetRef"] = ["kind": "Pod", "namespace": .string(pod.namespace), "name": .string(pod.name), "uid": .string(pod.uid)]
        return address
    }
}
