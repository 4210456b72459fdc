import Control
import Documents
import KubeClient
import struct KubeModel.NodePressure
import Network
import Synchronization
import Testing

@testable import Kubelet

@Suite struct HostSweeperTests {
    private final class Pods: EvictionTarget {
        let all = Mutex<[Value]>([])
        func pods() -> [Value] { all.withLock { $0 } }
        func report(_ pressure: NodePressure) {}
        func evict(uid: String, reason: String, message: String, grace: Int) {}
    }
    /// Lists one pod; nothing at all while it is down.
    private final class Server: HTTPTransport {
        let isUp = Mutex(true)
        func send(_ request: HTTPRequest) async throws -> HTTPResponse {
            guard isUp.withLock({ $0 }) else { return HTTPResponse(503) }
            let list: Value = ["items": [["metadata": ["name": "known", "uid": "known"]]], "metadata": ["resourceVersion": "1"]]
            return HTTPResponse(200, body: .bytes(JSON.encode(list)))
        }
    }
    private let clock = ManualClock(), host = MemoryHost(), pods = Pods(), server = Server()

    private func with(_ body: (MemoryRuntime) async throws -> Void) async throws {
        let runtime = MemoryRuntime(clock: clock)
        let sweeper = HostSweeper(
            nodeName: "node-1", target: pods, host: host, runtime: runtime, client: KubeClient(transport: server), clock: clock)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await sweeper.run() }
            try await body(runtime)
            group.cancelAll()
        }
    }
    /// Lets so much time pass, and then as much more as the machine needs until the condition holds.
    private func pass(_ seconds: Int, until condition: () -> Bool = { true }) async throws {
        for second in 0..<60_000 where second < seconds || !condition() {
            clock.advance(by: .seconds(1))
            try await SystemClock().sleep(for: .milliseconds(2))
        }
    }

    @Test func whatBelongsToNobodyGoesAfterASecondLook() async throws {
        host.change { $0.prepared = ["known", "lost", "local"] }
        pods.all.withLock { $0 = [["metadata": ["uid": "local"]]] }
        try await with { _ in
            try await pass(90)
            #expect(host.state.withLock { $0.released }.isEmpty)
            try await pass(60) { host.state.withLock { !$0.released.isEmpty } }
            #expect(host.state.withLock { $0.released } == ["lost"])
        }
    }

    @Test func nothingGoesWhileTheServerDoesNotAnswer() async throws {
        host.change { $0.prepared = ["lost"] }
        server.isUp.withLock { $0 = false }
        try await with { _ in
            try await pass(200)
            #expect(host.state.withLock { $0.released }.isEmpty)
        }
    }

    @Test func volumesOfEndedPodsGoOnceNothingRuns() async throws {
        pods.all.withLock { $0 = [["metadata": ["uid": "done"], "status": ["phase": "Failed"]]] }
        try await with { runtime in
            runtime.change { state in
                var status = ContainerStatus()
                (status.id, status.state, status.labels) = ("c", .running, [RuntimeLabel.podUID: "done"])
                state.boxes["c"] = MemoryRuntime.Box(status: status, command: [])
            }
            try await pass(20)
            #expect(host.state.withLock { $0.retired }.isEmpty)
            runtime.change { $0.boxes["c"]?.status.state = .exited }
            try await pass(20) { host.state.withLock { !$0.retired.isEmpty } }
            #expect(host.state.withLock { $0.retired } == ["done"])
        }
    }
}
