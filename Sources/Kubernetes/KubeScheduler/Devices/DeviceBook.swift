import Documents
import KubeModel

/// Devices, classes of them and claims to them, as far as they decide where pods may go; with what was decided but is not seen yet.
struct DeviceBook {
    /// A part of a request that devices must satisfy.
    struct Request: Sendable {
        let name: String
        let selectors: [DeviceSelector]
        /// How many devices; nil for all that match.
        let count: Int?
        let isAdministrative: Bool
        let tolerations: [SchedulingToleration]
        let className: String
    }
    /// A ResourceClaim.
    struct Claim {
        let path: String
        let uid: String
        /// The alternatives of each request, best first.
        let requests: [[Request]]
        /// The attributes in which devices of some requests (of all, when none are named) must agree.
        let constraints: [(requests: Set<String>, attribute: String)]
        let isDeleting: Bool
        let allocated: [DeviceID]?
        let nodeTerms: [NodeTerm]?
        let reserved: Set<String>
        /// How many devices it needs at least, of those that nobody has.
        var least: Int { requests.reduce(0) { $0 + ($1.map { $0.isAdministrative ? 0 : $0.count ?? 1 }.min() ?? 0) } }
    }

    private(set) var pools = DevicePools()
    private(set) var classes: [String: [DeviceSelector]] = [:]
    private var library = SelectorLibrary()
    private(set) var claims: [String: Claim] = [:]
    /// Claims that were given devices, until their documents say so.
    private(set) var promised: [String: DevicePlan.Allocation] = [:]

    static let claimPrefix = "resource.k8s.io/resourceclaims/", slicePrefix = "resource.k8s.io/resourceslices/"
    static let classPrefix = "resource.k8s.io/deviceclasses/"

    mutating func put(slice name: String, _ document: Value?) {
        pools.put(name, document.map { DeviceReader.slice($0["spec"]) })
    }
    mutating func put(class name: String, _ document: Value?) {
        classes[name] = document.map { DeviceReader.selectors($0["spec"]["selectors"], "class \(name)", &library) }
    }
    mutating func put(claim path: String, _ document: Value?) {
        for id in claims[path]?.allocated ?? [] { pools.release(id, from: path) }
        guard let document else {
            claims[path] = nil
            forget(path)
            return
        }
        let claim = DeviceReader.claim(path, document, &library)
        claims[path] = claim
        if let allocated = claim.allocated {
            promised[path] = nil
            for id in allocated { pools.give(id, to: path) }
        } else if let allocation = promised[path] {
            for result in allocation.results where !result.isAdministrative { pools.give(result.device, to: path) }
        }
    }

    mutating func assume(_ plan: DevicePlan) {
        for allocation in plan.allocations where !allocation.isReservation {
            promised[allocation.claim] = allocation
            for result in allocation.results where !result.isAdministrative { pools.give(result.device, to: allocation.claim) }
        }
    }
    mutating func revert(_ plan: DevicePlan) {
        for allocation in plan.allocations where !allocation.isReservation { forget(allocation.claim) }
    }
    private mutating func forget(_ path: String) {
        guard let allocation = promised.removeValue(forKey: path) else { return }
        for result in allocation.results { pools.release(result.device, from: path) }
    }
}

/// What is written into claims before a pod that has them can have its node.
struct DevicePlan: Sendable, Equatable {
    struct Result: Sendable, Equatable {
        let request: String
        let device: DeviceID
        let isAdministrative: Bool
    }
    struct Allocation: Sendable, Equatable {
        /// As `namespace/name`, and its uid.
        let claim: String
        let uid: String
        let results: [Result]
        /// Whether the claim has its devices already and is only reserved for the pod.
        let isReservation: Bool
        /// The node that alone has the devices; nil when others can use them too.
        let node: String?
    }
    var allocations: [Allocation] = []
}
