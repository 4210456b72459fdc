import Control
import Documents
import KubeControllers
import KubeModel
import KubeScheduler
import Reconcile
import Storage
import Testing

@Suite struct SchedulerDeviceTests {
    private static let classKind = Kind(
        group: "resource.k8s.io", "DeviceClass", prefix: "resource.k8s.io/deviceclasses/", namespaced: false)
    private static let sliceKind = Kind(
        group: "resource.k8s.io", "ResourceSlice", prefix: "resource.k8s.io/resourceslices/", namespaced: false)
    private static let templateKind = Kind(
        group: "resource.k8s.io", "ResourceClaimTemplate", prefix: "resource.k8s.io/resourceclaimtemplates/")

    private static func bed(nodes: Int = 2, selector: Value? = nil) async throws -> KubeBed {
        let bed = try await KubeBed()
        for index in 0..<nodes { try bed.makeNode("n\(index)") }
        let selectors: Value = selector.map { [["cel": ["expression": $0]]] } ?? []
        try bed.create(classKind, ["metadata": ["name": "card"], "spec": ["selectors": selectors]])
        bed.startScheduler()
        return bed
    }
    private static func slice(_ bed: KubeBed, _ node: String, _ devices: Value...) throws {
        try bed.create(
            sliceKind,
            [
                "metadata": ["name": .string("slice-\(node)")],
                "spec": [
                    "driver": "cards.example.com", "nodeName": .string(node),
                    "pool": ["name": .string(node), "generation": 1, "resourceSliceCount": 1], "devices": .array(devices),
                ],
            ])
    }
    private static func device(_ name: Value, model: Value = "small", memory: Value = "8Gi", board: Value = 0) -> Value {
        [
            "name": name, "attributes": ["model": ["string": model], "board": ["int": board], "driverVersion": ["version": "1.2.3"]],
            "capacity": ["memory": ["value": memory]],
        ]
    }
    private static func request(_ extra: Value = [:]) -> Value {
        var exactly: Value = ["deviceClassName": "card", "allocationMode": "ExactCount", "count": 1]
        for member in extra.object ?? [:] { exactly[member.key] = member.value }
        return ["name": "r", "exactly": exactly]
    }
    private static func claim(_ bed: KubeBed, _ name: String, _ devices: Value) throws {
        try bed.create(
            ResourceClaimFields.kind, ["metadata": ["name": .string(name), "namespace": "default"], "spec": ["devices": devices]])
    }
    private static func uses(_ claim: Value) -> Value { ["resourceClaims": [["name": "card", "resourceClaimName": claim]]] }

