import Control
import Documents
import KubeModel

/// What a pod's claims to devices ask of its node. Source: the plugin DynamicResources.
struct DeviceFilters {
    private let pod: SchedulingPod
    private var standing: [DeviceBook.Claim] = []
    /// The claims that have no devices yet, and what they need; nil for none.
    private var waiting: [DeviceBook.Claim] = []
    private var demand: DeviceDemand?
    /// What it asks of devices by extended resources; nil for nothing.
    private let extended: ExtendedClaim?
    /// Claims whose devices will not become usable: others have to be found.
    private var stale: [DeviceBook.Claim] = []
    /// What keeps the pod from all nodes.
    private(set) var refusal: Rejection?

    /// - Returns: nil for pods that ask for no devices.
    init?(_ pod: SchedulingPod, _ filters: PluginSet, _ book: DeviceBook) {
        guard pod.mayNeedDevices, filters.contains(.dynamicResources) else { return nil }
        let names = pod.demands?.content.devices ?? []
        extended = ExtendedClaim(pod, book)
        guard !names.isEmpty || extended != nil else { return nil }
        self.pod = pod
        for entry in names {
            if let text = read(entry, book) { refusal = .other(.dynamicResources, text, isResolvable: false) }
        }
        if !waiting.isEmpty { demand = DeviceDemand(waiting, book.classes) }
    }
    private mutating func read(_ entry: PodDemandsContent.DeviceClaim, _ book: DeviceBook) -> String? {
        guard let name = entry.claim else {
            return "pod \"\(pod.namespace)/\(pod.name)\": pod claim \"\(entry.name)\": resource claim not created yet"
        }
        if name.isEmpty { return nil }
        guard let claim = book.claims["\(pod.namespace)/\(name)"] else { return "resourceclaim \(name.quoted) not found" }
        if claim.isDeleting { return "resourceclaim \(name.quoted) is being deleted" }
        for request in claim.requests.joined() where book.classes[request.className] == nil {
            return "request \(request.name): device class \(request.className) does not exist"
        }
        if claim.allocated != nil || book.promised[claim.path] != nil {
            // Source: ResourceClaimReservedForMaxSize.
            if claim.reserved.count >= 256, !claim.reserved.contains(pod.uid.text) { return "resourceclaim in use" }
            if claim.failure(now: book.now) != nil {
                stale.append(claim)
                return Self.elsewhere
            }
            standing.append(claim)
        } else {
            waiting.append(claim)
        }
        return nil
    }

    /// Whether a claim of the pod is still to be made from its template: it is not tried before. Source: DynamicResources, PreEnqueue.
    static func isAwaiting(_ pod: SchedulingPod, _ filters: PluginSet, _ book: DeviceBook) -> Bool {
        guard let claims = pod.demands?.content.devices, filters.contains(.dynamicResources) else { return false }
        return claims.contains { entry in
            guard entry.isTemplated else { return false }
            guard let name = entry.claim else { return true }
            return !name.isEmpty && book.claims["\(pod.namespace)/\(name)"] == nil
        }
    }

    func rejection(_ node: SchedulingNode, _ book: DeviceBook) -> Rejection? {
        for claim in standing {
            let promise = book.promised[claim.path]
            if let terms = promise == nil ? claim.nodeTerms : promise?.nodeTerms, !terms.contains(where: { $0.matches(node) }) {
                return .other(.dynamicResources, Self.elsewhere, isResolvable: false)
            }
        }
        if let text = extended?.objection(node) { return .other(.dynamicResources, text, isResolvable: true) }
        guard let demand = extended?.variant(node, waiting, book)?.demand ?? demand else { return nil }
        guard let devices = book.pools.devices(for: node, atLeast: demand.least) else { return Self.shortage }
        var allocator = DeviceAllocator(demand, devices) { book.pools.incompleteness(for: node) }
        do throws(SelectorFault) {
            if try allocator.allocate() != nil { return nil }
        } catch { return .other(.dynamicResources, error.message, isResolvable: false) }
        return Self.shortage
    }
    private static let elsewhere = "resourceclaim not available on the node"
    private static let shortage = Rejection.other(.dynamicResources, "cannot allocate all claims", isResolvable: true)

    /// Whether nodes may differ in which of a request's alternatives they have.
    var hasAlternatives: Bool { demand?.hasAlternatives ?? false }
    /// How good the alternatives are that the pod would have on a node that takes it; more is better.
    func worth(_ node: SchedulingNode, _ book: DeviceBook) -> Int {
        guard let demand = extended?.variant(node, waiting, book)?.demand ?? demand,
            let devices = book.pools.devices(for: node, atLeast: demand.least)
        else { return 0 }
        var allocator = DeviceAllocator(demand, devices) { book.pools.incompleteness(for: node) }
        return demand.worth(of: (try? allocator.allocate()) ?? [])
    }

    /// The claim to take devices from once no node takes the pod: nobody else uses it, and its devices will not become usable or are not
    /// for all nodes. Source: DynamicResources, PostFilter.
    func releasable(_ nodes: [SchedulingNode], _ book: DeviceBook) -> DeviceBook.Claim? {
        (stale + standing).first { claim in
            guard book.promised[claim.path] == nil, claim.reserved.isSubset(of: [pod.uid.text]) else { return false }
            if claim.failure(now: book.now) != nil { return true }
            guard let terms = claim.nodeTerms else { return false }
            return nodes.contains { node in node.isReal && !terms.contains { $0.matches(node) } }
        }
    }

    /// The claim of an earlier attempt for the pod's extended resources, by its path: it has to go before the pod can have devices.
    var leftover: String? { extended?.leftover }

    /// What to write so that the pod has its devices on the node; `random` makes names, and identities for shares of devices.
    func plan(_ node: SchedulingNode, _ book: DeviceBook, _ random: RandomSource) -> DevicePlan {
        var plan = DevicePlan()
        for claim in standing where !claim.reserved.contains(pod.uid.text) {
            plan.allocations.append(
                .init(
                    claim: claim.path, uid: claim.uid, results: [], isReservation: true, document: .null, nodeTerms: nil,
                    isConditional: claim.readiness != .ready || book.promised[claim.path]?.isConditional ?? false))
        }
        let variant = extended?.variant(node, waiting, book)
        guard let demand = variant?.demand ?? demand, let devices = book.pools.devices(for: node, atLeast: demand.least) else {
            return plan
        }
        var allocator = DeviceAllocator(demand, devices) { book.pools.incompleteness(for: node) }
        let chosen = (try? allocator.allocate()) ?? []
        let writer = DeviceAllocationWriter(book: book, node: node)
        for (index, claim) in demand.claims.enumerated() {
            plan.allocations.append(writer.allocation(claim, chosen.filter { $0.claim == index }, random.uuid))
        }
        if let variant, let last = plan.allocations.indices.last {
            let creation = DevicePlan.Creation(requests: variant.requests, mappings: variant.mappings)
            plan.allocations[last].become(creation, at: DevicePlan.Creation.path(pod, random.suffix(5)))
        }
        return plan
    }
}
