import KubeModel
import Control
import Documents
import KubeClient
import Network
import Synchronization
import Testing

@testable import Kubelet

@Suite struct EvictionManagerTests {
    /// Says what it is told to say.
    private final class Meter: NodeMeter {
        let readings = Mutex(NodeReadings())
        func measure(_ pods: [Value], storage: Bool) async -> NodeReadings { readings.withLock { $0 } }
    }
    private final class Target: EvictionTarget {
        struct State {
            var pods: [Value] = []
            var pressure = NodePressure()
            var evicted: [String: String] = [:]
        }
        let state = Mutex(State())
        func pods() -> [Value] { state.withLock { $0.pods } }
        func report(_ pressure: NodePressure) { state.withLock { $0.pressure = pressure } }
        func evict(uid: String, reason: String, message: String, grace: Int) { state.withLock { $0.evicted[uid] = message } }
        func add(_ name: String, _ spec: Value = [:]) {
            let pod: Value = [
                "metadata": ["name": .string(name), "namespace": "shop", "uid": .string(name)], "spec": spec,
                "status": ["phase": "Running"],
            ]
            state.withLock { $0.pods.append(pod) }
        }
        var evicted: [String] { state.withLock { $0.evicted.keys.sorted() } }
    }
    private struct Silence: HTTPTransport {
        func send(_ request: HTTPRequest) async throws -> HTTPResponse { HTTPResponse(503) }
    }
    private let clock = ManualClock(), meter = Meter(), target = Target()
    private let runtime: MemoryRuntime
    init() { runtime = MemoryRuntime(clock: clock) }

    private func with(_ body: () async throws -> Void) async throws {
        let manager = EvictionManager(
            nodeName: "node-1", target: target, meter: meter, runtime: runtime, client: KubeClient(transport: Silence()), clock: clock)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await manager.run() }
            try await body()
            group.cancelAll()
        }
    }
    /// Lets time go on until the condition holds.
    private func reached(_ seconds: Int, _ condition: () -> Bool) async throws -> Bool {
        for _ in 0..<seconds {
            if condition() { return true }
            clock.advance(by: .seconds(1))
            try await SystemClock().sleep(for: .milliseconds(1))
        }
        return condition()
    }
    private func expect(_ condition: () -> Bool) async throws {
        let isReached = try await reached(60_000, condition)
        #expect(isReached)
    }
    private func expectNever(_ condition: () -> Bool) async throws {
        let isReached = try await reached(15, condition)
        #expect(!isReached)
    }
    private func set(_ signal: EvictionSignal, _ available: Int, of capacity: Int = 1000) {
        meter.readings.withLock { $0.signals[signal] = SignalReading(available: available, capacity: capacity) }
    }

    @Test func onePodAtATimeGoesForTheNodesSake() async throws {
        target.add("a")
        target.add("b")
        set(.memory, 50 << 20, of: 4 << 30)
        try await with {
            try await expect { target.evicted == ["a"] }
            #expect(target.state.withLock { $0.pressure.memory })
            try await expectNever { target.evicted.count > 1 }
            target.state.withLock { $0.pods = [$0.pods[1]] }
            try await expect { target.evicted == ["a", "b"] }
        }
    }

    @Test func unusedImagesGoBeforePods() async throws {
        target.add("a")
        runtime.change { $0.images["old"] = RuntimeImage(id: "old", tags: [], digests: [], size: 1, userID: nil, userName: "") }
        try await with {
            set(.imageStorage, 500)
            _ = try await reached(130) { false }
            set(.nodeStorage, 50)
            try await expect { runtime.calls.contains("removeImage old") }
        }
    }

    @Test func podsBeyondTheirLimitsGoWithoutPressure() async throws {
        target.add("a", ["volumes": [["name": "v", "emptyDir": ["sizeLimit": "1Ki"]]]])
        target.add("b")
        var usage = PodUsage()
        usage.volumeBytes["v"] = 2048
        meter.readings.withLock { [usage] in $0.pods["a"] = usage }
        try await with {
            try await expect { target.evicted == ["a"] }
            #expect(target.state.withLock { $0.evicted["a"] } == "Usage of EmptyDir volume \"v\" exceeds the limit \"1Ki\". ")
            #expect(target.state.withLock { $0.pressure } == NodePressure())
        }
    }
}
