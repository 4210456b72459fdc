import Control
import Documents
import KubeControllers
import KubeModel
import Reconcile
import Testing

/// Rules of nodes' life that Kubernetes' documentation states, one by one.
@Suite struct NodeRuleTests {
    private func ready(_ plane: ControlPlaneBed, _ name: String) -> Value {
        plane.bed.get(KubeNode.self, name)?.value["status"]["conditions"].items.first { $0["type"] == "Ready" } ?? .null
    }

    @Test func newNodesAreWelcomedOnce() async throws {
        let plane = try await ControlPlaneBed(nodes: 1)
        try await plane.advance(120, beating: ["n0"])
        #expect(plane.bed.events("RegisteredNode") == ["Node n0 event: Registered Node n0 in Controller"])
        #expect(plane.bed.list(KubeEvent.self).first { $0.reason == "RegisteredNode" }?.count == 1)
        plane.bed.stop()
    }
    @Test func silenceIsBorneForFiftySeconds() async throws {
        let plane = try await ControlPlaneBed()
        try await plane.makeDeployment()
        plane.bed.advance(.seconds(34))
        #expect(ready(plane, "n0")["status"] == "True", "it was heard of ten seconds before the last advance ended")
        plane.bed.advance(.seconds(10))
        #expect(ready(plane, "n0")["status"] == "Unknown" && ready(plane, "n0")["reason"] == "NodeStatusUnknown")
        #expect(ready(plane, "n0")["message"] == "Kubelet stopped posting node status.")
        #expect(plane.bed.events("NodeNotReady").contains("Node n0 status is now: NodeNotReady"))
        #expect(plane.bed.events("NodeNotReady").contains("Node is not ready"), "its pods are told of it too")
        #expect(
            plane.pods.filter { $0.spec.nodeName == "n0" }.allSatisfy { pod in
                pod.value["status"]["conditions"].items.contains { $0["type"] == "Ready" && $0["status"] == "False" }
            })
        plane.bed.stop()
    }
    @Test func aNodeThatNeverToldHasAMinute() async throws {
        let plane = try await ControlPlaneBed(nodes: 1)
        try await plane.apply(.create(NodeFields.kind, ["metadata": ["name": "mute"]]))
        plane.bed.advance(.seconds(58))
        #expect(ready(plane, "mute").isNull)
        plane.bed.advance(.seconds(4))
        #expect(ready(plane, "mute")["reason"] == "NodeStatusNeverUpdated")
        #expect(ready(plane, "mute")["message"] == "Kubelet never posted node status.")
        plane.bed.stop()
    }
    @Test func podsBearATaintAsLongAsTheyTolerateIt() async throws {
        let plane = try await ControlPlaneBed(nodes: 1)
        for (name, seconds) in [("brief", 30), ("long", 90), ("forever", nil), ("never", -1)] as [(String, Int64?)] {
            var toleration: Value = ["key": "work", "operator": "Exists", "effect": "NoExecute"]
            if let seconds, seconds >= 0 { toleration["tolerationSeconds"] = .int(seconds) }
            let spec: Value = [
                "nodeName": "n0", "containers": [["name": "c", "image": "nginx"]], "tolerations": seconds == -1 ? [] : [toleration],
            ]
            try await plane.apply(.create(PodFields.kind, ["metadata": ["name": .string(name), "namespace": "default"], "spec": spec]))
        }
        try await plane.advance(10, beating: ["n0"])
        try await plane.apply(
            .patch(NodeFields.kind, namespace: nil, name: "n0", ["spec": ["taints": [["key": "work", "effect": "NoExecute"]]]]))
        plane.bed.settle()
        func names() -> [String] { plane.pods.compactMap(\.metadata.name).sorted() }
        #expect(names() == ["brief", "forever", "long"])
        try await plane.advance(40, beating: ["n0"])
        #expect(names() == ["forever", "long"])
        try await plane.advance(60, beating: ["n0"])
        #expect(names() == ["forever"])
        #expect(plane.bed.events("TaintManagerEviction").contains("Marking for deletion Pod default/brief"))
        plane.bed.stop()
    }
    @Test func anEvictionThatIsCalledOffIsTold() async throws {
        let plane = try await ControlPlaneBed(nodes: 1)
        let toleration: Value = ["key": "work", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 60]
        for name in ["kept", "deleted"] {
            let spec: Value = ["nodeName": "n0", "containers": [["name": "c", "image": "nginx"]], "tolerations": [toleration]]
            try await plane.apply(.create(PodFields.kind, ["metadata": ["name": .string(name), "namespace": "default"], "spec": spec]))
        }
        func taint(_ taints: Value) async throws {
            try await plane.apply(.patch(NodeFields.kind, namespace: nil, name: "n0", ["spec": ["taints": taints]]))
            try await plane.advance(10, beating: ["n0"])
        }
        try await plane.advance(10, beating: ["n0"])
        try await taint([["key": "work", "effect": "NoExecute"]])
        #expect(plane.bed.events("TaintManagerEviction").isEmpty)
        try await taint([])
        #expect(plane.pods.count == 2)
        let told = Set(["kept", "deleted"].map { "Cancelling deletion of Pod default/\($0)" })
        #expect(Set(plane.bed.events("TaintManagerEviction")) == told)
        // What nobody planned is not called off, and what happened in time neither.
        try await taint([["key": "work", "effect": "NoExecute"]])
        try await plane.advance(70, beating: ["n0"])
        #expect(plane.pods.isEmpty)
        #expect(plane.bed.events("TaintManagerEviction").count == 4)
        plane.bed.stop()
    }
    @Test func manyNodesGoLongerByWhatTheyKnow() async throws {
        let bed = try await KubeBed()
        bed.start([NodeTTLController()])
        func ttl(_ name: String) -> String? { bed.get(KubeNode.self, name)?.metadata.annotations?["node.alpha.kubernetes.io/ttl"] }
        for number in 0..<100 { try bed.create(NodeFields.kind, ["metadata": ["name": .string("n\(number)")]]) }
        #expect(ttl("n99") == "0")
        try bed.create(NodeFields.kind, ["metadata": ["name": "n100"]])
        #expect(ttl("n100") == "15")
        try bed.patch(KubeNode.self, "n0", ["metadata": ["labels": ["a": "b"]]])
        #expect(ttl("n0") == "15", "a node is told when it changes")
        for number in 90..<100 { try bed.delete(KubeNode.self, "n\(number)") }
        try bed.patch(KubeNode.self, "n0", ["metadata": ["labels": ["a": "c"]]])
        #expect(ttl("n0") == "15", "91 are still many")
        for number in 80..<90 { try bed.delete(KubeNode.self, "n\(number)") }
        try bed.patch(KubeNode.self, "n0", ["metadata": ["labels": ["a": "d"]]])
        #expect(ttl("n0") == "0")
        bed.stop()
    }
}
