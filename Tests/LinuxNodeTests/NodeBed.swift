import Control
import Cryptography
import Documents
import KubeAPI
import KubeClient
import KubeModel
import Kubelet
import Linux
import Network
import Storage

@testable import LinuxNode

/// A whole node on this machine: the kubelet over a containerd of its own and Linux' surroundings, beside an API in memory.
final class NodeBed {
    let containerd: ContainerdBed
    let kubelet: Kubelet
    let host: LinuxPodHost
    let client: KubeClient
    let clock = SystemClock()
    static let node = "node-1"

    init() async throws {
        containerd = try await ContainerdBed()
        let realm = try await Store.memory(clock: clock).realm("cluster/test")
        let issuer = ServiceAccountIssuer(issuer: "https://oidc.test", audiences: ["api"], key: try PrivateKey.generate(.p256))
        let identity = ClusterIdentity(
            issuer: issuer, version: ServerVersion(gitVersion: "v1.36.2-eks-abcdef0"), address: "127.0.0.1:443")
        let server = try APIServer.cluster(
            realm, identity, clock: clock, random: RandomSource(), configuration: APIServerConfiguration())
        try await server.bootstrap()
        try await ClusterBootstrap.reconcile(realm, writer: server)
        func transport(_ user: String, _ group: String) -> any HTTPTransport {
            LocalTransport(handler: server, peer: Peer(certificate: PeerCertificate(commonName: user, organizations: [group])))
        }
        client = KubeClient(transport: transport("admin", "system:masters"))
        let mine = KubeClient(transport: transport("system:node:\(Self.node)", "system:nodes"))
        var facts = NodeFacts(
            name: Self.node, instanceID: "i-0123456789abcdef0", instanceType: "t3.medium", region: "us-west-1", zone: "us-west-1a",
            address: "127.0.0.1", virtualCPUs: 4, memoryBytes: 8 << 30, storageBytes: 80 << 30, maxPods: 110, architecture: "amd64",
            kubeletVersion: "v1.36.2-eks-abcdef0")
        facts.osImage = "Debian"
        var settings = PodHostSettings(facts, clusterDNS: [])
        settings.rootDirectory = "\(containerd.root)/kubelet"
        settings.logDirectory = "\(containerd.root)/logs"
        settings.cgroupRoot = "/eyrie-test/\(containerd.root.split(separator: "/").last ?? "")/kubepods"
        host = LinuxPodHost(settings: settings, client: mine, clock: clock, random: RandomSource())
        kubelet = Kubelet(node: facts, client: mine, runtime: containerd.runtime, host: host, clock: clock, random: RandomSource())
        let account: Value = ["metadata": ["name": "default", "namespace": "default"]]
        _ = try await client.create(ServiceAccountFields.kind, account)
        let authority: Value = ["metadata": ["name": "kube-root-ca.crt", "namespace": "default"], "data": ["ca.crt": "none"]]
        _ = try await client.create(ConfigMapFields.kind, authority)
    }

    /// Runs the node while `body` acts, and takes it down.
    static func with(_ body: (NodeBed) async throws -> Void) async throws {
        let bed = try await NodeBed()
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                let (kubelet, host) = (bed.kubelet, bed.host)
                group.addTask { try await kubelet.run() }
                group.addTask { try await host.run() }
                try await body(bed)
                group.cancelAll()
                do { try await group.waitForAll() } catch is CancellationError {}
            }
        } catch {
            await bed.close()
            throw error
        }
        await bed.close()
    }
    private func close() async {
        for uid in await host.uids() { try? await host.release(uid: uid) }
        await containerd.close()
    }

    /// A pod of one container that runs a line of shell.
    @discardableResult func run(_ name: String, _ script: String, _ more: Value = .null, container: Value = .null) async throws -> Value {
        var main: Value = [
            "name": "main", "image": .string(ContainerdBed.image), "imagePullPolicy": "Never",
            "command": ["/bin/sh", "-c", .string(script)],
        ]
        for member in container.object ?? [:] { main[member.key] = member.value }
        var spec: Value = ["nodeName": .string(Self.node), "terminationGracePeriodSeconds": 2, "containers": [main]]
        for member in more.object ?? [:] { spec[member.key] = member.value }
        let document: Value = [
            "apiVersion": "v1", "kind": "Pod", "metadata": ["name": .string(name), "namespace": "default"], "spec": spec,
        ]
        return try await client.create(PodFields.kind, document)
    }

    /// Waits until the pod is as wished; null stands for its absence.
    func pod(_ name: String, within limit: Duration = .seconds(60), until condition: (Value) -> Bool) async throws -> Value {
        let end = clock.now + limit
        var last = Value.null
        while clock.now < end {
            do throws(KubeClientError) {
                last = try await client.get(PodFields.kind, namespace: "default", name)
            } catch {
                guard error.isNotFound else { throw error }
                last = .null
            }
            if condition(last) { return last }
            try await clock.sleep(for: .milliseconds(2))
        }
        let events = try await client.all(EventFields.kind, namespace: "default").items.compactMap { $0["message"].string }
        throw NotSeen(description: JSON.text(last["status"], pretty: true) + events.suffix(10).joined(separator: "\n"))
    }
    func ready(_ name: String) async throws -> Value {
        try await pod(name) { $0["status"]["conditions"].items.contains { $0["type"] == "Ready" && $0["status"] == "True" } }
    }

    struct NotSeen: Error, CustomStringConvertible {
        let description: String
    }
}
