import Control
import Documents
import KubeControllers
import KubeModel
import Reconcile
import Storage
import Testing

/// How many silent nodes lose their pods, and how fast.
@Suite struct NodeZoneTests {
    private static let unreachable = "node.kubernetes.io/unreachable"
    private func plane(_ nodes: Int) async throws -> ControlPlaneBed {
        let plane = try await ControlPlaneBed(nodes: nodes)
        try await plane.advance(10, beating: Self.names(0..<nodes))
        return plane
    }
    private static func names(_ range: Range<Int>) -> [String] { range.map { "n\($0)" } }
    /// When nodes were given up, by their names.
    private func givenUp(_ plane: ControlPlaneBed) -> [String: Timestamp] {
        var times: [String: Timestamp] = [:]
        for node in plane.bed.list(KubeNode.self) {
            let taint = node.spec.taints?.first { $0.key == Self.unreachable && $0.effect == "NoExecute" }
            times[node.metadata.name ?? ""] = taint?.timeAdded.flatMap(Timestamp.init)
        }
        return times
    }

    @Test func nobodyIsGivenUpWhenNobodyIsHeard() async throws {
        let plane = try await plane(2)
        try await plane.advance(120, beating: [])
        #expect(plane.bed.list(KubeNode.self).allSatisfy { $0.status.conditions?.first { $0.type == "Ready" }?.status == "Unknown" })
        #expect(givenUp(plane).isEmpty)
        plane.bed.stop()
    }
    @Test func nodesAreGivenUpOneAfterTheOther() async throws {
        let plane = try await plane(6)
        try await plane.advance(120, beating: Self.names(0..<4))
        let times = givenUp(plane)
        #expect(Set(times.keys) == ["n4", "n5"])
        let sorted = times.values.sorted()
        #expect(sorted.count == 2 && sorted[1] - sorted[0] >= .seconds(10))
        plane.bed.stop()
    }
    @Test func aSmallZoneThatIsMostlySilentKeepsItsPods() async throws {
        let plane = try await plane(5)
        try await plane.advance(200, beating: Self.names(0..<2))
        #expect(givenUp(plane).count <= 1, "one may go before the others are missed")
        plane.bed.stop()
    }
    @Test func podsOfAMachineOutOfServiceGoAtOnce() async throws {
        let plane = try await plane(2)
        try await plane.makeDeployment(2)
        try await plane.advance(60, beating: ["n0"])
        let stuck = try #require(plane.pods.first { $0.spec.nodeName == "n1" }?.metadata.name)
        try await plane.apply(.delete(PodFields.kind, namespace: "default", name: stuck, uid: nil))
        try await plane.advance(60, beating: ["n0"])
        #expect(plane.bed.get(Pod.self, stuck) != nil, "a silent node ends no pods")
        let taint: Value = ["key": "node.kubernetes.io/out-of-service", "value": "nodeshutdown", "effect": "NoExecute"]
        let taints = plane.bed.get(KubeNode.self, "n1")?.value["spec"]["taints"].items ?? []
        try await plane.apply(
            .patch(NodeFields.kind, namespace: nil, name: "n1", ["spec": ["taints": .array(taints + [taint])]]))
        try await plane.advance(10, beating: ["n0"])
        #expect(plane.bed.get(Pod.self, stuck) == nil)
        plane.bed.stop()
    }
}
