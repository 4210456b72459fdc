import Control
import Documents
import KubeClient
import KubeModel

/// Who looks after the region: scales nodegroups, makes and deletes clusters, cordons nodes, evicts and deletes pods.
struct Operator: Sendable {
    let installation: Installation
    let kubernetes: KubeClient
    let region: RegionPlay
    let random: RandomSource
    let trace: Trace

    func run(steps: Int) async throws {
        for _ in 0..<steps {
            try await installation.clock.sleep(for: .seconds(6) * random.fraction())
            let told: String
            do { told = try await act() } catch { told = "gave up" }
            trace.note("operator: \(told)")
        }
    }

    private func act() async throws -> String {
        switch random.int(in: 0..<10) {
        case 0, 1, 2: try await region.act(random)
        case 3: try await cordon()
        case 4, 5: try await evict(count: 1)
        case 6: try await evict(count: 6)
        case 7, 8: try await delete()
        default: try await forget()
        }
    }
    private func cordon() async throws -> String {
        guard let node = try await pick(NodeFields.kind) else { return "no node" }
        let isCordoned = random.int(in: 0..<3) == 0
        _ = try await kubernetes.patch(NodeFields.kind, node.name, .merge(["spec": ["unschedulable": isCordoned ? true : .null]]))
        return isCordoned ? "cordoned a node" : "uncordoned a node"
    }
    /// A node's document goes, as when somebody deletes it by mistake; its machine registers again.
    private func forget() async throws -> String {
        guard let node = try await pick(NodeFields.kind) else { return "no node" }
        try await kubernetes.delete(NodeFields.kind, node.name)
        return "deleted a node"
    }
    private func delete() async throws -> String {
        guard let pod = try await pick(PodFields.kind, namespace: "default") else { return "no pod" }
        let grace = [nil, 0, 5][random.int(in: 0..<3)]
        try await kubernetes.delete(PodFields.kind, namespace: "default", pod.name, DeleteOptions(gracePeriodSeconds: grace))
        return "deleted a pod"
    }
    private func evict(count: Int) async throws -> String {
        var told: [String] = []
        for _ in 0..<count {
            guard let pod = try await pick(PodFields.kind, namespace: "default") else { break }
            let eviction: Value = [
                "apiVersion": "policy/v1", "kind": "Eviction", "metadata": ["name": .string(pod.name), "namespace": "default"],
            ]
            do throws(KubeClientError) {
                _ = try await kubernetes.create(PodFields.kind, eviction, namespace: "default", name: pod.name, subresource: "eviction")
                told.append("evicted")
            } catch { told.append(error.status.map { String($0.code) } ?? "no answer") }
        }
        return "evictions: \(told.joined(separator: ", "))"
    }
    private func pick(_ kind: Kind, namespace: String? = nil) async throws -> Value? {
        let items = try await kubernetes.all(kind, namespace: namespace).items
        return items.isEmpty ? nil : items[random.int(in: items.indices)]
    }
}
