import KubeModel

/// Finds devices of one node for claims. Source: dynamic-resource-allocation, structured.Allocator: the first devices in the order of
/// slices that satisfy everything, by trying and taking back.
struct DeviceAllocator {
    private let book: DeviceBook
    private let slices: [DeviceBook.Slice]
    private var used: Set<DeviceID> = []
    /// How many devices may be tried before it counts as impossible.
    private var steps = 20_000

    init(_ book: DeviceBook, _ node: SchedulingNode) { (self.book, slices) = (book, book.slices(for: node)) }

    /// The devices of each claim, in their order; nil when the node has not enough.
    mutating func allocate(_ claims: [DeviceBook.Claim]) throws(SelectorFault) -> [[DevicePlan.Result]]? {
        var all: [[DevicePlan.Result]] = []
        for claim in claims {
            var chosen: [Chosen] = []
            guard try satisfy(claim, 0, &chosen) else { return nil }
            for device in chosen where !device.request.isAdministrative { used.insert(device.device.id) }
            all.append(
                chosen.map {
                    DevicePlan.Result(request: $0.request.name, device: $0.device.id, isAdministrative: $0.request.isAdministrative)
                })
        }
        return all
    }
    private struct Chosen {
        let request: DeviceBook.Request
        let device: DeviceBook.Device
    }

    private mutating func satisfy(_ claim: DeviceBook.Claim, _ index: Int, _ chosen: inout [Chosen]) throws(SelectorFault) -> Bool {
        guard index < claim.requests.count else { return true }
        for request in claim.requests[index] {
            let fitting = try candidates(request)
            let wanted = request.count ?? fitting.count
            guard wanted > 0, fitting.count >= wanted else { continue }
            if try take(wanted, of: fitting[...], request, claim, index, &chosen) { return true }
        }
        return false
    }
    /// Takes so many of the devices for a request, and goes on with the next request.
    private mutating func take(
        _ count: Int, of devices: ArraySlice<DeviceBook.Device>, _ request: DeviceBook.Request, _ claim: DeviceBook.Claim, _ index: Int,
        _ chosen: inout [Chosen]
    ) throws(SelectorFault) -> Bool {
        if count == 0 { return try satisfy(claim, index + 1, &chosen) }
        var rest = devices
        while rest.count >= count, let device = rest.popFirst() {
            steps -= 1
            guard steps > 0 else { return false }
            if !request.isAdministrative, chosen.contains(where: { $0.device.id == device.id && !$0.request.isAdministrative }) { continue }
            chosen.append(Chosen(request: request, device: device))
            if agrees(chosen, claim), try take(count - 1, of: rest, request, claim, index, &chosen) { return true }
            chosen.removeLast()
        }
        return false
    }
    /// Whether the last device agrees with the others in what constraints name.
    private func agrees(_ chosen: [Chosen], _ claim: DeviceBook.Claim) -> Bool {
        guard let last = chosen.last else { return true }
        for constraint in claim.constraints where Self.concerns(constraint.requests, last.request.name) {
            guard let value = last.device.attributes[constraint.attribute] else { return false }
            let others = chosen.dropLast().filter { Self.concerns(constraint.requests, $0.request.name) }
            if others.contains(where: { $0.device.attributes[constraint.attribute] != value }) { return false }
        }
        return true
    }
    private static func concerns(_ requests: Set<String>, _ name: String) -> Bool {
        requests.isEmpty || requests.contains(name) || requests.contains(String(name.prefix { $0 != "/" }))
    }

    private func candidates(_ request: DeviceBook.Request) throws(SelectorFault) -> [DeviceBook.Device] {
        guard let ofClass = book.classes[request.className] else { return [] }
        let selectors = ofClass + request.selectors
        var result: [DeviceBook.Device] = []
        for slice in slices {
            for device in slice.devices {
                if !request.isAdministrative, used.contains(device.id) || book.taken[device.id] != nil { continue }
                let repelled = device.taints.contains { taint in
                    taint.effect != "None" && !request.tolerations.contains { $0.tolerates(taint) }
                }
                if repelled { continue }
                if try selected(device, selectors) { result.append(device) }
            }
        }
        return result
    }
    private func selected(
        _ device: DeviceBook.Device, _ selectors: [(place: String, expression: Result<SelectorExpression, SelectorFault>)]
    ) throws(SelectorFault) -> Bool {
        for selector in selectors {
            switch selector.expression {
            case .failure(let fault): throw SelectorFault("\(selector.place): CEL compile error: \(fault.message)")
            case .success(let expression):
                do throws(SelectorFault) {
                    if !(try SelectorEvaluator(device: device.value).selects(expression)) { return false }
                } catch { throw SelectorFault("\(selector.place): CEL runtime error: \(error.message)") }
            }
        }
        return true
    }
}

/// What a pod's claims to devices ask of its node. Source: the plugin DynamicResources.
struct DeviceFilters {
    private let pod: SchedulingPod
    private var standing: [DeviceBook.Claim] = []
    private var waiting: [DeviceBook.Claim] = []
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
        }
        return nil
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
        var allocator = DeviceAllocator(book, node)
        do throws(SelectorFault) {
            if try allocator.allocate(waiting) != nil { return nil }
        } catch { return .other(.dynamicResources, error.message, isResolvable: false) }
        return .other(.dynamicResources, "cannot allocate all claims", isResolvable: true)
    }

    /// What to write so that the pod has its devices on the node.
    func plan(_ node: SchedulingNode, _ book: DeviceBook) -> DevicePlan {
        var plan = DevicePlan()
        for claim in standing where !claim.reserved.contains(pod.uid.text) {
            plan.allocations.append(.init(claim: claim.path, uid: claim.uid, results: [], isReservation: true, node: nil))
        }
        var allocator = DeviceAllocator(book, node)
        let found = (try? allocator.allocate(waiting)) ?? nil
        for (claim, results) in zip(waiting, found ?? []) {
            let isLocal = book.slices(for: node).contains { slice in
                !slice.nodeName.isEmpty && results.contains { $0.device.driver == slice.driver && $0.device.pool == slice.pool }
            }
            plan.allocations.append(
                .init(claim: claim.path, uid: claim.uid, results: results, isReservation: false, node: isLocal ? node.name : nil))
        }
        return plan
    }
}
