import Control
import Documents
import KubeControllers
import KubeModel
import KubeScheduler
import Reconcile
import Synchronization
import Testing

/// Devices for pods that ask for them by extended resources.
@Suite struct ExtendedResourceTests {
    private static func kind(_ name: String, _ plural: String) -> Kind {
        Kind(group: "resource.k8s.io", name, prefix: "resource.k8s.io/\(plural)/", namespaced: false)
    }
    private static let gpu = "example.com/gpu"
    private static func makeClass(_ bed: KubeBed, _ name: Value = "card", _ resource: Value = .string(gpu)) throws {
        try bed.create(
            kind("DeviceClass", "deviceclasses"), ["metadata": ["name": name], "spec": ["extendedResourceName": resource]])
    }
    private static func makeSlice(_ bed: KubeBed, _ node: String, _ devices: Value...) throws {
        let pool: Value = ["name": .string(node), "generation": 1, "resourceSliceCount": 1]
        try bed.create(
            kind("ResourceSlice", "resourceslices"),
            [
                "metadata": ["name": .string("s-\(node)")],
                "spec": [
                    "driver": "d.example.com", "nodeName": .string(node), "pool": pool, "devices": .array(devices.map { ["name": $0] }),
                ],
            ])
    }
    private static func bed(_ controllers: [any Controller] = [PodClaimsController(), DeviceReleaseController()]) async throws -> KubeBed {
        let bed = try await KubeBed()
        for name in ["n0", "n1"] { try bed.makeNode(name) }
        bed.start(controllers)
        bed.startScheduler()
        return bed
    }
    private static func container(_ name: Value, _ resource: String = gpu, _ count: Value = "1", policy: Value = .null) -> Value {
        var container: Value = ["name": name, "image": "i", "resources": ["requests": .object(Object([.init(resource, count)]))]]
        container["resources"]["requests"]["cpu"] = "100m"
        if !policy.isNull { container["restartPolicy"] = policy }
        return container
    }
    private static func pod(_ bed: KubeBed, _ name: String, _ containers: Value..., initial: [Value] = [], extra: Value = [:]) throws {
        var spec: Value = ["containers": .array(containers.isEmpty ? [container("c")] : containers)]
        if !initial.isEmpty { spec["initContainers"] = .array(initial) }
        for member in extra.object ?? [:] { spec[member.key] = member.value }
        try bed.makePod(name, spec: spec)
    }
    private static func status(_ bed: KubeBed, _ pod: String) -> Value {
        bed.get(Pod.self, pod)?.value["status"]["extendedResourceClaimStatus"] ?? .null
    }
    private static func claims(_ bed: KubeBed) -> [Value] { bed.list(ResourceClaim.self).map(\.value) }

