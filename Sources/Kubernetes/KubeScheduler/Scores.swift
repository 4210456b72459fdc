import Glibc

/// How well nodes suit a pod, each plugin from 0 to 100 times its weight. Source: the default plugins and weights of upstream's scheduler.
struct Scores {
    private let pod: SchedulingPod
    private let nodes: [SchedulingNode]

    /// Scores for the nodes that take the pod.
    init(_ pod: SchedulingPod, _ nodes: [SchedulingNode]) { (self.pod, self.nodes) = (pod, nodes) }

    /// The score of each node.
    func all(_ state: inout ClusterState) -> [Double] {
        var totals = nodes.map { leastAllocated($0) + balanced($0) }
        if nodes.contains(where: { !$0.discouraging.isEmpty }) { add(3, reversed(nodes.map(untoleratedPreferences)), to: &totals) }
        if !pod.preferredNodeTerms.isEmpty { add(2, scaled(nodes.map(nodePreference)), to: &totals) }
        if let spread = spread(&state) { add(2, spread, to: &totals) }
        if !pod.preferred.isEmpty || !state.wishes.terms.isEmpty { add(2, ranged(companyPreference(&state)), to: &totals) }
        return totals
    }
    private func add(_ weight: Double, _ scores: [Double], to totals: inout [Double]) {
        for index in totals.indices { totals[index] += weight * scores[index] }
    }

    /// More for nodes with more room left.
    private func leastAllocated(_ node: SchedulingNode) -> Double {
        func left(_ wanted: Int, _ used: Int, _ all: Int) -> Double {
            all <= 0 || wanted &+ used > all ? 0 : (Double(all &- used &- wanted) * 100 / Double(all)).rounded(.down)
        }
        let cpu = left(pod.assumed.cpu, node.assumed.cpu, node.allocatable.cpu)
        let memory = left(pod.assumed.memory, node.assumed.memory, node.allocatable.memory)
        return ((cpu + memory) / 2).rounded(.down)
    }
    /// More for nodes whose CPU and memory are used alike.
    private func balanced(_ node: SchedulingNode) -> Double {
        func part(_ wanted: Int, _ used: Int, _ all: Int) -> Double { all <= 0 ? 1 : min(1, Double(wanted &+ used) / Double(all)) }
        let cpu = part(pod.requests.cpu, node.used.cpu, node.allocatable.cpu)
        let memory = part(pod.requests.memory, node.used.memory, node.allocatable.memory)
        return ((1 - abs(cpu - memory) / 2) * 100).rounded(.down)
    }
    private func untoleratedPreferences(_ node: SchedulingNode) -> Double {
        Double(node.discouraging.count { !pod.tolerates($0) })
    }
    private func nodePreference(_ node: SchedulingNode) -> Double {
        pod.preferredNodeTerms.reduce(0) { $0 + ($1.term.matches(node) ? Double($1.weight) : 0) }
    }

    /// More for nodes and zones with fewer of the pods in question; nil when there is nothing to spread.
    private func spread(_ state: inout ClusterState) -> [Double]? {
        let wanted = pod.spreads.filter { !$0.required }
        var crowd = Array(repeating: 0.0, count: nodes.count)
        if !pod.spreads.isEmpty {
            guard !wanted.isEmpty else { return nil }
            // Nodes outside a wanted domain are ranked behind all others.
            let topologies = wanted.map { state.topology($0.counted.topologyKey) }
            let ranked = nodes.indices.filter { index in topologies.allSatisfy { $0.domain(nodes[index]) != nil } }
            for spread in wanted {
                let counts = Filters.domains(spread, among: wanted, pod, &state).counts
                let weight = log(Double(counts.topology.number(of: ranked.map { nodes[$0] }) + 2))
                for index in ranked { crowd[index] += Double(counts[nodes[index]] ?? 0) * weight + Double(spread.maxSkew - 1) }
            }
            var scores = Array(repeating: 0.0, count: nodes.count)
            for (index, score) in zip(ranked, reversedRange(ranked.map { crowd[$0] })) { scores[index] = score }
            return scores
        }
        // The defaults of the cluster: over hosts with a skew of 3, over zones with one of 5.
        guard let owner = pod.owner else { return companionSpread(&state) }
        guard let tally = state.owners[owner] else { return nil }
        let zoneWeight = log(Double(Set(nodes.map(\.zoneSlot)).count + 2))
        let hostWeight = log(Double(nodes.count + 2))
        for (index, node) in nodes.enumerated() {
            crowd[index] = Double(tally.onHost(node)) * hostWeight + Double(tally.inZone(node)) * zoneWeight + 6
        }
        return reversedRange(crowd)
    }

    /// The cluster's defaults for a pod without an owner: by the pods that share its Services.
    private func companionSpread(_ state: inout ClusterState) -> [Double]? {
        let companions = state.companions(of: pod)
        guard !companions.isEmpty else { return nil }
        var crowd = Array(repeating: 6.0, count: nodes.count)
        for key in ["kubernetes.io/hostname", "topology.kubernetes.io/zone"] {
            let counted = state.domains(CountedPods(selections: companions, topologyKey: key, countsDeleting: false))
            add(log(Double(counted.topology.number(of: nodes) + 2)), counted, to: &crowd)
        }
        return reversedRange(crowd)
    }

    /// What the pod would like of pods on nodes, and they of it; the company that they require counts a little too.
    private func companyPreference(_ state: inout ClusterState) -> [Double] {
        var scores = Array(repeating: 0.0, count: nodes.count)
        for term in pod.preferred { add(Double(term.weight), state.domains(term.counted), to: &scores) }
        for (term, slots) in state.wishes.terms where term.selection.selects(pod, state.namespaces) {
            var domains = DomainCounts(state.topology(term.topologyKey))
            for (slot, weight) in slots { domains.add(weight, slot: slot) }
            add(1, domains, to: &scores)
        }
        return scores
    }
    private func add(_ weight: Double, _ domains: DomainCounts, to scores: inout [Double]) {
        for (index, node) in nodes.enumerated() { if let count = domains[node] { scores[index] += Double(count) * weight } }
    }

    /// The largest becomes 100.
    private func scaled(_ scores: [Double]) -> [Double] {
        guard let most = scores.max(), most > 0 else { return scores }
        return scores.map { ($0 * 100 / most).rounded(.down) }
    }
    /// None becomes 100, the largest 0.
    private func reversed(_ scores: [Double]) -> [Double] {
        guard let most = scores.max(), most > 0 else { return scores.map { _ in 100 } }
        return scores.map { 100 - ($0 * 100 / most).rounded(.down) }
    }
    /// The least becomes 0, the largest 100.
    private func ranged(_ scores: [Double]) -> [Double] {
        guard let least = scores.min(), let most = scores.max(), most > least else { return scores.map { _ in 0 } }
        return scores.map { (100 * ($0 - least) / (most - least)).rounded(.down) }
    }
    /// The least becomes 100, in proportion to the largest. Source: PodTopologySpread's NormalizeScore.
    private func reversedRange(_ scores: [Double]) -> [Double] {
        guard let least = scores.min(), let most = scores.max(), most > 0 else { return scores.map { _ in 100 } }
        return scores.map { (100 * (most + least - $0) / most).rounded(.down) }
    }
}
