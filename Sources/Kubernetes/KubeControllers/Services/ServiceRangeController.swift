import Control
package import Documents
package import KubeModel
package import Reconcile

/// Says that ranges of Services' addresses are ready, and keeps one that is to go as long as addresses are in no other.
///
/// Source: kubernetes, pkg/controller/servicecidrs.
package struct ServiceRangeController: Controller {
    package typealias Primary = ServiceCIDRFields
    package static let name = "service-cidrs-controller"
    package static let watches = [
        Watch(prefix: IPAddressFields.kind.prefix) { change, world in
            change.isThere ? [] : world.list(ServiceCIDR.self).filter(\.isDeleting).map(\.key)
        },
        Watch.all(ServiceCIDR.self, wake: ServiceCIDR.self),
    ]
    package static let writes: Set<Kind> = [ServiceCIDRFields.kind]
    private static let finalizer: Value = "networking.k8s.io/service-cidr-finalizer"
    /// How long a range that nobody uses stays, for an address of it may be under way.
    private let grace = Duration.seconds(10)
    package init() {}

    package func reconcile(_ range: ServiceCIDR, in world: World) throws -> Plan {
        let finalizers = range.value["metadata"]["finalizers"].items
        guard range.isDeleting else {
            guard finalizers.contains(Self.finalizer) else {
                return Plan([range.guardedPatch(["finalizers": .array(finalizers + [Self.finalizer])])])
            }
            let isDefault = range.name == "kubernetes"
            return status(range, "True", "", "Kubernetes \(isDefault ? "default " : "")Service CIDR is ready", world)
        }
        guard finalizers.contains(Self.finalizer) else { return Plan() }
        if isNeeded(range, in: world) {
            let text = "There are still IPAddresses referencing the ServiceCIDR, please remove them or create a new ServiceCIDR"
            return status(range, "False", "Terminating", text, world)
        }
        let began = range.value["metadata"]["deletionTimestamp"].string.flatMap(Timestamp.init) ?? world.now
        let left = began + grace - world.now
        if left > .zero { return Plan(revisit: left) }
        let rest = finalizers.filter { $0 != Self.finalizer }
        return Plan([range.guardedPatch(["finalizers": rest.isEmpty ? .null : .array(rest)])])
    }

    /// Whether an address of the range is in no other one that stays.
    private func isNeeded(_ range: ServiceCIDR, in world: World) -> Bool {
        let others = world.list(ServiceCIDR.self).filter { !$0.isDeleting }.flatMap(Self.blocks)
        let own = Self.blocks(range)
        return world.list(IPAddress.self).contains { address in
            guard let number = IPv4Block.number(address.name) else { return false }
            return own.contains { $0.contains(number) } && !others.contains { $0.contains(number) }
        }
    }
    private static func blocks(_ range: ServiceCIDR) -> [IPv4Block] {
        range.value["spec"]["cidrs"].items.compactMap { $0.string.flatMap(IPv4Block.init) }
    }

    private func status(_ range: ServiceCIDR, _ state: String, _ reason: String, _ message: String, _ world: World) -> Plan {
        let present = range.value["status"]["conditions"].items.first { $0["type"] == "Ready" } ?? .null
        if present["status"].string == state, present["message"].string == message { return Plan() }
        let condition: Value = [
            "type": "Ready", "status": .string(state), "reason": .string(reason), "message": .string(message),
            "lastTransitionTime": present["status"].string == state ? present["lastTransitionTime"] : .string(world.now.text),
        ]
        let metadata: Value = ["uid": .string(range.uid), "resourceVersion": range.value["metadata"]["resourceVersion"]]
        return Plan([
            .patch(
                ServiceCIDRFields.kind, namespace: nil, name: range.name,
                ["metadata": metadata, "status": ["conditions": [condition]]], subresource: "status")
        ])
    }
}

/// Addresses that begin alike.
private struct IPv4Block {
    let base: UInt32
    let mask: UInt32

    /// Reads `10.100.0.0/16`; nil for anything else.
    init?(_ text: String) {
        let parts = text.split(separator: "/")
        guard parts.count == 2, let bits = UInt32(parts[1]), bits <= 32, let number = Self.number(String(parts[0])) else { return nil }
        mask = bits == 0 ? 0 : ~0 << (32 - bits)
        base = number & mask
    }
    func contains(_ number: UInt32) -> Bool { number & mask == base }

    /// The number of a dotted address.
    static func number(_ text: String) -> UInt32? {
        let bytes = text.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
        guard bytes.count == 4 else { return nil }
        var number: UInt32 = 0
        for byte in bytes {
            guard let byte else { return nil }
            number = number << 8 | UInt32(byte)
        }
        return number
    }
}
