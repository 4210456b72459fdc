import Control
import Documents
import KubeControllers
import KubeModel
import Reconcile
import Storage
import Testing

@Suite struct DaemonSetTests {
    private static func agent(image: String = "agent:1", spec extra: Value = [:]) -> Value {
        var spec: Value = [
            "selector": ["matchLabels": ["app": "agent"]],
            "template": ["metadata": ["labels": ["app": "agent"]], "spec": ["containers": [["name": "c", "image": .string(image)]]]],
        ]
        for member in extra.object ?? [:] { spec[member.key] = member.value }
        return ["metadata": ["name": "agent", "namespace": "default"], "spec": spec]
    }
    private func plane(_ seed: UInt64 = 1, nodes: Int = 3, _ set: Value = agent()) async throws -> ControlPlaneBed {
        let plane = try await ControlPlaneBed(seed: seed, nodes: nodes)
        try await plane.apply(.create(DaemonSetFields.kind, set))
        try await plane.advance(20, beating: Self.names(nodes))
        return plane
    }
    private static func names(_ nodes: Int) -> [String] { (0..<nodes).map { "n\($0)" } }
    private func status(_ plane: ControlPlaneBed) throws -> DaemonSetStatus {
        try #require(plane.bed.get(DaemonSet.self, "agent")).status
    }
    private func setImage(_ plane: ControlPlaneBed, _ image: String) async throws {
        let patch: Value = ["spec": ["template": ["spec": ["containers": [["name": "c", "image": .string(image)]]]]]]
        try await plane.apply(.patch(DaemonSetFields.kind, namespace: "default", name: "agent", patch))
    }
    private func images(_ plane: ControlPlaneBed) -> [String] {
        plane.pods.compactMap { $0.value["spec"]["containers"][0]["image"].string }
    }
    private func nodes(_ plane: ControlPlaneBed) -> [String] { plane.pods.map { $0.spec.nodeName ?? "" }.sorted() }

