/// Pods that wait for room on a node whose victims are on their way out. Source: upstream's nominator.
struct Nominations {
    private var nodes: [String: String] = [:]
    private var pods: [String: [String: SchedulingPod]] = [:]

    var isEmpty: Bool { nodes.isEmpty }
    /// The node that the pod with this key is to have.
    func node(of key: String) -> String? { nodes[key] }

    mutating func nominate(_ pod: SchedulingPod, _ node: String) {
        remove(pod.key)
        nodes[pod.key] = node
        pods[node, default: [:]][pod.key] = pod
    }
    /// Ends the nomination; tells the node, if there was one.
    @discardableResult mutating func remove(_ key: String) -> String? {
        guard let node = nodes.removeValue(forKey: key) else { return nil }
        pods[node]?[key] = nil
        if pods[node]?.isEmpty == true { pods[node] = nil }
        return node
    }
    /// The pods that count on the node for this one: those that are no less important than it.
    func guests(of node: String, for pod: SchedulingPod) -> [SchedulingPod] {
        guard let all = pods[node] else { return [] }
        return all.values.filter { $0.priority >= pod.priority && $0.key != pod.key }
    }
    /// The pods that have to give way to this one on the node.
    func lesser(on node: String, than pod: SchedulingPod) -> [SchedulingPod] {
        (pods[node] ?? [:]).values.filter { $0.priority < pod.priority }.sorted { $0.key < $1.key }
    }
}

extension Filters {
    /// What the node objects to, now and with its guests there: the pod must fit in both cases, for guests may also help it.
    /// Source: RunFilterPluginsWithNominatedPods.
    func objections(_ node: SchedulingNode, _ state: inout ClusterState) -> [Rejection] {
        guard !state.nominations.isEmpty else { return rejections(node.slot, state) }
        let guests = state.nominations.guests(of: node.name, for: pod)
        guard !guests.isEmpty else { return rejections(node.slot, state) }
        for guest in guests { state.place(guest, slot: node.slot) }
        let crowded = Filters(pod, profile, cache, &state).rejections(node.slot, state)
        for guest in guests { state.displace(guest.key) }
        return crowded.isEmpty ? rejections(node.slot, state) : crowded
    }
}
