import Control
package import Documents
package import KubeModel
package import Reconcile

/// Keeps an IPAddress for each address of a Service. Source: kubernetes, pkg/registry/core/service/ipallocator and its repair loop.
package struct AddressController: Controller {
    package typealias Primary = ServiceFields
    package static let name = "ipallocator-repair-controller"
    package static let watches = [
        // Who has an address, and who shall have it once another's is gone.
        Watch.mapped(IPAddress.self) { address, world in
            world.keys(byAddress.name, address.name) + (parent(address.value).map { [ServiceFields.kind.prefix + $0] } ?? [])
        }
    ]
    package static let writes: Set<Kind> = [IPAddressFields.kind]
    package static let indexes = [byService, byAddress]
    /// Services by their addresses.
    private static let byAddress = WorldIndex("services by address", of: ServiceFields.kind) { service in
        service["spec"]?["clusterIPs"]?.items.compactMap(\.string) ?? []
    }
    /// The addresses of a Service that this controller made.
    private static let byService = WorldIndex("addresses by service", of: IPAddressFields.kind) { address in
        guard address["metadata"]?["labels"]?[name: managed]?.string == manager, let parent = parent(address["spec"]?["parentRef"]) else {
            return []
        }
        return [parent]
    }
    private static let family = "ipaddress.kubernetes.io/ip-family"
    private static let managed = "ipaddress.kubernetes.io/managed-by"
    private static let manager = "ipallocator.k8s.io"
    package init() {}

    package func reconcile(_ service: KubeService, in world: World) throws -> Plan {
        guard !service.isDeleting else { return Plan() }
        let wanted = Set(service.value["spec"]["clusterIPs"].items.compactMap(\.string).filter { $0 != "None" && !$0.isEmpty })
        var plan = Plan(surplus(of: "\(service.namespace)/\(service.name)", keeping: wanted, in: world))
        for text in wanted.sorted() {
            guard let present = world.get(IPAddress.self, text) else {
                plan.changes.append(.create(IPAddressFields.kind, document(text, of: service)))
                continue
            }
            // One that a Service left behind is made anew; what somebody else has is theirs.
            if let parent = Self.parent(present.value), parent != "\(service.namespace)/\(service.name)", !present.isDeleting,
                world.value(ServiceFields.kind.prefix + parent) == nil
            {
                plan.changes.append(present.deletion())
            }
        }
        return plan
    }

    package func removed(_ key: String, in world: World) throws -> Plan {
        Plan(surplus(of: String(key.dropFirst(ServiceFields.kind.prefix.count)), keeping: [], in: world))
    }
    package static func leftBehind(in world: World) -> [String] { world.texts(byService.name).map { ServiceFields.kind.prefix + $0 } }
    private func surplus(of service: String, keeping wanted: Set<String>, in world: World) -> [Change] {
        world.indexed(IPAddress.self, Self.byService.name, service).filter { !wanted.contains($0.name) && !$0.isDeleting }
            .map { $0.deletion() }
    }

    private func document(_ address: String, of service: KubeService) -> Value {
        [
            "apiVersion": "networking.k8s.io/v1", "kind": "IPAddress",
            "metadata": [
                "name": .string(address),
                "labels": [Self.family: address.contains(":") ? "IPv6" : "IPv4", Self.managed: .string(Self.manager)],
            ],
            "spec": [
                "parentRef": [
                    "group": "", "resource": "services", "namespace": .string(service.namespace), "name": .string(service.name),
                ]
            ],
        ]
    }

    /// Namespace and name of the Service that has an address; nil where something else has.
    private static func parent(_ address: Value) -> String? {
        let parent = address["spec"]["parentRef"]
        guard parent["resource"] == "services", parent["group"].string?.isEmpty ?? true else { return nil }
        return "\(parent["namespace"].string ?? "")/\(parent["name"].string ?? "")"
    }
    private static func parent(_ reference: Node?) -> String? {
        guard let reference, reference["resource"]?.string == "services", reference["group"]?.string?.isEmpty ?? true else { return nil }
        return "\(reference["namespace"]?.string ?? "")/\(reference["name"]?.string ?? "")"
    }
}
