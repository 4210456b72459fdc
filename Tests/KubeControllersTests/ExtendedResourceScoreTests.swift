import Control
import Documents
import KubeControllers
import KubeModel
import KubeScheduler
import Testing

/// What nodes are worth to pods when devices stand for a resource that the scheduler is told to score.
@Suite struct ExtendedResourceScoreTests {
    private static let gpu = "example.com/gpu"

    /// Nodes with so many devices of the class each, and a scheduler with arguments for a plugin.
    private static func bed(seed: UInt64, _ devices: [Int], _ plugin: String, _ arguments: Value) async throws -> KubeBed {
        let bed = try await KubeBed(seed: seed)
        for (index, count) in devices.enumerated() {
            try bed.makeNode("n\(index)", cpu: "4")
            try offer(bed, "n\(index)", count)
        }
        try bed.create(
            kind("DeviceClass", "deviceclasses"),
            [
                "metadata": ["name": "card"],
                "spec": [
                    "extendedResourceName": .string(gpu), "selectors": [["cel": ["expression": "device.driver == 'd.example.com'"]]],
                ],
            ])
        bed.start([PodClaimsController(), DeviceReleaseController()])
        let profile: Value = ["schedulerName": "default-scheduler", "pluginConfig": [["name": .string(plugin), "args": arguments]]]
        bed.startScheduler(
            try SchedulerConfiguration([
                "apiVersion": "kubescheduler.config.k8s.io/v1", "kind": "KubeSchedulerConfiguration", "profiles": [profile],
            ]))
        return bed
    }
    private static func kind(_ name: String, _ plural: String) -> Kind {
        Kind(group: "resource.k8s.io", name, prefix: "resource.k8s.io/\(plural)/", namespaced: false)
    }
    /// Devices of the class on a node, and as many of a driver that the class leaves out.
    private static func offer(_ bed: KubeBed, _ node: String, _ count: Int) throws {
        for driver in ["d.example.com", "other.example.com"] {
            let pool: Value = ["name": .string(node), "generation": 1, "resourceSliceCount": 1]
            let devices = (0..<count).map { Value.object(Object([.init("name", .string("d\($0)"))])) }
            try bed.create(
                kind("ResourceSlice", "resourceslices"),
                [
                    "metadata": ["name": .string("\(node)-\(driver)")],
                    "spec": ["driver": .string(driver), "nodeName": .string(node), "pool": pool, "devices": .array(devices)],
                ])
        }
    }
    private static func pod(_ bed: KubeBed, _ name: String, cpu: Value = "100m", gpus: Value = "1") throws {
        let requests: Value = .object(Object([.init("cpu", cpu), .init(gpu, gpus)]))
        try bed.makePod(name, spec: ["containers": [["name": "c", "image": "i", "resources": ["requests": requests]]]])
    }
    private static func strategy(_ type: Value) -> Value {
        ["scoringStrategy": ["type": type, "resources": [["name": .string(gpu), "weight": 1]]]]
    }

    @Test(arguments: 1..<5 as Range<UInt64>) func podsArePackedWhereDevicesAreTaken(seed: UInt64) async throws {
        let bed = try await Self.bed(seed: seed, [4, 4, 4], "NodeResourcesFit", Self.strategy("MostAllocated"))
        for index in 0..<4 { try Self.pod(bed, "p\(index)") }
        #expect(Set((0..<4).map { bed.node(of: "p\($0)") }).count == 1 && bed.node(of: "p0") != nil)
        try Self.pod(bed, "next")
        #expect(bed.node(of: "next") != bed.node(of: "p0") && bed.node(of: "next") != nil)
        bed.stop()
    }
    @Test(arguments: 1..<5 as Range<UInt64>) func podsAreSpreadOverFreeDevices(seed: UInt64) async throws {
        let bed = try await Self.bed(seed: seed, [2, 16, 4], "NodeResourcesFit", Self.strategy("LeastAllocated"))
        // Of two, sixteen and four devices one more leaves the most where most are free.
        for index in 0..<3 { try Self.pod(bed, "p\(index)") }
        #expect((0..<3).map { bed.node(of: "p\($0)") } == ["n1", "n1", "n1"])
        bed.stop()
    }
    @Test(arguments: 1..<5 as Range<UInt64>) func processorsAndDevicesAreBalanced(seed: UInt64) async throws {
        let resources: Value = [["name": "cpu", "weight": 1], ["name": .string(Self.gpu), "weight": 1]]
        let bed = try await Self.bed(seed: seed, [8, 2, 8], "NodeResourcesBalancedAllocation", ["resources": resources])
        try Self.pod(bed, "half", cpu: "2")
        #expect(bed.node(of: "half") == "n1", "half of its processors and of its devices")
        bed.stop()
    }
    @Test func devicesThatCameLaterCount() async throws {
        let bed = try await Self.bed(seed: 3, [2, 2], "NodeResourcesFit", Self.strategy("LeastAllocated"))
        try Self.pod(bed, "first")
        let other = try #require(bed.node(of: "first")) == "n0" ? "n1" : "n0"
        try Self.pod(bed, "second")
        #expect(bed.node(of: "second") == other)
        let pool: Value = ["name": "more", "generation": 1, "resourceSliceCount": 1]
        try bed.create(
            Self.kind("ResourceSlice", "resourceslices"),
            [
                "metadata": ["name": "more"],
                "spec": [
                    "driver": "d.example.com", "nodeName": "n0", "pool": pool,
                    "devices": [["name": "a"], ["name": "b"], ["name": "c"]],
                ],
            ])
        try Self.pod(bed, "third")
        #expect(bed.node(of: "third") == "n0")
        bed.stop()
    }
}
