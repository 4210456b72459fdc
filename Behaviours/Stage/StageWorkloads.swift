import Documents
import KubeClient
import KubeModel

/// Workloads: a Deployment and its pods are found by the label `app`, which is the Deployment's name.
extension Stage {
    /// Makes a Deployment; `pod` is merged into the template's spec, `spec` into the Deployment's.
    func deployment(
        _ suffix: String, _ replicas: Int, image: String = "nginx:1.27", in namespace: String = "default", pod: Value = [:],
        spec extra: Value = [:]
    ) async throws {
        let app = Value.string(scene.name(suffix))
        var template: Value = ["containers": [["name": "main", "image": .string(image)]]]
        for member in pod.object ?? [:] { template[member.key] = member.value }
        var spec: Value = ["replicas": .int(Int64(replicas)), "selector": ["matchLabels": ["app": app]]]
        spec["template"] = ["metadata": ["labels": ["app": app]], "spec": template]
        for member in extra.object ?? [:] { spec[member.key] = member.value }
        try await create(DeploymentFields.kind, suffix, in: namespace, ["spec": spec])
    }
    func pods(_ suffix: String, in namespace: String = "default") async throws -> [Value] {
        try await list(PodFields.kind, in: namespace, labels: "app=\(scene.name(suffix))")
    }
    func readyPods(_ suffix: String, in namespace: String = "default") async throws -> [Value] {
        try await pods(suffix, in: namespace).filter(\.isReadyPod)
    }
    func deployment(_ suffix: String, in namespace: String = "default") async throws -> Value {
        try await kubernetes.get(DeploymentFields.kind, namespace: namespace, scene.name(suffix))
    }
    /// Waits until exactly so many pods are there and all are ready, by the Deployment's own account too.
    func rolledOut(_ suffix: String, _ replicas: Int, within limit: Duration = .seconds(120)) async throws {
        try await scene.eventually("\(suffix) has \(replicas) ready replicas", within: limit) {
            let (pods, deployment) = (try await pods(suffix), try await deployment(suffix))
            let status = deployment["status"]
            return pods.count == replicas && pods.allSatisfy(\.isReadyPod) && (status["readyReplicas"].int ?? 0) == replicas
                && (status["updatedReplicas"].int ?? 0) == replicas
                && status["observedGeneration"] == deployment["metadata"]["generation"]
        }
    }
    func patch(_ suffix: String, _ patch: Value) async throws {
        _ = try await kubernetes.patch(DeploymentFields.kind, scene.name(suffix), .strategic(patch))
    }
    func scale(_ suffix: String, _ replicas: Int) async throws {
        _ = try await kubernetes.patch(
            DeploymentFields.kind, scene.name(suffix), .merge(["spec": ["replicas": .int(Int64(replicas))]]), subresource: "scale")
    }
    /// Makes a single pod.
    @discardableResult func pod(_ suffix: String, in namespace: String = "default", _ extra: Value = [:]) async throws -> Value {
        var spec: Value = ["containers": [["name": "main", "image": "nginx:1.27"]]]
        for member in extra.object ?? [:] { spec[member.key] = member.value }
        return try await create(
            PodFields.kind, suffix, in: namespace, ["metadata": ["labels": ["app": .string(scene.name(suffix))]], "spec": spec])
    }
    func namespace(_ suffix: String) async throws -> String {
        try await create(NamespaceFields.kind, suffix, in: nil, [:])
        return scene.name(suffix)
    }
    /// Evicts a pod as `kubectl drain` does.
    func evict(_ pod: Value) async throws -> Value {
        let metadata: Value = ["name": pod["metadata"]["name"], "namespace": pod["metadata"]["namespace"]]
        let eviction: Value = ["apiVersion": "policy/v1", "kind": "Eviction", "metadata": metadata]
        return try await kubernetes.create(
            PodFields.kind, eviction, namespace: metadata["namespace"].string, name: pod.name, subresource: "eviction")
    }
    func cordon(_ node: String, _ on: Bool = true) async throws {
        _ = try await kubernetes.patch(NodeFields.kind, node, .merge(["spec": ["unschedulable": on ? true : .null]]))
    }
}
