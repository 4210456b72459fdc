import Control
import Documents
import KubeControllers
import KubeModel
import Reconcile
import Storage
import Testing

@Suite struct StatefulSetTests {
    private static func set(_ replicas: Int = 3, spec extra: Value = [:]) -> Value {
        var spec: Value = [
            "replicas": .int(Int64(replicas)), "selector": ["matchLabels": ["app": "db"]], "serviceName": "db",
            "template": ["metadata": ["labels": ["app": "db"]], "spec": ["containers": [["name": "c", "image": "db:1"]]]],
        ]
        for member in extra.object ?? [:] { spec[member.key] = member.value }
        return ["metadata": ["name": "db", "namespace": "default"], "spec": spec]
    }
    private static let claims: Value = [
        "volumeClaimTemplates": [
            ["metadata": ["name": "data"], "spec": ["accessModes": ["ReadWriteOnce"], "resources": ["requests": ["storage": "1Gi"]]]]
        ]
    ]
    private func plane(_ set: Value, seed: UInt64 = 1, seconds: Int = 20) async throws -> ControlPlaneBed {
        let plane = try await ControlPlaneBed(seed: seed)
        try await plane.apply(.create(StatefulSetFields.kind, set))
        plane.bed.settle()
        try await plane.advance(seconds)
        return plane
    }
    private func patch(_ plane: ControlPlaneBed, _ spec: Value) async throws {
        try await plane.apply(.patch(StatefulSetFields.kind, namespace: "default", name: "db", ["spec": spec]))
        plane.bed.settle()
    }
    private func setImage(_ plane: ControlPlaneBed, _ image: String) async throws {
        try await patch(plane, ["template": ["spec": ["containers": [["name": "c", "image": .string(image)]]]]])
    }
    private func names(_ plane: ControlPlaneBed) -> [String] { plane.pods.compactMap(\.metadata.name).sorted() }
    private func images(_ plane: ControlPlaneBed) -> [String] {
        plane.pods.sorted { $0.metadata.name ?? "" < $1.metadata.name ?? "" }.compactMap {
            $0.value["spec"]["containers"][0]["image"].string
        }
    }
    private func status(_ plane: ControlPlaneBed) throws -> StatefulSetStatus {
        try #require(plane.bed.get(StatefulSet.self, "db")).status
    }

