import Control
import Documents
import KubeControllers
import KubeModel
import KubeScheduler
import Reconcile
import Storage
import Testing

@Suite struct SchedulerVolumeTests {
    private static let capacityKind = Kind(group: "storage.k8s.io", "CSIStorageCapacity", prefix: "storage.k8s.io/csistoragecapacities/")
    private static let driverKind = Kind(group: "storage.k8s.io", "CSIDriver", prefix: "storage.k8s.io/csidrivers/", namespaced: false)
    private static let csiNodeKind = Kind(group: "storage.k8s.io", "CSINode", prefix: "storage.k8s.io/csinodes/", namespaced: false)

    private static func bed(nodes: Int = 2) async throws -> KubeBed {
        let bed = try await KubeBed()
        for index in 0..<nodes { try bed.makeNode("n\(index)", zone: index == 0 ? "a" : "b") }
        return bed
    }
    private static func storage(_ extra: Value = [:], provisioner: Value = "ebs.csi.aws.com") -> Value {
        var document: Value = [
            "metadata": ["name": "late"], "provisioner": provisioner, "volumeBindingMode": "WaitForFirstConsumer",
            "reclaimPolicy": "Delete",
        ]
        for member in extra.object ?? [:] { document[member.key] = member.value }
        return document
    }
    private static func claim(_ name: String = "data", className: Value = "late", modes: Value = ["ReadWriteOnce"], size: Value = "1Gi")
        -> Value
    {
        [
            "metadata": ["name": .string(name), "namespace": "default"],
            "spec": ["storageClassName": className, "accessModes": modes, "resources": ["requests": ["storage": size]]],
        ]
    }
    private static func volume(_ name: String, zone: String, size: Value = "1Gi", labels: Value = [:], modes: Value = ["ReadWriteOnce"])
        -> Value
    {
        let term: Value = ["matchExpressions": [["key": "topology.kubernetes.io/zone", "operator": "In", "values": [.string(zone)]]]]
        return [
            "metadata": ["name": .string(name), "labels": labels],
            "spec": [
                "storageClassName": "late", "capacity": ["storage": size], "accessModes": modes,
                "nodeAffinity": ["required": ["nodeSelectorTerms": [term]]], "local": ["path": "/disk"],
            ],
        ]
    }
    private static let mounts: Value = ["volumes": [["name": "d", "persistentVolumeClaim": ["claimName": "data"]]]]

