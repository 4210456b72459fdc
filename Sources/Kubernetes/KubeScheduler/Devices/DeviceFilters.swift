import KubeModel

/// What a pod's claims to devices ask of its node. Source: the plugin DynamicResources.
struct DeviceFilters {
    private let pod: SchedulingPod
    private var standing: [DeviceBook.Claim] = []
    private var waiting: [DeviceBook.Claim] = []
    /// How many free devices they need at least.
    private var least = 0
    /// What keeps the pod from all nodes.
    private(set) var refusal: Rejection?

    /// - Returns: nil for pods without claims to devices.
    init?(_ pod: SchedulingPod, _ filters: PluginSet, _ book: DeviceBook) {
        guard let names = pod.demands?.content.devices, !names.isEmpty, filters.contains(.dynamicResources) else { return nil }
        self.pod = pod
        for entry in names { if let text = read(entry, book) { refusal = .other(.dynamicResources, text, isResolvable: false) } }
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
            standing.append(claim)
        } else {
            waiting.append(claim)
            least += claim.least
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
            if let promise = book.promised[claim.path] {
                if let only = promise.node, only != node.name {
                    return .other(.dynamicResources, "resourceclaim not available on the node", isResolvable: false)
                }
            } else if let terms = claim.nodeTerms, !terms.contains(where: { $0.matches(node) }) {
                return .other(.dynamicResources, "resourceclaim not available on the node", isResolvable: false)
            }
        }
        guard !waiting.isEmpty else { return nil }
        guard book.pools.mayHave(least, node) else { return Self.shortage }
        var allocator = DeviceAllocator(book, node)
        do throws(SelectorFault) {
            if try allocator.allocate(waiting) != nil { return nil }
        } catch { return .other(.dynamicResources, error.message, isResolvable: false) }
        return Self.shortage
    }
    private static let shortage = Rejection.other(.dynamicResources, "cannot allocate all claims", isResolvable: true)

    /// What to write so that the pod has its devices on the node.
    func plan(_ node: SchedulingNode, _ book: DeviceBook) -> DevicePlan {
        var plan = DevicePlan()
        for claim in standing where !claim.reserved.contains(pod.uid.text) {
            plan.allocations.append(.init(claim: claim.path, uid: claim.uid, results: [], isReservation: true, node: nil))
        }
        var allocator = DeviceAllocator(book, node)
        let found = (try? allocator.allocate(waiting)) ?? nil
        for (claim, results) in zip(waiting, found ?? []) {
            let isLocal = book.pools.slices(for: node).contains { slice in
                !slice.nodeName.isEmpty
                    && results.contains { $0.device.driver == slice.pool.driver && $0.device.pool == slice.pool.name }
            }
            plan.allocations.append(
                .init(claim: claim.path, uid: claim.uid, results: results, isReservation: false, node: isLocal ? node.name : nil))
        }
        return plan
    }
}
