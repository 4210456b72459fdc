import Control
import Documents
import KubeControllers
import KubeModel
import Reconcile
import Storage
import Testing

@Suite struct VolumeTests {
    private static let finalizers: Value = ["kubernetes.io/pvc-protection"]
    private func volume(_ name: String, _ size: String, className: String = "") -> Change {
        .create(
            PersistentVolumeFields.kind,
            [
                "metadata": ["name": .string(name), "finalizers": ["kubernetes.io/pv-protection"]],
                "spec": [
                    "capacity": ["storage": .string(size)], "accessModes": ["ReadWriteOnce"], "hostPath": ["path": "/data"],
                    "storageClassName": .string(className),
                ],
            ])
    }
    private func claim(_ name: String, _ size: String, className: String = "") -> Change {
        .create(
            PersistentVolumeClaimFields.kind,
            [
                "metadata": ["name": .string(name), "namespace": "default", "finalizers": Self.finalizers],
                "spec": [
                    "accessModes": ["ReadWriteOnce"], "resources": ["requests": ["storage": .string(size)]],
                    "storageClassName": .string(className),
                ],
            ])
    }
    private func storageClass(_ mode: String, _ provisioner: String = "ebs.csi.aws.com") -> Change {
        .create(
            StorageClassFields.kind,
            ["metadata": ["name": "gp3"], "provisioner": .string(provisioner), "volumeBindingMode": .string(mode)])
    }
    private func pod(_ claim: String) -> Change {
        .create(
            PodFields.kind,
            [
                "metadata": ["name": "user", "namespace": "default"],
                "spec": [
                    "containers": [["name": "c", "image": "nginx"]],
                    "volumes": [["name": "v", "persistentVolumeClaim": ["claimName": .string(claim)]]],
                ],
            ])
    }
    private func plane(_ changes: [Change], seed: UInt64 = 1) async throws -> ControlPlaneBed {
        let plane = try await ControlPlaneBed(seed: seed)
        for change in changes { try await plane.apply(change) }
        try await plane.advance(20)
        return plane
    }
    private func claim(_ plane: ControlPlaneBed, _ name: String) throws -> PersistentVolumeClaim {
        try #require(plane.bed.get(PersistentVolumeClaim.self, name))
    }
    private func phases(_ plane: ControlPlaneBed) -> [String] {
        plane.bed.list(PersistentVolume.self).map { $0.status.phase ?? "" }
    }

