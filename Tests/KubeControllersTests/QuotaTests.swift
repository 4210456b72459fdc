import Control
import Documents
import KubeControllers
import KubeModel
import Reconcile
import Storage
import Testing

@Suite struct QuotaTests {
    private func bed(_ hard: Value, _ spec: Value = [:]) async throws -> KubeBed {
        let bed = try await KubeBed()
        bed.start([ResourceQuotaController()])
        var spec = spec
        spec["hard"] = hard
        try bed.create(ResourceQuotaFields.kind, ["metadata": ["name": "q", "namespace": "default"], "spec": spec])
        return bed
    }
    private func used(_ bed: KubeBed) -> [String: String] { bed.get(ResourceQuota.self, "q")?.value["status"]["used"].strings ?? [:] }
    private func pod(_ name: String, _ resources: Value = [:], spec extra: Value = [:]) -> Value {
        var spec: Value = ["containers": [["name": "c", "image": "nginx", "resources": resources]]]
        for member in extra.object ?? [:] { spec[member.key] = member.value }
        return ["metadata": ["name": .string(name), "namespace": "default"], "spec": spec]
    }

    @Test func podsCountWithWhatTheyAskForUntilTheyEnd() async throws {
        let bed = try await bed(["pods": "10", "requests.cpu": "4", "limits.memory": "4Gi", "requests.example.com/gpu": "4"])
        #expect(used(bed) == ["pods": "0", "requests.cpu": "0", "limits.memory": "0", "requests.example.com/gpu": "0"])
        let resources: Value = ["requests": ["cpu": "500m", "example.com/gpu": "1"], "limits": ["memory": "1Gi", "example.com/gpu": "1"]]
        for name in ["a", "b"] { try bed.create(PodFields.kind, pod(name, resources)) }
        #expect(used(bed) == ["pods": "2", "requests.cpu": "1", "limits.memory": "2Gi", "requests.example.com/gpu": "2"])
        try bed.patch(Pod.self, "a", ["status": ["phase": "Succeeded"]], subresource: "status")
        #expect(used(bed) == ["pods": "1", "requests.cpu": "500m", "limits.memory": "1Gi", "requests.example.com/gpu": "1"])
        try bed.delete(Pod.self, "b")
        #expect(used(bed)["pods"] == "0")
        #expect(bed.get(ResourceQuota.self, "q")?.value["status"]["hard"]["limits.memory"] == "4Gi")
        bed.stop()
    }
    @Test func aPodThatOutlivesItsGraceNoLongerCounts() async throws {
        let bed = try await bed(["pods": "10"])
        var stuck = pod("a")
        stuck["metadata"]["finalizers"] = ["example.com/hold"]
        try bed.create(PodFields.kind, stuck)
        #expect(used(bed)["pods"] == "1")
        try bed.delete(Pod.self, "a")
        bed.advance(.seconds(2))
        #expect(bed.get(Pod.self, "a") != nil && used(bed)["pods"] == "0")
        bed.stop()
    }
    @Test func scopesChooseWhichPodsCount() async throws {
        let bed = try await bed(
            ["pods": "10"],
            ["scopeSelector": ["matchExpressions": [["scopeName": "PriorityClass", "operator": "In", "values": ["high"]]]]])
        try bed.create(PodFields.kind, pod("low"))
        try bed.create(PodFields.kind, pod("high", spec: ["priorityClassName": "high"]))
        #expect(used(bed) == ["pods": "1"])
        for (name, scopes) in [("best", ["BestEffort"]), ("short", ["NotBestEffort", "Terminating"])] as [(String, [Value])] {
            try bed.create(
                ResourceQuotaFields.kind,
                [
                    "metadata": ["name": .string(name), "namespace": "default"],
                    "spec": ["hard": ["pods": "5"], "scopes": .array(scopes)],
                ])
        }
        try bed.create(PodFields.kind, pod("job", ["requests": ["cpu": "1"]], spec: ["activeDeadlineSeconds": 60]))
        #expect(bed.get(ResourceQuota.self, "best")?.value["status"]["used"]["pods"] == "2")
        #expect(bed.get(ResourceQuota.self, "short")?.value["status"]["used"]["pods"] == "1")
        bed.stop()
    }
    @Test func objectsServicesAndStorageCount() async throws {
        let bed = try await bed([
            "count/deployments.apps": "5", "configmaps": "5", "services": "5", "services.nodeports": "5", "services.loadbalancers": "1",
            "requests.storage": "100Gi", "fast.storageclass.storage.k8s.io/requests.storage": "50Gi",
            "fast.storageclass.storage.k8s.io/persistentvolumeclaims": "5", "example.com/unknown": "3",
        ])
        try bed.create(DeploymentFields.kind, KubeBed.workload(1))
        let ports: Value = [["port": 80], ["port": 81]]
        for (name, type) in [("a", "NodePort"), ("b", "LoadBalancer"), ("c", "ClusterIP")] {
            try bed.create(
                ServiceFields.kind,
                ["metadata": ["name": .string(name), "namespace": "default"], "spec": ["type": .string(type), "ports": ports]])
        }
        for (name, storageClass) in [("x", "fast"), ("y", "slow")] {
            try bed.create(
                PersistentVolumeClaimFields.kind,
                [
                    "metadata": ["name": .string(name), "namespace": "default"],
                    "spec": ["storageClassName": .string(storageClass), "resources": ["requests": ["storage": "10Gi"]]],
                ])
        }
        #expect(
            used(bed) == [
                "count/deployments.apps": "1", "configmaps": "0", "services": "3", "services.nodeports": "4",
                "services.loadbalancers": "1", "requests.storage": "20Gi", "fast.storageclass.storage.k8s.io/requests.storage": "10Gi",
                "fast.storageclass.storage.k8s.io/persistentvolumeclaims": "1",
            ])
        let head = bed.realm.head
        bed.advance(.seconds(600))
        #expect(bed.realm.head == head, "a quota that is told rests")
        bed.stop()
    }
}
