import Control
package import Documents
package import KubeModel
package import Reconcile

/// Lists in EndpointSlices what somebody wrote into Endpoints of a Service without a selector.
///
/// Source: kubernetes, pkg/controller/endpointslicemirroring.
package struct EndpointMirror: Controller {
    package typealias Primary = EndpointsFields
    package static let name = "endpointslicemirroring-controller"
    package static let watches = [
        Watch(prefix: ServiceFields.kind.prefix) { change, _ in [EndpointsFields.kind.key(change.namespace, change.name)] },
        Watch.owned(EndpointSlice.self, by: Endpoints.self),
    ]
    package static let writes: Set<Kind> = [EndpointSliceFields.kind]
    private static let manager = "endpointslicemirroring-controller.k8s.io"
    private static let skip = "endpointslice.kubernetes.io/skip-mirror"
    private static let election = "control-plane.alpha.kubernetes.io/leader"
    private static let managed = "endpoints.kubernetes.io/managed-by"
    /// More addresses of a subset are left out. Source: --mirroring-max-endpoints-per-subset.
    private let mostAddresses = 1000
    package init() {}

    package func reconcile(_ endpoints: Endpoints, in world: World) throws -> Plan {
        let slices = world.owned(EndpointSlice.self, by: endpoints.uid)
            .filter { !$0.isDeleting && $0.metadata.labels?[EndpointSliceLabel.manager] == Self.manager }
        guard isMirrored(endpoints, in: world) else { return Plan(slices.map { $0.deletion() }) }
        var (plan, unused) = (Plan(), slices)
        for (number, subset) in subsets(endpoints).enumerated() {
            let index = unused.firstIndex { $0.value["ports"] == subset["ports"] && $0.value["addressType"] == subset["addressType"] }
            let present = index.map { unused.remove(at: $0) }
            let wanted = document(endpoints, subset, over: present, number, in: world)
            if let present {
                if wanted != present.value { plan.changes.append(.update(EndpointSliceFields.kind, wanted)) }
            } else {
                plan.changes.append(.create(EndpointSliceFields.kind, wanted))
            }
        }
        plan.changes += unused.map { $0.deletion() }
        return plan.allowed(in: endpoints.namespace, of: world)
    }

    /// Services that select pods have slices of their own.
    private func isMirrored(_ endpoints: Endpoints, in world: World) -> Bool {
        let labels = endpoints.metadata.labels ?? [:]
        guard !endpoints.isDeleting, labels[Self.skip] != "true", labels[Self.managed] == nil, endpoints.annotation(Self.election) == nil,
            let service = world.get(KubeService.self, endpoints.name, in: endpoints.namespace)
        else { return false }
        return service.spec.selector?.isEmpty ?? true
    }

    /// What each slice holds: the addresses of one family and the ports of one subset.
    private func subsets(_ endpoints: Endpoints) -> [Value] {
        endpoints.value["subsets"].items.flatMap { subset -> [Value] in
            let all = subset["addresses"].items.map { ($0, true) } + subset["notReadyAddresses"].items.map { ($0, false) }
            var members: [String: [Value]] = [:]
            for (address, isReady) in all.prefix(mostAddresses) {
                let text = address["ip"].string ?? ""
                members[text.contains(":") ? "IPv6" : "IPv4", default: []].append(endpoint(address, isReady))
            }
            let ports = subset["ports"].items.map { port in
                var port = port
                if port["name"].isNull { port["name"] = "" }
                return port
            }
            return members.sorted { $0.key < $1.key }.map { family, list in
                ["addressType": .string(family), "endpoints": .array(list), "ports": .array(ports)]
            }
        }
    }
    private func endpoint(_ address: Value, _ isReady: Bool) -> Value {
        var endpoint: Value = ["addresses": [address["ip"]], "conditions": ["ready": .bool(isReady)]]
        for field in ["hostname", "nodeName", "targetRef"] where !address[field].isNull { endpoint[field] = address[field] }
        return endpoint
    }

    private func document(
        _ endpoints: Endpoints, _ subset: Value, over present: EndpointSlice?, _ number: Int, in world: World
    ) -> Value {
        var slice = present ?? EndpointSlice()
        if present == nil {
            let suffix = Naming.suffix(endpoints.uid + "mirror", number, in: world)
            slice.metadata.generateName = endpoints.name + "-"
            slice.metadata.name = Naming.generated(endpoints.name + "-", suffix)
            slice.metadata.namespace = endpoints.namespace
        }
        var labels = endpoints.metadata.labels ?? [:]
        labels[EndpointSliceLabel.service] = endpoints.name
        labels[EndpointSliceLabel.manager] = Self.manager
        slice.metadata.labels = labels
        var value = slice.value
        value["apiVersion"] = .string(EndpointSliceFields.kind.apiVersion)
        value["kind"] = .string(EndpointSliceFields.kind.name)
        value["metadata"]["ownerReferences"] = [endpoints.controllerReference]
        for field in ["addressType", "endpoints", "ports"] { value[field] = subset[field] }
        return value
    }
}