    @Test func aPodGoesWhereItsDeviceIs() async throws {
        let bed = try await Self.bed()
        try Self.slice(bed, "n1", Self.device("card-0"))
        try Self.claim(bed, "mine", ["requests": [Self.request()]])
        try bed.makePod("p", spec: Self.uses("mine"))
        #expect(bed.node(of: "p") == "n1")
        let claim = try #require(bed.get(ResourceClaim.self, "mine")).value
        #expect(claim["status"]["allocation"]["devices"]["results"][0]["device"] == "card-0")
        #expect(claim["status"]["reservedFor"][0]["name"] == "p")
        #expect(claim["metadata"]["finalizers"] == ["resource.kubernetes.io/delete-protection"])
        try bed.makePod("q", spec: Self.uses("mine"))
        #expect(bed.node(of: "q") == "n1", "a claim can be shared")
        #expect(bed.get(ResourceClaim.self, "mine")?.value["status"]["reservedFor"].items.count == 2)
        bed.stop()
    }
    @Test func devicesAreGivenOnceAndComeBack() async throws {
        let bed = try await Self.bed()
        bed.start([PodClaimsController(), DeviceReleaseController()])
        try Self.slice(bed, "n0", Self.device("card-0"))
        try bed.create(
            Self.templateKind,
            ["metadata": ["name": "cards", "namespace": "default"], "spec": ["spec": ["devices": ["requests": [Self.request()]]]]])
        let spec: Value = ["resourceClaims": [["name": "card", "resourceClaimTemplateName": "cards"]]]
        try bed.makePod("first", spec: spec)
        bed.advance(.seconds(2))
        try bed.makePod("second", spec: spec)
        bed.advance(.seconds(2))
        #expect(bed.node(of: "first") == "n0" && bed.node(of: "second") == nil)
        #expect(bed.message(of: "second")?.hasPrefix("0/2 nodes are available: 2 cannot allocate all claims.") == true)
        try bed.patch(Pod.self, "first", ["status": ["phase": "Succeeded"]], subresource: "status")
        bed.advance(.seconds(30))
        #expect(bed.node(of: "second") == "n0")
        bed.stop()
    }
    @Test(arguments: [
        ("device.driver == 'cards.example.com' && device.attributes['cards.example.com'].model == 'large'", "n1"),
        ("device.attributes[\"cards.example.com\"].model in [\"large\", \"huge\"]", "n1"),
        ("device.capacity['cards.example.com'].memory.compareTo(quantity('10Gi')) >= 0", "n1"),
        ("!(device.attributes['cards.example.com'].board < 3)", "n1"),
        (
            "device.attributes['cards.example.com'].driverVersion.isGreaterThan(semver('1.2.0')) && device.attributes['cards.example.com'].board == 7",
            "n1"
        ),
        ("has(device.attributes['cards.example.com'].model) ? device.attributes['cards.example.com'].model.startsWith('la') : false", "n1"),
    ]) func selectorsPickDevices(expression: String, node: String) async throws {
        let bed = try await Self.bed(selector: .string(expression))
        try Self.slice(bed, "n0", Self.device("card-0"))
        try Self.slice(bed, "n1", Self.device("card-0", model: "large", memory: "40Gi", board: 7))
        try Self.claim(bed, "mine", ["requests": [Self.request()]])
        try bed.makePod("p", spec: Self.uses("mine"))
        #expect(bed.node(of: "p") == node)
        bed.stop()
    }
    @Test func anExpressionThatIsNotReadHereIsNamed() async throws {
        let bed = try await Self.bed(nodes: 1, selector: "device.attributes.map(a, a.size())")
        try Self.slice(bed, "n0", Self.device("card-0"))
        try Self.claim(bed, "mine", ["requests": [Self.request()]])
        try bed.makePod("p", spec: Self.uses("mine"))
        #expect(bed.message(of: "p")?.contains("class card: selector #0: CEL compile error: undeclared reference to 'a'") == true)
        bed.stop()
    }
    @Test func devicesOfAClaimAgreeWhereTheyMust() async throws {
        let bed = try await Self.bed()
        try Self.slice(bed, "n0", Self.device("a", board: 1), Self.device("b", board: 2), Self.device("c", board: 2))
        let constraint: Value = ["matchAttribute": "cards.example.com/board"]
        try Self.claim(bed, "pair", ["requests": [Self.request(["count": 2])], "constraints": [constraint]])
        try bed.makePod("p", spec: Self.uses("pair"))
        #expect(bed.node(of: "p") == "n0")
        let results = try #require(bed.get(ResourceClaim.self, "pair")).value["status"]["allocation"]["devices"]["results"].items
        #expect(results.map { $0["device"] } == ["b", "c"])
        bed.stop()
    }
    @Test func theFirstAlternativeThatIsThereIsTaken() async throws {
        let bed = try await Self.bed()
        try Self.slice(bed, "n0", Self.device("small-0"))
        let large: Value = [["cel": ["expression": "device.attributes['cards.example.com'].model == 'large'"]]]
        let alternatives: Value = [
            ["name": "large", "deviceClassName": "card", "selectors": large], ["name": "any", "deviceClassName": "card"],
        ]
        try Self.claim(bed, "mine", ["requests": [["name": "r", "firstAvailable": alternatives]]])
        try bed.makePod("p", spec: Self.uses("mine"))
        #expect(bed.node(of: "p") == "n0")
        let result = try #require(bed.get(ResourceClaim.self, "mine")).value["status"]["allocation"]["devices"]["results"][0]
        #expect(result["request"] == "r/any")
        bed.stop()
    }
    @Test func aNodeWithABetterAlternativeIsBetter() async throws {
        let bed = try await Self.bed()
        try Self.slice(bed, "n0", Self.device("small-0"), Self.device("small-1"))
        try Self.slice(bed, "n1", Self.device("small-2"), Self.device("large-0", model: "large"))
        // Without devices the other node would be the better one.
        try bed.makePod("load", spec: ["nodeName": "n1", "containers": [["name": "c", "resources": ["requests": ["cpu": "200m"]]]]])
        let large: Value = [["cel": ["expression": "device.attributes['cards.example.com'].model == 'large'"]]]
        let alternatives: Value = [
            ["name": "large", "deviceClassName": "card", "selectors": large], ["name": "any", "deviceClassName": "card"],
        ]
        for (name, node) in [("first", "n1"), ("second", "n0")] {
            try Self.claim(bed, name, ["requests": [["name": "r", "firstAvailable": alternatives]]])
            try bed.makePod(name, spec: Self.uses(.string(name)))
            #expect(bed.node(of: name) == node)
        }
        bed.stop()
    }
    @Test func podsWaitForTheirClaims() async throws {
        let bed = try await Self.bed(nodes: 1)
        try Self.slice(bed, "n0", Self.device("card-0"))
        try bed.makePod("p", spec: Self.uses("late"))
        #expect(bed.message(of: "p")?.hasPrefix("0/1 nodes are available: resourceclaim \"late\" not found.") == true)
        try Self.claim(bed, "late", ["requests": [Self.request()]])
        bed.advance(.seconds(15))
        #expect(bed.node(of: "p") == "n0")
        bed.stop()
    }
    @Test func whoAsksForAllDevicesGetsAllOrNone() async throws {
        let bed = try await Self.bed()
        try Self.slice(bed, "n0", Self.device("a"), Self.device("b"))
        try Self.slice(bed, "n1", Self.device("a"), Self.device("b"))
        try Self.claim(bed, "one", ["requests": [Self.request()]])
        try bed.makePod("p", spec: Self.uses("one"))
        let first = try #require(bed.node(of: "p"))
        for name in ["all", "rest"] {
            try Self.claim(bed, name, ["requests": [Self.request(["allocationMode": "All", "count": nil])]])
            try bed.makePod(name, spec: Self.uses(.string(name)))
        }
        let second = try #require(bed.node(of: "all"))
        #expect(second != first && bed.node(of: "rest") == nil, "one of the first node's devices is taken")
        #expect(bed.get(ResourceClaim.self, "all")?.value["status"]["allocation"]["devices"]["results"].items.count == 2)
        bed.stop()
    }
    @Test func poolsThatAreBeingChangedGiveNothing() async throws {
        let bed = try await Self.bed(nodes: 1)
        func slice(_ name: String, _ device: Value) -> Value {
            [
                "metadata": ["name": .string(name)],
                "spec": [
                    "driver": "cards.example.com", "nodeName": "n0", "pool": ["name": "n0", "generation": 2, "resourceSliceCount": 2],
                    "devices": [device],
                ],
            ]
        }
        try Self.slice(bed, "n0", Self.device("old"))
        try bed.create(Self.sliceKind, slice("first", Self.device("a")))
        try Self.claim(bed, "mine", ["requests": [Self.request()]])
        try bed.makePod("p", spec: Self.uses("mine"))
        #expect(bed.node(of: "p") == nil, "of the newest generation a slice is missing")
        try bed.create(Self.sliceKind, slice("second", Self.device("b")))
        bed.advance(.seconds(2))
        #expect(bed.node(of: "p") == "n0")
        #expect(bed.get(ResourceClaim.self, "mine")?.value["status"]["allocation"]["devices"]["results"][0]["device"] == "a")
        bed.stop()
    }
}
