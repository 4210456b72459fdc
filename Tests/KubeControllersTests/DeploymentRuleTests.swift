import Control
import Documents
import KubeControllers
import KubeModel
import Reconcile
import Testing

/// Rules of Deployments that Kubernetes' documentation states, one by one.
@Suite struct DeploymentRuleTests {
    private static let rollback = "deprecated.deployment.rollback.to"
    private func bed(replicas: Int = 3, spec: Value = ["revisionHistoryLimit": 10]) async throws -> KubeBed {
        let bed = try await KubeBed()
        bed.start([DeploymentController(), ReplicaSetController(), InstantKubelet()])
        try bed.create(DeploymentFields.kind, KubeBed.workload(replicas, spec: spec))
        bed.advance(.seconds(10))
        return bed
    }
    private func setImage(_ bed: KubeBed, _ image: String, note: String? = nil) throws {
        var patch: Value = ["spec": ["template": ["spec": ["containers": [["name": "c", "image": .string(image)]]]]]]
        if let note { patch["metadata"]["annotations"]["kubernetes.io/change-cause"] = .string(note) }
        try bed.patch(Deployment.self, "web", patch)
        bed.advance(.seconds(30))
    }
    private func deployment(_ bed: KubeBed) throws -> Deployment { try #require(bed.get(Deployment.self, "web")) }
    private func image(_ bed: KubeBed) throws -> String? {
        try deployment(bed).value["spec"]["template"]["spec"]["containers"][0]["image"].string
    }
    private func rollBack(_ bed: KubeBed, to revision: String) throws {
        try bed.patch(Deployment.self, "web", ["metadata": ["annotations": [Self.rollback: .string(revision)]]])
        bed.advance(.seconds(30))
        #expect(try deployment(bed).metadata.annotations?[Self.rollback] == nil, "the wish is taken back in any case")
    }

    @Test func anAnnotationRollsBack() async throws {
        let bed = try await bed()
        try setImage(bed, "nginx:2", note: "second")
        try setImage(bed, "nginx:3", note: "third")
        try rollBack(bed, to: "2")
        #expect(try image(bed) == "nginx:2")
        #expect(try deployment(bed).metadata.annotations?["kubernetes.io/change-cause"] == "second")
        #expect(try deployment(bed).metadata.annotations?["deployment.kubernetes.io/revision"] == "4")
        #expect(bed.events("DeploymentRollback") == ["Rolled back deployment \"web\" to revision 2"])
        #expect(bed.list(ReplicaSet.self).count == 3)
        try rollBack(bed, to: "0")
        #expect(try image(bed) == "nginx:3", "zero is the last but one")
        bed.stop()
    }
    @Test func aRollbackToNothingIsTold() async throws {
        let bed = try await bed()
        try rollBack(bed, to: "0")
        try rollBack(bed, to: "7")
        try rollBack(bed, to: "1")
        #expect(
            bed.events("DeploymentRollbackRevisionNotFound").sorted() == [
                "Unable to find last revision.", "Unable to find the revision to rollback to.",
            ])
        let text = "The rollback revision contains the same template as current deployment \"web\""
        #expect(bed.events("DeploymentRollbackTemplateUnchanged") == [text])
        bed.stop()
    }
    @Test func theListOfEarlierRevisionsIsBounded() async throws {
        let bed = try await bed()
        let set = try #require(bed.list(ReplicaSet.self).first?.metadata.name)
        let numbers = (1000..<1400).map(String.init).joined(separator: ",")
        try bed.patch(
            ReplicaSet.self, set, ["metadata": ["annotations": ["deployment.kubernetes.io/revision-history": .string(numbers)]]])
        try setImage(bed, "nginx:2")
        try setImage(bed, "nginx:1")
        let history = try #require(
            bed.get(ReplicaSet.self, set)?.metadata.annotations?["deployment.kubernetes.io/revision-history"])
        #expect(history.utf8.count <= 2000 && history.hasPrefix("1001,") && history.hasSuffix(",1399,1"))
        bed.stop()
    }
    @Test func podsThatAreGoingAreCounted() async throws {
        let bed = try await bed()
        #expect(try deployment(bed).value["status"]["terminatingReplicas"] == 0)
        let pod = try #require(bed.list(Pod.self).first)
        try bed.patch(Pod.self, pod.metadata.name ?? "", ["metadata": ["finalizers": ["a/b"]]])
        try bed.delete(Pod.self, pod.metadata.name ?? "")
        bed.advance(.seconds(10))
        #expect(try deployment(bed).status.terminatingReplicas == 1 && deployment(bed).status.replicas == 3)
        #expect(bed.list(ReplicaSet.self).first?.status.terminatingReplicas == 1)
        bed.stop()
    }
    @Test(arguments: [("25%", "25%", 4, 5, 3), ("30%", "30%", 1, 2, 1), ("0", "1%", 3, 3, 2), ("50%", "0", 3, 5, 3)])
    func sharesAreRoundedUpForSurplusAndDownForWhatIsMissing(
        surge: String, unavailable: String, replicas: Int, most: Int, fewest: Int
    ) async throws {
        func amount(_ text: String) -> Value { Int64(text).map(Value.int) ?? .string(text) }
        let strategy: Value = [
            "type": "RollingUpdate", "rollingUpdate": ["maxSurge": amount(surge), "maxUnavailable": amount(unavailable)],
        ]
        let bed = try await bed(replicas: replicas, spec: ["strategy": strategy, "revisionHistoryLimit": 10])
        let set = try #require(bed.list(ReplicaSet.self).first)
        #expect(set.metadata.annotations?["deployment.kubernetes.io/max-replicas"] == String(most == 3 && surge == "0" ? 3 : most))
        try setImage(bed, "broken")
        bed.advance(.seconds(60))
        #expect(try deployment(bed).status.replicas == most || surge == "0")
        #expect(try deployment(bed).status.availableReplicas == fewest, "a broken template takes no more than may be missing")
        bed.stop()
    }
    @Test func withoutADeadlineNobodyJudgesProgress() async throws {
        let bed = try await bed(spec: ["progressDeadlineSeconds": 2_147_483_647])
        #expect(try deployment(bed).status.conditions?.map { $0.type ?? "" } == ["Available"])
        try bed.patch(Deployment.self, "web", ["spec": ["progressDeadlineSeconds": 600]])
        bed.advance(.seconds(10))
        #expect(try deployment(bed).status.conditions?.first { $0.type == "Progressing" }?.reason == "NewReplicaSetAvailable")
        bed.stop()
    }
}
