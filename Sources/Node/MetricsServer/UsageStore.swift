import Control
import KubeModel
import Synchronization

extension ResourceUsage {
    /// nil where two readings do not follow each other. Source: metrics-server, pkg/storage.
    init?(_ last: UsagePoint, since previous: UsagePoint) {
        guard last.time > previous.time, last.processorSeconds >= previous.processorSeconds else { return nil }
        let window = last.time - previous.time
        let seconds = Double(window.components.seconds) + Double(window.components.attoseconds) / 1e18
        let cores = (last.processorSeconds - previous.processorSeconds) / seconds
        guard cores < 1e6 else { return nil }
        self.init(time: last.time, window: window, nanocores: Int(cores * 1e9), memoryBytes: last.workingSetBytes)
    }
}

/// The last two readings of every node and container.
final class UsageStore: Sendable {
    private struct Readings {
        var last: UsagePoint
        var previous: UsagePoint?
        var usage: ResourceUsage? { previous.flatMap { ResourceUsage(last, since: $0) } }

        mutating func take(_ point: UsagePoint) {
            guard point.time > last.time else { return }
            // A counter that went back belongs to something new of the same name.
            let isSame = point.processorSeconds >= last.processorSeconds && point.started == last.started
            (previous, last) = (isSame ? last : nil, point)
        }
    }
    private struct State {
        var nodes: [String: Readings] = [:]
        /// By namespace and pod, then container; with the node that tells of them.
        var pods: [PodName: (node: String, containers: [String: Readings])] = [:]
    }
    struct PodName: Sendable, Hashable {
        let namespace: String, name: String
    }
    private let state = Mutex(State())
    private let resolution: Duration
    /// The shortest life of a container whose use is reckoned from its start.
    private static let shortest = Duration.seconds(10)

    init(resolution: Duration) { self.resolution = resolution }

    /// Takes what a node's kubelet said; pods that it tells of no more are gone.
    func take(_ metrics: ResourceMetrics, from node: String) {
        state.withLock { state in
            if let point = metrics.node { Self.take(point, into: &state.nodes[node]) }
            var fresh: [PodName: [String: Readings]] = [:]
            for (container, point) in metrics.containers {
                let pod = PodName(namespace: container.namespace, name: container.pod)
                var readings = state.pods[pod]?.containers[container.name]
                Self.take(point, into: &readings)
                if readings?.previous == nil, let started = point.started, started < point.time,
                    point.time - started < resolution, point.time - started >= Self.shortest
                {
                    readings?.previous = UsagePoint(time: started, started: started, processorSeconds: 0, workingSetBytes: 0)
                }
                fresh[pod, default: [:]][container.name] = readings
            }
            state.pods = state.pods.filter { $0.value.node != node }
            for (pod, containers) in fresh { state.pods[pod] = (node, containers) }
        }
    }

    private static func take(_ point: UsagePoint, into readings: inout Readings?) {
        if readings == nil { readings = Readings(last: point) } else { readings?.take(point) }
    }

    /// Forgets nodes that are gone.
    func keep(nodes: Set<String>) {
        state.withLock { state in
            state.nodes = state.nodes.filter { nodes.contains($0.key) }
            state.pods = state.pods.filter { nodes.contains($0.value.node) }
        }
    }

    /// Whether anything can be told.
    var isReady: Bool { state.withLock { state in state.nodes.values.contains { $0.previous != nil } } }

    func node(_ name: String) -> ResourceUsage? { state.withLock { $0.nodes[name]?.usage } }
    /// The use of a pod's containers by name; nil unless all are known.
    func pod(_ namespace: String, _ name: String) -> [(name: String, usage: ResourceUsage)]? {
        state.withLock { state in
            guard let pod = state.pods[PodName(namespace: namespace, name: name)] else { return nil }
            let known = pod.containers.compactMap { name, readings in readings.usage.map { (name: name, usage: $0) } }
            return known.count == pod.containers.count ? known.sorted { $0.name < $1.name } : nil
        }
    }
}