    @Test(arguments: 1..<4 as Range<UInt64>) func makesOnePodAfterTheOther(seed: UInt64) async throws {
        let plane = try await plane(Self.set(), seed: seed, seconds: 1)
        #expect(names(plane).count < 3)
        try await plane.advance(20)
        #expect(names(plane) == ["db-0", "db-1", "db-2"])
        let created = plane.pods.compactMap(\.metadata.creationTimestamp)
        #expect(created == created.sorted() && Set(created).count == 3)
        let pod = try #require(plane.bed.get(Pod.self, "db-1"))
        #expect(pod.metadata.labels?["statefulset.kubernetes.io/pod-name"] == "db-1")
        #expect(pod.metadata.labels?["apps.kubernetes.io/pod-index"] == "1")
        #expect(pod.spec.hostname == "db-1" && pod.spec.subdomain == "db")
        let status = try status(plane)
        #expect(status.replicas == 3 && status.readyReplicas == 3 && status.availableReplicas == 3 && status.currentReplicas == 3)
        #expect(status.currentRevision == status.updateRevision && status.updatedReplicas == 3)
        #expect(pod.metadata.labels?["controller-revision-hash"] == status.currentRevision)
        #expect(plane.bed.events("SuccessfulCreate").contains("create Pod db-0 in StatefulSet db successful"))
        try await patch(plane, ["replicas": 1])
        try await plane.advance(20)
        #expect(names(plane) == ["db-0"])
        plane.bed.stop()
    }
    @Test func aBrokenPodHoldsUpTheOthersUnlessParallel() async throws {
        var broken = Self.set()
        broken["spec"]["template"]["spec"]["containers"] = [["name": "c", "image": "broken"]]
        #expect(names(try await plane(broken)) == ["db-0"])
        broken["spec"]["podManagementPolicy"] = "Parallel"
        broken["spec"]["ordinals"] = ["start": 5]
        #expect(names(try await plane(broken)) == ["db-5", "db-6", "db-7"])
    }
    @Test func updatesFromTheTopDownToThePartition() async throws {
        let plane = try await plane(Self.set(spec: ["updateStrategy": ["rollingUpdate": ["partition": 2]]]))
        let before = try status(plane).currentRevision
        try await setImage(plane, "db:2")
        try await plane.advance(30)
        #expect(images(plane) == ["db:1", "db:1", "db:2"])
        #expect(try status(plane).currentRevision == before && status(plane).updatedReplicas == 1 && status(plane).currentReplicas == 2)
        try await plane.apply(.delete(PodFields.kind, namespace: "default", name: "db-0", uid: nil))
        try await plane.advance(20)
        #expect(images(plane) == ["db:1", "db:1", "db:2"], "below the partition the former template holds")
        try await patch(plane, ["updateStrategy": ["rollingUpdate": ["partition": 0]]])
        try await plane.advance(40)
        #expect(images(plane) == ["db:2", "db:2", "db:2"])
        #expect(try status(plane).currentRevision == status(plane).updateRevision && status(plane).currentRevision != before)
        plane.bed.stop()
    }
    @Test func severalMayBeAwayDuringAnUpdate() async throws {
        let strategy: Value = ["updateStrategy": ["rollingUpdate": ["maxUnavailable": 2]], "podManagementPolicy": "Parallel"]
        let plane = try await plane(Self.set(4, spec: strategy))
        try await setImage(plane, "broken")
        try await plane.advance(30)
        #expect(images(plane) == ["db:1", "db:1", "broken", "broken"])
        try await setImage(plane, "db:3")
        try await plane.advance(60)
        #expect(images(plane) == ["db:3", "db:3", "db:3", "db:3"], "pods that never were available do not hold up what mends them")
        plane.bed.stop()
    }
    @Test func claimsOutliveTheirPodsUnlessTheyAreToGo() async throws {
        var mounting = Self.set(2, spec: Self.claims)
        mounting["spec"]["template"]["spec"]["containers"] = [
            ["name": "c", "image": "db:1", "volumeMounts": [["name": "data", "mountPath": "/data"]]]
        ]
        let plane = try await plane(mounting)
        func claims() -> [String] { plane.bed.list(PersistentVolumeClaim.self).compactMap(\.metadata.name).sorted() }
        #expect(claims() == ["data-db-0", "data-db-1"])
        let volume = try #require(plane.bed.get(Pod.self, "db-1")).value["spec"]["volumes"][0]
        #expect(volume["name"] == "data" && volume["persistentVolumeClaim"]["claimName"] == "data-db-1")
        try await patch(plane, ["replicas": 1])
        try await plane.advance(20)
        #expect(claims().count == 2)
        let policy: Value = ["whenScaled": "Delete", "whenDeleted": "Delete"]
        try await patch(plane, ["replicas": 2, "persistentVolumeClaimRetentionPolicy": policy])
        try await plane.advance(20)
        try await patch(plane, ["replicas": 1])
        try await plane.advance(30)
        #expect(claims() == ["data-db-0"])
        #expect(await plane.delete("/apis/apps/v1/namespaces/default/statefulsets/db", "Background") == 200)
        try await plane.advance(30)
        #expect(claims().isEmpty && plane.pods.isEmpty)
        plane.bed.stop()
    }
    @Test func aPendingPodGetsALostClaimAgain() async throws {
        let plane = try await ControlPlaneBed()
        for node in ["n0", "n1"] {
            try await plane.apply(.patch(NodeFields.kind, namespace: nil, name: node, ["spec": ["unschedulable": true]]))
        }
        try await plane.apply(.create(StatefulSetFields.kind, Self.set(1, spec: Self.claims)))
        try await plane.advance(10)
        func claim() -> PersistentVolumeClaim? { plane.bed.get(PersistentVolumeClaim.self, "data-db-0") }
        let (pod, lost) = (plane.bed.get(Pod.self, "db-0"), try #require(claim()))
        try await plane.apply(.delete(PersistentVolumeClaimFields.kind, namespace: "default", name: "data-db-0", uid: nil))
        try await plane.advance(10)
        let made = try #require(claim())
        #expect(made.metadata.uid != lost.metadata.uid && made.value["spec"] == lost.value["spec"])
        #expect(plane.bed.get(Pod.self, "db-0")?.metadata.uid == pod?.metadata.uid, "the pod waits as it is")
        let told = plane.bed.list(KubeEvent.self).filter { $0.message == "create Claim data-db-0 Pod db-0 in StatefulSet db success" }
        #expect(told.reduce(0) { $0 + ($1.count ?? 1) } == 2)
        plane.bed.stop()
    }
    @Test func podsKeepTheLabelsOfTheirPlace() async throws {
        let plane = try await plane(Self.set(2))
        let labels: Value = ["statefulset.kubernetes.io/pod-name": "other", "apps.kubernetes.io/pod-index": nil]
        try await plane.apply(.patch(PodFields.kind, namespace: "default", name: "db-1", ["metadata": ["labels": labels]]))
        try await plane.advance(10)
        let pod = try #require(plane.bed.get(Pod.self, "db-1"))
        #expect(pod.metadata.labels?["statefulset.kubernetes.io/pod-name"] == "db-1")
        #expect(pod.metadata.labels?["apps.kubernetes.io/pod-index"] == "1")
        plane.bed.stop()
    }
    @Test func replacesPodsThatEnded() async throws {
        let plane = try await plane(Self.set(2))
        let uid = plane.bed.get(Pod.self, "db-0")?.metadata.uid
        try await plane.apply(
            .patch(PodFields.kind, namespace: "default", name: "db-0", ["status": ["phase": "Failed"]], subresource: "status"))
        try await plane.advance(20)
        #expect(names(plane) == ["db-0", "db-1"] && plane.bed.get(Pod.self, "db-0")?.metadata.uid != uid)
        #expect(plane.bed.events("RecreatingFailedPod") == ["StatefulSet default/db is recreating failed Pod db-0"])
        plane.bed.stop()
    }
    @Test(arguments: 0..<16) func deathOfTheControlPlaneIsSurvived(writes: Int) async throws {
        let plane = try await ControlPlaneBed(seed: UInt64(writes + 1))
        plane.bed.stop()
        plane.start(writer: MortalServer(plane.server, survives: writes))
        try await plane.apply(.create(StatefulSetFields.kind, Self.set(2, spec: Self.claims)))
        try await plane.advance(10)
        plane.bed.stop()
        plane.start()
        try await plane.advance(40)
        #expect(names(plane) == ["db-0", "db-1"])
        #expect(plane.bed.list(PersistentVolumeClaim.self).count == 2)
        #expect(try status(plane).availableReplicas == 2)
        let head = plane.bed.realm.head
        try await plane.advance(100)
        #expect(plane.bed.realm.head - head == 20, "only leases are renewed")
        plane.bed.stop()
    }
    @Test func replicationControllersKeepTheirPods() async throws {
        let plane = try await ControlPlaneBed()
        let template: Value = ["metadata": ["labels": ["app": "old"]], "spec": ["containers": [["name": "c", "image": "old:1"]]]]
        try await plane.apply(
            .create(
                ReplicationControllerFields.kind,
                ["metadata": ["name": "old", "namespace": "default"], "spec": ["replicas": 2, "template": template]]))
        try await plane.advance(20)
        #expect(plane.pods.count == 2)
        #expect(plane.bed.get(ReplicationController.self, "old")?.value["status"]["availableReplicas"].int == 2)
        plane.bed.stop()
    }
}
