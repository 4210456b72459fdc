/// What a pod needs to know of the whole cluster before nodes are looked at, and the conditions that a node must meet.
struct Filters {
    /// A required spread with the pods that each domain has.
    private struct SpreadCheck {
        let spread: SchedulingPod.Spread
        let counts: DomainCounts
        /// The fewest pods of any domain.
        let fewest: Int
        /// Whether the pod counts itself.
        let matchesSelf: Bool
    }
    /// The domains of a spread that count.
    struct SpreadDomains {
        let counts: DomainCounts
        let number: Int
        /// The fewest pods of any of them.
        let fewest: Int
    }
    let pod: SchedulingPod
    private let spreads: [SpreadCheck]
    private let near: [DomainCounts]
    private let far: [DomainCounts]
    /// Domains that pods on nodes have to themselves: with more than zero of these.
    private var closed: [DomainCounts] = []
    /// No pod matches the near terms anywhere, but this one would: it may be the first.
    private let isFirst: Bool

    init(_ pod: SchedulingPod, _ state: inout ClusterState) {
        self.pod = pod
        var spreads: [SpreadCheck] = []
        let required = pod.spreads.filter(\.required)
        for spread in required { spreads.append(Filters.check(spread, among: required, pod, &state)) }
        self.spreads = spreads
        var (near, far): ([DomainCounts], [DomainCounts]) = ([], [])
        // One pod has to satisfy all the terms; it need not be the same in each domain.
        let company = pod.near.map(\.selection)
        for term in pod.near {
            let counted = CountedPods(selections: company, topologyKey: term.topologyKey, countsDeleting: true)
            near.append(state.domains(counted))
        }
        for term in pod.far { far.append(state.domains(term.counted)) }
        (self.near, self.far) = (near, far)
        let namespaces = state.namespaces
        isFirst =
            near.allSatisfy(\.isZero) && company.allSatisfy { $0.selects(pod, namespaces) }
        for (term, slots) in state.refusals.terms where term.selection.selects(pod, namespaces) {
            var domains = DomainCounts(state.topology(term.topologyKey))
            for (slot, count) in slots { domains.add(count, slot: slot) }
            closed.append(domains)
        }
    }

    private static func check(
        _ spread: SchedulingPod.Spread, among all: [SchedulingPod.Spread], _ pod: SchedulingPod, _ state: inout ClusterState
    ) -> SpreadCheck {
        let domains = domains(spread, among: all, pod, &state)
        let fewest = domains.number < spread.minDomains ? 0 : domains.fewest
        return SpreadCheck(
            spread: spread, counts: domains.counts, fewest: fewest, matchesSelf: spread.counted.counts(pod, state.namespaces))
    }
    /// How many pods each domain of a spread has, on the nodes that count: those in a domain of every spread in `all`.
    static func domains(
        _ spread: SchedulingPod.Spread, among all: [SchedulingPod.Spread], _ pod: SchedulingPod, _ state: inout ClusterState
    ) -> SpreadDomains {
        let counted = state.domains(spread.counted)
        let topologies = all.map { state.topology($0.counted.topologyKey) }
        let mayBeAnywhere = spread.countsOtherNodes || pod.nodeSelector.isEmpty && pod.nodeTerms == nil
        if mayBeAnywhere, spread.countsTaintedNodes, topologies.allSatisfy(\.isComplete) {
            return SpreadDomains(counts: counted, number: counted.topology.count, fewest: counted.counts.min() ?? 0)
        }
        var result = DomainCounts(counted.topology)
        var excluded = result
        var isCounted = Array(repeating: false, count: counted.topology.count)
        for node in state.order {
            guard let domain = counted.topology.domain(node) else { continue }
            if eligible(node, pod, spread), topologies.allSatisfy({ $0.domain(node) != nil }) {
                isCounted[domain] = true
            } else {
                excluded[domain] += node.pods.values.count { spread.counted.counts($0, state.namespaces) }
            }
        }
        let present = isCounted.indices.filter { isCounted[$0] }
        for domain in present { result[domain] = counted[domain] - excluded[domain] }
        return SpreadDomains(counts: result, number: present.count, fewest: present.map { result[$0] }.min() ?? 0)
    }
    /// Whether a node's pods count for a spread. Source: nodeAffinityPolicy, nodeTaintsPolicy.
    private static func eligible(_ node: SchedulingNode, _ pod: SchedulingPod, _ spread: SchedulingPod.Spread) -> Bool {
        guard spread.countsOtherNodes || matchesAffinity(node, pod) else { return false }
        return spread.countsTaintedNodes || !node.repels(pod)
    }

    /// What the node objects to: the findings of the first filter that has any. Source: the order of upstream's default plugins.
    func rejections(_ node: SchedulingNode) -> [Rejection] {
        if node.unschedulable, !pod.tolerates(.unschedulable) { return [.unschedulable] }
        if !pod.nodeName.isEmpty, pod.nodeName != node.name { return [.nodeName] }
        if node.repels(pod) { return [.taint] }
        if !Filters.matchesAffinity(node, pod) { return [.nodeAffinity] }
        if !pod.ports.isEmpty, pod.ports.contains(where: { wanted in node.ports.contains { $0.conflicts(with: wanted) } }) {
            return [.ports]
        }
        let room = shortages(node)
        if !room.isEmpty { return room }
        if let rejection = spreadRejection(node) ?? companyRejection(node) { return [rejection] }
        return []
    }

    private static func matchesAffinity(_ node: SchedulingNode, _ pod: SchedulingPod) -> Bool {
        pod.nodeSelector.allSatisfy { node.labels[$0.key] == $0.value } && (pod.nodeTerms?.contains { $0.matches(node) } ?? true)
    }

    private func shortages(_ node: SchedulingNode) -> [Rejection] {
        var rejections: [Rejection] = []
        if node.pods.count + 1 > node.allowedPods { rejections.append(.tooManyPods) }
        let wanted = pod.requests
        func check(_ name: String, _ wanted: Int, _ used: Int, _ all: Int) {
            if wanted > 0, wanted > all &- used { rejections.append(.insufficient(name, beyondNode: wanted > all)) }
        }
        check("cpu", wanted.cpu, node.used.cpu, node.allocatable.cpu)
        check("memory", wanted.memory, node.used.memory, node.allocatable.memory)
        check("ephemeral-storage", wanted.storage, node.used.storage, node.allocatable.storage)
        for (name, amount) in wanted.extended {
            check(name, amount, node.used.extended[name] ?? 0, node.allocatable.extended[name] ?? 0)
        }
        return rejections
    }

    private func spreadRejection(_ node: SchedulingNode) -> Rejection? {
        for check in spreads {
            guard let count = check.counts[node] else { return .spreadLabel }
            let after = count + (check.matchesSelf ? 1 : 0)
            if after - check.fewest > check.spread.maxSkew { return .spread }
        }
        return nil
    }

    private func companyRejection(_ node: SchedulingNode) -> Rejection? {
        if !near.isEmpty {
            let company = near.allSatisfy { counts in
                guard let count = counts[node] else { return false }
                return isFirst || count > 0
            }
            if !company { return .podAffinity }
        }
        for counts in far where (counts[node] ?? 0) > 0 { return .podAntiAffinity }
        for counts in closed where (counts[node] ?? 0) > 0 { return .othersAntiAffinity }
        return nil
    }
}