    @Test func aVolumeIsMadeNearTheNodeThatWasChosen() async throws {
        let bed = try await Self.bed()
        bed.startScheduler()
        bed.start([ClaimBinder(), VolumeController()])
        let topologies: Value = [["matchLabelExpressions": [["key": "topology.kubernetes.io/zone", "values": ["b"]]]]]
        try bed.create(StorageClassFields.kind, Self.storage(["allowedTopologies": topologies]))
        try bed.create(PersistentVolumeClaimFields.kind, Self.claim())
        bed.advance(.seconds(5))
        #expect(bed.get(PersistentVolumeClaim.self, "data")?.spec.volumeName == nil, "nobody needs it yet")
        try bed.makePod("p", spec: Self.mounts)
        bed.advance(.seconds(5))
        #expect(bed.node(of: "p") == "n1", "the class makes volumes in zone b only")
        let claim = try #require(bed.get(PersistentVolumeClaim.self, "data"))
        #expect(claim.metadata.annotations?["volume.kubernetes.io/selected-node"] == "n1" && claim.status.phase == "Bound")
        let volume = try #require(bed.list(PersistentVolume.self).first)
        let term = volume.value["spec"]["nodeAffinity"]["required"]["nodeSelectorTerms"][0]["matchExpressions"][0]
        #expect(term["values"][0] == "b")
        bed.stop()
    }
    @Test func aFreeVolumeDecidesTheNode() async throws {
        let bed = try await Self.bed()
        bed.startScheduler()
        bed.start([ClaimBinder(), VolumeController()])
        try bed.create(StorageClassFields.kind, Self.storage(provisioner: "kubernetes.io/no-provisioner"))
        try bed.create(PersistentVolumeFields.kind, Self.volume("large", zone: "b", size: "9Gi"))
        try bed.create(PersistentVolumeFields.kind, Self.volume("small", zone: "b", size: "2Gi"))
        try bed.create(PersistentVolumeClaimFields.kind, Self.claim())
        try bed.makePod("p", spec: Self.mounts)
        bed.advance(.seconds(5))
        #expect(bed.node(of: "p") == "n1")
        #expect(bed.get(PersistentVolumeClaim.self, "data")?.spec.volumeName == "small", "the smallest that holds it")
        bed.stop()
    }
    @Test func podsWaitForTheirClaimsAndSayWhy() async throws {
        let bed = try await Self.bed()
        bed.startScheduler()
        try bed.makePod("p", spec: Self.mounts)
        let help = "preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling."
        #expect(bed.message(of: "p") == "0/2 nodes are available: persistentvolumeclaim \"data\" not found. \(help)")
        try bed.create(StorageClassFields.kind, Self.storage(["volumeBindingMode": "Immediate"]))
        try bed.create(PersistentVolumeClaimFields.kind, Self.claim())
        bed.advance(.seconds(15))
        #expect(bed.message(of: "p") == "0/2 nodes are available: pod has unbound immediate PersistentVolumeClaims. \(help)")
        bed.start([ClaimBinder(), VolumeController()])
        bed.advance(.seconds(15))
        #expect(bed.node(of: "p") != nil, "the claim's own change wakes the pod")
        bed.stop()
    }
    @Test func aVolumeOfAnotherZoneKeepsPodsAway() async throws {
        let bed = try await Self.bed(nodes: 1)
        bed.startScheduler()
        try bed.create(PersistentVolumeFields.kind, Self.volume("far", zone: "b"))
        var claim = Self.claim()
        claim["metadata"]["annotations"]["pv.kubernetes.io/bind-completed"] = "yes"
        claim["spec"]["volumeName"] = "far"
        try bed.create(PersistentVolumeClaimFields.kind, claim)
        try bed.makePod("p", spec: Self.mounts)
        #expect(bed.message(of: "p")?.hasPrefix("0/1 nodes are available: 1 node(s) had volume node affinity conflict.") == true)
        try bed.makeNode("n1", zone: "b")
        bed.advance(.seconds(15))
        #expect(bed.node(of: "p") == "n1")
        bed.stop()
    }
    @Test func aZoneLabelOfAVolumeIsMinded() async throws {
        let bed = try await Self.bed(nodes: 1)
        bed.startScheduler()
        var volume = Self.volume("labelled", zone: "a", labels: ["topology.kubernetes.io/zone": "b__c"])
        volume["spec"]["nodeAffinity"] = .null
        try bed.create(PersistentVolumeFields.kind, volume)
        var claim = Self.claim()
        claim["metadata"]["annotations"]["pv.kubernetes.io/bind-completed"] = "yes"
        claim["spec"]["volumeName"] = "labelled"
        try bed.create(PersistentVolumeClaimFields.kind, claim)
        try bed.makePod("p", spec: Self.mounts)
        #expect(bed.message(of: "p")?.contains("1 node(s) had no available volume zone.") == true)
        try bed.makeNode("n2", zone: "c")
        bed.advance(.seconds(15))
        #expect(bed.node(of: "p") == "n2")
        bed.stop()
    }
    @Test func aClaimOfOnePodServesOnePodAtATime() async throws {
        let bed = try await Self.bed(nodes: 1)
        bed.startScheduler()
        bed.start([ClaimBinder(), VolumeController()])
        try bed.create(StorageClassFields.kind, Self.storage())
        try bed.create(PersistentVolumeClaimFields.kind, Self.claim(modes: ["ReadWriteOncePod"]))
        try bed.makePod("first", spec: Self.mounts)
        bed.advance(.seconds(2))
        try bed.makePod("second", spec: Self.mounts)
        bed.advance(.seconds(2))
        #expect(bed.node(of: "first") == "n0" && bed.node(of: "second") == nil)
        let text = "node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode"
        #expect(bed.message(of: "second")?.contains("1 \(text).") == true)
        try bed.delete(Pod.self, "first")
        bed.advance(.seconds(15))
        #expect(bed.node(of: "second") == "n0")
        bed.stop()
    }
    @Test func aDiskOfEBSIsOnOnePodOfANodeOnly() async throws {
        let bed = try await Self.bed(nodes: 1)
        bed.startScheduler()
        let disk: Value = ["volumes": [["name": "d", "awsElasticBlockStore": ["volumeID": "vol-1"]]]]
        try bed.makePod("first", spec: disk)
        try bed.makePod("second", spec: disk)
        #expect(bed.message(of: "second")?.contains("1 node(s) had no available disk.") == true)
        bed.stop()
    }
    @Test func nodesTakeAsManyVolumesAsTheirDriverSays() async throws {
        let bed = try await Self.bed(nodes: 1)
        bed.startScheduler()
        try bed.create(
            Self.csiNodeKind,
            ["metadata": ["name": "n0"], "spec": ["drivers": [["name": "ebs.csi.aws.com", "nodeID": "n0", "allocatable": ["count": 1]]]]])
        for name in ["one", "two"] {
            try bed.makePod(name, spec: ["volumes": [["name": "d", "awsElasticBlockStore": ["volumeID": .string(name)]]]])
        }
        #expect(bed.message(of: "two")?.contains("1 node(s) exceed max volume count.") == true)
        try bed.delete(Pod.self, "one")
        bed.advance(.seconds(15))
        #expect(bed.node(of: "two") == "n0")
        bed.stop()
    }
    @Test func storageThatIsFullMakesNoVolumes() async throws {
        let bed = try await Self.bed()
        bed.startScheduler()
        bed.start([ClaimBinder(), VolumeController()])
        try bed.create(Self.driverKind, ["metadata": ["name": "ebs.csi.aws.com"], "spec": ["storageCapacity": true]])
        try bed.create(StorageClassFields.kind, Self.storage())
        try bed.create(PersistentVolumeClaimFields.kind, Self.claim(size: "5Gi"))
        try bed.makePod("p", spec: Self.mounts)
        #expect(bed.message(of: "p")?.contains("2 node(s) did not have enough free storage.") == true)
        try bed.create(
            Self.capacityKind,
            [
                "metadata": ["name": "b", "namespace": "default"], "storageClassName": "late", "capacity": "10Gi",
                "nodeTopology": ["matchLabels": ["topology.kubernetes.io/zone": "b"]],
            ])
        bed.advance(.seconds(15))
        #expect(bed.node(of: "p") == "n1")
        bed.stop()
    }
    @Test func aPodWhoseVolumesAreNotBoundInTimeTriesAgain() async throws {
        let bed = try await Self.bed()
        bed.startScheduler()
        try bed.create(StorageClassFields.kind, Self.storage())
        try bed.create(PersistentVolumeClaimFields.kind, Self.claim())
        try bed.makePod("p", spec: Self.mounts)
        bed.advance(.seconds(590))
        #expect(bed.node(of: "p") == nil && bed.message(of: "p") == nil, "it waits for its volume")
        bed.advance(.seconds(12))
        #expect(bed.message(of: "p") == "running PreBind plugin \"VolumeBinding\": binding volumes: context deadline exceeded")
        bed.start([ClaimBinder(), VolumeController()])
        bed.advance(.seconds(30))
        #expect(bed.node(of: "p") != nil)
        bed.stop()
    }
}
