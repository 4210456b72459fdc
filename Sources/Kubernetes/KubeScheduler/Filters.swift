/// What a pod needs to know of the whole cluster before nodes are looked at, and the conditions that a node must meet.
struct Filters {
    /// A required spread with the pods that each domain has.
    private struct SpreadCheck {
        let spread: SchedulingPod.Spread
        let domains: [String: Int]
        /// The fewest pods of any domain.
        let fewest: Int
    }
    private struct TermCheck {
        let term: SchedulingPod.PodTerm
        let domains: [String: Int]
    }
    private let pod: SchedulingPod
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
        for spread in pod.spreads where spread.required { spreads.append(Filters.check(spread, pod, &state)) }
        self.spreads = spreads
        var (near, far): ([TermCheck], [TermCheck]) = ([], [])
        for term in pod.near { near.append(TermCheck(term: term, domains: state.domains(term.counted))) }
        for term in pod.far { far.append(TermCheck(term: term, domains: state.domains(term.counted))) }
        (self.near, self.far) = (near, far)
        isFirst = near.allSatisfy { $0.term.matchesSelf && $0.domains.values.allSatisfy { $0 == 0 } }
        for (key, other) in state.lonely {
            for term in other.far where term.counted.counts(pod) {
                if let domain = state.node(ofPod: key)?.domain(term.counted.topologyKey) {
                    closed[term.counted.topologyKey, default: []].insert(domain)
                }
            }
        }
    }

    private static func check(_ spread: SchedulingPod.Spread, _ pod: SchedulingPod, _ state: inout ClusterState) -> SpreadCheck {
        let counted = state.domains(spread.counted)
        var domains: [String: Int] = [:]
        for node in state.order where eligible(node, pod, spread) {
            if let domain = node.domain(spread.counted.topologyKey) { domains[domain] = counted[domain, default: 0] }
        }
        let fewest = domains.count < spread.minDomains ? 0 : domains.values.min() ?? 0
        return SpreadCheck(spread: spread, domains: domains, fewest: fewest)
    }
    /// Whether a node's pods count for a spread. Source: nodeAffinityPolicy Honor, nodeTaintsPolicy.
    private static func eligible(_ node: SchedulingNode, _ pod: SchedulingPod, _ spread: SchedulingPod.Spread) -> Bool {
        guard matchesAffinity(node, pod) else { return false }
        return spread.countsTaintedNodes || !node.untolerated(by: pod, effects: ["NoSchedule", "NoExecute"])
    }

    /// Whether the node takes the pod; the quick way.
    func accept(_ node: SchedulingNode) -> Bool { rejections(node).isEmpty }

    /// What the node objects to: the findings of the first filter that has any. Source: the order of upstream's default plugins.
    func rejections(_ node: SchedulingNode) -> [Rejection] {
        if node.unschedulable, !pod.tolerates(.unschedulable) { return [.unschedulable] }
        if !pod.nodeName.isEmpty, pod.nodeName != node.name { return [.nodeName] }
        if node.untolerated(by: pod, effects: ["NoSchedule", "NoExecute"]) { return [.taint] }
        if !Filters.matchesAffinity(node, pod) { return [.nodeAffinity] }
        if pod.ports.contains(where: { wanted in node.ports.contains { $0.conflicts(with: wanted) } }) { return [.ports] }
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
        let (wanted, used, all) = (pod.requests, node.used, node.allocatable)
        func check(_ name: String, _ wanted: Int, _ used: Int, _ all: Int) {
            if wanted > 0, wanted > all - used { rejections.append(.insufficient(name, beyondNode: wanted > all)) }
        }
        check("cpu", wanted.cpu, used.cpu, all.cpu)
        check("memory", wanted.memory, used.memory, all.memory)
        check("ephemeral-storage", wanted.storage, used.storage, all.storage)
        for (name, amount) in wanted.extended { check(name, amount, used.extended[name] ?? 0, all.extended[name] ?? 0) }
        return rejections
    }

    private func spreadRejection(_ node: SchedulingNode) -> Rejection? {
        for check in spreads {
            guard let domain = node.domain(check.spread.counted.topologyKey) else { return .spreadLabel }
            let after = check.domains[domain, default: 0] + (check.spread.matchesSelf ? 1 : 0)
            if after - check.fewest > check.spread.maxSkew { return .spread }
        }
        return nil
    }

    private func companyRejection(_ node: SchedulingNode) -> Rejection? {
        if !near.isEmpty {
            let company = near.allSatisfy { check in
                guard let domain = node.domain(check.term.counted.topologyKey) else { return false }
                return isFirst || check.domains[domain, default: 0] > 0
            }
            if !company { return .podAffinity }
        }
        for check in far {
            if let domain = node.domain(check.term.counted.topologyKey), check.domains[domain, default: 0] > 0 { return .podAntiAffinity }
        }
        for (key, domains) in closed { if let domain = node.domain(key), domains.contains(domain) { return .othersAntiAffinity } }
        return nil
    }
}