    @Test(arguments: [gpu, "deviceclass.resource.kubernetes.io/card"]) func aPodGetsDevicesByAResourceOfTheirClass(name: String)
        async throws
    {
        let bed = try await Self.bed()
        try Self.makeClass(bed)
        try Self.makeSlice(bed, "n1", "a", "b")
        try Self.pod(bed, "p", Self.container("c", name, "2"))
        #expect(bed.node(of: "p") == "n1")
        let claim = try #require(Self.claims(bed).first)
        let (metadata, status) = (claim["metadata"], claim["status"])
        let claimName = try #require(metadata["name"].string)
        #expect(claimName.hasPrefix("p-extended-resources-") && claimName.utf8.count == 26)
        #expect(metadata["annotations"] == ["resource.kubernetes.io/extended-resource-claim": "true"])
        #expect(metadata["ownerReferences"][0]["uid"] == bed.get(Pod.self, "p")?.value["metadata"]["uid"])
        #expect(metadata["ownerReferences"][0]["controller"] == true)
        let exactly: Value = ["deviceClassName": "card", "allocationMode": "ExactCount", "count": 2]
        let request = claim["spec"]["devices"]["requests"][0]
        #expect(request["exactly"] == exactly && request["name"] == "container-0-request-1", "by name it comes after cpu")
        #expect(status["allocation"]["devices"]["results"].items.map { $0["device"] } == ["a", "b"])
        #expect(status["reservedFor"][0]["name"] == "p")
        let mapping: Value = ["containerName": "c", "resourceName": .string(name), "requestName": request["name"]]
        #expect(Self.status(bed, "p") == ["requestMappings": [mapping], "resourceClaimName": .string(claimName)])
        try Self.pod(bed, "q")
        #expect(
            bed.node(of: "q") == nil && bed.message(of: "q")?.hasPrefix("0/2 nodes are available: 2 cannot allocate all claims.") == true)
        bed.stop()
    }
    @Test func nodesWithADevicePluginAreUsedAsBefore() async throws {
        let bed = try await Self.bed()
        try Self.makeClass(bed)
        try bed.patch(KubeNode.self, "n0", ["status": ["allocatable": ["example.com/gpu": "1"]]], subresource: "status")
        try Self.pod(bed, "p")
        #expect(bed.node(of: "p") == "n0" && Self.claims(bed).isEmpty && Self.status(bed, "p").isNull)
        try Self.pod(bed, "q")
        #expect(bed.node(of: "q") == nil)
        #expect(bed.message(of: "q")?.contains("1 Insufficient example.com/gpu, 1 cannot allocate all claims") == true)
        try Self.makeSlice(bed, "n1", "a")
        bed.advance(.seconds(15))
        #expect(bed.node(of: "q") == "n1" && Self.claims(bed).count == 1)
        bed.stop()
    }
    @Test func aPodThatWaitsForAResourceIsTriedWhenAClassStandsForIt() async throws {
        let bed = try await Self.bed()
        try Self.makeSlice(bed, "n1", "a")
        try Self.pod(bed, "p")
        #expect(bed.message(of: "p")?.hasPrefix("0/2 nodes are available: 2 Insufficient example.com/gpu.") == true)
        try Self.makeClass(bed)
        bed.advance(.seconds(15))
        #expect(bed.node(of: "p") == "n1")
        bed.stop()
    }
    @Test func aPodThatWaitsForRoomIsTriedOnANewNodeWithDevices() async throws {
        let bed = try await Self.bed()
        try Self.makeClass(bed)
        try Self.makeSlice(bed, "n9", "a")
        try Self.pod(bed, "p", extra: ["overhead": ["cpu": "4"]])
        #expect(bed.message(of: "p")?.hasPrefix("0/2 nodes are available: 2 Insufficient cpu.") == true)
        try bed.makeNode("n9", cpu: "8")
        bed.advance(.seconds(15))
        #expect(bed.node(of: "p") == "n9")
        bed.stop()
    }
    @Test func initContainersUseTheDevicesOfThoseThatFollow() async throws {
        let bed = try await Self.bed()
        try Self.makeClass(bed)
        try Self.makeSlice(bed, "n0", "a", "b", "c", "d")
        let initial = [
            Self.container("first", Self.gpu, "3"), Self.container("side", policy: "Always"), Self.container("second", Self.gpu, "2"),
        ]
        try Self.pod(bed, "p", Self.container("main"), initial: initial)
        let requests = try #require(Self.claims(bed).first)["spec"]["devices"]["requests"].items
        #expect(requests.map { $0["name"] } == ["container-0-request-1", "container-1-request-1", "container-3-request-1"])
        #expect(requests.map { $0["exactly"]["count"] } == [1, 1, 1])
        let mappings = Self.status(bed, "p")["requestMappings"].items.map {
            "\($0["containerName"].string ?? "") \($0["requestName"].string ?? "")"
        }
        #expect(
            mappings == [
                "side container-1-request-1", "main container-3-request-1", "first container-1-request-1", "first container-3-request-1",
                "first container-0-request-1", "second container-3-request-1", "second container-0-request-1",
            ])
        bed.stop()
    }
    @Test func ofClassesWithOneResourceTheLatestIsTaken() async throws {
        let bed = try await Self.bed()
        try Self.makeClass(bed, "old")
        bed.advance(.seconds(2))
        for name: Value in ["z", "y"] { try Self.makeClass(bed, name) }
        try Self.makeSlice(bed, "n0", "a", "b")
        try Self.pod(bed, "p")
        let claim = try #require(Self.claims(bed).first)
        #expect(claim["spec"]["devices"]["requests"][0]["exactly"]["deviceClassName"] == "y")
        bed.stop()
    }
    @Test func whenThePodEndsItsClaimGoesAndTheDevicesAreFree() async throws {
        let bed = try await Self.bed()
        try Self.makeClass(bed)
        try Self.makeSlice(bed, "n0", "a")
        try Self.pod(bed, "p")
        try Self.pod(bed, "q")
        #expect(bed.node(of: "p") == "n0" && bed.node(of: "q") == nil)
        try bed.patch(Pod.self, "p", ["status": ["phase": "Succeeded"]], subresource: "status")
        bed.advance(.seconds(30))
        #expect(bed.node(of: "q") == "n0")
        #expect(Self.claims(bed).map { $0["metadata"]["ownerReferences"][0]["name"] } == ["q"])
        bed.stop()
    }
    @Test func theClaimOfAnEarlierAttemptIsDeletedFirst() async throws {
        let bed = try await Self.bed()
        try Self.makeClass(bed)
        try Self.makeSlice(bed, "n0", "a")
        try Self.pod(bed, "p", extra: ["schedulingGates": [["name": "hold"]]])
        let uid = try #require(bed.get(Pod.self, "p")?.metadata.uid)
        let owner: Value = ["apiVersion": "v1", "kind": "Pod", "name": "p", "uid": .string(uid), "controller": true]
        let result: Value = ["request": "container-0-request-1", "driver": "d.example.com", "pool": "n0", "device": "a"]
        try bed.create(
            ResourceClaimFields.kind,
            [
                "metadata": [
                    "name": "stale", "namespace": "default", "ownerReferences": [owner],
                    "annotations": ["resource.kubernetes.io/extended-resource-claim": "true"],
                ],
                "spec": ["devices": ["requests": [["name": "container-0-request-1", "exactly": ["deviceClassName": "card"]]]]],
                "status": ["allocation": ["devices": ["results": [result]]]],
            ])
        try bed.patch(Pod.self, "p", ["spec": ["schedulingGates": .null]])
        #expect(bed.message(of: "p")?.contains("2 cannot schedule extended resource claim") == true)
        bed.advance(.seconds(15))
        #expect(bed.node(of: "p") == "n0" && bed.get(ResourceClaim.self, "stale") == nil)
        #expect(Self.claims(bed).map { $0["metadata"]["name"] } == [Self.status(bed, "p")["resourceClaimName"]])
        bed.stop()
    }
    /// A binder that refuses the first pod that it is to bind.
    private final class RefusingBinder: Binder {
        private let binder: any Binder
        private let refused = Mutex(false)
        init(_ binder: any Binder) { self.binder = binder }
        func bind(_ pod: PodIdentity, to node: String) async throws(ChangeError) {
            let isFirst = refused.withLock { refused in
                defer { refused = true }
                return !refused
            }
            if isFirst { throw .forbidden("no") }
            try await binder.bind(pod, to: node)
        }
    }
    @Test func whereAPodIsNotBoundItsClaimIsTakenBack() async throws {
        let bed = try await KubeBed()
        try bed.makeNode("n0")
        bed.startScheduler(binder: RefusingBinder(RealmBinder(writer: bed.writer)))
        try Self.makeClass(bed)
        try Self.makeSlice(bed, "n0", "a")
        try Self.pod(bed, "p")
        #expect(bed.events("FailedScheduling") == ["running Bind plugin \"DefaultBinder\": no"])
        #expect(Self.claims(bed).isEmpty && Self.status(bed, "p").isNull)
        bed.advance(.seconds(30))
        #expect(bed.node(of: "p") == "n0", "the device is free again")
        #expect(Self.claims(bed).map { $0["metadata"]["name"] } == [Self.status(bed, "p")["resourceClaimName"]])
        bed.stop()
    }
    @Test func quotasCountDevicesOnceByEachName() async throws {
        let bed = try await Self.bed([ResourceQuotaController(), DeviceReleaseController()])
        let names = [
            "requests.example.com/gpu", "requests.deviceclass.resource.kubernetes.io/card", "card.deviceclass.resource.k8s.io/devices",
        ]
        let hard = Value.object(Object(names.map { .init($0, "9") }))
        try bed.create(ResourceQuotaFields.kind, ["metadata": ["name": "q", "namespace": "default"], "spec": ["hard": hard]])
        func used() -> [String?] { names.map { bed.get(ResourceQuota.self, "q")?.value["status"]["used"][$0].string } }
        try Self.makeClass(bed)
        try Self.makeSlice(bed, "n0", "a", "b", "c")
        try Self.pod(bed, "p", Self.container("c", Self.gpu, "2"))
        #expect(bed.node(of: "p") == "n0" && used() == ["2", "2", "2"])
        try bed.create(
            ResourceClaimFields.kind,
            [
                "metadata": ["name": "mine", "namespace": "default"],
                "spec": ["devices": ["requests": [["name": "r", "exactly": ["deviceClassName": "card", "count": 1]]]]],
            ])
        #expect(used() == ["3", "3", "3"])
        try bed.patch(Pod.self, "p", ["status": ["phase": "Failed"]], subresource: "status")
        bed.advance(.seconds(15))
        #expect(used() == ["1", "1", "1"])
        bed.stop()
    }
    @Test func aWholeControlPlaneGivesThemAndTakesThemBack() async throws {
        let plane = try await ControlPlaneBed()
        let name = "a-pod-whose-name-is-longer-than-what-is-left-of-it.in-the-claim"
        func make(_ kind: Kind, _ name: String, _ spec: Value) async throws {
            var metadata: Value = ["name": .string(name)]
            if kind.namespaced { metadata["namespace"] = "default" }
            try await plane.apply(.create(kind, ["metadata": metadata, "spec": spec]))
            plane.bed.settle()
        }
        try await make(Self.kind("DeviceClass", "deviceclasses"), "card", ["extendedResourceName": .string(Self.gpu)])
        let pool: Value = ["name": "n1", "generation": 1, "resourceSliceCount": 1]
        try await make(
            Self.kind("ResourceSlice", "resourceslices"), "s",
            ["driver": "d.example.com", "nodeName": "n1", "pool": pool, "devices": [["name": "a"]]])
        var container = Self.container("c")
        container["resources"]["limits"] = .object(Object([.init(Self.gpu, "1")]))
        try await make(PodFields.kind, name, ["containers": [container]])
        try await plane.advance(10)
        #expect(plane.bed.node(of: name) == "n1")
        let claim = try #require(Self.claims(plane.bed).first)
        #expect(claim["metadata"]["name"].string?.hasPrefix(name.prefix(58)) == true && claim["metadata"]["name"].string?.utf8.count == 63)
        #expect(Self.status(plane.bed, name)["resourceClaimName"] == claim["metadata"]["name"])
        #expect(plane.bed.get(Pod.self, name)?.status.phase == "Running")
        try await plane.apply(.delete(PodFields.kind, namespace: "default", name: name, uid: nil))
        try await plane.advance(60)
        #expect(plane.bed.get(Pod.self, name) == nil && Self.claims(plane.bed).isEmpty)
        plane.bed.stop()
    }
    /// A binder that refuses some of what it is asked for.
    private struct MoodyBinder: Binder {
        let binder: any Binder
        let random: RandomSource
        func bind(_ pod: PodIdentity, to node: String) async throws(ChangeError) {
            if random.int(in: 0..<4) == 0 { throw .forbidden("no") }
            try await binder.bind(pod, to: node)
        }
    }
    @Test(arguments: 1..<9 as Range<UInt64>) func whateverHappensNoDeviceIsGivenTwiceAndNoneIsLost(seed: UInt64) async throws {
        let bed = try await KubeBed(seed: seed)
        let random = RandomSource(seed: seed)
        for name in ["n0", "n1"] { try bed.makeNode(name, cpu: "8") }
        bed.start([PodClaimsController(), DeviceReleaseController(), GarbageCollector()])
        bed.startScheduler(binder: MoodyBinder(binder: RealmBinder(writer: bed.writer), random: random))
        try Self.makeClass(bed)
        for name in ["n0", "n1"] { try Self.makeSlice(bed, name, "a", "b", "c") }
        var left: [String] = []
        for step in 0..<24 {
            if random.int(in: 0..<3) > 0 || left.isEmpty {
                left.append("p\(step)")
                try Self.pod(bed, "p\(step)", Self.container("c", Self.gpu, random.int(in: 0..<2) == 0 ? "1" : "2"))
            } else {
                let name = left.remove(at: random.int(in: left.indices))
                if random.int(in: 0..<2) == 0 {
                    try bed.delete(Pod.self, name)
                } else {
                    try bed.patch(Pod.self, name, ["status": ["phase": "Succeeded"]], subresource: "status")
                }
            }
            if random.int(in: 0..<2) == 0 { bed.advance(.seconds(random.int(in: 1..<20))) }
            let given = Self.claims(bed).flatMap { $0["status"]["allocation"]["devices"]["results"].items }
            #expect(Set(given.map { [$0["pool"], $0["device"]] }).count == given.count)
        }
        bed.advance(.seconds(400))
        let bound = left.filter { bed.node(of: $0) != nil }
        let owners = Self.claims(bed).map { $0["metadata"]["ownerReferences"][0]["name"].string ?? "" }
        #expect(owners.sorted() == bound.sorted(), "each pod with a node has one claim, nobody else has any")
        let given = Self.claims(bed).reduce(0) { $0 + $1["status"]["allocation"]["devices"]["results"].items.count }
        #expect(left.count == bound.count || given >= 4, "who waits finds no node with two devices left")
        bed.stop()
    }
}
