import Documents
import KubeControllers
import KubeModel
import KubeScheduler
import Reconcile
import Testing

/// Devices of which many claims have shares, and devices that are parts of others.
@Suite struct SharedDeviceTests {
    private static func kind(_ name: String, _ plural: String) -> Kind {
        Kind(group: "resource.k8s.io", name, prefix: "resource.k8s.io/\(plural)/", namespaced: false)
    }
    private static func bed(_ slices: Value..., nodes: Int = 1, config: Value = []) async throws -> KubeBed {
        let bed = try await KubeBed()
        for index in 0..<nodes { try bed.makeNode("n\(index)", labels: ["rack": .string("r\(index)")]) }
        try bed.create(kind("DeviceClass", "deviceclasses"), ["metadata": ["name": "net"], "spec": ["config": config]])
        bed.startScheduler()
        for (index, slice) in slices.enumerated() { try put(bed, "s\(index)", slice) }
        return bed
    }
    private static func put(_ bed: KubeBed, _ name: String, _ slice: Value) throws {
        var spec: Value = ["driver": "net.example.com", "pool": ["name": "p", "generation": 1, "resourceSliceCount": 1]]
        for member in slice.object ?? [:] { spec[member.key] = member.value }
        if spec["nodeSelector"].isNull, spec["perDeviceNodeSelection"].isNull, spec["allNodes"].isNull { spec["nodeName"] = "n0" }
        try bed.create(kind("ResourceSlice", "resourceslices"), ["metadata": ["name": .string(name)], "spec": spec])
    }
    /// Makes a claim and a pod of its name; gives the claim's status.
    @discardableResult
    private static func claim(
        _ bed: KubeBed, _ name: String, _ request: Value = [:], extra: Value = [:]
    ) throws -> Value {
        var exactly: Value = ["deviceClassName": "net", "allocationMode": "ExactCount", "count": 1]
        for member in request.object ?? [:] { exactly[member.key] = member.value }
        var devices: Value = ["requests": [["name": "r", "exactly": exactly]]]
        for member in extra.object ?? [:] { devices[member.key] = member.value }
        try bed.create(
            ResourceClaimFields.kind, ["metadata": ["name": .string(name), "namespace": "default"], "spec": ["devices": devices]])
        try bed.makePod(name, spec: ["resourceClaims": [["name": "c", "resourceClaimName": .string(name)]]])
        return bed.get(ResourceClaim.self, name)?.value["status"] ?? .null
    }
    private static func asking(_ amount: Value) -> Value { ["capacity": ["requests": ["bandwidth": amount]]] }
    private static func shared(_ name: Value = "eth1", _ policy: Value? = nil) -> Value {
        var capacity: Value = ["value": "10G"]
        if let policy { capacity["requestPolicy"] = policy }
        return [
            "name": name, "allowMultipleAllocations": true, "attributes": ["port": ["string": name]], "capacity": ["bandwidth": capacity],
        ]
    }

