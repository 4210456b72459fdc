import Control
import Documents
import KubeControllers
import KubeModel
import Reconcile
import Storage
import Synchronization
import Testing

@Suite struct DeploymentTests {
    private static let controllers: [any Controller] = [DeploymentController(), ReplicaSetController(), InstantKubelet()]

    private func bed(_ seed: UInt64 = 1, replicas: Int = 3, spec: Value = [:]) async throws -> KubeBed {
        let bed = try await KubeBed(seed: seed)
        bed.start(Self.controllers)
        try bed.create(DeploymentFields.kind, KubeBed.workload(replicas, spec: spec))
        bed.advance(.seconds(10))
        return bed
    }
    private func setImage(_ bed: KubeBed, _ image: String) throws {
        try bed.patch(
            Deployment.self, "web", ["spec": ["template": ["spec": ["containers": [["name": "c", "image": .string(image)]]]]]])
    }
    private func condition(_ bed: KubeBed, _ type: String) -> DeploymentCondition? {
        bed.get(Deployment.self, "web")?.status.conditions?.first { $0.type == type }
    }
    private func images(_ bed: KubeBed) -> [String] {
        bed.list(Pod.self).compactMap { $0.value["spec"]["containers"][0]["image"].string }
    }
    private let deadline: Value = ["progressDeadlineSeconds": 600, "revisionHistoryLimit": 10]

