import Control
import Documents
import KubeClient
import KubeModel

/// Makes and deletes pods in a namespace that has a quota for them, together with others who do the same.
struct QuotaClient: Sendable {
    static let namespace = "limited"
    static let mostPods = 4
    let number: Int
    let kubernetes: KubeClient
    let random: RandomSource
    let clock: any WallClock
    let trace: Trace

    /// Makes the namespace with its quota.
    static func prepare(_ kubernetes: KubeClient) async throws {
        _ = try await kubernetes.create(
            NamespaceFields.kind, ["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": .string(namespace)]])
        _ = try await kubernetes.create(
            ResourceQuotaFields.kind,
            [
                "apiVersion": "v1", "kind": "ResourceQuota", "metadata": ["name": "pods", "namespace": .string(namespace)],
                "spec": ["hard": ["pods": .string(String(mostPods))]],
            ], namespace: namespace)
    }

    func run(steps: Int) async throws {
        for step in 0..<steps {
            try await clock.sleep(for: .seconds(4) * random.fraction())
            let told = await act(step)
            trace.note("quota client \(number): \(told)")
        }
    }
    private func act(_ step: Int) async -> String {
        let isCreate = random.int(in: 0..<5) < 3
        do throws(KubeClientError) {
            guard !isCreate else {
                var pod: Value = ["apiVersion": "v1", "kind": "Pod", "metadata": ["name": .string("q\(number)-\(step)")]]
                pod["spec"] = Workloads.template("q")["spec"]
                _ = try await kubernetes.create(PodFields.kind, pod, namespace: Self.namespace)
                return "created a pod"
            }
            let pods = try await kubernetes.all(PodFields.kind, namespace: Self.namespace).items
            guard !pods.isEmpty else { return "no pod" }
            try await kubernetes.delete(PodFields.kind, namespace: Self.namespace, pods[random.int(in: pods.indices)].name)
            return "deleted a pod"
        } catch { return "\(isCreate ? "create" : "delete"): \(Outcome(error))" }
    }
}
