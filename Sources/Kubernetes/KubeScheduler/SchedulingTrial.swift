package import Control
package import Documents

/// The decisions alone, without a store: what benchmarks measure. Every pod that finds a node counts there from then on.
package struct SchedulingTrial {
    private var state = ClusterState()
    private var cycle: SchedulingCycle
    private var reader = PodReader()

    /// A trial over these Node documents.
    package init(nodes: [Value], random: RandomSource) {
        cycle = SchedulingCycle(SchedulerConfiguration(), random: random)
        for node in nodes {
            if let document = try? Document(JSON.encode(node)), let seen = SeenNode(document) { _ = state.update(node: seen) }
        }
    }
    /// Places the Pod of a document's bytes, stored under a key; tells the node's name, or nil and leaves the pod out.
    package mutating func place(_ document: [UInt8], key: String) -> String? { decide(document, key)?.node.name }
    /// The same, with the scores of the nodes that took the pod, by name; none where one node alone did.
    package mutating func scores(placing document: [UInt8], key: String) -> (node: String, scores: [String: Int])? {
        guard let (node, candidates) = decide(document, key) else { return nil }
        let names = candidates.slots.map { state.nodes[Int($0)]?.name ?? "" }
        return (node.name, Dictionary(uniqueKeysWithValues: zip(names, candidates.scores)))
    }
    private mutating func decide(_ document: [UInt8], _ key: String) -> (node: SchedulingNode, candidates: Candidates)? {
        guard let document = try? Document(document), let pod = reader.read(document, key: key)?.pod, let profile = cycle.profile(of: pod),
            case .node(let node) = cycle.decide(pod, profile, &state)
        else { return nil }
        defer { state.place(pod, slot: node.slot) }
        return (node, cycle.candidates)
    }
    /// Takes a placed pod off its node again.
    package mutating func remove(_ key: String) { state.displace(key) }
}
