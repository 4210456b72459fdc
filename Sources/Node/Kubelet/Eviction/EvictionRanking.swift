package import Documents
import KubeModel

/// Which pod goes first, and in what words. Source: kubelet/eviction/helpers.go.
package struct EvictionRanking: Sendable {
    let readings: NodeReadings

    package init(readings: NodeReadings) { self.readings = readings }

    /// The pods that may go for the sake of a signal, the first to go first.
    package func ranked(_ pods: [Value], for signal: EvictionSignal) -> [Value] {
        let candidates = pods.filter { pod in
            let phase = pod["status"]["phase"].string
            return !PodText(pod).isCritical && phase != "Failed" && phase != "Succeeded"
        }
        let keys = candidates.map { key($0, signal) }
        return candidates.indices.sorted { keys[$0] < keys[$1] }.map { candidates[$0] }
    }

    /// Those above their requests first, then those of less priority, then those furthest above their requests.
    private struct Key: Comparable {
        var keepsToRequest: Bool
        var priority: Int
        var excess: Int
        var name: String
        static func < (left: Key, right: Key) -> Bool {
            if left.keepsToRequest != right.keepsToRequest { return right.keepsToRequest }
            if left.priority != right.priority { return left.priority < right.priority }
            if left.excess != right.excess { return left.excess > right.excess }
            return left.name < right.name
        }
    }

    private func key(_ pod: Value, _ signal: EvictionSignal) -> Key {
        let text = PodText(pod)
        let used = usage(pod, signal)
        let requested = PodResources(pod: pod).requests[signal.resource]?.units ?? 0
        return Key(
            keepsToRequest: signal != .processes && used <= requested, priority: text.spec["priority"].int ?? 0, excess: used - requested,
            name: text.label)
    }

    private func usage(_ pod: Value, _ signal: EvictionSignal) -> Int {
        guard let usage = readings.pods[PodText(pod).uid] else { return 0 }
        switch signal {
        case .memory, .podMemory: return usage.memoryBytes
        case .processes: return usage.processes
        case .nodeInodes, .imageInodes: return usage.inodes
        case .nodeStorage, .imageStorage: return StorageLimits.total(usage, of: pod)
        }
    }

    /// As in `The node was low on resource: memory. Threshold quantity: 100Mi, available: 52Mi. Container web was using …`.
    package func message(_ pod: Value, for threshold: EvictionThreshold) -> String {
        let (signal, resource) = (threshold.signal, threshold.signal.resource)
        var message = "The node was low on resource: \(resource). "
        if let reading = readings.signals[signal] {
            let least = SignalReading.text(threshold.amount(of: reading.capacity), of: signal)
            message += "Threshold quantity: \(least), available: \(SignalReading.text(reading.available, of: signal)). "
        }
        guard let usage = readings.pods[PodText(pod).uid], resource == "memory" || resource == "ephemeral-storage" else { return message }
        for container in PodText(pod).containers {
            guard let name = container["name"].string, let own = usage.containers[name] else { continue }
            let used = Quantity(resource == "memory" ? own.memoryBytes : own.storageBytes, format: .binary)
            let request = Quantity(container["resources"]["requests"][resource]) ?? .zero
            guard used > request else { continue }
            message += "Container \(name) was using \(used.text), request is \(request.text), has larger consumption of \(resource). "
        }
        return message
    }
}