    @Test(arguments: 1..<4 as Range<UInt64>) func runsOnePodOnEachNode(seed: UInt64) async throws {
        let plane = try await plane(seed)
        #expect(nodes(plane) == ["n0", "n1", "n2"])
        let status = try status(plane)
        #expect(status.desiredNumberScheduled == 3 && status.currentNumberScheduled == 3 && status.numberReady == 3)
        #expect(status.numberAvailable == 3 && status.updatedNumberScheduled == 3 && status.numberUnavailable == nil)
        #expect(status.numberMisscheduled == 0 && status.observedGeneration == 1)
        let keys = Set(plane.pods[0].spec.tolerations?.compactMap(\.key) ?? [])
        #expect(keys.isSuperset(of: ["not-ready", "disk-pressure", "unschedulable"].map { "node.kubernetes.io/\($0)" }))
        #expect(plane.pods.allSatisfy { $0.metadata.labels?["pod-template-generation"] == "1" })
        try await plane.makeNode("n3")
        try await plane.advance(20, beating: Self.names(4))
        #expect(nodes(plane) == ["n0", "n1", "n2", "n3"])
        plane.bed.stop()
    }
    @Test func followsLabelsAndTaintsAndRunsOnCordonedNodes() async throws {
        let plane = try await plane(nodes: 3, Self.agent())
        try await plane.apply(.patch(NodeFields.kind, namespace: nil, name: "n0", ["spec": ["unschedulable": true]]))
        try await plane.advance(20, beating: Self.names(3))
        #expect(nodes(plane) == ["n0", "n1", "n2"])
        let taint: Value = ["key": "own", "value": "yes", "effect": "NoSchedule"]
        try await plane.apply(.patch(NodeFields.kind, namespace: nil, name: "n1", ["spec": ["taints": [taint]]]))
        try await plane.advance(20, beating: Self.names(3))
        #expect(nodes(plane) == ["n0", "n1", "n2"], "a NoSchedule taint does not drive pods away")
        #expect(try status(plane).numberMisscheduled == 1 && status(plane).desiredNumberScheduled == 2)
        let selected: Value = ["spec": ["template": ["spec": ["nodeSelector": ["disk": "ssd"]]]]]
        try await plane.apply(.patch(NodeFields.kind, namespace: nil, name: "n2", ["metadata": ["labels": ["disk": "ssd"]]]))
        try await plane.apply(.patch(DaemonSetFields.kind, namespace: "default", name: "agent", selected))
        try await plane.advance(60, beating: Self.names(3))
        #expect(nodes(plane) == ["n2"])
        plane.bed.stop()
    }
    @Test func rollsOneNodeAfterTheOtherAndKeepsHistory() async throws {
        let plane = try await plane(nodes: 4, Self.agent(spec: ["revisionHistoryLimit": 1]))
        for version in 2...4 {
            try await setImage(plane, "agent:\(version)")
            plane.bed.advance(.milliseconds(1))
            #expect(plane.pods.count { $0.metadata.deletionTimestamp == nil && $0.status.phase == "Running" } >= 3)
            try await plane.advance(40, beating: Self.names(4))
            #expect(images(plane) == Array(repeating: "agent:\(version)", count: 4))
        }
        #expect(plane.bed.list(ControllerRevision.self).compactMap(\.revision).sorted() == [3, 4])
        try await setImage(plane, "agent:3")
        try await plane.advance(40, beating: Self.names(4))
        #expect(plane.bed.list(ControllerRevision.self).compactMap(\.revision).sorted() == [4, 5], "a form comes back under a new number")
        #expect(try status(plane).updatedNumberScheduled == 4)
        plane.bed.stop()
    }
    @Test func brokenTemplatesStopAtTheLimit() async throws {
        let plane = try await plane(nodes: 4, Self.agent(spec: ["updateStrategy": ["rollingUpdate": ["maxUnavailable": 2]]]))
        try await setImage(plane, "broken")
        try await plane.advance(60, beating: Self.names(4))
        #expect(images(plane).count { $0 == "broken" } == 2 && plane.pods.count == 4)
        try await setImage(plane, "agent:3")
        try await plane.advance(60, beating: Self.names(4))
        #expect(images(plane) == Array(repeating: "agent:3", count: 4))
        plane.bed.stop()
    }
    @Test func surgingNodesHaveTwoPodsForAWhile() async throws {
        let strategy: Value = ["rollingUpdate": ["maxSurge": 1, "maxUnavailable": 0]]
        let plane = try await plane(nodes: 3, Self.agent(spec: ["updateStrategy": strategy]))
        try await setImage(plane, "broken")
        try await plane.advance(60, beating: Self.names(3))
        #expect(plane.pods.count == 4 && images(plane).count { $0 == "agent:1" } == 3)
        #expect(try status(plane).numberAvailable == 3)
        try await setImage(plane, "agent:2")
        try await plane.advance(60, beating: Self.names(3))
        #expect(images(plane) == Array(repeating: "agent:2", count: 3))
        plane.bed.stop()
    }
    @Test func onDeleteWaitsForSomebodyElse() async throws {
        let plane = try await plane(nodes: 2, Self.agent(spec: ["updateStrategy": ["type": "OnDelete"]]))
        try await setImage(plane, "agent:2")
        try await plane.advance(40)
        #expect(images(plane) == ["agent:1", "agent:1"])
        #expect(try status(plane).updatedNumberScheduled == nil)
        let name = try #require(plane.pods.first?.metadata.name)
        try await plane.apply(.delete(PodFields.kind, namespace: "default", name: name, uid: nil))
        try await plane.advance(20)
        #expect(images(plane).sorted() == ["agent:1", "agent:2"])
        plane.bed.stop()
    }
    @Test func letsGoOfPodsWithOtherLabelsAndFollowsThemBack() async throws {
        let plane = try await plane(nodes: 2)
        let (other, own): (Value, Value) = (["metadata": ["labels": ["app": "other"]]], ["metadata": ["labels": ["app": "agent"]]])
        let name = try #require(plane.pods.first?.metadata.name)
        try await plane.apply(.patch(PodFields.kind, namespace: "default", name: name, other))
        try await plane.advance(20)
        #expect(plane.pods.count == 3 && plane.pods.first { $0.metadata.name == name }?.metadata.ownerReferences?.isEmpty ?? true)
        #expect(try status(plane).currentNumberScheduled == 2)
        try await plane.apply(.patch(PodFields.kind, namespace: "default", name: name, own))
        try await plane.advance(20)
        #expect(nodes(plane) == ["n0", "n1"], "adopted again, and one of the two is too many")
        plane.bed.stop()
    }
    @Test func replacesPodsThatEnded() async throws {
        let plane = try await plane(nodes: 2)
        let failed = try #require(plane.pods.first?.metadata.name)
        try await plane.apply(
            .patch(PodFields.kind, namespace: "default", name: failed, ["status": ["phase": "Failed"]], subresource: "status"))
        try await plane.advance(30)
        #expect(plane.pods.count == 2 && !plane.pods.contains { $0.metadata.name == failed })
        #expect(plane.bed.events("FailedDaemonPod").count == 1)
        plane.bed.stop()
    }
    @Test(arguments: 0..<12) func deathOfTheControlPlaneIsSurvived(writes: Int) async throws {
        let plane = try await ControlPlaneBed(seed: UInt64(writes + 1))
        plane.bed.stop()
        plane.start(writer: MortalServer(plane.server, survives: writes))
        try await plane.apply(.create(DaemonSetFields.kind, Self.agent()))
        try await plane.advance(10)
        plane.bed.stop()
        plane.start()
        try await plane.advance(30)
        #expect(nodes(plane) == ["n0", "n1"])
        #expect(try status(plane).numberAvailable == 2)
        #expect(plane.bed.list(ControllerRevision.self).count == 1)
        let head = plane.bed.realm.head
        try await plane.advance(100)
        #expect(plane.bed.realm.head - head == 20, "only leases are renewed")
        plane.bed.stop()
    }
}
