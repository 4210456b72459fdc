package import Control
import Documents
package import KubeClient
import KubeModel

/// Sees to it that nothing stays on the node of pods that are over: the volumes of ended pods go at once, and all that belongs to no pod
/// any more, as after a restart, when two looks a minute apart found it so. Source: kubelet_pods.go, HandlePodCleanups.
package struct HostSweeper: Service {
    private static let interval = Duration.seconds(5), sweep = Duration.seconds(60)
    private let nodeName: String
    private let target: any EvictionTarget
    private let host: any PodHost
    private let runtime: any ContainerRuntime
    private let client: KubeClient
    private let clock: any WallClock

    /// - Parameter target: knows the node's pods with their newest status.
    package init(
        nodeName: String, target: any EvictionTarget, host: any PodHost, runtime: any ContainerRuntime, client: KubeClient,
        clock: any WallClock
    ) {
        (self.nodeName, self.target, self.host, self.runtime) = (nodeName, target, host, runtime)
        (self.client, self.clock) = (client, clock)
    }

    /// Runs until cancelled.
    package func run() async throws {
        var (retired, suspects) = (Set<String>(), Set<String>())
        var swept = clock.now
        while true {
            try await clock.sleep(for: Self.interval)
            try await retire(&retired)
            guard clock.now - swept >= Self.sweep else { continue }
            swept = clock.now
            let orphans = try await orphans()
            for uid in orphans.intersection(suspects) { try await settle { () throws(PodHostError) in try await host.release(uid: uid) } }
            suspects = orphans
        }
    }

    private func retire(_ retired: inout Set<String>) async throws {
        let ended = target.pods().filter { ["Succeeded", "Failed"].contains($0["status"]["phase"].string) }
        retired.formIntersection(ended.map { PodText($0).uid })
        let waiting = ended.filter { !retired.contains(PodText($0).uid) }
        guard !waiting.isEmpty, let busy = try await busy() else { return }
        for pod in waiting where !busy.contains(PodText(pod).uid) {
            if try await settle({ () throws(PodHostError) in try await host.retire(pod) }) { retired.insert(PodText(pod).uid) }
        }
    }

    /// The uids of pods of which something runs; nil when the runtime does not say.
    private func busy() async throws -> Set<String>? {
        do throws(RuntimeError) {
            let containers = try await runtime.containers().filter { $0.state == .running || $0.state == .created }
            let sandboxes = try await runtime.sandboxes().filter(\.isReady)
            return Set(containers.compactMap { $0.labels[RuntimeLabel.podUID] }).union(sandboxes.map(\.uid))
        } catch {
            if error == .cancelled { throw CancellationError() }
            return nil
        }
    }

    /// What is on the node of pods that neither the API server, the kubelet nor the runtime knows.
    private func orphans() async throws -> Set<String> {
        var uids = Set(await host.uids())
        guard !uids.isEmpty else { return [] }
        do {
            let options = ListOptions(fieldSelector: "spec.nodeName=\(nodeName)")
            uids.subtract(try await client.all(PodFields.kind, options).items.map { PodText($0).uid })
            uids.subtract(target.pods().map { PodText($0).uid })
            guard !uids.isEmpty else { return [] }
            uids.subtract(try await runtime.sandboxes().map(\.uid))
            return uids
        } catch {
            if Task.isCancelled { throw CancellationError() }
            return []
        }
    }

    /// - Returns: whether it was done; what failed is tried again.
    @discardableResult private func settle(_ work: () async throws(PodHostError) -> Void) async throws -> Bool {
        do throws(PodHostError) {
            try await work()
            return true
        } catch {
            if error == .cancelled { throw CancellationError() }
            Log("host").warning("what is left of a pod could not be removed", ["error": "\(error)"])
            return false
        }
    }
}
