import Control
import Documents
import KubeControllers
import KubeModel
import Reconcile
import Storage
import Testing

@Suite struct ReplicaSetTests {
    @Test(arguments: 1..<8 as Range<UInt64>) func keepsTheNumberOfPods(seed: UInt64) async throws {
        let bed = try await KubeBed(seed: seed)
        bed.start([ReplicaSetController(), InstantKubelet()])
        try bed.create(ReplicaSetFields.kind, KubeBed.workload(3))
        bed.advance(.seconds(2))
        for replicas in [10, 2, 0, 4] {
            try bed.patch(ReplicaSet.self, "web", ["spec": ["replicas": .int(Int64(replicas))]])
            bed.advance(.seconds(2))
            #expect(bed.list(Pod.self).count == replicas)
            let status = try #require(bed.get(ReplicaSet.self, "web")).status
            #expect(status.replicas == replicas)
            #expect(status.availableReplicas ?? 0 == replicas)
            #expect(status.observedGeneration == bed.get(ReplicaSet.self, "web")?.metadata.generation)
        }
        let head = bed.realm.head
        bed.advance(.seconds(600))
        #expect(bed.realm.head == head, "a converged set rests")
        bed.stop()
    }
    @Test func replacesADeletedPodAndTellsItsName() async throws {
        let bed = try await KubeBed()
        bed.start([ReplicaSetController(), InstantKubelet()])
        try bed.create(ReplicaSetFields.kind, KubeBed.workload(2))
        bed.advance(.seconds(2))
        let gone = try #require(bed.list(Pod.self).first?.metadata.name)
        try bed.delete(Pod.self, gone)
        bed.advance(.seconds(2))
        let pods = bed.list(Pod.self).compactMap(\.metadata.name)
        #expect(pods.count == 2 && !pods.contains(gone))
        #expect(Set(bed.events("SuccessfulCreate")) == Set((pods + [gone]).map { "Created pod: \($0)" }))
        #expect(pods.allSatisfy { $0.hasPrefix("web-") && $0.count == 9 })
        bed.stop()
    }
    @Test func adoptsWhatItSelectsAndReleasesWhatItDoesNot() async throws {
        let bed = try await KubeBed()
        try bed.create(PodFields.kind, ["metadata": ["name": "stray", "namespace": "default", "labels": ["app": "web"]], "spec": [:]])
        bed.start([ReplicaSetController(), InstantKubelet()])
        try bed.create(ReplicaSetFields.kind, KubeBed.workload(2))
        bed.advance(.seconds(2))
        #expect(bed.list(Pod.self).count == 2)
        #expect(bed.get(Pod.self, "stray")?.metadata.ownerReferences?.first?.name == "web")
        try bed.patch(Pod.self, "stray", ["metadata": ["labels": ["app": "debug"]]])
        bed.advance(.seconds(2))
        #expect(bed.list(Pod.self).count == 3)
        #expect(bed.get(Pod.self, "stray")?.metadata.ownerReferences?.isEmpty == true)
        bed.stop()
    }
    @Test func deletesTheLeastUsefulPodsFirst() throws {
        func pod(_ name: String, node: String? = "n1", ready: Bool = true, age: Int64 = 100, cost: String? = nil) -> (Kind, Value) {
            var pod: Value = [
                "metadata": [
                    "name": .string(name), "namespace": "default", "uid": .string(name), "labels": ["app": "web"],
                    "creationTimestamp": .string(Timestamp(seconds: 1000 - age).text),
                    "ownerReferences": [["apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "web", "uid": "set", "controller": true]],
                ],
                "spec": [:],
                "status": [
                    "phase": "Running",
                    "conditions": [
                        [
                            "type": "Ready", "status": ready ? "True" : "False",
                            "lastTransitionTime": .string(Timestamp(seconds: 1000 - age).text),
                        ]
                    ],
                ],
            ]
            if let node { pod["spec"]["nodeName"] = .string(node) }
            if let cost { pod["metadata"]["annotations"]["controller.kubernetes.io/pod-deletion-cost"] = .string(cost) }
            return (PodFields.kind, pod)
        }
        var set = KubeBed.workload(0)
        set["metadata"]["uid"] = "set"
        func deleted(_ pods: [(Kind, Value)]) throws -> [String] {
            var set = set
            set["spec"]["replicas"] = .int(Int64(pods.count - 1))
            let world = World([(ReplicaSetFields.kind, set)] + pods, now: Timestamp(seconds: 1000), indexes: ReplicaSetController.indexes)
            let plan = try ReplicaSetController().reconcile(try #require(ReplicaSet(set)), in: world)
            return plan.changes.compactMap { if case .delete(_, _, let name, _, _) = $0 { name } else { nil } }
        }
        #expect(try deleted([pod("a"), pod("b", node: nil), pod("c")]) == ["b"])
        #expect(try deleted([pod("a"), pod("b", node: "n2"), pod("c", node: "n3", ready: false)]) == ["c"])
        #expect(try deleted([pod("a"), pod("b", node: "n2", age: 5), pod("c", node: "n3")]) == ["b"])
        #expect(try deleted([pod("a", node: "n2", age: 1), pod("b"), pod("c", age: 90)]) == ["c"])
        #expect(try deleted([pod("a"), pod("b", node: "n2", age: 5), pod("c", node: "n3", cost: "-1")]) == ["c"])
    }
    @Test func tellsWhyPodsCannotBeMade() async throws {
        let bed = try await KubeBed()
        bed.start([ReplicaSetController()], writer: NoPods(writer: bed.writer))
        try bed.create(ReplicaSetFields.kind, KubeBed.workload(1))
        bed.advance(.seconds(1))
        #expect(bed.events("FailedCreate") == ["Error creating: quota"])
        let condition = try #require(bed.get(ReplicaSet.self, "web")?.status.conditions?.first)
        #expect(condition.type == "ReplicaFailure" && condition.reason == "FailedCreate" && condition.message == "quota")
        bed.stop()
    }
}

private struct NoPods: ChangeWriter {
    let writer: PlainWriter
    func apply(_ change: Change, by actor: String) async throws(ChangeError) -> Revision {
        if case .create(PodFields.kind, _) = change { throw .forbidden("quota") }
        return try await writer.apply(change, by: actor)
    }
}
