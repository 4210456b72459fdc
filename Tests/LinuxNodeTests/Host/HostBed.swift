import Control
import Cryptography
import Documents
import Glibc
import KubeAPI
import KubeClient
import KubeModel
import Kubelet
import Linux
import Network
import Storage
import Testing

@testable import LinuxNode

/// Pods' surroundings on this machine, in a temporary folder and control group, beside a whole API in memory.
final class HostBed: Sendable {
    let root: String
    let group: String
    let client: KubeClient
    let host: LinuxPodHost
    let settings: PodHostSettings
    /// What the API and the host take for now; it moves by hand.
    let clock: ManualClock

    static var isPossible: Bool { geteuid() == 0 && !CgroupLayout.detect().roots.isEmpty }

    private init() async throws {
        let name = "eyrie-host-\(RandomSource().hex(8))"
        (root, group) = ("/tmp/\(name)", "/\(name)")
        clock = ManualClock(Timestamp(seconds: 1_800_000_000))
        let realm = try await Store.memory(clock: clock).realm("cluster/test")
        let issuer = ServiceAccountIssuer(issuer: "https://oidc.test", audiences: ["api"], key: try PrivateKey.generate(.p256))
        let identity = ClusterIdentity(
            issuer: issuer, version: ServerVersion(gitVersion: "v1.36.2-eks-abcdef0"), address: "127.0.0.1:443")
        let server = try APIServer.cluster(
            realm, identity, clock: clock, random: RandomSource(seed: 1), configuration: APIServerConfiguration())
        try await server.bootstrap()
        try await ClusterBootstrap.reconcile(realm, writer: server)
        func transport(_ user: String, _ group: String) -> any HTTPTransport {
            LocalTransport(handler: server, peer: Peer(certificate: PeerCertificate(commonName: user, organizations: [group])))
        }
        client = KubeClient(transport: transport("admin", "system:masters"))
        var settings = PodHostSettings(nodeName: "node-1", nodeAddresses: ["10.0.0.5"])
        settings.rootDirectory = "\(root)/kubelet"
        settings.logDirectory = "\(root)/logs"
        settings.cgroupRoot = "\(group)/kubepods"
        settings.clusterDNS = ["172.20.0.10"]
        settings.volumeStore = "\(root)/volumes"
        settings.allocatable = ["memory": Quantity(1 << 30), "cpu": Quantity(2)]
        self.settings = settings
        host = LinuxPodHost(
            settings: settings, client: KubeClient(transport: transport("system:node:node-1", "system:nodes")), clock: clock,
            random: RandomSource(seed: 2))
        let account: Value = ["metadata": ["name": "default", "namespace": "default"]]
        _ = try await client.create(ServiceAccountFields.kind, account)
        let node: Value = ["metadata": ["name": "node-1"]]
        _ = try await client.create(NodeFields.kind, node)
    }

    /// Runs `body` on a bed and takes away all that it made, also when it throws.
    static func with(_ body: (HostBed) async throws -> Void) async throws {
        let bed = try await HostBed()
        do {
            try await body(bed)
        } catch {
            await bed.clean()
            throw error
        }
        await bed.clean()
    }
    private func clean() async {
        for uid in await host.uids() { try? await host.release(uid: uid) }
        try? Mounts.unmountTree(root)
        try? Files.removeTree(root)
        Cgroup(group).kill()
        try? Cgroup(group).remove()
        if let beside = Mounts.list().first(where: { $0.type == "cgroup2" }) {
            try? Cgroup(group, layout: CgroupLayout(controllers: [:], unified: beside.target)).remove()
        }
    }

    /// A pod bound to the node, as the API has it.
    func pod(_ name: String, _ spec: Value = [:], container: Value = [:]) async throws -> Value {
        var main: Value = ["name": "main", "image": "nginx"]
        for member in container.object ?? [:] { main[member.key] = member.value }
        var body: Value = ["containers": [main], "nodeName": "node-1"]
        for member in spec.object ?? [:] { body[member.key] = member.value }
        return try await client.create(PodFields.kind, ["metadata": ["name": .string(name), "namespace": "default"], "spec": body])
    }
    /// A pod that mounts one volume, called `v`, at `/v`.
    func pod(_ name: String, volume: Value, _ spec: Value = [:], mount: Value = [:]) async throws -> Value {
        var (volume, mount, spec) = (volume, mount, spec)
        volume["name"] = "v"
        (mount["name"], mount["mountPath"]) = ("v", "/v")
        spec["volumes"] = [volume]
        return try await pod(name, spec, container: ["volumeMounts": [mount]])
    }
    func config(_ pod: Value, attempt: Int = 0) async throws -> ContainerConfig {
        try await host.containerConfig(
            for: pod["spec"]["containers"][0], of: pod, attempt: attempt,
            image: RuntimeImage(id: "sha256:1", tags: [], digests: [], size: 0, userID: 0, userName: ""), addresses: ["10.0.1.7"],
            target: nil)
    }
    /// Where the container's mount at a path comes from.
    func source(_ pod: Value, at path: String = "/v") async throws -> String {
        try #require(try await config(pod).mounts.first { $0.containerPath == path }?.hostPath)
    }
    func configMap(_ name: String, _ data: [String: String]) async throws {
        _ = try await client.create(
            ConfigMapFields.kind, ["metadata": ["name": .string(name), "namespace": "default"], "data": Value(data)])
    }
    /// Waits a moment for something that comes by itself.
    func reached(_ condition: () async -> Bool) async throws -> Bool {
        for _ in 0..<6_000 {
            if await condition() { return true }
            clock.advance(by: .milliseconds(100))
            try await SystemClock().sleep(for: .milliseconds(10))
        }
        return false
    }
}

/// What a file is.
func facts(_ path: String) throws -> stat {
    var facts = stat()
    try #require(lstat(path, &facts) == 0, "\(path)")
    return facts
}
extension stat {
    var permissions: Int { Int(st_mode & 0o7777) }
}
