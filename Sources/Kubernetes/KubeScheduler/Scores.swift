import Glibc

/// How well nodes suit a pod, each plugin from 0 to 100 times its weight. Source: the plugins of upstream's scheduler.
struct Scores {
    private let filters: Filters
    private var shape: PodShape { filters.shape }
    private var profile: SchedulingProfile { filters.profile }

    init(_ filters: Filters) { self.filters = filters }

    /// Adds to what the nodes' own resources give what all other plugins do.
    func add(to candidates: inout Candidates, _ state: inout ClusterState) {
        let slots = candidates.slots
        if !shape.asks.isEmpty { addDeviceRoom(slots, state, &candidates.scores) }
        if profile.weight(.taintToleration) > 0 || profile.weight(.nodeAffinity) > 0 {
            addNodePreferences(slots, state, &candidates.scores)
        }
        if profile.weight(.imageLocality) > 0, shape.images.contains(where: { state.imageNodes[$0] != nil }) {
            let weight = profile.weight(.imageLocality)
            for (index, slot) in slots.enumerated() { candidates.scores[index] += weight * imageScore(slot, state) }
        }
        if profile.weight(.podTopologySpread) > 0 { addSpread(slots, &state, &candidates.scores) }
        if profile.weight(.interPodAffinity) > 0 { addCompany(slots, &state, &candidates.scores) }
        if profile.weight(.dynamicResources) > 0, let devices = filters.devices, devices.hasAlternatives {
            let worth = ContiguousArray(slots.map { slot in state.nodes[Int(slot)].map { devices.worth($0, state.devices) } ?? 0 })
            if let most = worth.max(), most > 0 {
                add(.dynamicResources, ContiguousArray(worth.map { $0 * 100 / most }), to: &candidates.scores)
            }
        }
    }
    private func add(_ plugin: Plugin, _ scores: ContiguousArray<Int>, to totals: inout ContiguousArray<Int>) {
        let weight = profile.weight(plugin)
        for index in totals.indices { totals[index] &+= weight &* scores[index] }
    }

    /// What the nodes' resources are worth where devices may stand for some of them.
    private func addDeviceRoom(_ slots: ContiguousArray<Int32>, _ state: ClusterState, _ totals: inout ContiguousArray<Int>) {
        let scorer = ResourceScorer(shape, profile)
        guard scorer.isByDevices else { return }
        for (index, slot) in slots.enumerated() {
            if let node = state.nodes[Int(slot)] { totals[index] &+= scorer.score(node, state.devices) }
        }
    }

    private func addNodePreferences(_ slots: ContiguousArray<Int32>, _ state: ClusterState, _ totals: inout ContiguousArray<Int>) {
        if profile.weight(.taintToleration) > 0, state.hasDiscouraging {
            let intolerable = ContiguousArray(
                slots.map { slot in state.nodes[Int(slot)]?.discouraging.count { !shape.tolerates($0) } ?? 0 })
            if let most = intolerable.max(), most > 0 {
                add(.taintToleration, ContiguousArray(intolerable.map { 100 - $0 * 100 / most }), to: &totals)
            }
        }
        let preferred = shape.preferredNodeTerms + profile.addedAffinity.preferred
        guard profile.weight(.nodeAffinity) > 0, !preferred.isEmpty else { return }
        let liking = ContiguousArray(
            slots.map { slot in
                guard let node = state.nodes[Int(slot)] else { return 0 }
                return preferred.reduce(0) { $0 + ($1.term.matches(node) ? $1.weight : 0) }
            })
        if let most = liking.max(), most > 0 { add(.nodeAffinity, ContiguousArray(liking.map { $0 * 100 / most }), to: &totals) }
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
    private func addSpread(_ slots: ContiguousArray<Int32>, _ state: inout ClusterState, _ totals: inout ContiguousArray<Int>) {
        guard shape.spreads.isEmpty else {
            let wanted = shape.spreads.filter { !$0.required }
            return wanted.isEmpty ? () : addSpread(wanted, insists: true, slots, &state, &totals)
        }
        if profile.spread.constraints == nil, let crowd = filters.pod.group.crowd {
            guard !crowd.staying.isEmpty else { return }
            let spread = OwnerSpread(crowd, state.company.topology(CompanyBook.zone), slots)
            return spread.add(weight: profile.weight(.podTopologySpread), to: &totals)
        }
        let constraints = (profile.spread.constraints ?? SpreadArguments.system).filter { !$0.required }
        let rules = SpreadRule.defaults(constraints, filters.pod, state.company)
        if !rules.isEmpty { addSpread(rules, insists: profile.spread.constraints != nil, slots, &state, &totals) }
    }
    /// By constraints; where they insist on their domains, nodes outside of one are behind all others.
    private func addSpread(
        _ rules: [PodShape.Spread], insists: Bool, _ slots: ContiguousArray<Int32>, _ state: inout ClusterState,
        _ totals: inout ContiguousArray<Int>
    ) {
        let counters = rules.map { state.company.counter($0.counted) }
        let ranked =
            !insists
            ? Array(slots.indices)
            : slots.indices.filter { index in counters.allSatisfy { $0.topology.domain(slot: slots[index]) >= 0 } }
        let rankedSlots = ranked.count == slots.count ? slots : ContiguousArray(ranked.map { slots[$0] })
        var crowd = ContiguousArray(repeating: 0.0, count: ranked.count)
        for (rule, counter) in zip(rules, counters) {
            let number = rule.topologyKey == "kubernetes.io/hostname" ? rankedSlots.count : counter.topology.domains(of: rankedSlots)
            let (weight, more) = (log(Double(number + 2)), Double(rule.maxSkew - 1))
            counter.visit(rankedSlots) { index, count in crowd[index] += Double(count) * weight + more }
        }
        let scores = SpreadScores(ContiguousArray(crowd.map { Int($0.rounded()) }))
        let weight = profile.weight(.podTopologySpread)
        for (place, index) in ranked.enumerated() { totals[index] &+= weight &* scores[place] }
    }

    /// What the pod would like of pods on nodes, and they of it; the company that they require counts as well.
    private func addCompany(_ slots: ContiguousArray<Int32>, _ state: inout ClusterState, _ totals: inout ContiguousArray<Int>) {
        let asks = !shape.near.isEmpty || !shape.far.isEmpty || !shape.preferred.isEmpty
        let ignoresOthers = profile.company.ignoresPreferredTermsOfOthers && !asks
        let wishing = state.company.wishes.isEmpty || ignoresOthers ? [] : state.company.wishing(filters.pod.group)
        guard !shape.preferred.isEmpty || !wishing.isEmpty else { return }
        var scores = ContiguousArray(repeating: 0, count: slots.count)
        for term in shape.preferred {
            state.company.counter(term.counted).visit(slots) { index, count in scores[index] &+= term.weight &* count }
        }
        for row in wishing {
            let weight = row.term.weight == 0 ? profile.company.hardWeight : row.term.weight
            guard weight != 0 else { continue }
            let tally = row.tally
            row.topology.visit(slots) { _, index, domain in scores[index] &+= weight &* tally[domain] }
        }
        guard let least = scores.min(), let most = scores.max(), most > least else { return }
        let range = Double(most - least)
        add(.interPodAffinity, ContiguousArray(scores.map { Int(100 * Double($0 - least) / range) }), to: &totals)
    }
}
