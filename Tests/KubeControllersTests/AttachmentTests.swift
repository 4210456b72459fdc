import Control
import Documents
import KubeControllers
import KubeModel
import Reconcile
import Storage
import Testing

/// Volumes come to the nodes of their pods and leave them.
@Suite struct AttachmentTests {
    private static let claim: Value = [
        "metadata": ["name": "data", "namespace": "default"],
        "spec": ["accessModes": ["ReadWriteOnce"], "resources": ["requests": ["storage": "1Gi"]], "storageClassName": "gp3"],
    ]
    private static func user(_ name: String, on node: String) -> Change {
        .create(
            PodFields.kind,
            [
                "metadata": ["name": .string(name), "namespace": "default"],
                "spec": [
                    "nodeName": .string(node), "containers": [["name": "c", "image": "nginx"]],
                    "volumes": [["name": "v", "persistentVolumeClaim": ["claimName": "data"]]],
                ],
            ])
    }
    private func plane(mounting: Bool = true) async throws -> ControlPlaneBed {
        let kubelets: [any Controller] = [InstantKubelet()] + (mounting ? [MountingKubelet()] : [])
        let plane = try await ControlPlaneBed(kubelets: kubelets)
        let storage: Value = ["metadata": ["name": "gp3"], "provisioner": "ebs.csi.aws.com", "volumeBindingMode": "Immediate"]
        try await plane.apply(.create(StorageClassFields.kind, storage))
        try await plane.apply(.create(PersistentVolumeClaimFields.kind, Self.claim))
        try await plane.advance(10)
        return plane
    }
    private func attachments(_ plane: ControlPlaneBed) -> [Value] {
        plane.bed.realm.snapshot().range(prefix: "storage.k8s.io/volumeattachments/").map(\.value)
    }
    private func nodes(_ plane: ControlPlaneBed) -> [String] { attachments(plane).compactMap { $0["spec"]["nodeName"].string } }
    private func status(_ plane: ControlPlaneBed, _ node: String, _ list: String) throws -> [Value] {
        try #require(plane.bed.get(KubeNode.self, node)).value["status"][list].items
    }
    private func delete(_ plane: ControlPlaneBed, _ pod: String, force: Bool = false) async throws {
        try await plane.apply(
            .delete(PodFields.kind, namespace: "default", name: pod, uid: nil, gracePeriodSeconds: force ? 0 : nil))
    }

    @Test func volumesAreAttachedWhereTheirPodsAre() async throws {
        let plane = try await plane()
        #expect(attachments(plane).isEmpty)
        try await plane.apply(Self.user("one", on: "n0"))
        try await plane.advance(10)
        let attachment = try #require(attachments(plane).first)
        #expect(attachment["spec"]["nodeName"] == "n0" && attachment["spec"]["attacher"] == "ebs.csi.aws.com")
        #expect(attachment["status"]["attached"] == true && attachments(plane).count == 1)
        #expect(plane.bed.events("SuccessfulAttachVolume").count == 1)
        let handle = plane.bed.list(PersistentVolume.self)[0].value["spec"]["csi"]["volumeHandle"].string ?? ""
        let name = Value.string("kubernetes.io/csi/ebs.csi.aws.com^\(handle)")
        #expect(try status(plane, "n0", "volumesAttached") == [["name": name, "devicePath": ""]])
        #expect(try status(plane, "n0", "volumesInUse") == [name])
        try await plane.apply(Self.user("two", on: "n1"))
        try await plane.advance(10)
        #expect(nodes(plane) == ["n0"] && plane.bed.events("FailedAttachVolume").count == 1)
        try await delete(plane, "one")
        try await plane.advance(20)
        #expect(nodes(plane) == ["n1"], "the first node has let it go")
        #expect(try status(plane, "n0", "volumesAttached").isEmpty && status(plane, "n1", "volumesAttached").count == 1)
        try await delete(plane, "two")
        try await plane.advance(20)
        #expect(attachments(plane).isEmpty)
        #expect(try status(plane, "n1", "volumesAttached").isEmpty)
        plane.bed.stop()
    }
    @Test func aVolumeStaysWhileItsNodeUsesIt() async throws {
        let plane = try await plane(mounting: false)
        func use(_ names: Value) async throws {
            try await plane.apply(
                .patch(NodeFields.kind, namespace: nil, name: "n0", ["status": ["volumesInUse": names]], subresource: "status"))
        }
        try await plane.apply(Self.user("one", on: "n0"))
        try await plane.advance(10)
        let name = try status(plane, "n0", "volumesAttached")[0]["name"]
        try await use([name])
        try await delete(plane, "one")
        try await plane.advance(600)
        #expect(nodes(plane) == ["n0"], "a node that lives is waited for")
        #expect(try status(plane, "n0", "volumesAttached").count == 1)
        try await plane.apply(Self.user("again", on: "n0"))
        try await plane.advance(10)
        #expect(
            attachments(plane)[0]["metadata"]["annotations"]["eyrie.dev/detach-requested-at"].isNull, "what was asked for is taken back")
        try await delete(plane, "again")
        try await plane.advance(10)
        try await use(.null)
        try await plane.advance(10)
        #expect(attachments(plane).isEmpty)
        plane.bed.stop()
    }
    @Test(arguments: [false, true]) func aSilentNodeLosesItsVolumesAfterSixMinutesOrWhenItIsOff(isOff: Bool) async throws {
        let plane = try await plane()
        try await plane.apply(Self.user("one", on: "n0"))
        try await plane.advance(10)
        try await plane.advance(60, beating: ["n1"])
        try await delete(plane, "one", force: true)
        try await plane.apply(Self.user("two", on: "n1"))
        try await plane.advance(340, beating: ["n1"])
        #expect(nodes(plane) == ["n0"] && plane.pods.map { $0.metadata.name } == ["two"])
        if isOff {
            let taint: Value = ["key": "node.kubernetes.io/out-of-service", "value": "nodeshutdown", "effect": "NoExecute"]
            let taints = plane.bed.get(KubeNode.self, "n0")?.value["spec"]["taints"].items ?? []
            try await plane.apply(.patch(NodeFields.kind, namespace: nil, name: "n0", ["spec": ["taints": .array(taints + [taint])]]))
            plane.bed.settle()
        } else {
            try await plane.advance(30, beating: ["n1"])
        }
        #expect(nodes(plane) == ["n1"])
        plane.bed.stop()
    }
    @Test func aNodeThatIsGoneIsWaitedForToo() async throws {
        let plane = try await plane()
        try await plane.apply(Self.user("one", on: "n0"))
        try await plane.advance(10)
        try await plane.apply(.delete(NodeFields.kind, namespace: nil, name: "n0", uid: nil))
        try await plane.apply(Self.user("two", on: "n1"))
        try await plane.advance(340, beating: ["n1"])
        #expect(nodes(plane) == ["n0"])
        try await plane.advance(120, beating: ["n1"])
        #expect(nodes(plane) == ["n1"])
        plane.bed.stop()
    }
}
