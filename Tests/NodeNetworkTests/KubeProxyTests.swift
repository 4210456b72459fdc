import Control
import Documents
import KubeAPI
import KubeClient
import KubeModel
import Linux
import Network
import Storage
import Synchronization
import Testing

@testable import NodeNetwork

/// The proxy and the policy agent against a real API server.
@Suite struct KubeProxyTests {
    /// Keeps the scripts that it is given; refuses some on demand.
    final class RecordingKernel: RuleKernel {
        let scripts = Mutex<[String]>([])
        let refusals = Mutex(0)
        func run(_ script: String) throws {
            let refuses = refusals.withLock { left in
                defer { left = max(0, left - 1) }
                return left > 0
            }
            if refuses { throw CloudError("busy") }
            scripts.withLock { $0.append(script) }
        }
        var last: String { scripts.withLock { $0.last ?? "" } }
        var count: Int { scripts.withLock { $0.count } }
    }
    struct NoConnections: ConnectionTable {
        func delete(_ stale: [StaleConnections]) throws {}
    }

    private func api() async throws -> KubeClient {
        let clock = SystemClock()
        let realm = try await Store.memory(clock: clock).realm("cluster/test")
        let api = APIServer(
            realm: realm, schema: .kubernetes, kinds: .kubernetes, authenticators: [LocalAuthenticator()],
            authorizers: [SuperuserAuthorizer()], clock: clock, random: RandomSource(seed: 1), configuration: APIServerConfiguration())
        try await api.bootstrap()
        let peer = Peer(local: .init(user: "admin", groups: ["system:masters"]))
        return KubeClient(transport: LocalTransport(handler: api, peer: peer))
    }
    private func reached(_ condition: () -> Bool) async throws {
        for _ in 0..<6_000 where !condition() { try await Task.sleep(for: .milliseconds(10)) }
        #expect(condition())
    }
    private func with(_ service: some Service, _ body: () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await service.run() }
            try await body()
            group.cancelAll()
            do { try await group.waitForAll() } catch is CancellationError {}
        }
    }

    @Test func rulesFollowServicesAndTheirEndpoints() async throws {
        let client = try await api()
        let kernel = RecordingKernel()
        var configuration = ProxyConfiguration()
        (configuration.hostname, configuration.healthAddress, configuration.metricsAddress) = ("n1", "127.0.0.1:0", "127.0.0.1:0")
        let proxy = KubeProxy(
            client: client, kernel: kernel, connections: NoConnections(), configuration: configuration, clock: SystemClock(),
            random: RandomSource(seed: 2), log: Log("test", sink: { _ in }))
        try await with(proxy) {
            try await reached { kernel.last.contains("delete table ip kube-proxy") }
            _ = try await client.create(ServiceFields.kind, Samples.service(clusterIP: ""))
            let service = try await client.get(ServiceFields.kind, "web")
            let address = try #require(service["spec"]["clusterIP"].string)
            try await reached { kernel.last.contains("\(address) . tcp . 8080 : goto reject-chain") }
            var slice = Samples.slice(["10.0.0.1"])
            slice["apiVersion"] = "discovery.k8s.io/v1"
            _ = try await client.create(EndpointSliceFields.kind, slice)
            try await reached { kernel.last.contains("dnat ip to 10.0.0.1:80") }
            #expect(!kernel.last.contains("add table"), "only what differs")
            kernel.refusals.withLock { $0 = 1 }
            try await client.delete(EndpointSliceFields.kind, "web-1")
            try await reached { kernel.last.contains("add table") && !kernel.last.contains("10.0.0.1") }
            try await client.delete(ServiceFields.kind, "web")
            try await reached { kernel.last.contains("delete element ip kube-proxy cluster-ips { \(address) }") }
        }
    }

    @Test func podsAreFollowedOnlyOnceThereIsAPolicy() async throws {
        let client = try await api()
        let kernel = RecordingKernel()
        let agent = PolicyAgent(
            client: client, kernel: kernel, node: "n1", clock: SystemClock(), random: RandomSource(seed: 2),
            log: Log("test", sink: { _ in }))
        try await with(agent) {
            try await reached { kernel.count == 1 }
            _ = try await client.create(
                NetworkPolicyFields.kind,
                ["metadata": ["name": "deny", "namespace": "default"], "spec": ["podSelector": [:], "policyTypes": ["Ingress"]]])
            let pod: Value = [
                "metadata": ["name": "a", "namespace": "default", "labels": ["app": "a"]],
                "spec": ["nodeName": "n1", "containers": [["name": "c", "image": "i"]]],
            ]
            var made = try await client.create(PodFields.kind, pod)
            made["status"] = ["podIP": "10.0.0.7", "podIPs": [["ip": "10.0.0.7"]], "phase": "Running"]
            _ = try await client.update(PodFields.kind, made, subresource: "status")
            try await reached {
                kernel.last.contains("add element ip aws-network-policy ingress-pods { 10.0.0.7 : goto ingress-pod-10.0.0.7 }")
            }
            try await client.delete(NetworkPolicyFields.kind, "deny")
            try await reached { kernel.last.contains("delete element ip aws-network-policy ingress-pods { 10.0.0.7 }") }
        }
    }
}
