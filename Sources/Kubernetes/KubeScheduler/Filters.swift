/// What a pod needs to know of the whole cluster before nodes are looked at, and the conditions that a node must meet.
struct Filters {
    /// A required spread with the pods that each domain has.
    private struct SpreadCheck {
        let spread: SchedulingPod.Spread
        let domains: [String: Int]
        /// The fewest pods of any domain.
        let fewest: Int
        /// Whether the pod counts itself.
        let matchesSelf: Bool
    }
    private struct TermCheck {
        let topologyKey: String
        let domains: [String: Int]
    }
    let pod: SchedulingPod
    private let spreads: [SpreadCheck]
    private let near: [TermCheck]
    private let far: [TermCheck]
    /// Domains that pods on nodes have to themselves, by topology key.
    private var closed: [String: Set<String>] = [:]
    /// No pod matches the near terms anywhere, but this one would: it may be the first.
    private let isFirst: Bool

    init(_ pod: SchedulingPod, _ state: inout ClusterState) {
        self.pod = pod
        var spreads: [SpreadCheck] = []
        let required = pod.spreads.filter(\.required)
        for spread in required { spreads.append(Filters.check(spread, among: required, pod, &state)) }
        self.spreads = spreads
        var (near, far): ([TermCheck], [TermCheck]) = ([], [])
        // One pod has to satisfy all the terms; it need not be the same in each domain.
        let company = pod.near.map(\.selection)
        for term in pod.near {
            let counted = CountedPods(selections: company, topologyKey: term.topologyKey, countsDeleting: true)
            near.append(TermCheck(topologyKey: term.topologyKey, domains: state.domains(counted)))
        }
        for term in pod.far { far.append(TermCheck(topologyKey: term.topologyKey, domains: state.domains(term.counted))) }
        (self.near, self.far) = (near, far)
        let namespaces = state.namespaces
        isFirst =
            near.allSatisfy { $0.domains.values.allSatisfy { $0 == 0 } } && company.allSatisfy { $0.selects(pod, namespaces) }
        for (key, other) in state.lonely {
            for term in other.far where term.selection.selects(pod, namespaces) {
                if let domain = state.node(ofPod: key)?.domain(term.topologyKey) { closed[term.topologyKey, default: []].insert(domain) }
            }
        }
    }

    private static func check(
        _ spread: SchedulingPod.Spread, among all: [SchedulingPod.Spread], _ pod: SchedulingPod, _ state: inout ClusterState
    ) -> SpreadCheck {
        let domains = domains(spread, among: all, pod, &state)
        let fewest = domains.count < spread.minDomains ? 0 : domains.values.min() ?? 0
        return SpreadCheck(
            spread: spread, domains: domains, fewest: fewest, matchesSelf: spread.counted.counts(pod, state.namespaces))
    }
    /// How many pods each domain of a spread has, on the nodes that count: those in a domain of every spread in `all`.
    static func domains(
        _ spread: SchedulingPod.Spread, among all: [SchedulingPod.Spread], _ pod: SchedulingPod, _ state: inout ClusterState
    ) -> [String: Int] {
        let counted = state.domains(spread.counted)
        var domains: [String: Int] = [:]
        var excluded: [String: Int] = [:]
        for node in state.order {
            guard let domain = node.domain(spread.counted.topologyKey) else { continue }
            if eligible(node, pod, spread), all.allSatisfy({ node.domain($0.counted.topologyKey) != nil }) {
                domains[domain] = counted[domain, default: 0]
            } else {
                excluded[domain, default: 0] += node.pods.values.count { spread.counted.counts($0, state.namespaces) }
            }
        }
        for (domain, count) in excluded { domains[domain]? -= count }
        return domains
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
            guard let domain = node.domain(check.spread.counted.topologyKey) else { return .spreadLabel }
            let after = check.domains[domain, default: 0] + (check.matchesSelf ? 1 : 0)
            if after - check.fewest > check.spread.maxSkew { return .spread }
        }
        return nil
    }

    private func companyRejection(_ node: SchedulingNode) -> Rejection? {
        if !near.isEmpty {
            let company = near.allSatisfy { check in
                guard let domain = node.domain(check.topologyKey) else { return false }
                return isFirst || check.domains[domain, default: 0] > 0
            }
            if !company { return .podAffinity }
        }
        for check in far {
            if let domain = node.domain(check.topologyKey), check.domains[domain, default: 0] > 0 { return .podAntiAffinity }
        }
        for (key, domains) in closed { if let domain = node.domain(key), domains.contains(domain) { return .othersAntiAffinity } }
        return nil
    }
}
