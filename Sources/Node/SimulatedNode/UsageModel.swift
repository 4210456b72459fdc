package import Control
package import Documents
package import KubeModel

/// What containers of simulated pods use.
///
/// A container uses half of what it requests (10 m of processor and 32 MiB when it requests nothing). A pod's annotations
/// `simulation.eyrie.dev/cpu-usage` and `simulation.eyrie.dev/memory-usage` state the use of all its containers together. A workload's
/// annotation `simulation.eyrie.dev/cpu-load` states the work that its running pods share, which is how scaling shows. No container uses
/// more than its limit.
package struct UsageModel {
    /// The annotation of a workload that its pods share.
    package static let load = "simulation.eyrie.dev/cpu-load"
    /// How long metrics look back, and how long a container runs before there are any.
    package static let window = Duration.seconds(15)
    private static let usages = ["cpu": "simulation.eyrie.dev/cpu-usage", "memory": "simulation.eyrie.dev/memory-usage"]
    private let now: Timestamp
    /// The load of one pod that shares its workload's, in thousandths of a processor.
    private let share: (Value) -> Int?

    /// The model at a moment; `share` tells a pod's part of its workload's load, in thousandths; nil where none is stated.
    package init(now: Timestamp, share: @escaping (Value) -> Int?) { (self.now, self.share) = (now, share) }

    /// The use of each running container; nil while none has run for a whole window.
    package func usage(of pod: Value) -> [(name: String, usage: ResourceUsage)]? {
        let sidecars = pod["spec"]["initContainers"].items.filter { $0["restartPolicy"] == "Always" }
        let containers = (pod["spec"]["containers"].items + sidecars).filter { isRunning($0, pod) }
        guard !containers.isEmpty else { return nil }
        let annotations = pod["metadata"]["annotations"]
        let load = share(pod)
        return containers.map { container in
            func milli(_ resource: String, unasked: Int) -> Int {
                let stated = annotations[Self.usages[resource] ?? ""].string.flatMap { Quantity($0) }?.milli
                let total = stated ?? (resource == "cpu" ? load : nil)
                let requested = Quantity(container["resources"]["requests"][resource])?.milli
                let usage = total.map { $0 / containers.count } ?? requested.map { $0 / 2 } ?? unasked
                return min(usage, Quantity(container["resources"]["limits"][resource])?.milli ?? usage)
            }
            let usage = ResourceUsage(
                time: now, window: Self.window, nanocores: milli("cpu", unasked: 10) * 1_000_000,
                memoryBytes: milli("memory", unasked: (32 << 20) * 1000) / 1000)
            return (container["name"].string ?? "", usage)
        }
    }

    /// A node's own use and that of its pods.
    package func usage(ofNodeWith pods: [Value]) -> ResourceUsage {
        var usage = ResourceUsage(time: now, window: Self.window, nanocores: 50_000_000, memoryBytes: 400 << 20)
        for container in pods.compactMap({ self.usage(of: $0) }).joined() {
            usage.nanocores += container.usage.nanocores
            usage.memoryBytes += container.usage.memoryBytes
        }
        return usage
    }

    private func isRunning(_ container: Value, _ pod: Value) -> Bool {
        let statuses = pod["status"]["containerStatuses"].items + pod["status"]["initContainerStatuses"].items
        let status = statuses.first { $0["name"] == container["name"] } ?? .null
        guard let start = status["state"]["running"]["startedAt"].string.flatMap(Timestamp.init) else { return false }
        return start + Self.window <= now
    }
}
