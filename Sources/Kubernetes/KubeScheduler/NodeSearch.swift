/// Looks at one node after the other for those that take a pod.
struct NodeSearch {
    let filters: Filters
    /// How many nodes are enough.
    let enough: Int
    /// Where in the order of nodes it begins.
    let start: Int
    private let scorer: ResourceScorer

    init(_ filters: Filters, enough: Int, start: Int) {
        (self.filters, self.enough, self.start) = (filters, enough, start)
        scorer = ResourceScorer(filters.shape, filters.profile)
    }

    /// Adds the nodes that take the pod until there are enough; tells how many it has looked at.
    func run(_ state: inout ClusterState, _ found: inout Candidates) -> Int {
        guard filters.isQuick, state.nominations.isEmpty else {
            let count = state.order.count
            for looked in 0..<count {
                let slot = state.order[(start + looked) % count]
                if let node = state.nodes[Int(slot)], filters.objections(node, &state).isEmpty { add(slot, state, &found) }
                if found.count >= enough { return looked + 1 }
            }
            return count
        }
        return scan(&state, &found)
    }
    /// Adds a node that takes the pod.
    func add(_ slot: Int32, _ state: ClusterState, _ found: inout Candidates) {
        let finding = filters.cache.finding(slot, version: state.versions[Int(slot)]) { judge(slot, state.loads, state.nodes) }
        found.append(slot, score: finding.score)
    }

    /// Of a node that has not changed since a pod of the same shape looked at it, only twelve bytes are read.
    private func scan(_ state: inout ClusterState, _ found: inout Candidates) -> Int {
        let (order, versions, loads, nodes) = (state.order, state.versions, state.loads, state.nodes)
        let (start, enough, gates) = (start, enough, filters.gates)
        // What else the pod needs to have looked at, which is rare.
        let asks = filters.volumes != nil || filters.devices != nil
        let (volumes, devices) = asks ? (state.volumes, state.devices) : (VolumeBook(), DeviceBook())
        var looked = 0
        found.append(atMost: min(enough, order.count)) { slots, scores in
            filters.cache.withFindings { findings in
                order.withUnsafeBufferPointer { order in
                    versions.withUnsafeBufferPointer { versions in
                        var (taken, position) = (0, start % max(order.count, 1))
                        while looked < order.count, taken < slots.count {
                            let slot = order[position]
                            position = position + 1 == order.count ? 0 : position + 1
                            looked += 1
                            let version = versions[Int(slot)]
                            var finding = findings[Int(slot)]
                            if finding.version != version {
                                finding = ShapeCache.Finding(version: version, judge(slot, loads, nodes))
                                findings[Int(slot)] = finding
                            }
                            guard finding.takes, gates.isEmpty || gates.allSatisfy({ $0.admits(slot) }) else { continue }
                            if asks, let node = nodes[Int(slot)], !admits(node, volumes, devices) { continue }
                            (slots[taken], scores[taken]) = (slot, finding.score)
                            taken += 1
                        }
                        return taken
                    }
                }
            }
        }
        return looked
    }
    /// Whether its traits and the room that counts for every pod let the node take the pod, and what its resources are worth.
    private func judge(_ slot: Int32, _ loads: ContiguousArray<NodeLoad>, _ nodes: [SchedulingNode?]) -> (takes: Bool, score: Int) {
        let load = loads[Int(slot)]
        guard let node = nodes[Int(slot)] else { return (false, 0) }
        let (cpu, memory) = (filters.shape.requests.cpu, filters.shape.requests.memory)
        let hasRoom =
            load.pods < load.allowedPods && (cpu == 0 || cpu <= load.cpu &- load.usedCPU)
            && (memory == 0 || memory <= load.memory &- load.usedMemory)
        return (hasRoom && filters.verdict(node, traits: load.traits) == nil, scorer.score(load, node))
    }
    private func admits(_ node: SchedulingNode, _ volumes: VolumeBook, _ devices: DeviceBook) -> Bool {
        if let asked = filters.volumes, !asked.rejections(node, volumes).isEmpty { return false }
        if let asked = filters.devices, asked.rejection(node, devices) != nil { return false }
        return true
    }
}

/// What spread and company ask of a node, in the figures of one moment: its domain has so many pods of a kind.
struct DomainGate {
    private let domains: [Int32]
    private let tally: DomainTally
    private let range: ClosedRange<Int>
    /// Whether nodes outside of all domains are admitted.
    private let admitsOutside: Bool

    init(_ topology: Topology, _ tally: DomainTally, _ range: ClosedRange<Int>, admitsOutside: Bool) {
        (domains, self.tally, self.range, self.admitsOutside) = (topology.domains, tally, range, admitsOutside)
    }
    func admits(_ slot: Int32) -> Bool {
        let domain = slot < domains.count ? domains[Int(slot)] : -1
        return domain < 0 ? admitsOutside : range.contains(tally[domain])
    }
}
