import Control
import Cryptography
import Documents
import KubeAPI
import KubeClient
import KubeModel
import Network
import Storage

@testable import Kubelet

/// A cluster's whole API over a store in memory, and a kubelet with a runtime and a host in memory, on simulated time.
struct KubeletBed {
    let clock = ManualClock(Timestamp(seconds: 1_800_000_000))
    let server: APIServer
    let client: KubeClient
    let runtime: MemoryRuntime
    let host = MemoryHost()
    let network = MemoryProbeNetwork()

    init() async throws {
        let realm = try await Store.memory(clock: clock).realm("cluster/test")
        let issuer = ServiceAccountIssuer(issuer: "https://oidc.test", audiences: ["api"], key: try PrivateKey.generate(.p256))
        let identity = ClusterIdentity(
            issuer: issuer, version: ServerVersion(gitVersion: "v1.36.2-eks-abcdef0"), address: "127.0.0.1:443")
        server = try APIServer.cluster(
            realm, identity, clock: clock, random: RandomSource(seed: 1), configuration: APIServerConfiguration())
        try await server.bootstrap()
        try await ClusterBootstrap.reconcile(realm, writer: server)
        client = KubeClient(transport: Self.transport(server, "admin", "system:masters"))
        runtime = MemoryRuntime(clock: clock)
        let account: Value = ["metadata": ["name": "default", "namespace": "default"]]
        _ = try await client.create(ServiceAccountFields.kind, account)
        for image in ["nginx:1", "busybox:1"] { _ = try await image.present(in: runtime) }
    }

    private static func transport(_ server: APIServer, _ user: String, _ group: String) -> any HTTPTransport {
        LocalTransport(handler: server, peer: Peer(certificate: PeerCertificate(commonName: user, organizations: [group])))
    }

    static let node: NodeFacts = {
        var facts = NodeFacts(
            name: "ip-192-168-1-2.us-west-1.compute.internal", instanceID: "i-0123456789abcdef0", instanceType: "t3.medium",
            region: "us-west-1", zone: "us-west-1a", address: "192.168.1.2", virtualCPUs: 2, memoryBytes: 4 << 30, storageBytes: 80 << 30,
            maxPods: 17, architecture: "amd64", kubeletVersion: "v1.36.2-eks-abcdef0")
        facts.labels = ["eks.amazonaws.com/nodegroup": "ng-1"]
        facts.taints = ["dedicated=lab:NoSchedule"]
        return facts
    }()

    /// A way to the API server as the node.
    var nodeClient: KubeClient { KubeClient(transport: Self.transport(server, "system:node:\(Self.node.name)", "system:nodes")) }

    func kubelet(_ facts: NodeFacts = Self.node) -> Kubelet {
        let transport = Self.transport(server, "system:node:\(facts.name)", "system:nodes")
        return Kubelet(
            node: facts, client: KubeClient(transport: transport), runtime: runtime, host: host, network: network, clock: clock,
            random: RandomSource(seed: 2))
    }

    /// Runs a kubelet while `body` acts.
    func with(_ kubelet: Kubelet? = nil, _ body: () async throws -> Void) async throws {
        let kubelet = kubelet ?? self.kubelet()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await kubelet.run() }
            try await body()
            group.cancelAll()
            do { try await group.waitForAll() } catch is CancellationError {}
        }
    }

    /// A pod bound to the node.
    @discardableResult func run(_ name: String, _ spec: Value = .null) async throws -> Value {
        var body: Value = ["containers": [["name": "main", "image": "nginx:1"]], "nodeName": .string(Self.node.name)]
        for member in spec.object ?? [:] { body[member.key] = member.value }
        return try await client.create(
            PodFields.kind,
            ["apiVersion": "v1", "kind": "Pod", "metadata": ["name": .string(name), "namespace": "default"], "spec": body])
    }

    /// Lets simulated time go on until the document is as wished, and returns it.
    func wait(
        _ kind: Kind, _ name: String, namespace: String = "default", step: Duration = .milliseconds(100), until condition: (Value) -> Bool
    ) async throws -> Value {
        var last = Value.null
        for _ in 0..<60_000 {
            do throws(KubeClientError) {
                last = try await client.get(kind, namespace: namespace, name)
            } catch {
                guard error.isNotFound else { throw error }
                last = .null
            }
            if condition(last) { return last }
            runtime.tick()
            clock.advance(by: step)
            try await SystemClock().sleep(for: .milliseconds(1))
        }
        throw NotReached(last: last)
    }
    func pod(_ name: String, until condition: (Value) -> Bool) async throws -> Value {
        try await wait(PodFields.kind, name, until: condition)
    }
    /// Lets simulated time go on for so long.
    func pass(_ duration: Duration, step: Duration = .milliseconds(100)) async throws {
        let end = clock.now + duration
        while clock.now < end {
            runtime.tick()
            clock.advance(by: step)
            try await SystemClock().sleep(for: .milliseconds(1))
        }
    }
    /// The events about a pod, in order, as `reason: message`.
    func events(about name: String) async throws -> [String] {
        let list = try await client.all(EventFields.kind, namespace: "default").items
        return list.filter { $0["involvedObject"]["name"] == .string(name) }
            .sorted { ($0["metadata"]["name"].string ?? "") < ($1["metadata"]["name"].string ?? "") }
            .map { "\($0["reason"].string ?? ""): \($0["message"].string ?? "")" }
    }
    /// Waits until an event about the pod begins so.
    func event(about name: String, _ beginning: String) async throws -> String {
        for _ in 0..<60_000 {
            if let found = try await events(about: name).first(where: { $0.hasPrefix(beginning) }) { return found }
            runtime.tick()
            clock.advance(by: .milliseconds(100))
            try await SystemClock().sleep(for: .milliseconds(1))
        }
        throw NotReached(last: .array(try await events(about: name).map(Value.string)))
    }
}

extension String {
    func present(in runtime: MemoryRuntime) async throws -> RuntimeImage {
        let image = RuntimeImage(id: "sha256:\(self)", tags: [self], digests: [], size: 1000, userID: nil, userName: "")
        runtime.change { $0.images[self] = image }
        return image
    }
}

struct NotReached: Error, CustomStringConvertible {
    var last = Value.null
    var description: String { JSON.text(last, pretty: true) }
}

extension Value {
    /// The status of a condition, as in `True`.
    func condition(_ type: String) -> String? { entry(type)["status"].string }
    func entry(_ type: String) -> Value { self["status"]["conditions"].items.first { $0["type"] == .string(type) } ?? .null }
    /// The status of a container.
    func container(_ name: String) -> Value {
        (self["status"]["containerStatuses"].items + self["status"]["initContainerStatuses"].items
            + self["status"]["ephemeralContainerStatuses"].items).first { $0["name"] == .string(name) } ?? .null
    }
    /// Why the container waits.
    func waiting(_ name: String = "main") -> String? { container(name)["state"]["waiting"]["reason"].string }
    var isReady: Bool { condition("Ready") == "True" }
    var phase: String { self["status"]["phase"].string ?? "" }
}