    @Test func sharesOfADeviceAreGivenUntilItsCapacityIsGone() async throws {
        let bed = try await Self.bed(["devices": [Self.shared()]])
        let first = try Self.claim(bed, "a", Self.asking("6G"))["allocation"]["devices"]["results"][0]
        #expect(first["consumedCapacity"] == ["bandwidth": "6G"] && first["shareID"].string?.utf8.count == 36)
        try Self.claim(bed, "b", Self.asking("6G"))
        #expect(bed.node(of: "b") == nil && bed.message(of: "b")?.contains("cannot allocate all claims") == true)
        let third = try Self.claim(bed, "c", Self.asking("4G"))["allocation"]["devices"]["results"][0]
        #expect(bed.node(of: "c") == "n0" && third["device"] == "eth1" && third["shareID"] != first["shareID"])
        bed.stop()
    }
    private static let roundings: [(policy: Value, wanted: Value?, given: Value?)] = [
        (["default": "1G", "validRange": ["min": "1G", "step": "2G"]], "2500M", "3G"),
        (["default": "1G", "validRange": ["min": "2G"]], "1", "2G"),
        (["default": "1G", "validRange": ["min": "1", "max": "4G"]], "5G", nil),
        (["default": "1G", "validValues": ["1G", "5G"]], "2G", "5G"), (["default": "1G", "validValues": ["1G", "5G"]], "6G", nil),
        (["default": "1G"], nil, "1G"), ([:], nil, "10G"),
    ]
    @Test(arguments: roundings)
    func requestsAreRoundedAsTheDevicesPolicySays(policy: Value, wanted: Value?, given: Value?) async throws {
        let bed = try await Self.bed(["devices": [Self.shared("eth1", policy)]])
        let status = try Self.claim(bed, "a", wanted.map(Self.asking) ?? [:])
        #expect(status["allocation"]["devices"]["results"][0]["consumedCapacity"]["bandwidth"] == given ?? .null)
        #expect(bed.node(of: "a") == (given == nil ? nil : "n0"))
        bed.stop()
    }
    @Test func aDeviceThatIsNotSharedIsGivenWholeIfItHasEnough() async throws {
        var device = Self.shared()
        device["allowMultipleAllocations"] = false
        let bed = try await Self.bed(["devices": [device]])
        try Self.claim(bed, "much", Self.asking("11G"))
        try Self.claim(bed, "unknown", ["capacity": ["requests": ["latency": "1"]]])
        #expect(bed.node(of: "much") == nil && bed.node(of: "unknown") == nil)
        let result = try Self.claim(bed, "a", Self.asking("1G"))["allocation"]["devices"]["results"][0]
        #expect(result["device"] == "eth1" && result["shareID"].isNull && result["consumedCapacity"].isNull)
        try Self.claim(bed, "b", Self.asking("1G"))
        #expect(bed.node(of: "b") == nil)
        bed.stop()
    }
    @Test func sharesOfOneClaimDifferWhereItWantsThemTo() async throws {
        let bed = try await Self.bed(["devices": [Self.shared("eth1"), Self.shared("eth2")]])
        var request = Self.asking("1G")
        request["count"] = 2
        let same = try Self.claim(bed, "same", request)["allocation"]["devices"]["results"].items.map { $0["device"] }
        #expect(same == ["eth1", "eth1"])
        let constraint: Value = ["constraints": [["distinctAttribute": "net.example.com/port"]]]
        let apart = try Self.claim(bed, "apart", request, extra: constraint)["allocation"]["devices"]["results"].items.map { $0["device"] }
        #expect(apart == ["eth1", "eth2"])
        bed.stop()
    }
    @Test func partsOfADeviceAreGivenWhileItsCountersLast() async throws {
        func part(_ name: Value, _ memory: Value) -> Value {
            ["name": name, "consumesCounters": [["counterSet": "gpu", "counters": ["memory": ["value": memory]]]]]
        }
        let counters: Value = [["name": "gpu", "counters": ["memory": ["value": "8Gi"]]]]
        let pool: Value = ["name": "p", "generation": 1, "resourceSliceCount": 2]
        let bed = try await Self.bed(
            ["pool": pool, "sharedCounters": counters],
            ["pool": pool, "devices": [part("large", "6Gi"), part("small-0", "2Gi"), part("small-1", "2Gi")]])
        bed.start([DeviceReleaseController()])
        func device(_ status: Value) -> Value { status["allocation"]["devices"]["results"][0]["device"] }
        #expect(device(try Self.claim(bed, "a")) == "large")
        #expect(device(try Self.claim(bed, "b")) == "small-0")
        try Self.claim(bed, "c")
        #expect(bed.node(of: "c") == nil, "eight of eight are used")
        try bed.patch(Pod.self, "b", ["status": ["phase": "Succeeded"]], subresource: "status")
        bed.advance(.seconds(30))
        #expect(bed.node(of: "c") == "n0")
        bed.stop()
    }
    @Test func poolsWhoseCountersAreMissingGiveNothingAndSayWhy() async throws {
        let part: Value = ["name": "a", "consumesCounters": [["counterSet": "gpu", "counters": ["memory": ["value": "1"]]]]]
        let bed = try await Self.bed(["devices": [part]])
        try Self.claim(bed, "a")
        #expect(bed.node(of: "a") == nil)
        try Self.claim(bed, "all", ["allocationMode": "All", "count": nil])
        #expect(
            bed.message(of: "all")?.contains(
                "claim default/all, request r: asks for all devices, but resource pool net.example.com/p is currently invalid") == true)
        bed.stop()
    }
    @Test func oneTaintedDeviceKeepsWhoAsksForAllAway() async throws {
        var tainted = Self.shared("eth2")
        tainted["taints"] = [["key": "broken", "effect": "NoSchedule"]]
        let bed = try await Self.bed(["devices": [Self.shared("eth1"), tainted]])
        try Self.claim(bed, "all", ["allocationMode": "All", "count": nil])
        #expect(bed.node(of: "all") == nil)
        let tolerations: Value = [["key": "broken", "operator": "Exists"]]
        let status = try Self.claim(bed, "brave", ["allocationMode": "All", "count": nil, "tolerations": tolerations])
        let results = status["allocation"]["devices"]["results"].items
        #expect(results.map { $0["device"] } == ["eth1", "eth2"] && results[0]["tolerations"] == tolerations)
        bed.stop()
    }
    @Test func administratorsSeeDevicesThatOthersHave() async throws {
        let bed = try await Self.bed(["devices": [["name": "card"]]])
        try Self.claim(bed, "owner")
        let status = try Self.claim(bed, "admin", ["adminAccess": true])
        #expect(status["allocation"]["devices"]["results"][0]["adminAccess"] == true && bed.node(of: "admin") == "n0")
        bed.stop()
    }
    @Test func devicesSayWhichNodesCanUseThem() async throws {
        let term: Value = ["matchExpressions": [["key": "rack", "operator": "In", "values": ["r1"]]]]
        let selector: Value = ["nodeSelectorTerms": [term]]
        let bed = try await Self.bed(["nodeSelector": selector, "devices": [["name": "a"]]], nodes: 2)
        #expect(try Self.claim(bed, "a")["allocation"]["nodeSelector"] == selector)
        #expect(bed.node(of: "a") == "n1")
        let each: Value = [["name": "x", "nodeName": "n0"], ["name": "y", "allNodes": true, "bindsToNode": true]]
        let pool: Value = ["name": "q", "generation": 1, "resourceSliceCount": 1]
        try Self.put(bed, "each", ["pool": pool, "perDeviceNodeSelection": true, "devices": each])
        bed.advance(.seconds(1))
        var seen: [Value: String] = [:]
        for name in ["b", "c"] {
            let status = try Self.claim(bed, name)
            seen[status["allocation"]["devices"]["results"][0]["device"]] = bed.node(of: name)
            #expect(!status["allocation"]["nodeSelector"].isNull)
        }
        #expect(seen["x"] == "n0" && seen["y"] != nil)
        bed.stop()
    }
    @Test func driversAreToldWhatClassAndClaimSay() async throws {
        func opaque(_ text: Value) -> Value { ["driver": "net.example.com", "parameters": ["say": text]] }
        let bed = try await Self.bed(["devices": [["name": "card"]]], config: [["opaque": opaque("class")]])
        let status = try Self.claim(bed, "a", extra: ["config": [["requests": ["r"], "opaque": opaque("claim")]]])
        let expected: Value = [
            ["source": "FromClass", "requests": ["r"], "opaque": opaque("class")],
            ["source": "FromClaim", "requests": ["r"], "opaque": opaque("claim")],
        ]
        #expect(status["allocation"]["devices"]["config"] == expected)
        bed.stop()
    }
}
