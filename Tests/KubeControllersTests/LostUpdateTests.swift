import Control
import Documents
import KubeAPI
import KubeControllers
import KubeModel
import Reconcile
import Testing

/// What controllers decide on a picture that others have changed by the time it is written.
@Suite struct LostUpdateTests {
    private static let ready: Value = ["type": "Ready", "status": "True", "reason": "Fine", "lastTransitionTime": "2026-01-01T00:00:00Z"]

    /// A node, a pod on it, and the changes that a controller plans; then the kubelet tells more of the pod, and somebody taints the node.
    private func afterwards(
        node: Value?, conditions: Value = [ready], _ plan: (KubeBed, World) throws -> Plan
    ) async throws -> (pod: Value, node: Value, refused: Int) {
        let plane = try await ControlPlaneBed(nodes: 0)
        plane.bed.stop()
        let bed = plane.bed
        if var node {
            node["metadata"] = ["name": "n0"]
            try await plane.apply(.create(NodeFields.kind, node))
            try await plane.apply(.patch(NodeFields.kind, namespace: nil, name: "n0", ["status": node["status"]], subresource: "status"))
        }
        let spec: Value = ["nodeName": "n0", "containers": [["name": "c", "image": "nginx"]]]
        try await plane.apply(.create(PodFields.kind, ["metadata": ["name": "p", "namespace": "default"], "spec": spec]))
        func tell(_ status: Value) async throws {
            try await plane.apply(.patch(PodFields.kind, namespace: "default", name: "p", ["status": status], subresource: "status"))
        }
        try await tell(["phase": "Running", "conditions": conditions])
        var documents: [(Kind, Value)] = bed.list(Pod.self).map { (PodFields.kind, $0.value) }
        documents += bed.list(KubeNode.self).map { (NodeFields.kind, $0.value) }
        let plan = try plan(bed, World(documents, now: bed.clock.now))
        try await tell(["conditions": .array(conditions.items + [["type": "ContainersReady", "status": "True"]])])
        if node != nil {
            let taints: Value = ["spec": ["taints": [["key": "mine", "effect": "NoSchedule"]]]]
            try await plane.apply(.patch(NodeFields.kind, namespace: nil, name: "n0", taints))
        }
        var refused = 0
        for change in plan.changes {
            if case .delete = change { continue }
            do throws(ChangeError) { _ = try await plane.server.apply(change, by: "test") } catch { refused += 1 }
        }
        return (try #require(bed.get(Pod.self, "p")).value, bed.get(KubeNode.self, "n0")?.value ?? .null, refused)
    }
    private func conditions(_ pod: Value) -> [String: String] {
        Dictionary(
            uniqueKeysWithValues: pod["status"]["conditions"].items.map { ($0["type"].string ?? "", $0["status"].string ?? "") })
    }

    @Test func anEvictionByTaintKeepsWhatTheKubeletTold() async throws {
        let node: Value = ["spec": ["taints": [["key": "out", "effect": "NoExecute"]]]]
        let (pod, _, refused) = try await afterwards(node: node) { bed, world in
            try TaintEvictionController().reconcile(#require(bed.get(Pod.self, "p")), in: world)
        }
        #expect(refused == 0 && conditions(pod) == ["Ready": "True", "ContainersReady": "True", "DisruptionTarget": "True"])
        let target = pod["status"]["conditions"].items.first { $0["type"] == "DisruptionTarget" } ?? .null
        #expect(target["reason"] == "DeletionByTaintManager" && target["observedGeneration"] == pod["metadata"]["generation"])
    }
    @Test func theEndOfAPodWithoutANodeKeepsWhatTheKubeletTold() async throws {
        let (pod, _, refused) = try await afterwards(node: nil) { bed, world in
            bed.advance(.seconds(30))
            let later = World([(PodFields.kind, try #require(bed.get(Pod.self, "p")).value)], now: bed.clock.now)
            return try PodGarbageCollector().reconcile(#require(bed.get(Pod.self, "p")), in: later)
        }
        #expect(refused == 0 && conditions(pod) == ["Ready": "True", "ContainersReady": "True", "DisruptionTarget": "True"])
        #expect(pod["status"]["phase"] == "Failed")
    }
    @Test func aDisruptionThatIsTakenBackKeepsWhatTheKubeletTold() async throws {
        let target: Value = [
            "type": "DisruptionTarget", "status": "True", "reason": "EvictionByEvictionAPI", "message": "m",
            "lastTransitionTime": "2020-01-01T00:00:00Z",
        ]
        let (pod, _, refused) = try await afterwards(node: nil, conditions: [Self.ready, target]) { bed, world in
            try StaleDisruptionController().reconcile(#require(bed.get(Pod.self, "p")), in: world)
        }
        #expect(refused == 0 && conditions(pod) == ["Ready": "True", "ContainersReady": "True", "DisruptionTarget": "False"])
        let told = pod["status"]["conditions"].items.first { $0["type"] == "DisruptionTarget" } ?? .null
        #expect(told["reason"].isNull && told["message"].isNull)
    }
    @Test func aSilentNodeKeepsTheTaintsOfOthers() async throws {
        let silent: Value = ["type": "Ready", "status": "Unknown", "lastHeartbeatTime": "2020-01-01T00:00:00Z"]
        let pressures = ["MemoryPressure", "DiskPressure", "PIDPressure"].map { ["type": .string($0), "status": "Unknown"] as Value }
        for isKnown in [false, true] {
            let ready: Value = isKnown ? silent : ["type": "Ready", "status": "True", "lastHeartbeatTime": "2020-01-01T00:00:00Z"]
            let node: Value = ["spec": [:], "status": ["conditions": .array([ready] + pressures)]]
            let (pod, now, refused) = try await afterwards(node: node) { bed, world in
                bed.advance(.seconds(120))
                let documents: [(Kind, Value)] = [
                    (NodeFields.kind, try #require(bed.get(KubeNode.self, "n0")).value),
                    (PodFields.kind, try #require(bed.get(Pod.self, "p")).value),
                ]
                let later = World(documents, now: bed.clock.now, indexes: NodeLifecycleController.indexes)
                return try NodeLifecycleController().reconcile(#require(bed.get(KubeNode.self, "n0")), in: later)
            }
            #expect(refused == 1, "what was made of another version is refused, and looked at again")
            #expect(now["spec"]["taints"].items.contains { $0["key"] == "mine" })
            #expect(conditions(pod) == ["Ready": "False", "ContainersReady": "True"])
            let told = pod["status"]["conditions"].items.first { $0["type"] == "Ready" } ?? .null
            #expect(told["reason"] == "Fine")
        }
    }
}
