import Documents
import KubeAPI
import KubeModel
import Reconcile
import Storage
import Testing

/// Custom documents in a whole control plane: what controllers do for every kind they do for these.
@Suite struct CustomKindTests {
    private let widgets = Kind(group: "shop.example.com", version: "v1", "Widget", prefix: "shop.example.com/widgets/")
    private let definitions = Kind(
        group: "apiextensions.k8s.io", version: "v1", "CustomResourceDefinition", prefix: "apiextensions.k8s.io/customresourcedefinitions/",
        namespaced: false)

    private func plane() async throws -> ControlPlaneBed {
        let plane = try await ControlPlaneBed(nodes: 0)
        let fields: Value = ["type": "object", "properties": ["size": ["type": "integer"]]]
        let version: Value = [
            "name": "v1", "served": true, "storage": true,
            "schema": ["openAPIV3Schema": ["type": "object", "properties": ["spec": fields, "status": ["type": "object"]]]],
            "subresources": ["status": [:], "scale": ["specReplicasPath": ".spec.size", "statusReplicasPath": ".status.size"]],
        ]
        try await plane.apply(
            .create(
                definitions,
                [
                    "metadata": ["name": "widgets.shop.example.com"],
                    "spec": [
                        "group": "shop.example.com", "scope": "Namespaced", "names": ["plural": "widgets", "kind": "Widget"],
                        "versions": [version],
                    ],
                ]))
        await plane.server.reconcileDefinitions()
        return plane
    }
    private func value(_ plane: ControlPlaneBed, _ key: String) -> Value? { plane.bed.realm.snapshot().get(key)?.value }

    @Test func documentsFollowTheirOwners() async throws {
        let plane = try await plane()
        try await plane.apply(.create(widgets, ["metadata": ["name": "owner", "namespace": "default"]]))
        let uid = try #require(value(plane, "shop.example.com/widgets/default/owner"))["metadata"]["uid"]
        let owners: Value = [["apiVersion": "shop.example.com/v1", "kind": "Widget", "name": "owner", "uid": uid]]
        try await plane.apply(
            .create(ConfigMapFields.kind, ["metadata": ["name": "settings", "namespace": "default", "ownerReferences": owners]]))
        try await plane.apply(.create(widgets, ["metadata": ["name": "part", "namespace": "default", "ownerReferences": owners]]))
        plane.bed.settle()
        #expect(value(plane, "core/configmaps/default/settings") != nil)
        #expect(await plane.delete("/apis/shop.example.com/v1/namespaces/default/widgets/owner", "Background") == 200)
        plane.bed.advance(.seconds(2))
        #expect(value(plane, "core/configmaps/default/settings") == nil)
        #expect(value(plane, "shop.example.com/widgets/default/part") == nil)
        plane.bed.stop()
    }

    @Test func budgetsAskACustomOwnersScale() async throws {
        let plane = try await plane()
        try await plane.apply(.create(widgets, ["metadata": ["name": "owner", "namespace": "default"], "spec": ["size": 4]]))
        let uid = try #require(value(plane, "shop.example.com/widgets/default/owner"))["metadata"]["uid"]
        let owner: Value = [
            "apiVersion": "shop.example.com/v1", "kind": "Widget", "name": "owner", "uid": uid, "controller": true,
        ]
        let pod: Value = [
            "metadata": ["name": "part", "namespace": "default", "labels": ["app": "web"], "ownerReferences": [owner]],
            "spec": ["containers": [["name": "c", "image": "nginx"]]],
        ]
        try await plane.apply(.create(PodFields.kind, pod))
        let budget: Value = ["maxUnavailable": 1, "selector": ["matchLabels": ["app": "web"]]]
        try await plane.apply(
            .create(PodDisruptionBudgetFields.kind, ["metadata": ["name": "b", "namespace": "default"], "spec": budget]))
        plane.bed.settle()
        func status() -> PodDisruptionBudgetStatus? { plane.bed.get(PodDisruptionBudget.self, "b")?.status }
        #expect(status()?.expectedPods == 4 && status()?.desiredHealthy == 3)
        try await plane.apply(.patch(widgets, namespace: "default", name: "owner", ["spec": ["size": 2]]))
        plane.bed.settle()
        #expect(status()?.expectedPods == 2 && status()?.desiredHealthy == 1)
        plane.bed.stop()
    }
    @Test func documentsGoWithTheirNamespace() async throws {
        let plane = try await plane()
        try await plane.apply(.create(NamespaceFields.kind, ["metadata": ["name": "passing"]]))
        try await plane.apply(.create(widgets, ["metadata": ["name": "one", "namespace": "passing"]]))
        plane.bed.settle()
        _ = await plane.delete("/api/v1/namespaces/passing", "Background")
        plane.bed.advance(.seconds(2))
        #expect(value(plane, "shop.example.com/widgets/passing/one") == nil)
        #expect(value(plane, "core/namespaces/passing") == nil)
        plane.bed.stop()
    }
}
