package import Control
package import Documents

/// The decisions alone, without a store: what benchmarks measure. Every pod that finds a node counts there from then on.
package struct SchedulingTrial {
    private var state = ClusterState()
    private var cycle: SchedulingCycle

    /// A trial over these Node documents.
    package init(nodes: [Value], random: RandomSource) {
        cycle = SchedulingCycle(random: random)
        for node in nodes { _ = state.update(node: node) }
    }
    /// Places a Pod document; tells the node's name, or nil and leaves the pod out.
    package mutating func place(_ document: Value) -> String? {
        let pod = SchedulingPod(document)
        guard case .node(let node) = cycle.decide(pod, &state) else { return nil }
        state.place(pod, on: node.name)
        return node.name
    }
}
