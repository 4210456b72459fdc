import Control

/// Finds a node for one pod at a time.
struct SchedulingCycle {
    enum Decision {
        case node(SchedulingNode)
        case none(Diagnosis)
    }
    /// Where the search begins next, so that all nodes have their turn.
    private var start = 0
    private var caches: [ObjectIdentifier: ShapeCache] = [:]
    private var turn = 0
    /// The nodes that took the last pod, with their scores.
    private(set) var candidates = Candidates()
    private var profiles: [String: SchedulingProfile] = [:]
    private var percentage = 0
    let random: RandomSource

    init(_ configuration: SchedulerConfiguration, random: RandomSource) {
        self.random = random
        configure(configuration)
    }
    /// Takes other profiles from now on.
    mutating func configure(_ configuration: SchedulerConfiguration) {
        profiles = Dictionary(configuration.profiles.map { ($0.name, $0) }) { first, _ in first }
        percentage = configuration.percentageOfNodesToScore
        caches = [:]
    }

    /// The profile for the pod; nil when another scheduler is to give it a node.
    func profile(of pod: SchedulingPod) -> SchedulingProfile? { profiles[pod.shape.schedulerName] }

    /// The conditions of a pod on its nodes, as the state is now.
    mutating func filters(_ pod: SchedulingPod, _ profile: SchedulingProfile, _ state: inout ClusterState) -> Filters {
        Filters(pod, profile, cache(pod.shape, state.nodes.count), &state)
    }
    /// What is known of nodes for a shape.
    mutating func cache(_ shape: PodShape, _ slots: Int) -> ShapeCache {
        turn += 1
        let id = ObjectIdentifier(shape)
        let cache: ShapeCache
        if let known = caches[id] {
            cache = known
        } else {
            // What is remembered takes sixteen bytes for each node.
            let most = max(16, min(1024, 4_000_000 / (slots + 1)))
            if caches.count >= most {
                let turns = caches.values.map(\.turn).sorted()
                let middle = turns[turns.count / 2]
                caches = caches.filter { $0.value.turn > middle }
            }
            cache = ShapeCache(shape)
            caches[id] = cache
        }
        cache.turn = turn
        cache.grow(slots)
        return cache
    }

    /// The best of enough nodes that take the pod. Changes nothing but counters.
    mutating func decide(_ pod: SchedulingPod, _ profile: SchedulingProfile, _ state: inout ClusterState) -> Decision {
        state.arrange()
        let filters = filters(pod, profile, &state)
        if let refusal = filters.refusal {
            var diagnosis = Diagnosis()
            diagnosis.refuse(refusal, nodes: state.order.count)
            return .none(diagnosis)
        }
        // The node whose pods have made room for it comes first.
        if let name = state.nominations.node(of: pod.key), let node = state.node(name), filters.objections(node, &state).isEmpty {
            return .node(node)
        }
        if let names = pod.namedNodes { return decide(pod, among: names, filters, &state) }
        let count = state.order.count
        let enough = Self.enough(count, profile.percentageOfNodesToScore > 0 ? profile.percentageOfNodesToScore : percentage)
        candidates.removeAll(reserving: min(enough, count))
        let looked = NodeSearch(filters, enough: enough, start: start).run(&state, &candidates)
        if count > 0 { start = (start + looked) % count }
        guard !candidates.isEmpty else { return .none(diagnose(filters, state.order, &state)) }
        return best(filters, &state)
    }

    /// The best of the nodes that the pod names; no other is looked at.
    private mutating func decide(
        _ pod: SchedulingPod, among names: Set<String>, _ filters: Filters, _ state: inout ClusterState
    ) -> Decision {
        let nodes = names.sorted().compactMap { state.node($0) }
        candidates.removeAll(reserving: nodes.count)
        let search = NodeSearch(filters, enough: nodes.count, start: 0)
        for node in nodes where filters.objections(node, &state).isEmpty { search.add(node.slot, state, &candidates) }
        guard candidates.isEmpty else { return best(filters, &state) }
        var diagnosis = diagnose(filters, ContiguousArray(nodes.map(\.slot)), &state)
        diagnosis.leaveOut(state.order.count - nodes.count)
        return .none(diagnosis)
    }

    /// The candidate with the highest score.
    private mutating func best(_ filters: Filters, _ state: inout ClusterState) -> Decision {
        if candidates.count > 1 { Scores(filters).add(to: &candidates, &state) }
        guard let winner = candidates.best({ random.int(in: $0) }), let node = state.nodes[Int(winner)] else { return .none(Diagnosis()) }
        return .node(node)
    }

    private func diagnose(_ filters: Filters, _ slots: ContiguousArray<Int32>, _ state: inout ClusterState) -> Diagnosis {
        var diagnosis = Diagnosis()
        for slot in slots {
            if let node = state.nodes[Int(slot)] { diagnosis.add(slot, filters.objections(node, &state)) }
        }
        return diagnosis
    }

    /// How many feasible nodes are enough. Source: numFeasibleNodesToFind.
    static func enough(_ nodes: Int, _ percentage: Int) -> Int {
        guard nodes >= 100 else { return nodes }
        let percent = percentage > 0 ? percentage : max(5, 50 - nodes / 125)
        return max(100, nodes * percent / 100)
    }
}
