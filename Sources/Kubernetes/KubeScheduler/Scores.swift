import Glibc

/// How well nodes suit a pod, each plugin from 0 to 100 times its weight. Source: the plugins of upstream's scheduler.
struct Scores {
    private let filters: Filters
    private let slots: [Int32]
    private var shape: PodShape { filters.shape }
    private var profile: SchedulingProfile { filters.profile }

    /// Scores for the nodes that take the pod.
    init(_ filters: Filters, _ slots: [Int32]) { (self.filters, self.slots) = (filters, slots) }

    /// The score of each node.
    func all(_ state: inout ClusterState) -> [Int] {
        var totals = resourceScores(state)
        if profile.weight(.taintToleration) > 0 || profile.weight(.nodeAffinity) > 0 { addNodePreferences(state, &totals) }
        if profile.weight(.imageLocality) > 0, shape.images.contains(where: { state.imageNodes[$0] != nil }) {
            let weight = profile.weight(.imageLocality)
            for (index, slot) in slots.enumerated() { totals[index] += weight * imageScore(slot, state) }
        }
        if profile.weight(.podTopologySpread) > 0 { addSpread(&state, &totals) }
        if profile.weight(.interPodAffinity) > 0 { addCompany(&state, &totals) }
        return totals
    }
    private func add(_ plugin: Plugin, _ scores: [Int], to totals: inout [Int]) {
        let weight = profile.weight(plugin)
        for index in totals.indices { totals[index] += weight * scores[index] }
    }

    /// What the node's own resources give, remembered for the pods of this shape.
    private func resourceScores(_ state: ClusterState) -> [Int] {
        let scorer = ResourceScorer(shape, profile)
        let cache = filters.cache
        return slots.map { slot in
            let load = state.loads[Int(slot)]
            if let score = cache.score(slot, version: load.version) { return score }
            let score = scorer.score(load, state.nodes[Int(slot)])
            cache.remember(slot, version: load.version, score: score)
            return score
        }
    }

    private func addNodePreferences(_ state: ClusterState, _ totals: inout [Int]) {
        let preferred = shape.preferredNodeTerms + profile.addedAffinity.preferred
        var (intolerable, liking) = ([Int](), [Int]())
        if profile.weight(.taintToleration) > 0, state.hasDiscouraging {
            intolerable = slots.map { slot in state.nodes[Int(slot)]?.discouraging.count { !shape.tolerates($0) } ?? 0 }
        }
        if profile.weight(.nodeAffinity) > 0, !preferred.isEmpty {
            liking = slots.map { slot in
                guard let node = state.nodes[Int(slot)] else { return 0 }
                return preferred.reduce(0) { $0 + ($1.term.matches(node) ? $1.weight : 0) }
            }
        }
        if let most = intolerable.max(), most > 0 { add(.taintToleration, intolerable.map { 100 - $0 * 100 / most }, to: &totals) }
        if let most = liking.max(), most > 0 { add(.nodeAffinity, liking.map { $0 * 100 / most }, to: &totals) }
    }

    /// Source: ImageLocality: between 23 MiB and 1000 MiB for each container, scaled by how many nodes have the image.
    private func imageScore(_ slot: Int32, _ state: ClusterState) -> Int {
        guard let node = state.nodes[Int(slot)] else { return 0 }
        let (least, most) = (23 << 20, (1000 << 20) * max(shape.images.count, 1))
        var sum = 0
        for image in shape.images {
            guard let size = node.images[image], let nodes = state.imageNodes[image] else { continue }
            sum += Int(Double(size) * Double(nodes) / Double(max(state.order.count, 1)))
        }
        return 100 * (min(max(sum, least), most) - least) / (most - least)
    }

