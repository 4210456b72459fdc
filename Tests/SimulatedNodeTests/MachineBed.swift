import Control
import Cryptography
import Documents
import KubeAPI
import KubeClient
import KubeModel
import Network
import Storage

@testable import SimulatedNode

/// A cluster's whole API over a store in memory, on simulated time, and what machines need; they come as nodes and may do no more.
struct MachineBed {
    let clock = ManualClock(Timestamp(seconds: 1_800_000_000))
    let server: APIServer
    let addresses: AddressPool
    let client: KubeClient

    init() async throws {
        let realm = try await Store.memory(clock: clock).realm("cluster/test")
        let issuer = ServiceAccountIssuer(issuer: "https://oidc.test", audiences: ["api"], key: try PrivateKey.generate(.p256))
        let identity = ClusterIdentity(
            issuer: issuer, version: ServerVersion(gitVersion: "v1.36.2-eks-abcdef0"), address: "127.0.0.1:443")
        server = try APIServer.cluster(
            realm, identity, clock: clock, random: RandomSource(seed: 1), configuration: APIServerConfiguration())
        try await server.bootstrap()
        try await ClusterBootstrap.reconcile(realm, writer: server)
        guard let pool = AddressPool(first: "192.168.10.20", count: 50) else { throw NotReached() }
        addresses = pool
        client = KubeClient(transport: Self.transport(server, "admin", "system:masters"))
        let account: Value = ["metadata": ["name": "default", "namespace": "default"]]
        _ = try await client.create(ServiceAccountFields.kind, account)
    }

    private static func transport(_ server: any HTTPHandler, _ user: String, _ group: String) -> any HTTPTransport {
        LocalTransport(handler: server, peer: Peer(certificate: PeerCertificate(commonName: user, organizations: [group])))
    }

    static let spec = SimulatedNodeSpec(
        instanceID: "i-0123456789abcdef0", instanceType: "t3.medium", region: "us-west-1", availabilityZone: "us-west-1a",
        privateAddress: "192.168.1.2", privateDNSName: "ip-192-168-1-2.us-west-1.compute.internal", virtualCPUs: 2, memoryMiB: 4096,
        maxPods: 17, labels: ["eks.amazonaws.com/nodegroup": "ng-1"], taints: ["dedicated=lab:NoSchedule", "spare:NoExecute"],
        kubeletVersion: "v1.36.2-eks-abcdef0")

    /// - Parameter door: what the machine takes for its API server.
    func machine(stages: StageTable = StageTable(), door: (any HTTPHandler)? = nil) -> SimulatedMachine {
        SimulatedMachine(
            spec: Self.spec, transport: Self.transport(door ?? server, "system:node:\(Self.spec.nodeName)", "system:nodes"),
            cloud: Self.transport(server, "cloud", "system:masters"), clock: clock, random: RandomSource(seed: 2), stages: stages,
            addresses: addresses)
    }

    /// Runs a machine while `body` acts.
    func with(_ machine: SimulatedMachine, _ body: () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await machine.run() }
            try await body()
            group.cancelAll()
            do { try await group.waitForAll() } catch is CancellationError {}
        }
    }

    /// A pod bound to the machine.
    func run(_ name: String, _ spec: Value = .null, annotations: [String: String] = [:]) async throws {
        var body: Value = ["containers": [["name": "main", "image": "nginx"]], "nodeName": .string(Self.spec.nodeName)]
        for member in spec.object ?? [:] { body[member.key] = member.value }
        _ = try await client.create(
            PodFields.kind,
            [
                "apiVersion": "v1", "kind": "Pod",
                "metadata": ["name": .string(name), "namespace": "default", "annotations": Value(annotations)], "spec": body,
            ])
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
            clock.advance(by: step)
            try await SystemClock().sleep(for: .milliseconds(1))
        }
        throw NotReached(last: last)
    }
    func pod(_ name: String, until condition: (Value) -> Bool) async throws -> Value {
        try await wait(PodFields.kind, name, until: condition)
    }
    /// The reasons of the events about a pod, in the order of the list, as `kubectl describe` shows those of one second.
    func events(about name: String) async throws -> [String] {
        let list = try await client.all(EventFields.kind, namespace: "default").items
        return list.filter { $0["involvedObject"]["name"] == .string(name) }.compactMap { $0["reason"].string }
    }
}

struct NotReached: Error, CustomStringConvertible {
    var last = Value.null
    var description: String { JSON.text(last, pretty: true) }
}

extension Value {
    /// The status of a condition, as in `True`.
    func condition(_ type: String) -> String? { self["status"]["conditions"].items.first { $0["type"] == .string(type) }?["status"].string }
    /// Why the first container waits.
    var waiting: String? { self["status"]["containerStatuses"][0]["state"]["waiting"]["reason"].string }
    var isReady: Bool { condition("Ready") == "True" }
}
