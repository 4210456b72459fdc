import Control
import Documents
import KubeClient
import KubeModel
import Testing

@testable import SimulatedNode

/// What machines do about the volumes of drivers.
@Suite struct MachineVolumeTests {
    private static let csiNodes = Kind(
        group: "storage.k8s.io", version: "v1", "CSINode", prefix: "storage.k8s.io/csinodes/", namespaced: false)
    private static let csiDrivers = Kind(
        group: "storage.k8s.io", version: "v1", "CSIDriver", prefix: "storage.k8s.io/csidrivers/", namespaced: false)
    private static let mounting: Value = ["volumes": [["name": "data", "persistentVolumeClaim": ["claimName": "data"]]]]
    private static let device: Value = "kubernetes.io/csi/ebs.csi.aws.com^vol-1"

    private func makeClaim(_ bed: MachineBed, bound: Bool = true) async throws {
        let size: Value = ["storage": "1Gi"]
        let claim = try await bed.client.create(
            PersistentVolumeClaimFields.kind,
            [
                "apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": ["name": "data", "namespace": "default"],
                "spec": ["accessModes": ["ReadWriteOnce"], "resources": ["requests": size], "volumeName": "pv", "storageClassName": ""],
            ])
        _ = try await bed.client.create(
            PersistentVolumeFields.kind,
            [
                "apiVersion": "v1", "kind": "PersistentVolume", "metadata": ["name": "pv"],
                "spec": [
                    "accessModes": ["ReadWriteOnce"], "capacity": size,
                    "claimRef": ["namespace": "default", "name": "data", "uid": claim["metadata"]["uid"]],
                    "csi": ["driver": "ebs.csi.aws.com", "volumeHandle": "vol-1"],
                ],
            ])
        if bound { try await bind(bed) }
    }
    private func bind(_ bed: MachineBed) async throws {
        _ = try await bed.client.patch(
            PersistentVolumeClaimFields.kind, "data", .merge(["status": ["phase": "Bound"]]), subresource: "status")
    }
    private func attach(_ bed: MachineBed, _ list: Value) async throws {
        _ = try await bed.client.patch(
            NodeFields.kind, MachineBed.spec.nodeName, .merge(["status": ["volumesAttached": list]]), subresource: "status")
    }
    private func node(_ bed: MachineBed, until condition: (Value) -> Bool) async throws -> Value {
        try await bed.wait(NodeFields.kind, MachineBed.spec.nodeName, until: condition)
    }

    @Test func aPodWaitsUntilItsVolumeIsAttached() async throws {
        let bed = try await MachineBed()
        try await makeClaim(bed)
        try await bed.with(bed.machine()) {
            _ = try await node(bed) { $0.isReady }
            try await bed.run("db", Self.mounting)
            _ = try await node(bed) { $0["status"]["volumesInUse"] == [Self.device] }
            bed.clock.advance(by: .seconds(5))
            #expect(try await bed.client.get(PodFields.kind, "db").waiting == "ContainerCreating")
            try await attach(bed, [["name": Self.device, "devicePath": ""]])
            _ = try await bed.pod("db") { $0.isReady }
        }
        // Another process of the same machine has forgotten what is mounted, and its node has not.
        try await bed.with(bed.machine()) {
            _ = try await node(bed) { $0.isReady }
            try await bed.client.delete(PodFields.kind, "db")
            let left = try await node(bed) { $0["status"]["volumesInUse"].isNull }
            #expect(left["status"]["volumesAttached"].items.count == 1, "who has attached it takes it away")
        }
    }
    @Test func whatIsMissingIsTold() async throws {
        let bed = try await MachineBed()
        try await makeClaim(bed, bound: false)
        func told() async throws -> [String] {
            let events = try await bed.client.all(EventFields.kind, namespace: "default").items
            return events.filter { $0["reason"] == "FailedMount" }.compactMap { $0["message"].string }
        }
        func wait(_ count: Int) async throws {
            for _ in 0..<60_000 {
                if try await told().count >= count { return }
                bed.clock.advance(by: .seconds(2))
                try await SystemClock().sleep(for: .milliseconds(1))
            }
        }
        try await bed.with(bed.machine()) {
            try await bed.run("db", Self.mounting)
            try await wait(1)
            let prefix = "Unable to attach or mount volumes: unmounted volumes=[data], unattached volumes="
            #expect(
                try await told() == [
                    prefix + "[], failed to process volumes=[data]: error processing PVC default/data: PVC is not bound"
                ])
            try await bind(bed)
            let begun = bed.clock.now
            try await wait(2)
            #expect(bed.clock.now - begun >= .seconds(120))
            #expect(try await told().contains(prefix + "[data], failed to process volumes=[]: context deadline exceeded"))
        }
    }
    @Test func volumesOfDriversThatAttachNothingAreThereAtOnce() async throws {
        let bed = try await MachineBed()
        try await makeClaim(bed)
        _ = try await bed.client.create(
            Self.csiDrivers,
            [
                "apiVersion": "storage.k8s.io/v1", "kind": "CSIDriver", "metadata": ["name": "ebs.csi.aws.com"],
                "spec": ["attachRequired": false],
            ])
        try await bed.with(bed.machine()) {
            try await bed.run("db", Self.mounting)
            _ = try await bed.pod("db") { $0.isReady }
            #expect(try await bed.client.get(NodeFields.kind, MachineBed.spec.nodeName)["status"]["volumesInUse"].isNull)
        }
    }
    @Test func aDriverIsOnANodeWhereItsPodIs() async throws {
        let bed = try await MachineBed()
        func csiNode(_ condition: (Value) -> Bool) async throws -> Value {
            try await bed.wait(Self.csiNodes, MachineBed.spec.nodeName, until: condition)
        }
        try await bed.with(bed.machine()) {
            let empty = try await csiNode { !$0["metadata"].isNull }
            #expect(empty["spec"]["drivers"].items.isEmpty && empty["metadata"]["ownerReferences"][0]["kind"] == "Node")
            try await bed.run(
                "ebs-csi-node",
                [
                    "containers": [
                        ["name": "ebs-plugin", "image": "driver"],
                        [
                            "name": "node-driver-registrar", "image": "registrar",
                            "env": [["name": "DRIVER_REG_SOCK_PATH", "value": "/var/lib/kubelet/plugins/ebs.csi.aws.com/csi.sock"]],
                        ],
                    ]
                ])
            let driver = try await csiNode { !$0["spec"]["drivers"].items.isEmpty }["spec"]["drivers"][0]
            #expect(driver["name"] == "ebs.csi.aws.com" && driver["nodeID"] == "i-0123456789abcdef0")
            #expect(driver["allocatable"]["count"] == 26)
            let node = try await bed.client.get(NodeFields.kind, MachineBed.spec.nodeName)
            #expect(node["metadata"]["labels"]["topology.ebs.csi.aws.com/zone"] == "us-west-1a")
            try await bed.client.delete(PodFields.kind, "ebs-csi-node")
            _ = try await csiNode { $0["spec"]["drivers"].items.isEmpty }
        }
    }
}
