import Control
import Documents
import KubeModel

extension DeviceBook {
    /// A DeviceClass.
    struct Class {
        let selectors: [DeviceSelector]
        /// What drivers are told of its devices.
        let configurations: [Value]
        /// The resource of containers that stands for its devices; empty for none.
        let extendedResource: String
        let created: String
    }
    /// A part of a request that devices must satisfy.
    final class Request: Sendable {
        let name: String
        let selectors: [DeviceSelector]
        /// How many devices; nil for all that match.
        let count: Int?
        let isAdministrative: Bool
        let tolerations: [SchedulingToleration]
        let tolerationDocuments: [Value]
        let className: String
        /// How much the devices must have of what they have, or shares of them take.
        let capacities: [(name: String, amount: Quantity)]

        init(
            name: String, className: String, selectors: [DeviceSelector], count: Int?, isAdministrative: Bool, tolerations: [Value],
            capacities: [(name: String, amount: Quantity)]
        ) {
            (self.name, self.className, self.selectors, self.count) = (name, className, selectors, count)
            (self.isAdministrative, tolerationDocuments, self.capacities) = (isAdministrative, tolerations, capacities)
            self.tolerations = tolerations.map(SchedulingToleration.init)
        }

        /// Whether it is one of a request's alternatives.
        var isAlternative: Bool { name.utf8.contains(UInt8(ascii: "/")) }
        /// Whether what the other names concerns this one: itself, or all alternatives of which it is one.
        func isNamed(in names: Set<String>) -> Bool {
            names.isEmpty || names.contains(name) || names.contains(String(name.prefix { $0 != "/" }))
        }
        func tolerates(_ device: Device) -> Bool {
            device.taints.allSatisfy { taint in taint.effect == "None" || tolerations.contains { $0.tolerates(taint) } }
        }
    }
    /// What devices of some requests (of all, when none are named) must agree in, or differ in.
    struct Constraint: Sendable {
        let requests: Set<String>
        let attribute: String
        let isDistinct: Bool
    }
    /// How far devices are that take time until they can be used. Source: KEP-5007, device binding conditions.
    enum Readiness: Equatable {
        case ready, waiting
        case failed(String)
    }
    /// A ResourceClaim.
    struct Claim {
        let path: String
        let uid: String
        /// The alternatives of each request, best first.
        let requests: [[Request]]
        var constraints: [Constraint] = []
        var configurations: [Value] = []
        var isDeleting = false
        /// What it has; nil while it has nothing.
        var allocated: [(id: DeviceID, holding: DeviceHolding)]?
        var nodeTerms: [NodeTerm]?
        var reserved: Set<String> = []
        var readiness = Readiness.ready
        /// When its devices were promised to it, where conditions are to be waited for.
        var conditionalSince: Timestamp?
        /// The uid of the pod for whose extended resources it was made; nil for other claims.
        var beneficiary: String?
        /// How many devices it needs at least, of those that nobody has; who asks for all is looked at closely.
        var least: Int { requests.reduce(0) { $0 + ($1.map { $0.isAdministrative ? 0 : $0.count ?? 0 }.min() ?? 0) } }
        var name: Substring { path[(path.firstIndex(of: "/").map(path.index(after:)) ?? path.startIndex)...] }

        /// Why its devices will not become usable; nil when they may. Source: isClaimReadyForBinding, isClaimTimeout.
        func failure(now: Timestamp) -> String? {
            if case .failed(let text) = readiness { return "claim \(name) binding failed: \(text)" }
            guard readiness == .waiting, let conditionalSince, now - conditionalSince > Self.patience else { return nil }
            return "claim \(name) binding timeout"
        }
        /// Source: BindingTimeoutDefaultSeconds.
        static let patience = Duration.seconds(600)
    }
}