    @Test(arguments: 1..<8 as Range<UInt64>) func becomesAvailable(seed: UInt64) async throws {
        let bed = try await bed(seed, spec: deadline)
        let deployment = try #require(bed.get(Deployment.self, "web"))
        let set = try #require(bed.list(ReplicaSet.self).first)
        let name = set.metadata.name ?? ""
        #expect(deployment.status.replicas == 3 && deployment.status.updatedReplicas == 3)
        #expect(deployment.status.readyReplicas == 3 && deployment.status.availableReplicas == 3)
        #expect(deployment.status.unavailableReplicas == nil)
        #expect(condition(bed, "Available")?.reason == "MinimumReplicasAvailable")
        #expect(condition(bed, "Progressing")?.reason == "NewReplicaSetAvailable")
        #expect(condition(bed, "Progressing")?.message == "ReplicaSet \"\(name)\" has successfully progressed.")
        #expect(deployment.metadata.annotations?["deployment.kubernetes.io/revision"] == "1")
        #expect(set.metadata.annotations?["deployment.kubernetes.io/max-replicas"] == "4")
        #expect(set.metadata.labels?["pod-template-hash"].map { "web-\($0)" } == name)
        #expect(bed.list(Pod.self).allSatisfy { $0.metadata.labels?["pod-template-hash"] == set.metadata.labels?["pod-template-hash"] })
        #expect(bed.events("ScalingReplicaSet") == ["Scaled up replica set \(name) from 0 to 3"])
        let head = bed.realm.head
        bed.advance(.seconds(3600))
        #expect(bed.realm.head == head, "a finished rollout rests")
        bed.stop()
    }
    @Test func numbersInAnnotationsThatNobodyCountedUpToAreNoNumbers() async throws {
        let bed = try await bed(spec: deadline)
        let set = try #require(bed.list(ReplicaSet.self).first?.metadata.name)
        let absurd: Value = [
            "deployment.kubernetes.io/revision": "9223372036854775807", "deployment.kubernetes.io/max-replicas": "1",
            "deployment.kubernetes.io/desired-replicas": "-9223372036854775808",
        ]
        try bed.patch(ReplicaSet.self, set, ["metadata": ["annotations": absurd]])
        try setImage(bed, "nginx:2")
        try bed.patch(
            Deployment.self, "web", ["spec": ["strategy": ["rollingUpdate": ["maxSurge": "9223372036854775807%"]]]])
        bed.advance(.seconds(60))
        #expect(images(bed) == Array(repeating: "nginx:2", count: 3))
        bed.stop()
    }
    @Test(arguments: 1..<8 as Range<UInt64>) func rollsWithinItsBounds(seed: UInt64) async throws {
        let bed = try await bed(seed, replicas: 10, spec: deadline)
        let bounds = Bounds(bed, most: 13, fewest: 8)
        try setImage(bed, "nginx:2")
        bed.advance(.seconds(60))
        #expect(images(bed) == Array(repeating: "nginx:2", count: 10))
        #expect(bounds.broken.withLock { $0 }.isEmpty)
        #expect(bed.list(ReplicaSet.self).count == 2)
        // The list tells the steps of each set in their order: every one begins where the one before ended.
        var sizes: [Substring: Substring] = [:]
        for words in bed.events("ScalingReplicaSet").map({ $0.split(separator: " ") }) {
            let (name, before, after) = (words[4], words[6], words[8])
            #expect(before == sizes[name] ?? "0", "\(words)")
            sizes[name] = after
        }
        #expect(sizes.values.sorted() == ["0", "10"])
        #expect(bed.get(Deployment.self, "web")?.metadata.annotations?["deployment.kubernetes.io/revision"] == "2")
        #expect(condition(bed, "Progressing")?.reason == "NewReplicaSetAvailable")
        bed.stop()
    }
    @Test func undoTakesTheOldReplicaSetAgain() async throws {
        let bed = try await bed(spec: deadline)
        let first = try #require(bed.list(ReplicaSet.self).first?.metadata.name)
        try setImage(bed, "nginx:2")
        bed.advance(.seconds(20))
        try setImage(bed, "nginx:1")
        bed.advance(.seconds(20))
        let set = try #require(bed.get(ReplicaSet.self, first))
        #expect(set.spec.replicas == 3)
        #expect(set.metadata.annotations?["deployment.kubernetes.io/revision"] == "3")
        #expect(set.metadata.annotations?["deployment.kubernetes.io/revision-history"] == "1")
        #expect(bed.list(ReplicaSet.self).count == 2)
        bed.stop()
    }
    @Test func recreateEndsTheOldBeforeTheNew() async throws {
        let bed = try await bed(spec: ["strategy": ["type": "Recreate"]])
        let mixed = Bounds(bed, most: 3, fewest: 0)
        try setImage(bed, "nginx:2")
        bed.advance(.seconds(20))
        #expect(images(bed) == ["nginx:2", "nginx:2", "nginx:2"])
        #expect(mixed.mixed.withLock { !$0 })
        bed.stop()
    }
    @Test func aBrokenImageStopsTheRolloutAndTimesOut() async throws {
        let bed = try await bed(replicas: 4, spec: ["progressDeadlineSeconds": 30])
        try setImage(bed, "broken")
        bed.advance(.seconds(20))
        #expect(condition(bed, "Progressing")?.reason == "ReplicaSetUpdated")
        #expect(images(bed).count { $0 == "nginx:1" } == 3)
        bed.advance(.seconds(40))
        #expect(condition(bed, "Progressing")?.status == "False")
        #expect(condition(bed, "Progressing")?.reason == "ProgressDeadlineExceeded")
        #expect(condition(bed, "Available")?.status == "True")
        try setImage(bed, "nginx:2")
        bed.advance(.seconds(30))
        #expect(images(bed) == Array(repeating: "nginx:2", count: 4))
        #expect(condition(bed, "Progressing")?.reason == "NewReplicaSetAvailable")
        bed.stop()
    }
    @Test func scalingInTheMiddleOfARolloutIsShared() async throws {
        let bed = try await bed(replicas: 10, spec: ["strategy": ["rollingUpdate": ["maxSurge": 3, "maxUnavailable": 2]]])
        try setImage(bed, "broken")
        bed.advance(.seconds(20))
        let before = bed.list(ReplicaSet.self).compactMap(\.spec.replicas).sorted()
        #expect(before == [5, 8])
        try bed.patch(Deployment.self, "web", ["spec": ["replicas": 15]])
        bed.advance(.seconds(20))
        #expect(bed.list(ReplicaSet.self).compactMap(\.spec.replicas).sorted() == [7, 11])
        bed.stop()
    }
    @Test func pausedChangesNothingButScales() async throws {
        let bed = try await bed(spec: deadline)
        try bed.patch(Deployment.self, "web", ["spec": ["paused": true]])
        try setImage(bed, "nginx:2")
        bed.advance(.seconds(10))
        #expect(bed.list(ReplicaSet.self).count == 1)
        #expect(condition(bed, "Progressing")?.reason == "DeploymentPaused")
        try bed.patch(Deployment.self, "web", ["spec": ["replicas": 5]])
        bed.advance(.seconds(10))
        #expect(images(bed) == Array(repeating: "nginx:1", count: 5))
        try bed.patch(Deployment.self, "web", ["spec": ["paused": nil]])
        bed.advance(.seconds(30))
        #expect(images(bed) == Array(repeating: "nginx:2", count: 5))
        bed.stop()
    }
    @Test func keepsOnlySoMuchHistory() async throws {
        let bed = try await bed(replicas: 1, spec: ["revisionHistoryLimit": 2])
        for version in 2...6 {
            try setImage(bed, "nginx:\(version)")
            bed.advance(.seconds(20))
        }
        let revisions = bed.list(ReplicaSet.self).compactMap { $0.metadata.annotations?["deployment.kubernetes.io/revision"] }
        #expect(Set(revisions) == ["4", "5", "6"])
        bed.stop()
    }
    @Test func minReadySecondsDelaysAvailability() async throws {
        let bed = try await bed(spec: ["minReadySeconds": 60])
        #expect(bed.get(Deployment.self, "web")?.status.readyReplicas == 3)
        #expect(bed.get(Deployment.self, "web")?.status.availableReplicas == nil)
        #expect(condition(bed, "Available")?.message == "Deployment does not have minimum availability.")
        bed.advance(.seconds(60))
        #expect(bed.get(Deployment.self, "web")?.status.availableReplicas == 3)
        bed.stop()
    }
    @Test func aForeignReplicaSetOfTheNameMeansAnotherHash() async throws {
        let probe = try await bed()
        let name = try #require(probe.list(ReplicaSet.self).first?.metadata.name)
        probe.stop()
        let bed = try await KubeBed()
        var foreign = KubeBed.workload(0, image: "other")
        foreign["metadata"]["name"] = .string(name)
        foreign["spec"]["selector"]["matchLabels"]["app"] = "other"
        foreign["spec"]["template"]["metadata"]["labels"]["app"] = "other"
        try bed.create(ReplicaSetFields.kind, foreign)
        bed.start(Self.controllers)
        try bed.create(DeploymentFields.kind, KubeBed.workload(3))
        bed.advance(.seconds(10))
        #expect(bed.get(Deployment.self, "web")?.status.collisionCount == 1)
        #expect(bed.list(Pod.self).count == 3)
        bed.stop()
    }
    @Test func deathAfterAnyWriteIsSurvived() async throws {
        for survived in stride(from: 0, to: 40, by: 3) {
            let bed = try await KubeBed(seed: UInt64(survived + 1))
            bed.start(Self.controllers, writer: MortalWriter(bed.writer, survives: survived))
            try bed.create(DeploymentFields.kind, KubeBed.workload(3))
            bed.advance(.seconds(3))
            try setImage(bed, "nginx:2")
            bed.advance(.seconds(3))
            bed.stop()
            bed.start(Self.controllers)
            bed.advance(.seconds(60))
            #expect(images(bed) == ["nginx:2", "nginx:2", "nginx:2"])
            #expect(bed.get(Deployment.self, "web")?.status.availableReplicas == 3)
            bed.stop()
        }
    }
}

