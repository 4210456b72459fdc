import Control

/// Finds a node for one pod at a time.
struct SchedulingCycle {
    enum Decision {
        case node(SchedulingNode)
        case none(Diagnosis)
    }
    /// Where the search begins next, so that all nodes have their turn.
    private var start = 0
    let random: RandomSource

    init(random: RandomSource) { self.random = random }

    /// The best of enough nodes that take the pod. Changes nothing but counters.
    mutating func decide(_ pod: SchedulingPod, _ state: inout ClusterState) -> Decision {
        let filters = Filters(pod, &state)
        // The node whose pods have made room for it comes first.
        if let name = state.nominations.node(of: pod.key), let node = state.nodes[name], node.isReal,
            filters.rejections(node, &state).isEmpty
        {
            return .node(node)
        }
        if let names = pod.namedNodes { return decide(pod, among: names, filters, &state) }
        let (order, enough) = (state.order, Self.enough(state.order.count))
        var feasible: [SchedulingNode] = []
        var looked = 0
        while looked < order.count, feasible.count < enough {
            let node = order[(start + looked) % order.count]
            if filters.rejections(node, &state).isEmpty { feasible.append(node) }
            looked += 1
        }
        if !order.isEmpty { start = (start + looked) % order.count }
        guard !feasible.isEmpty else { return .none(diagnose(filters, order, &state)) }
        return .node(best(of: feasible, for: pod, &state))
    }

    /// The best of the nodes that the pod names; no other is looked at.
    private func decide(
        _ pod: SchedulingPod, among names: Set<String>, _ filters: Filters, _ state: inout ClusterState
    ) -> Decision {
        let nodes = names.sorted().compactMap { state.nodes[$0] }.filter(\.isReal)
        let feasible = nodes.filter { filters.rejections($0, &state).isEmpty }
        guard feasible.isEmpty else { return .node(best(of: feasible, for: pod, &state)) }
        var diagnosis = diagnose(filters, nodes, &state)
        diagnosis.leaveOut(state.order.count - nodes.count)
        return .none(diagnosis)
    }

    /// The node with the highest score; one of them by chance when several have it.
    private func best(of feasible: [SchedulingNode], for pod: SchedulingPod, _ state: inout ClusterState) -> SchedulingNode {
        if feasible.count == 1 { return feasible[0] }
        let scores = Scores(pod, feasible).all(&state)
        let best = scores.max() ?? 0
        let equals = scores.indices.filter { scores[$0] == best }
        return feasible[equals[equals.count == 1 ? 0 : random.int(in: 0..<equals.count)]]
    }

    private func diagnose(_ filters: Filters, _ nodes: [SchedulingNode], _ state: inout ClusterState) -> Diagnosis {
        var diagnosis = Diagnosis()
        for node in nodes { diagnosis.add(node, filters.rejections(node, &state)) }
        return diagnosis
    }

    /// How many feasible nodes are enough. Source: numFeasibleNodesToFind with percentageOfNodesToScore 0.
    static func enough(_ nodes: Int) -> Int {
        guard nodes >= 100 else { return nodes }
        let percent = max(5, 50 - nodes / 125)
        return max(100, nodes * percent / 100)
    }
}
