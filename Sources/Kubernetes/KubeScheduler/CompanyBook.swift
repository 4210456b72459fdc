import KubeModel

/// Where pods are by topology domain: counters for whoever asks, and the terms that pods on nodes have about others.
///
/// Everything is kept up to date with each pod that comes or goes, and with the nodes' labels.
struct CompanyBook {
    private(set) var namespaces: NamespaceLabels = [:]
    /// The company that pods on nodes refuse.
    private(set) var refusals = TermTable()
    /// The company that pods on nodes would rather have or avoid, and that they ask for.
    private(set) var wishes = TermTable()
    /// The selectors of Services, by namespace and name.
    private var services: [String: [String: LabelSelector]] = [:]
    private let topologies = TopologyTable()
    private var counters: [DomainCounter] = []
    private var counterIndex: [CountedPods: Int] = [:]
    /// Numbers of counters of another epoch are void.
    private var epoch = 0
    /// Fewer with many nodes, for each counter has a number for each.
    private var mostCounters: Int { max(64, min(512, 4_000_000 / (topologies.nodes.count + 1))) }
    static let zone = "topology.kubernetes.io/zone"
    /// The groups that have pods on nodes, and those of each owner.
    private var groups: [ObjectIdentifier: PodGroup] = [:]
    private var owned: [String: [ObjectIdentifier: PodGroup]] = [:]

    /// Takes over the labels of a namespace, nil when it is gone; tells whether they are others than before.
    mutating func update(namespace name: String, _ labels: [String: String]?) -> Bool {
        guard namespaces[name] != labels else { return false }
        namespaces[name] = labels
        if counters.contains(where: { $0.counted.selectsNamespaces }) { forgetCounters() }
        refusals.rematch()
        wishes.rematch()
        return true
    }
    /// Takes over the selector of a Service, nil when it has none or is gone.
    mutating func update(service name: String, in namespace: String, _ selector: LabelSelector?) {
        services[namespace, default: [:]][name] = selector
        if services[namespace]?.isEmpty == true { services[namespace] = nil }
    }
    /// The pods that share every Service of this one; empty when it belongs to none.
    func companions(of group: PodGroup) -> [PodSelection] {
        guard let services = services[group.namespace] else { return [] }
        return services.sorted { $0.key < $1.key }.map(\.value).filter { $0.matches(group.labels) }.map {
            PodSelection(namespaces: [group.namespace], namespaceSelector: nil, selector: $0)
        }
    }

    /// A group has its first pod on a node, perhaps.
    mutating func note(_ group: PodGroup) {
        let id = ObjectIdentifier(group)
        guard groups.updateValue(group, forKey: id) == nil else { return }
        if let owner = group.owner { owned[owner, default: [:]][id] = group }
    }
    /// A group has lost its last pod, perhaps.
    mutating func forget(_ group: PodGroup) {
        guard !group.isPlaced else { return }
        let id = ObjectIdentifier(group)
        groups[id] = nil
        guard let owner = group.owner else { return }
        owned[owner]?[id] = nil
        if owned[owner]?.isEmpty == true { owned[owner] = nil }
    }

    /// Takes over a node's labels, or that it is gone; its pods are counted nowhere at this time.
    mutating func update(_ node: SchedulingNode) {
        topologies.update(node)
        for counter in counters { counter.include(node) }
    }
    /// The node's labels are about to change.
    func exclude(_ node: SchedulingNode) { for counter in counters { counter.exclude(node.slot) } }

    /// A pod comes to a real node or leaves it.
    mutating func count(_ pod: SchedulingPod, slot: Int32, _ change: Int32) {
        let (shape, group) = (pod.shape, pod.group)
        if !shape.far.isEmpty {
            for place in refusals.places(of: shape.far, known: &shape.farPlaces, topologies) { refusals.add(change, at: place, slot: slot) }
        }
        if !shape.preferred.isEmpty || !shape.near.isEmpty {
            for place in wishes.places(of: shape.preferred + shape.near, known: &shape.wishPlaces, topologies) {
                wishes.add(change, at: place, slot: slot)
            }
        }
        if let crowd = group.crowd {
            let zones = topology(CompanyBook.zone)
            crowd.zones.add(pod.isDeleting ? 0 : change, zones.domain(slot: slot), of: zones.count)
        }
        guard !counters.isEmpty else { return }
        for index in matches(group) where !pod.isDeleting || counters[Int(index)].counted.countsDeleting {
            counters[Int(index)].add(change, slot: slot)
        }
    }
    private func matches(_ group: PodGroup) -> [Int32] {
        if group.counters.epoch != epoch { group.counters = KnownMatches(epoch: epoch) }
        while group.counters.seen < counters.count {
            let index = group.counters.seen
            if counters[index].counted.counts(group, namespaces) { group.counters.matches.append(Int32(index)) }
            group.counters.seen += 1
        }
        return group.counters.matches
    }

    /// How many of these pods each domain has; counted once, then kept up to date.
    mutating func counter(_ counted: CountedPods) -> DomainCounter {
        if let index = counterIndex[counted] { return counters[index] }
        if counters.count >= mostCounters { forgetCounters() }
        let counter = DomainCounter(counted, topology(counted.topologyKey))
        for node in topologies.nodes.values { counter.include(node) }
        let candidates = counted.owner.map { owned[$0] ?? [:] } ?? groups
        for group in candidates.values where counted.counts(group, namespaces) {
            for (slot, count) in group.staying { counter.add(count, slot: slot) }
            if counted.countsDeleting { for (slot, count) in group.leaving { counter.add(count, slot: slot) } }
        }
        counterIndex[counted] = counters.count
        counters.append(counter)
        return counter
    }
    private mutating func forgetCounters() {
        (counters, counterIndex) = ([], [:])
        epoch += 1
    }
    /// The domains of a topology key.
    func topology(_ key: String) -> Topology { topologies[key] }
    /// Drops terms that no pod has any more.
    mutating func sweep() {
        refusals.sweep()
        wishes.sweep()
    }
    /// The rows of terms that select pods of a group.
    func refusing(_ group: PodGroup) -> [TermTable.Row] {
        refusals.matches(group, &group.refusals, namespaces).map { refusals.rows[Int($0)] }.filter { !$0.tally.isZero }
    }
    func wishing(_ group: PodGroup) -> [TermTable.Row] {
        wishes.matches(group, &group.wishes, namespaces).map { wishes.rows[Int($0)] }.filter { !$0.tally.isZero }
    }
}
