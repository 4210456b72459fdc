import Control
import Cryptography
import Documents
import Glibc
import KubeAPI
import KubeControllers
import KubeModel
import KubeScheduler
import Network
import Reconcile
import SimulatedNode
import Storage

/// A very large cluster in this process: simulated machines that each log in, watch their pods and renew their lease, then pods on them,
/// over a durable store; then the store is opened again. CPU and memory are those of the whole process.
struct FleetBench {
    private let directory: String
    private let nodes: Int
    private let pods: Int
    private let loops = EventLoopGroup()
    private let clock = SystemClock()
    private let random = RandomSource()

    init(_ options: Options) throws {
        guard let directory = options.text("directory") else { throw BenchError("fleet needs --directory DIR") }
        self.directory = directory
        nodes = try options.number("nodes", 1000)
        pods = try options.number("pods", 10_000)
    }

    func run() async throws {
        let store = try await Store.open(directory: directory, clock: clock)
        let realm = try await store.realm("cluster/fleet")
        let server = try server(realm)
        try await server.bootstrap()
        try await ClusterBootstrap.reconcile(realm, writer: server)
        var tasks = try services(realm, server)
        try await tell("cluster of nothing") { true }
        tasks += machines(server)
        try await tell("\(nodes) nodes Ready", each: nodes) { readyNodes(realm) == nodes }
        let cpu = ownProcessorSeconds()
        try await clock.sleep(for: .seconds(20))
        print("heartbeats of \(nodes) nodes: \(fixed((ownProcessorSeconds() - cpu) / 20 * 100, 1)) % of a core")
        try await createDeployments(server)
        try await tell("\(pods) pods available", each: pods) { availablePods(realm) >= pods }
        for task in tasks { task.cancel() }
        for task in tasks { await task.value }
        await store.close()
        try await reopen()
    }

    private func server(_ realm: Realm) throws -> APIServer {
        let identity = ClusterIdentity(
            issuer: ServiceAccountIssuer(
                issuer: "https://fleet", audiences: ["https://kubernetes.default.svc"], key: try PrivateKey.generate(.rsa2048)),
            version: ServerVersion(gitVersion: "v1.36.2-eks-bench"), address: "127.0.0.1:443")
        return try APIServer.cluster(realm, identity, clock: clock, random: random, configuration: APIServerConfiguration())
    }
    private func services(_ realm: Realm, _ server: APIServer) throws -> [Task<Void, Never>] {
        let authority = try CertificateAuthority.make(commonName: "kubernetes", now: clock.now.seconds)
        let controllers = ClusterControllers.all(rootCertificate: authority.certificate.pem, authority: authority)
        return [
            server, ControllerGroup(realm: realm, writer: server, clock: clock, random: random, controllers: controllers),
            Scheduler(realm: realm, binder: server, clock: clock, random: random),
        ].map(start)
    }
    private func start(_ service: any Service) -> Task<Void, Never> {
        Task(executorPreference: loops.next()) {
            do { try await service.run() } catch { if !Task.isCancelled { Log("bench").error("\(error)") } }
        }
    }

    /// The machines, each as its node's user.
    private func machines(_ server: APIServer) -> [Task<Void, Never>] {
        (0..<nodes).map { number in
            let name = "ip-10-\(number >> 16)-\(number >> 8 & 255)-\(number & 255).fleet.internal"
            let spec = SimulatedNodeSpec(
                instanceID: "i-\(number)", instanceType: "m5.4xlarge", region: "us-west-2",
                availabilityZone: "us-west-2\(["a", "b", "c"][number % 3])",
                privateAddress: "10.\(number >> 16).\(number >> 8 & 255).\(number & 255)", privateDNSName: name, virtualCPUs: 16,
                memoryMiB: 65_536, maxPods: 110, kubeletVersion: "v1.36.2-eks-bench")
            let peer = Peer(local: .init(user: "system:node:\(name)", groups: ["system:nodes", "system:authenticated"]))
            let first = "100.\(64 + number >> 16).\(number >> 8 & 255).0"
            let pool = AddressPool(first: first, count: 254) ?? AddressPool(first: "100.64.0.0", count: 254)
            guard let pool else { return Task {} }
            var stages = StageTable()
            stages.recordsEvents = false
            return start(
                SimulatedMachine(
                    spec: spec, transport: LocalTransport(handler: server, peer: peer), clock: clock, random: random, stages: stages,
                    addresses: pool))
        }
    }

    private func createDeployments(_ server: APIServer) async throws {
        let cluster = Cluster([LocalTransport(handler: server, peer: Peer(local: .init(user: "admin", groups: ["system:masters"])))])
        let size = 1000
        for number in 0..<((pods + size - 1) / size) {
            let labels: Value = ["app": .string("fleet-\(number)")]
            let deployment: Value = [
                "apiVersion": "apps/v1", "kind": "Deployment", "metadata": ["name": .string("fleet-\(number)")],
                "spec": [
                    "replicas": .int(Int64(min(size, pods - number * size))), "selector": ["matchLabels": labels],
                    "template": [
                        "metadata": ["labels": labels],
                        "spec": [
                            "containers": [
                                [
                                    "name": "web", "image": "nginx:1.27",
                                    "resources": ["requests": ["cpu": "100m", "memory": "64Mi"]],
                                ]
                            ]
                        ],
                    ],
                ],
            ]
            let namespace = "fleet-\(number / 20)"
            if number % 20 == 0 { try await cluster.ensureNamespace(namespace) }
            try await cluster.call("POST", "/apis/apps/v1/namespaces/\(namespace)/deployments", JSON.encode(deployment))
        }
    }

    private func readyNodes(_ realm: Realm) -> Int {
        count(realm, NodeFields.kind.prefix) { node in
            let ready = node["status"]?["conditions"]?.items.contains { $0["type"]?.string == "Ready" && $0["status"]?.string == "True" }
            return ready ?? false ? 1 : 0
        }
    }
    private func availablePods(_ realm: Realm) -> Int {
        count(realm, DeploymentFields.kind.prefix) { $0["status"]?["availableReplicas"]?.int ?? 0 }
    }
    private func count(_ realm: Realm, _ prefix: String, _ number: (Node) -> Int) -> Int {
        var sum = 0
        realm.snapshot().forEach(prefix: prefix) { sum += $0.document.map { number($0.root) } ?? 0 }
        return sum
    }

    /// Waits until something holds, and prints how long that took and what it cost.
    private func tell(_ what: String, each count: Int = 1, _ holds: () -> Bool) async throws {
        let (began, cpu, before) = (seconds(), ownProcessorSeconds(), resident())
        while !holds() { try await clock.sleep(for: .milliseconds(500)) }
        let (time, used, after) = (seconds() - began, ownProcessorSeconds() - cpu, resident())
        print(
            "\(what): \(fixed(time, 1)) s, CPU \(fixed(used / Double(count) * 1e6, 0)) us each, memory \(after >> 20) MiB,"
                + " \(((after - before) / count) >> 10) KiB more each")
    }
    private func resident() -> Int { ServerProcess(id: Int(getpid())).usage()?.residentBytes ?? 0 }

    /// From opening the store until an API server answers.
    private func reopen() async throws {
        let began = seconds()
        let store = try await Store.open(directory: directory, clock: clock)
        let opened = seconds() - began
        let realm = try await store.realm("cluster/fleet")
        let server = try server(realm)
        try await server.bootstrap()
        let objects = realm.snapshot().count(prefix: "")
        print("\(objects) objects: store open after \(fixed(opened, 2)) s, server ready after \(fixed(seconds() - began, 2)) s")
        await store.close()
    }
}
