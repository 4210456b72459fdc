import Control
import Documents
import KubeControllers
import KubeModel
import KubeScheduler
import Reconcile
import Testing

/// Devices that take time until they can be used, and devices that stop being fit for use.
@Suite struct DeviceLifeTests {
    private static func kind(_ name: String, _ plural: String) -> Kind {
        Kind(group: "resource.k8s.io", name, prefix: "resource.k8s.io/\(plural)/", namespaced: false)
    }
    private static let slices = kind("ResourceSlice", "resourceslices")
    private static func bed(_ devices: Value..., tolerations: Value = [], claim: Bool = true) async throws -> KubeBed {
        let bed = try await KubeBed()
        for name in ["n0", "n1"] { try bed.makeNode(name) }
        try bed.create(kind("DeviceClass", "deviceclasses"), ["metadata": ["name": "card"], "spec": [:]])
        bed.start([PodClaimsController(), DeviceReleaseController(), DeviceTaintEvictionController()])
        bed.startScheduler()
        let pool: Value = ["name": "p", "generation": 1, "resourceSliceCount": 1]
        try bed.create(
            slices,
            [
                "metadata": ["name": "s"],
                "spec": ["driver": "d.example.com", "allNodes": true, "pool": pool, "devices": .array(devices)],
            ])
        let exactly: Value = ["deviceClassName": "card", "tolerations": tolerations]
        try bed.create(
            ResourceClaimFields.kind,
            [
                "metadata": ["name": "c", "namespace": "default"],
                "spec": ["devices": ["requests": [["name": "r", "exactly": exactly]]]],
            ])
        try bed.makePod("p", spec: ["resourceClaims": [["name": "c", "resourceClaimName": "c"]]])
        return bed
    }
    private static func device(_ name: Value) -> Value {
        ["name": name, "bindsToNode": true, "bindingConditions": ["Attached"], "bindingFailureConditions": ["Broken"]]
    }
    private static func tell(_ bed: KubeBed, _ device: Value, _ condition: Value, _ reason: Value = "Because") throws {
        let entry: Value = ["type": condition, "status": "True", "reason": reason, "message": "word", "lastTransitionTime": .null]
        let status: Value = ["driver": "d.example.com", "pool": "p", "device": device, "conditions": [entry]]
        try bed.patch(ResourceClaim.self, "c", ["status": ["devices": [status]]], subresource: "status")
    }
    private static func status(_ bed: KubeBed) throws -> Value { try #require(bed.get(ResourceClaim.self, "c")).value["status"] }

    @Test func aPodWaitsUntilItsDeviceIsAttached() async throws {
        let bed = try await Self.bed(Self.device("a"))
        let result = try Self.status(bed)["allocation"]["devices"]["results"][0]
        #expect(result["bindingConditions"] == ["Attached"] && result["bindingFailureConditions"] == ["Broken"])
        #expect(try Self.status(bed)["allocation"]["allocationTimestamp"].string != nil)
        #expect(try !Self.status(bed)["allocation"]["nodeSelector"].isNull, "it binds to the node that was chosen")
        bed.advance(.seconds(300))
        #expect(bed.node(of: "p") == nil)
        try Self.tell(bed, "a", "Attached")
        bed.advance(.seconds(1))
        #expect(bed.node(of: "p") != nil)
        bed.stop()
    }
    @Test func aDeviceThatCannotBeAttachedIsGivenUp() async throws {
        let bed = try await Self.bed(Self.device("a"), Self.device("b"))
        #expect(try Self.status(bed)["allocation"]["devices"]["results"][0]["device"] == "a")
        try Self.tell(bed, "a", "Broken")
        bed.advance(.milliseconds(10))
        #expect(
            bed.message(of: "p")
                == "running PreBind plugin \"DynamicResources\": claim c binding failed: reason=Because, message=\"word\"")
        bed.advance(.seconds(60))
        // The next try has a device again, without what was said of the one before.
        #expect(try !Self.status(bed)["allocation"].isNull && Self.status(bed)["devices"].isNull)
        try Self.tell(bed, "a", "Attached")
        bed.advance(.seconds(1))
        #expect(bed.node(of: "p") != nil)
        bed.stop()
    }
    @Test func nobodyWaitsForeverForADevice() async throws {
        let bed = try await Self.bed(Self.device("a"))
        let before = try Self.status(bed)["allocation"]["allocationTimestamp"]
        bed.advance(.seconds(700))
        bed.advance(.seconds(60))
        let after = try Self.status(bed)["allocation"]["allocationTimestamp"]
        #expect(before != after && bed.node(of: "p") == nil)
        bed.stop()
    }

    private static func taint(_ bed: KubeBed, _ effect: Value) throws {
        let taint: Value = ["key": "sick", "effect": effect, "timeAdded": .string(bed.clock.now.text)]
        let pool: Value = ["name": "p", "generation": 1, "resourceSliceCount": 1]
        try bed.apply(
            .patch(
                slices, namespace: nil, name: "s",
                ["spec": ["pool": pool, "devices": [["name": "a", "taints": [taint]]]]]))
    }
    @Test func podsLeaveDevicesThatRepelThem() async throws {
        let bed = try await Self.bed(["name": "a"])
        #expect(bed.node(of: "p") != nil)
        try Self.taint(bed, "NoSchedule")
        bed.advance(.seconds(5))
        #expect(bed.get(Pod.self, "p") != nil)
        try Self.taint(bed, "NoExecute")
        bed.advance(.seconds(5))
        let pod = bed.get(Pod.self, "p")?.value
        #expect(pod == nil || pod?["metadata"]["deletionTimestamp"].isNull == false)
        #expect(bed.events("DeviceTaintManagerEviction") == ["Marking for deletion"])
        bed.stop()
    }
    @Test func taintsOfAnOlderGenerationOfThePoolCountNoMore() async throws {
        let bed = try await Self.bed(["name": "a"], tolerations: [["key": "sick", "operator": "Exists", "tolerationSeconds": 30]])
        try Self.taint(bed, "NoExecute")
        // The driver publishes the pool anew before it takes the old slice away.
        let pool: Value = ["name": "p", "generation": 2, "resourceSliceCount": 1]
        try bed.create(
            Self.slices,
            [
                "metadata": ["name": "s2"],
                "spec": ["driver": "d.example.com", "allNodes": true, "pool": pool, "devices": [["name": "a"]]],
            ])
        bed.advance(.seconds(60))
        #expect(bed.get(Pod.self, "p")?.value["metadata"]["deletionTimestamp"].isNull == true)
        bed.stop()
    }
    @Test func tolerationsLetPodsStayForATime() async throws {
        let bed = try await Self.bed(["name": "a"], tolerations: [["key": "sick", "operator": "Exists", "tolerationSeconds": 30]])
        try Self.taint(bed, "NoExecute")
        bed.advance(.seconds(20))
        #expect(bed.get(Pod.self, "p")?.value["metadata"]["deletionTimestamp"].isNull == true)
        bed.advance(.seconds(15))
        let pod = bed.get(Pod.self, "p")?.value
        #expect(pod == nil || pod?["metadata"]["deletionTimestamp"].isNull == false)
        bed.stop()
    }
}
