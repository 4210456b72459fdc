/// What a pod needs to know of the whole cluster before nodes are looked at, and the conditions that a node must meet.
struct Filters {
    /// A required spread with the pods that each domain has.
    private struct SpreadCheck {
        let counter: DomainCounter
        let maxSkew: Int
        /// The fewest pods of any domain.
        let fewest: Int
        /// Whether the pod counts itself.
        let own: Int
    }
    let pod: SchedulingPod
    let shape: PodShape
    let profile: SchedulingProfile
    let cache: ShapeCache
    private let filters: PluginSet
    private var spreads: [SpreadCheck] = []
    private var near: [DomainCounter] = []
    private var far: [DomainCounter] = []
    /// Domains that pods on nodes have to themselves: with more than none of these.
    private var closed: [TermTable.Row] = []
    /// No pod matches the near terms anywhere, but this one would: it may be the first.
    private var isFirst = false
    /// What its volumes ask for; nil for pods without such volumes.
    let volumes: VolumeFilters?
    /// What its claims to devices ask for; nil for pods without any.
    let devices: DeviceFilters?
    /// The classes of devices behind extended resources, where the pod asks for any.
    private let classes: [String: String]
    /// Whether only the node's traits and its CPU, memory and number of pods matter.
    private(set) var isPlain = true

    init(_ pod: SchedulingPod, _ profile: SchedulingProfile, _ cache: ShapeCache, _ state: inout ClusterState) {
        (self.pod, shape, self.profile, self.cache, filters) = (pod, pod.shape, profile, cache, profile.filters)
        volumes = pod.demands == nil ? nil : VolumeFilters(pod, profile.filters, state.volumes)
        devices = pod.mayNeedDevices ? DeviceFilters(pod, profile.filters, state.devices) : nil
        classes = pod.shape.asks.isEmpty ? [:] : state.devices.extended
        if filters.contains(.podTopologySpread) {
            for spread in SpreadRule.rules(for: pod, profile, state.company) where spread.required { addCheck(spread, &state) }
        }
        if filters.contains(.interPodAffinity) { readCompany(&state) }
        isPlain =
            volumes == nil && devices == nil && spreads.isEmpty && near.isEmpty && far.isEmpty && closed.isEmpty && isQuick
            && profile.fit.ignoredResources.isEmpty
    }
    private mutating func addCheck(_ spread: PodShape.Spread, _ state: inout ClusterState) {
        let counter = state.company.counter(spread.counted)
        spreads.append(
            SpreadCheck(
                counter: counter, maxSkew: spread.maxSkew, fewest: counter.size < spread.minDomains ? 0 : counter.least,
                own: spread.counted.counts(pod.group, state.company.namespaces) ? 1 : 0))
    }
    private mutating func readCompany(_ state: inout ClusterState) {
        // One pod has to satisfy all the terms; it need not be the same in each domain.
        let company = shape.near.map(\.selection)
        for term in shape.near {
            let counted = CountedPods(selections: company, topologyKey: term.topologyKey, countsDeleting: true)
            near.append(state.company.counter(counted))
        }
        for term in shape.far { far.append(state.company.counter(term.counted)) }
        if !near.isEmpty {
            let namespaces = state.company.namespaces
            isFirst = company.allSatisfy { $0.selects(pod.group, namespaces) } && near.allSatisfy(\.isZero)
        }
        if !state.company.refusals.isEmpty { closed = state.company.refusing(pod.group) }
    }

    /// What the node objects to by what its document says, whatever pods it has. Source: the order of upstream's default plugins.
    func staticRejection(_ node: SchedulingNode) -> Rejection? {
        if node.unschedulable, filters.contains(.nodeUnschedulable), !shape.tolerates(.unschedulable) { return .unschedulable }
        if filters.contains(.taintToleration), node.repels(shape) { return .taint }
        if !shape.features.isEmpty, filters.contains(.nodeDeclaredFeatures), !node.features.isSuperset(of: shape.features) {
            return .features
        }
        guard filters.contains(.nodeAffinity) else { return nil }
        if let terms = profile.addedAffinity.required, !terms.contains(where: { $0.matches(node) }) { return .enforcedNodeAffinity }
        let matches =
            shape.nodeSelector.allSatisfy { node.labels[$0.key] == $0.value } && (shape.nodeTerms?.contains { $0.matches(node) } ?? true)
        return matches ? nil : .nodeAffinity
    }
    /// The same, remembered for the pods of this shape.
    func verdict(_ node: SchedulingNode, traits: UInt32) -> Rejection? {
        let code =
            cache.verdict(node.slot, traits: traits)
            ?? {
                let code = ShapeCache.code(of: staticRejection(node))
                cache.remember(node.slot, traits: traits, code)
                return code
            }()
        return ShapeCache.rejection(code)
    }