    @Test func claimsGetTheSmallestVolumeThatHoldsThem() async throws {
        let plane = try await plane([volume("a", "10Gi"), volume("b", "2Gi"), volume("c", "1Gi"), claim("data", "2Gi")])
        let bound = try claim(plane, "data")
        #expect(bound.spec.volumeName == "b" && bound.status.phase == "Bound" && bound.status.capacity?["storage"] == Quantity("2Gi"))
        #expect(phases(plane) == ["Available", "Bound", "Available"])
        try await plane.apply(.delete(PersistentVolumeClaimFields.kind, namespace: "default", name: "data", uid: nil))
        try await plane.advance(20)
        #expect(phases(plane) == ["Available", "Released", "Available"], "a volume that is retained waits for somebody")
        plane.bed.stop()
    }
    @Test func aClaimMayGrowWhereItsClassAllowsIt() async throws {
        let plane = try await plane([storageClass("Immediate"), claim("data", "1Gi", className: "gp3")])
        let larger: Value = ["spec": ["resources": ["requests": ["storage": "3Gi"]]]]
        func grow() async throws {
            try await plane.apply(.patch(PersistentVolumeClaimFields.kind, namespace: "default", name: "data", larger))
            try await plane.advance(10)
        }
        try await grow()
        #expect(plane.bed.list(PersistentVolume.self).first?.spec.capacity?["storage"] == Quantity("1Gi"), "its class does not allow it")
        try await plane.apply(.patch(StorageClassFields.kind, namespace: nil, name: "gp3", ["allowVolumeExpansion": true]))
        try await grow()
        let waiting = try claim(plane, "data").value["status"]
        #expect(plane.bed.list(PersistentVolume.self).first?.spec.capacity?["storage"] == Quantity("3Gi"))
        #expect(waiting["capacity"]["storage"] == "1Gi" && waiting["allocatedResourceStatuses"]["storage"] == "NodeResizePending")
        #expect(waiting["conditions"].items.map { $0["type"] } == ["FileSystemResizePending"], "nobody has it mounted")
        try await plane.apply(pod("data"))
        try await plane.advance(20)
        let done = try claim(plane, "data").value["status"]
        #expect(done["capacity"]["storage"] == "3Gi" && done["conditions"].items.isEmpty && done["allocatedResources"].isNull)
        #expect(plane.bed.events("VolumeResizeSuccessful").count == 1 && plane.bed.events("FileSystemResizeSuccessful").count == 1)
        plane.bed.stop()
    }
    @Test func ephemeralVolumesHaveClaimsThatGoWithTheirPods() async throws {
        let template: Value = [
            "spec": ["accessModes": ["ReadWriteOnce"], "storageClassName": "gp3", "resources": ["requests": ["storage": "1Gi"]]]
        ]
        let user: Value = [
            "metadata": ["name": "user", "namespace": "default"],
            "spec": [
                "containers": [["name": "c", "image": "nginx"]],
                "volumes": [["name": "scratch", "ephemeral": ["volumeClaimTemplate": template]]],
            ],
        ]
        let plane = try await plane([storageClass("Immediate"), .create(PodFields.kind, user)])
        let made = try claim(plane, "user-scratch")
        #expect(made.status.phase == "Bound" && made.value["metadata"]["ownerReferences"][0]["kind"] == "Pod")
        try await plane.apply(.delete(PodFields.kind, namespace: "default", name: "user", uid: nil))
        try await plane.advance(40)
        #expect(plane.bed.list(PersistentVolumeClaim.self).isEmpty && plane.bed.list(PersistentVolume.self).isEmpty)
        plane.bed.stop()
    }
    @Test func twoClaimsNeverShareAVolume() async throws {
        let plane = try await plane([claim("one", "1Gi"), claim("two", "1Gi"), volume("a", "1Gi")])
        let phases = try ["one", "two"].map { try claim(plane, $0).status.phase ?? "" }
        #expect(phases.sorted() == ["Bound", "Pending"])
        #expect(plane.bed.events("FailedBinding").count >= 1)
        try await plane.apply(volume("b", "1Gi"))
        try await plane.advance(10)
        #expect(try ["one", "two"].allSatisfy { try claim(plane, $0).status.phase == "Bound" })
        plane.bed.stop()
    }
    @Test func classesMakeVolumesAndTakeThemAway() async throws {
        let plane = try await plane([storageClass("Immediate"), claim("data", "4Gi", className: "gp3")])
        let bound = try claim(plane, "data")
        let volume = try #require(plane.bed.list(PersistentVolume.self).first)
        #expect(bound.status.phase == "Bound" && volume.metadata.name == "pvc-\(bound.metadata.uid ?? "")")
        #expect(volume.spec.capacity?["storage"] == Quantity("4Gi") && volume.spec.persistentVolumeReclaimPolicy == "Delete")
        #expect(volume.value["spec"]["csi"]["driver"] == "ebs.csi.aws.com" && volume.status.phase == "Bound")
        try await plane.apply(.delete(PersistentVolumeClaimFields.kind, namespace: "default", name: "data", uid: nil))
        try await plane.advance(20)
        #expect(plane.bed.list(PersistentVolume.self).isEmpty && plane.bed.list(PersistentVolumeClaim.self).isEmpty)
        plane.bed.stop()
    }
    @Test func someWaitForTheirFirstConsumerAndStayWhileItRuns() async throws {
        let plane = try await plane([storageClass("WaitForFirstConsumer"), claim("data", "1Gi", className: "gp3")])
        #expect(try claim(plane, "data").status.phase == "Pending")
        #expect(plane.bed.events("WaitForFirstConsumer") == ["waiting for first consumer to be created before binding"])
        try await plane.apply(pod("data"))
        try await plane.advance(20)
        #expect(try claim(plane, "data").status.phase == "Bound")
        let terms = plane.bed.list(PersistentVolume.self)[0].value["spec"]["nodeAffinity"]["required"]["nodeSelectorTerms"]
        #expect(terms[0]["matchExpressions"][0]["values"] == ["us-west-1a"])
        try await plane.apply(.delete(PersistentVolumeClaimFields.kind, namespace: "default", name: "data", uid: nil))
        try await plane.advance(20)
        #expect(try claim(plane, "data").metadata.deletionTimestamp != nil, "a pod still uses it")
        try await plane.apply(.delete(PodFields.kind, namespace: "default", name: "user", uid: nil))
        try await plane.advance(20)
        #expect(plane.bed.list(PersistentVolumeClaim.self).isEmpty && plane.bed.list(PersistentVolume.self).isEmpty)
        plane.bed.stop()
    }
    @Test func aLostVolumeIsTold() async throws {
        let plane = try await plane([volume("a", "1Gi"), claim("data", "1Gi")])
        try await plane.apply(.patch(PersistentVolumeFields.kind, namespace: nil, name: "a", ["metadata": ["finalizers": nil]]))
        try await plane.apply(.delete(PersistentVolumeFields.kind, namespace: nil, name: "a", uid: nil))
        try await plane.advance(10)
        #expect(try claim(plane, "data").status.phase == "Lost")
        plane.bed.stop()
    }
    @Test func othersProvisionersAreWaitedFor() async throws {
        let plane = try await plane([storageClass("Immediate", "example.com/nfs"), claim("data", "1Gi", className: "gp3")])
        #expect(try claim(plane, "data").status.phase == "Pending")
        #expect(plane.bed.events("ExternalProvisioning").count == 1)
        plane.bed.stop()
    }
    @Test(arguments: 0..<10) func deathOfTheControlPlaneIsSurvived(writes: Int) async throws {
        let plane = try await ControlPlaneBed(seed: UInt64(writes + 1))
        plane.bed.stop()
        plane.start(writer: MortalServer(plane.server, survives: writes))
        for change in [storageClass("Immediate"), claim("made", "1Gi", className: "gp3"), claim("found", "1Gi"), volume("a", "1Gi")] {
            try await plane.apply(change)
        }
        try await plane.advance(10)
        plane.bed.stop()
        plane.start()
        try await plane.advance(20)
        #expect(phases(plane) == ["Bound", "Bound"])
        #expect(try ["made", "found"].allSatisfy { try claim(plane, $0).status.phase == "Bound" })
        plane.bed.stop()
    }
}
