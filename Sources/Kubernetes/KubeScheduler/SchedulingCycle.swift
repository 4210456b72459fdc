import Control

/// Finds a node for one pod at a time.
struct SchedulingCycle {
    enum Decision {
        case node(SchedulingNode)
        case none(Diagnosis)
    }
    /// Where the search begins next, so that all nodes have their turn.
    private var start = 0
    private let random: RandomSource

    init(random: RandomSource) { self.random = random }

    /// The best of enough nodes that take the pod. Changes nothing but counters.
    mutating func decide(_ pod: SchedulingPod, _ state: inout ClusterState) -> Decision {
        let filters = Filters(pod, &state)
        let (order, enough) = (state.order, Self.enough(state.order.count))
        var feasible: [SchedulingNode] = []
        var looked = 0
        while looked < order.count, feasible.count < enough {
            let node = order[(start + looked) % order.count]
            if filters.accept(node) { feasible.append(node) }
            looked += 1
        }
        if !order.isEmpty { start = (start + looked) % order.count }
        guard let first = feasible.first else { return .none(diagnose(filters, order)) }
        guard feasible.count > 1 else { return .node(first) }
        let scores = Scores(pod, feasible).all(&state)
        let best = scores.max() ?? 0
        let equals = scores.indices.filter { scores[$0] == best }
        return .node(feasible[equals[equals.count == 1 ? 0 : random.int(in: 0..<equals.count)]])
    }

    private func diagnose(_ filters: Filters, _ order: [SchedulingNode]) -> Diagnosis {
        var diagnosis = Diagnosis()
        for node in order { diagnosis.add(filters.rejections(node)) }
        return diagnosis
    }

    /// How many feasible nodes are enough. Source: numFeasibleNodesToFind with percentageOfNodesToScore 0.
    static func enough(_ nodes: Int) -> Int {
        guard nodes >= 100 else { return nodes }
        let percent = max(5, 50 - nodes / 125)
        return max(100, nodes * percent / 100)
    }
}
