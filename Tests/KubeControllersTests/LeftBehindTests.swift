import Documents
import KubeControllers
import KubeModel
import Reconcile
import Storage
import Testing

/// What is left of an object that went while no controller ran: nothing changes any more, so nothing but the start can find it.
@Suite struct LeftBehindTests {
    @Test func aPodThatIsBeingDeletedIsLetGoAfterItsJob() async throws {
        let bed = try await KubeBed()
        let owner: Value = ["apiVersion": "batch/v1", "kind": "Job", "name": "work", "uid": "gone", "controller": true]
        let tracking = "batch.kubernetes.io/job-tracking"
        try bed.create(
            PodFields.kind,
            [
                "metadata": [
                    "name": "work-1", "namespace": "default", "labels": ["batch.kubernetes.io/job-name": "work"],
                    "ownerReferences": [owner], "finalizers": [.string(tracking)],
                ], "spec": ["nodeName": "n"], "status": ["phase": "Failed"],
            ])
        try bed.delete(Pod.self, "work-1")
        #expect(bed.get(Pod.self, "work-1")?.metadata.finalizers == [tracking])
        bed.start([JobController()])
        #expect(bed.get(Pod.self, "work-1") == nil)
        bed.stop()
    }

    @Test func whatAServiceHadGoesAfterIt() async throws {
        let bed = try await KubeBed()
        try bed.create(
            ServiceFields.kind,
            [
                "metadata": ["name": "web", "namespace": "default"],
                "spec": ["clusterIP": "10.0.0.1", "clusterIPs": ["10.0.0.1"], "selector": ["app": "web"], "ports": [["port": 80]]],
            ])
        bed.start([AddressController(), EndpointsController()])
        #expect(bed.list(IPAddress.self).count == 1 && bed.list(Endpoints.self).count == 1)
        bed.stop()
        try bed.delete(KubeService.self, "web")
        try bed.create(EndpointsFields.kind, ["metadata": ["name": "mine", "namespace": "default"]])
        bed.start([AddressController(), EndpointsController()])
        #expect(bed.list(IPAddress.self).isEmpty)
        #expect(bed.list(Endpoints.self).compactMap(\.metadata.name) == ["mine"])
        bed.stop()
    }

    @Test func aVolumesAttachmentGoesAfterIt() async throws {
        let bed = try await KubeBed()
        let attachments = Kind(
            group: "storage.k8s.io", version: "v1", "VolumeAttachment", prefix: "storage.k8s.io/volumeattachments/", namespaced: false)
        try bed.create(
            attachments,
            [
                "metadata": ["name": "csi-1"],
                "spec": ["attacher": "ebs.csi.aws.com", "nodeName": "n", "source": ["persistentVolumeName": "gone"]],
            ])
        bed.start([AttachmentController()])
        #expect(bed.realm.snapshot().count(prefix: attachments.prefix) == 0)
        bed.stop()
    }

    @Test func aPodThatNoJobWantsIsLetGo() async throws {
        let bed = try await KubeBed()
        bed.start([JobController()])
        try bed.create(
            JobFields.kind,
            [
                "metadata": ["name": "work", "namespace": "default"],
                "spec": [
                    "suspend": true, "selector": ["matchLabels": ["uid": "new"]],
                    "template": ["metadata": ["labels": ["uid": "new"]], "spec": ["containers": []]],
                ],
            ])
        // Of a Job of the same name that went without its pods.
        try bed.create(
            PodFields.kind,
            [
                "metadata": [
                    "name": "work-1", "namespace": "default",
                    "labels": ["batch.kubernetes.io/job-name": "work", "uid": "old"],
                    "finalizers": ["batch.kubernetes.io/job-tracking"],
                ], "spec": [:],
            ])
        #expect(bed.get(Pod.self, "work-1")?.metadata.finalizers?.isEmpty ?? true)
        bed.stop()
    }
}
