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
    package mutating func place(_ document: [UInt8], key: String) -> String? {
        guard let document = try? Document(document), let pod = reader.read(document, key: key)?.pod, let profile = cycle.profile(of: pod),
            case .node(let node) = cycle.decide(pod, profile, &state)
        else { return nil }
        state.place(pod, slot: node.slot)
        return node.name
    }
}
