import Control
import Documents
import KubeClient
import KubeModel
import Testing

@testable import SimulatedNode

/// Containers of simulated machines that get other resources while they run.
@Suite struct ResizeTests {
    private static func container(_ cpu: String, _ memory: String = "64Mi", policy: [Value] = []) -> Value {
        [
            "name": "main", "image": "nginx", "resources": ["requests": ["cpu": .string(cpu), "memory": .string(memory)]],
            "resizePolicy": policy.isEmpty ? .null : .array(policy),
        ]
    }
    private func resize(_ bed: MachineBed, _ name: String, _ requests: Value) async throws {
        let patch = Patch.strategic(["spec": ["containers": [["name": "main", "resources": ["requests": requests]]]]])
        _ = try await bed.client.patch(PodFields.kind, name, patch, subresource: "resize")
    }
    private func pending(_ pod: Value) -> Value {
        pod["status"]["conditions"].items.first { $0["type"] == "PodResizePending" } ?? .null
    }

    @Test func runningContainersGetWhatTheyAskFor() async throws {
        let bed = try await MachineBed()
        try await bed.with(bed.machine()) {
            try await bed.run("web", ["containers": [Self.container("100m")]])
            let before = try await bed.pod("web") { $0.isReady }["status"]["containerStatuses"][0]
            #expect(before["resources"]["requests"]["cpu"] == "100m" && before["allocatedResources"]["cpu"] == "100m")
            try await resize(bed, "web", ["cpu": "200m"])
            let pod = try await bed.pod("web") { $0["status"]["observedGeneration"] == 2 }
            let after = pod["status"]["containerStatuses"][0]
            #expect(after["resources"]["requests"]["cpu"] == "200m" && after["allocatedResources"]["cpu"] == "200m")
            #expect(after["containerID"] == before["containerID"] && after["restartCount"] == 0 && pod.isReady)
            #expect(pending(pod).isNull)
            let ready = pod["status"]["conditions"].items.first { $0["type"] == "Ready" }
            #expect(ready?["observedGeneration"] == 2)
        }
    }
    @Test func aPolicyMayStartTheContainerAnew() async throws {
        let bed = try await MachineBed()
        try await bed.with(bed.machine()) {
            let policy: [Value] = [
                ["resourceName": "cpu", "restartPolicy": "NotRequired"], ["resourceName": "memory", "restartPolicy": "RestartContainer"],
            ]
            try await bed.run("web", ["containers": [Self.container("100m", policy: policy)]])
            let before = try await bed.pod("web") { $0.isReady }["status"]["containerStatuses"][0]
            try await resize(bed, "web", ["memory": "128Mi"])
            let pod = try await bed.pod("web") { $0["status"]["observedGeneration"] == 2 }
            let after = pod["status"]["containerStatuses"][0]
            #expect(after["resources"]["requests"]["memory"] == "128Mi" && after["restartCount"] == 1)
            #expect(after["containerID"] != before["containerID"] && !after["lastState"]["terminated"].isNull)
        }
    }
    @Test func podsThatGrowAtOnceDoNotGetTheSameRoom() async throws {
        let bed = try await MachineBed()
        try await bed.with(bed.machine()) {
            let names = ["a", "b", "c", "d"]
            for name in names { try await bed.run(name, ["containers": [Self.container("100m")]]) }
            for name in names { _ = try await bed.pod(name) { $0.isReady } }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for name in names { group.addTask { try await resize(bed, name, ["cpu": "800m"]) } }
                try await group.waitForAll()
            }
            var given = 0
            for name in names {
                let pod = try await bed.pod(name) { $0["status"]["observedGeneration"] == 2 }
                if pending(pod).isNull { given += 1 } else { #expect(pending(pod)["reason"] == "Deferred") }
            }
            #expect(given == 2)
        }
    }
    @Test func whatANodeDoesNotHaveItDoesNotGive() async throws {
        let bed = try await MachineBed()
        try await bed.with(bed.machine()) {
            try await bed.run("web", ["containers": [Self.container("100m")]])
            try await bed.run("other", ["containers": [Self.container("1")]])
            _ = try await bed.pod("web") { $0.isReady }
            _ = try await bed.pod("other") { $0.isReady }
            try await resize(bed, "web", ["cpu": "8"])
            var pod = try await bed.pod("web") { !pending($0).isNull }
            #expect(pending(pod)["reason"] == "Infeasible" && pending(pod)["status"] == "True")
            #expect(
                pending(pod)["message"].string?.hasPrefix("Node didn't have enough capacity: cpu, requested: 8000, capacity: 1") == true)
            #expect(pod["status"]["containerStatuses"][0]["allocatedResources"]["cpu"] == "100m")
            try await resize(bed, "web", ["cpu": "1500m"])
            pod = try await bed.pod("web") { pending($0)["reason"] == "Deferred" }
            let text = "Node didn't have enough resource: cpu, requested: 1500, used: 1000, capacity: 1"
            #expect(pending(pod)["message"].string?.hasPrefix(text) == true)
            try await bed.client.delete(PodFields.kind, namespace: "default", "other", DeleteOptions(gracePeriodSeconds: 0))
            pod = try await bed.pod("web") { pending($0).isNull }
            #expect(pod["status"]["containerStatuses"][0]["allocatedResources"]["cpu"] == "1500m")
        }
    }
}