/// Watches that a rollout never asks for more pods, nor has fewer ready ones, than it may.
private final class Bounds: Sendable {
    let broken = Mutex<[String]>([])
    let mixed = Mutex(false)
    private let handle = Mutex<WatchHandle?>(nil)
    init(_ bed: KubeBed, most: Int, fewest: Int) {
        let watch = try? bed.realm.watch(prefix: PodFields.kind.prefix, after: bed.realm.head) { [weak self] _ in
            let pods = bed.list(Pod.self)
            let ready = pods.count { $0.value["status"]["conditions"][0]["status"].string == "True" }
            let asked = bed.list(ReplicaSet.self).reduce(0) { $0 + ($1.spec.replicas ?? 0) }
            if asked > most || ready < fewest { self?.broken.withLock { $0.append("\(asked) asked for, \(ready) ready") } }
            if Set(pods.map { $0.value["spec"]["containers"][0]["image"] }).count > 1 { self?.mixed.withLock { $0 = true } }
        }
        handle.withLock { $0 = watch }
    }
}
/// Writes a few times and then never again, as a process that dies does.
final class MortalWriter: ChangeWriter {
    private let writer: PlainWriter
    private let left: Mutex<Int>
    init(_ writer: PlainWriter, survives: Int) {
        self.writer = writer
        left = Mutex(survives)
    }
    func apply(_ change: Change, by actor: String) async throws(ChangeError) -> Revision {
        guard
            left.withLock({ left in
                left -= 1
                return left >= 0
            })
        else { throw .unavailable("dead") }
        return try await writer.apply(change, by: actor)
    }
}
