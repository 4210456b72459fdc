import Control
import Documents
import KubeModel
import Testing

@testable import Kubelet

@Suite struct EvictionPlanTests {
    /// A pod whose one container asks for memory and uses some, in MiB.
    private func pod(_ name: String, request: Int = 0, priority: Int = 0, storageLimit: String? = nil, volumes: Value = .null) -> Value {
        var limits: Value = [:]
        if let storageLimit { limits["ephemeral-storage"] = .string(storageLimit) }
        return [
            "metadata": ["name": .string(name), "namespace": "shop", "uid": .string(name)],
            "spec": [
                "priority": .int(Int64(priority)), "volumes": volumes,
                "containers": [
                    ["name": "main", "resources": ["requests": ["memory": "\(request)Mi"], "limits": limits]]
                ],
            ], "status": ["phase": "Running"],
        ]
    }
    private func readings(_ memory: [String: Int], available: Int = 52) -> NodeReadings {
        var readings = NodeReadings()
        readings.signals[.memory] = SignalReading(available: available << 20, capacity: 4 << 30)
        for (name, used) in memory {
            var usage = PodUsage()
            usage.memoryBytes = used << 20
            usage.containers["main"] = .init(memoryBytes: used << 20)
            readings.pods[name] = usage
        }
        return readings
    }

    @Test func thoseAboveTheirRequestsGoFirstThenTheLessImportantThenTheGreedy() {
        let pods = [
            pod("within", request: 500), pod("important", request: 10, priority: 100), pod("little", request: 10),
            pod("greedy", request: 10), pod("critical", priority: 2_000_000_000),
        ]
        let ranking = EvictionRanking(
            readings: readings(["within": 400, "important": 300, "little": 50, "greedy": 200, "critical": 900]))
        #expect(ranking.ranked(pods, for: .memory).map { PodText($0).name } == ["greedy", "little", "important", "within"])
    }

    @Test func saysWhatWasShortAndWhoUsedIt() {
        let threshold = EvictionThreshold(.memory, .amount(100 << 20))
        #expect(
            EvictionRanking(readings: readings(["a": 120])).message(pod("a"), for: threshold)
                == "The node was low on resource: memory. Threshold quantity: 100Mi, available: 52Mi. "
                + "Container main was using 120Mi, request is 0, has larger consumption of memory. ")
        var full = readings([:])
        full.signals[.nodeStorage] = SignalReading(available: 1 << 30, capacity: 20 << 30)
        full.pods["a"] = PodUsage()
        full.pods["a"]?.containers["main"] = .init(layerBytes: 3 << 20, logBytes: 1 << 20)
        #expect(
            EvictionRanking(readings: full).message(pod("a"), for: EvictionThreshold(.nodeStorage, .fraction(0.1)))
                == "The node was low on resource: ephemeral-storage. Threshold quantity: 2Gi, available: 1Gi. "
                + "Container main was using 4Mi, request is 0, has larger consumption of ephemeral-storage. ")
    }

    @Test func pressureStaysForFiveMinutes() {
        var tracker = PressureTracker()
        let start = Timestamp(seconds: 1000)
        #expect(tracker.observe(readings([:], available: 50), at: start).map(\.signal) == [.memory])
        #expect(tracker.pressure(at: start) == NodePressure(memory: true))
        #expect(tracker.observe(readings([:], available: 500), at: start + .seconds(10)).isEmpty)
        #expect(tracker.pressure(at: start + .seconds(299)).memory && !tracker.pressure(at: start + .seconds(300)).memory)
        var full = NodeReadings()
        full.signals = [
            .imageInodes: SignalReading(available: 1, capacity: 100), .processes: SignalReading(available: 1, capacity: 100),
            .nodeStorage: SignalReading(available: 10, capacity: 100),
        ]
        full.signals[.podMemory] = SignalReading(available: 200 << 20, capacity: 1 << 30)
        #expect(Set(tracker.observe(full, at: start).map(\.signal)) == [.imageInodes, .processes])
        #expect(tracker.pressure(at: start) == NodePressure(memory: true, disk: true, pid: true))
    }

    @Test func storageLimitsAreKept() {
        let volumes: Value = [
            ["name": "cache", "emptyDir": ["sizeLimit": "1Mi"]], ["name": "fast", "emptyDir": ["medium": "Memory"]],
        ]
        var usage = PodUsage()
        usage.volumeBytes = ["cache": 1 << 20, "fast": 50 << 20]
        usage.containers["main"] = .init(layerBytes: 1 << 20)
        #expect(StorageLimits.breach(of: pod("a", storageLimit: "2Mi", volumes: volumes), usage) == nil)
        usage.volumeBytes["cache"] = 1 << 20 + 1
        #expect(
            StorageLimits.breach(of: pod("a", volumes: volumes), usage)
                == "Usage of EmptyDir volume \"cache\" exceeds the limit \"1Mi\". ")
        usage.volumeBytes["cache"] = 0
        usage.containers["main"] = .init(layerBytes: 2 << 20, logBytes: 1)
        #expect(
            StorageLimits.breach(of: pod("a", storageLimit: "2Mi"), usage)
                == "Pod ephemeral local storage usage exceeds the total limit of containers 2Mi. ")
        var two = pod("a", storageLimit: "2Mi")
        two["spec"]["containers"] = .array(two["spec"]["containers"].items + [["name": "free"]])
        #expect(StorageLimits.breach(of: two, usage) == "Container main exceeded its local ephemeral storage limit \"2Mi\". ")
    }
}

@Suite struct ImageCollectionTests {
    private func image(_ id: String, _ size: Int = 10) -> RuntimeImage {
        RuntimeImage(id: id, tags: ["\(id):1"], digests: [], size: size, userID: nil, userName: "")
    }

    @Test func beginsAboveTheHighMarkAndEndsBelowTheLowOne() {
        #expect(ImageCollection.bytesToFree(SignalReading(available: 160, capacity: 1000)) == 0)
        #expect(ImageCollection.bytesToFree(SignalReading(available: 150, capacity: 1000)) == 50)
        #expect(ImageCollection.bytesToFree(SignalReading(available: 0, capacity: 0)) == 0)
    }

    @Test func removesTheLongestUnusedAndNeverTheUsedTheYoungOrTheKept() {
        var collection = ImageCollection()
        let start = Timestamp(seconds: 1000)
        collection.observe([image("a"), image("b"), image("c"), image("kept")], used: ["a:1", "b", "c"], at: start)
        collection.observe([image("a"), image("b"), image("c"), image("kept")], used: ["a:1", "b"], at: start + .seconds(100))
        let now = start + .seconds(200)
        collection.observe([image("a"), image("b"), image("c"), image("kept"), image("young")], used: ["a:1"], at: now)
        #expect(collection.plan(freeing: 10, at: now) { $0 == "kept" }.ids == ["c"])
        let all = collection.plan(freeing: .max, at: now) { $0 == "kept" }
        #expect(all.ids == ["c", "b"] && all.bytes == 20)
        #expect(collection.plan(freeing: .max, at: start + .seconds(100)) { _ in false }.ids.isEmpty)
    }
}