    /// What the node objects to: the findings of the first filter that has any.
    func rejections(_ slot: Int32, _ state: ClusterState) -> [Rejection] {
        guard let node = state.nodes[Int(slot)] else { return [] }
        if let rejection = verdict(node, traits: state.loads[Int(slot)].traits) { return [rejection] }
        if let pinned = pod.demands?.pinned, pinned != node.name { return [.nodeAffinity] }
        if !shape.ports.isEmpty, filters.contains(.nodePorts),
            shape.ports.contains(where: { wanted in node.ports.contains { $0.conflicts(with: wanted) } })
        {
            return [.ports]
        }
        if filters.contains(.nodeResourcesFit) {
            let room = shortages(node, node.used, pods: node.pods.count)
            if !room.isEmpty { return room }
        }
        if let volumes {
            let objections = volumes.rejections(node, state.volumes)
            if !objections.isEmpty { return objections }
        }
        if let rejection = spreadRejection(slot) ?? companyRejection(slot) { return [rejection] }
        return devices?.rejection(node, state.devices).map { [$0] } ?? []
    }
    /// What keeps the pod from all nodes alike.
    var refusal: Rejection? { volumes?.refusal ?? devices?.refusal }

    /// What the node lacks, were that much of it used by so many pods. Source: NodeResourcesFit, fitsRequest.
    func shortages(_ node: SchedulingNode, _ used: Resources, pods: Int) -> [Rejection] {
        var rejections: [Rejection] = []
        if pods + 1 > node.allowedPods { rejections.append(.tooManyPods) }
        let wanted = shape.requests
        func check(_ name: String, _ wanted: Int, _ used: Int, _ all: Int) {
            if wanted > 0, wanted > all &- used { rejections.append(.insufficient(name, beyondNode: wanted > all)) }
        }
        check("cpu", wanted.cpu, used.cpu, node.allocatable.cpu)
        check("memory", wanted.memory, used.memory, node.allocatable.memory)
        check("ephemeral-storage", wanted.storage, used.storage, node.allocatable.storage)
        for (name, amount) in wanted.extended where !profile.fit.ignores(name) {
            let offered = node.allocatable.extended[name] ?? 0
            // What no device plugin offers there is for DynamicResources to find. Source: shouldDelegateResourceToDRA.
            if offered == 0, classes[name] != nil { continue }
            check(name, amount, used.extended[name] ?? 0, offered)
        }
        return rejections
    }

    private func spreadRejection(_ slot: Int32) -> Rejection? {
        for check in spreads {
            guard let count = check.counter.count(slot: slot) else { return .spreadLabel }
            if count + check.own - check.fewest > check.maxSkew { return .spread }
        }
        return nil
    }
    private func companyRejection(_ slot: Int32) -> Rejection? {
        for counter in near {
            guard let count = counter.count(slot: slot), isFirst || count > 0 else { return .podAffinity }
        }
        for counter in far where (counter.count(slot: slot) ?? 0) > 0 { return .podAntiAffinity }
        for row in closed where row.tally[row.topology.domain(slot: slot)] > 0 { return .othersAntiAffinity }
        return nil
    }
    /// What spread and company ask, as the counts are now: for looking at many nodes while none of them changes.
    var gates: [DomainGate] {
        var gates = spreads.map { check in
            let most = check.maxSkew + check.fewest - check.own
            return DomainGate(check.counter.topology, DomainTally(check.counter.counts), .min...most, admitsOutside: false)
        }
        gates += near.map {
            DomainGate($0.topology, DomainTally($0.counts), isFirst ? .min ... .max : 1 ... .max, admitsOutside: false)
        }
        gates += far.map { DomainGate($0.topology, DomainTally($0.counts), .min...0, admitsOutside: true) }
        gates += closed.map { DomainGate($0.topology, $0.tally, .min...0, admitsOutside: true) }
        return gates
    }
    /// Whether nothing but room, volumes, devices, spread and company is asked of a node that its traits allow.
    var isQuick: Bool {
        shape.ports.isEmpty && shape.requests.storage == 0 && shape.requests.extended.isEmpty
            && filters.contains(.nodeResourcesFit)
    }
}