    /// More for nodes and zones with fewer of the pods in question.
    private func addSpread(_ state: inout ClusterState, _ totals: inout [Int]) {
        let group = filters.pod.group
        guard shape.spreads.isEmpty else {
            let wanted = shape.spreads.filter { !$0.required }
            return wanted.isEmpty ? () : addSpread(wanted, insists: true, &state, &totals)
        }
        if profile.spread.constraints == nil, let owner = group.owner {
            guard state.company.isPlaced(owner: owner) else { return }
            if let only = state.company.only(of: owner) { return addOwnerSpread(only, &state, &totals) }
        }
        let constraints = (profile.spread.constraints ?? SpreadArguments.system).filter { !$0.required }
        let rules = SpreadRule.defaults(constraints, filters.pod, state.company)
        if !rules.isEmpty { addSpread(rules, insists: profile.spread.constraints != nil, &state, &totals) }
    }
    /// The short way of the system's constraints, for an owner whose pods are all alike.
    private func addOwnerSpread(_ group: PodGroup, _ state: inout ClusterState, _ totals: inout [Int]) {
        let zones = state.company.topology(CompanyBook.zone)
        let zoneWeight = log(Double(domains(zones, slots) + 2))
        let hostWeight = log(Double(slots.count + 2))
        let zoneCrowd = (0..<max(zones.count, 1)).map { Double(group.zones[Int32($0)]) * zoneWeight + 4 }
        let crowd = slots.map { slot in
            let zone = zones.domain(slot: slot)
            let host = Double(group.staying[slot] ?? 0) * hostWeight + 2
            return Int((host + (zone >= 0 ? zoneCrowd[Int(zone)] : 0)).rounded())
        }
        add(.podTopologySpread, reversedRange(crowd), to: &totals)
    }
    /// By constraints; where they insist on their domains, nodes outside of one are behind all others.
    private func addSpread(_ rules: [PodShape.Spread], insists: Bool, _ state: inout ClusterState, _ totals: inout [Int]) {
        let counters = rules.map { state.company.counter($0.counted) }
        let ranked =
            !insists
            ? Array(slots.indices)
            : slots.indices.filter { index in counters.allSatisfy { $0.topology.domain(slot: slots[index]) >= 0 } }
        let rankedSlots = ranked.count == slots.count ? slots : ranked.map { slots[$0] }
        var crowd = Array(repeating: 0.0, count: ranked.count)
        for (rule, counter) in zip(rules, counters) {
            let number = rule.topologyKey == "kubernetes.io/hostname" ? rankedSlots.count : domains(counter.topology, rankedSlots)
            let weight = log(Double(number + 2))
            for (index, slot) in rankedSlots.enumerated() {
                guard let count = counter.count(slot: slot) else { continue }
                crowd[index] += Double(count) * weight + Double(rule.maxSkew - 1)
            }
        }
        var scores = Array(repeating: 0, count: slots.count)
        for (index, score) in zip(ranked, reversedRange(crowd.map { Int($0.rounded()) })) { scores[index] = score }
        add(.podTopologySpread, scores, to: &totals)
    }
    /// How many domains these nodes are in.
    private func domains(_ topology: Topology, _ slots: [Int32]) -> Int {
        var seen = Array(repeating: false, count: topology.count)
        for slot in slots {
            let domain = topology.domain(slot: slot)
            if domain >= 0 { seen[Int(domain)] = true }
        }
        return seen.count { $0 }
    }

    /// What the pod would like of pods on nodes, and they of it; the company that they require counts as well.
    private func addCompany(_ state: inout ClusterState, _ totals: inout [Int]) {
        let asks = !shape.near.isEmpty || !shape.far.isEmpty || !shape.preferred.isEmpty
        let ignoresOthers = profile.company.ignoresPreferredTermsOfOthers && !asks
        var scores = Array(repeating: 0, count: slots.count)
        var isTouched = false
        for term in shape.preferred {
            let counter = state.company.counter(term.counted)
            for (index, slot) in slots.enumerated() { scores[index] += term.weight * (counter.count(slot: slot) ?? 0) }
            isTouched = true
        }
        if !state.company.wishes.isEmpty, !ignoresOthers {
            for row in state.company.wishing(filters.pod.group) {
                let weight = row.term.weight == 0 ? profile.company.hardWeight : row.term.weight
                guard weight != 0 else { continue }
                for (index, slot) in slots.enumerated() { scores[index] += weight * row.tally[row.topology.domain(slot: slot)] }
                isTouched = true
            }
        }
        guard isTouched, let least = scores.min(), let most = scores.max(), most > least else { return }
        add(.interPodAffinity, scores.map { Int(100 * Double($0 - least) / Double(most - least)) }, to: &totals)
    }

    /// The least becomes 100, in proportion to the largest. Source: PodTopologySpread's NormalizeScore.
    private func reversedRange(_ scores: [Int]) -> [Int] {
        guard let least = scores.min(), let most = scores.max(), most > 0 else { return scores.map { _ in 100 } }
        return scores.map { 100 * (most + least - $0) / most }
    }
}
