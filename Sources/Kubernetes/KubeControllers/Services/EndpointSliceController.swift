import Control
package import Documents
package import KubeModel
package import Reconcile

/// Lists the pods behind each Service in EndpointSlices. Source: kubernetes, staging/src/k8s.io/endpointslice.
package struct EndpointSliceController: Controller {
    package typealias Primary = ServiceFields
    package static let name = "endpointslice-controller"
    package static let watches = [
        Watch(prefix: PodFields.kind.prefix) { ServicePods.services($0, $1) },
        Watch.mapped(EndpointSlice.self) { slice, _ in
            slice.metadata.labels?[EndpointSliceLabel.service].map { [ServiceFields.kind.key(slice.namespace, $0)] } ?? []
        },
        ZoneHints.watch,
    ]
    package static let writes: Set<Kind> = [EndpointSliceFields.kind, EventFields.kind]
    package static let indexes = [ServicePods.selectors, KubeIndexes.podsByLabel, sliceIndex, ZoneHints.index]
    private static let sliceIndex = WorldIndex("slices by service", of: EndpointSliceFields.kind) { slice in
        let labels = slice["metadata"]?["labels"]
        guard labels?["endpointslice.kubernetes.io/managed-by"]?.string == EndpointSliceLabel.managerName,
            let service = labels?["kubernetes.io/service-name"]?.string
        else { return [] }
        return ["\(slice.namespace)/\(service)"]
    }
    private static let component = "endpoint-slice-controller"
    private let largestSlice = 100
    package init() {}

    package func reconcile(_ service: KubeService, in world: World) throws -> Plan {
        let slices = world.indexed(EndpointSlice.self, Self.sliceIndex.name, "\(service.namespace)/\(service.name)")
            .filter { $0.controllerUID == service.uid && !$0.isDeleting }
        if service.isDeleting { return Plan() }
        // Slices of a service without a selector are somebody else's.
        guard let selector = service.spec.selector, !selector.isEmpty, service.spec.type != "ExternalName" else {
            return Plan(slices.map { $0.deletion() })
        }
        let pods = ServicePods(service, in: world)
        var unused = slices
        var plan = Plan()
        var groups = pods.byPorts(orNone: true).map { group in
            (ports: group.ports, endpoints: group.pods.map { pods.endpoint($0, in: world) })
        }
        let hints = ZoneHints.areWanted(by: service) ? ZoneHints(groups.flatMap(\.endpoints), in: world) : nil
        if let hints {
            for index in groups.indices { groups[index].endpoints = groups[index].endpoints.map { Self.hint($0, hints) } }
        }
        for (ports, endpoints) in groups {
            let present = unused.filter { $0.value["ports"] == .array(ports) }
            unused.removeAll { slice in present.contains { $0.name == slice.name } }
            update(present, ports, endpoints, of: service, in: world, &plan)
        }
        plan.changes += unused.map { $0.deletion() }
        if let hints, !plan.changes.isEmpty { tell(hints, slices, of: service, in: world, &plan) }
        return plan.allowed(in: service.namespace, of: world)
    }

    private static func hint(_ endpoint: Value, _ hints: ZoneHints) -> Value {
        guard let zone = hints.zones[endpoint["targetRef"]["uid"]] else { return endpoint }
        var endpoint = endpoint
        endpoint["hints"]["forZones"] = [["name": .string(zone)]]
        return endpoint
    }
    /// Tells when hints begin, and why there are none.
    private func tell(_ hints: ZoneHints, _ before: [EndpointSlice], of service: KubeService, in world: World, _ plan: inout Plan) {
        let family = service.spec.ipFamilies?.first ?? "IPv4"
        if let problem = hints.problem {
            let note = EventNote.warning("TopologyAwareHintsDisabled", "\(problem), addressType: \(family)")
            return plan.tell(note, about: service, from: Self.component, in: world)
        }
        guard !before.contains(where: { $0.value["endpoints"].items.contains { !$0["hints"].isNull } }) else { return }
        let note = EventNote.normal("TopologyAwareHintsEnabled", "Topology Aware Hints has been enabled, addressType: \(family)")
        plan.tell(note, about: service, from: Self.component, in: world)
    }

    /// Fills the present slices, leaving each endpoint where it is if it can stay, and makes or deletes slices for the difference.
    private func update(
        _ present: [EndpointSlice], _ ports: [Value], _ endpoints: [Value], of service: KubeService, in world: World, _ plan: inout Plan
    ) {
        func identity(_ endpoint: Value) -> Value { [endpoint["targetRef"]["uid"], endpoint["addresses"]] }
        var waiting = Dictionary(endpoints.map { (identity($0), $0) }, uniquingKeysWith: { first, _ in first })
        var kept: [[Value]] = present.map { slice in
            slice.value["endpoints"].items.compactMap { waiting.removeValue(forKey: identity($0)) }
        }
        var rest = endpoints.filter { waiting[identity($0)] != nil }[...]
        for index in kept.indices {
            let room = max(0, largestSlice - kept[index].count)
            kept[index] += rest.prefix(room)
            rest = rest.dropFirst(room)
        }
        let needsPlaceholder = endpoints.isEmpty
        for (index, (slice, members)) in zip(present, kept).enumerated() {
            if members.isEmpty, !(needsPlaceholder && index == 0) {
                plan.changes.append(slice.deletion())
            } else {
                let wanted = document(service, ports, members, over: slice)
                if wanted != slice.value { plan.changes.append(.update(EndpointSliceFields.kind, wanted)) }
            }
        }
        var number = 0
        while !rest.isEmpty || (needsPlaceholder && present.isEmpty && number == 0) {
            var slice = EndpointSlice()
            slice.metadata.generateName = service.name + "-"
            let suffix = Naming.suffix(service.uid + JSON.text(.array(ports), pretty: false), number, in: world)
            slice.metadata.name = Naming.generated(service.name + "-", suffix)
            slice.metadata.namespace = service.namespace
            plan.changes.append(.create(EndpointSliceFields.kind, document(service, ports, Array(rest.prefix(largestSlice)), over: slice)))
            rest = rest.dropFirst(largestSlice)
            number += 1
        }
    }

    private func document(_ service: KubeService, _ ports: [Value], _ endpoints: [Value], over slice: EndpointSlice) -> Value {
        var value = slice.value
        value["apiVersion"] = .string(EndpointSliceFields.kind.apiVersion)
        value["kind"] = .string(EndpointSliceFields.kind.name)
        var labels = service.metadata.labels ?? [:]
        labels[EndpointSliceLabel.service] = service.name
        labels[EndpointSliceLabel.manager] = EndpointSliceLabel.managerName
        labels["service.kubernetes.io/headless"] = service.spec.clusterIP == "None" ? "" : nil
        value["metadata"]["labels"] = Value(labels)
        value["metadata"]["ownerReferences"] = [service.controllerReference]
        value["addressType"] = .string(service.spec.ipFamilies?.first ?? "IPv4")
        // A list that is empty is null to upstream's clients all the same.
        value["endpoints"] = .array(endpoints)
        value["ports"] = .array(ports)
        return value
    }
}

/// Source: discovery/v1, well-known labels.
enum EndpointSliceLabel {
    static let service = "kubernetes.io/service-name"
    static let manager = "endpointslice.kubernetes.io/managed-by"
    static let managerName = "endpointslice-controller.k8s.io"
}
