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
    /// How often a machine renews its lease; real ones do every 10 s.
    private let renewal: Duration
    /// Resident memory above which the run has failed, in bytes.
    private let mostMemory: Int
    private let loops = EventLoopGroup()
    /// As in a server, control planes have threads beside those of machines.
    private let control = EventLoopGroup(name: "control")
    private let clock = SystemClock()
    private let random = RandomSource()

    init(_ options: Options) throws {
        guard let directory = options.text("directory") else { throw BenchError("fleet needs --directory DIR") }
        self.directory = directory
        nodes = try options.number("nodes", 1000)
        pods = try options.number("pods", 10_000)
        renewal = .milliseconds(try options.number("renewal", 10_000))
        mostMemory = try options.number("memory", 20_480) << 20
    }

    func run() async throws {
        let store = try await Store.open(directory: directory, clock: clock)
        let realm = try await store.realm("cluster/fleet")
        let server = try server(realm)
        try await server.bootstrap()
        try await ClusterBootstrap.reconcile(realm, writer: server)
        let tasks = Tasks()
        for task in try services(realm, server) { tasks.add(task) }
        var stage = try Stage("cluster of nothing", 0, mostMemory)
        stage.end()
        stage = try Stage("nodes Ready", nodes, mostMemory)
        try await startMachines(server, realm, tasks, &stage)
        stage.end()
        try await measureHeartbeats("without pods", realm)
        stage = try Stage("pods available", pods, mostMemory)
        try await createDeployments(server, realm, &stage)
        stage.end()
        try await measureHeartbeats("with pods", realm)
        tasks.cancel()
        await tasks.ended()
        await store.close()
    }

    /// What the machines cost while nothing else happens: next to every write is a lease that is renewed, and on a machine without time
    /// for all there are fewer than were wanted.
    private func measureHeartbeats(_ when: String, _ realm: Realm) async throws {
        try await clock.sleep(for: .seconds(2))
        let (cpu, time, head) = (ownProcessorSeconds(), seconds(), realm.head)
        try await clock.sleep(for: .seconds(20))
        let (used, took, beats) = (ownProcessorSeconds() - cpu, seconds() - time, Double(realm.head - head))
        say(
            "heartbeats of \(nodes) nodes \(when): \(fixed(beats / took, 0)) a second, \(fixed(used / took * 100, 1)) % of a core, "
                + "\(fixed(used / max(1, beats) * 1e6, 0)) us each")
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
        let services: [any Service] = [
            server,
            ControllerGroup(
                realm: realm, writer: server, clock: clock, random: random, controllers: controllers, indexes: [KubeIndexes.notes]),
            Scheduler(
                realm: realm, writer: server, binder: DirectBinder(realm: realm, clock: clock, random: random), clock: clock, random: random
            ),
        ]
        return services.map { start($0, on: control) }
    }
    private func start(_ service: any Service, on loops: EventLoopGroup) -> Task<Void, Never> {
        Task(executorPreference: loops.next()) {
            do { try await service.run() } catch { if !Task.isCancelled { Log("bench").error("\(error)") } }
        }
    }

    /// Starts the machines, so many at a time as register side by side, and waits until all are Ready.
    private func startMachines(_ server: APIServer, _ realm: Realm, _ tasks: Tasks, _ stage: inout Stage) async throws {
        let window = 2000
        var ready = 0
        for number in 0..<nodes {
            tasks.add(machine(number, server))
            while number - ready >= window { try await wait(&stage, &ready, realm) }
        }
        while ready < nodes { try await wait(&stage, &ready, realm) }
    }
    /// Waits a little, and counts the nodes that are Ready in the order of their starts.
    private func wait(_ stage: inout Stage, _ ready: inout Int, _ realm: Realm) async throws {
        while ready < nodes, isReady(ready, realm) { ready += 1 }
        try stage.tell(ready)
        try await clock.sleep(for: .milliseconds(50))
    }
    private func isReady(_ number: Int, _ realm: Realm) -> Bool {
        let conditions = realm.get(NodeFields.kind.key(nil, name(number)))?.document?.root["status"]?["conditions"]?.items ?? []
        return conditions.contains { $0["type"]?.string == "Ready" && $0["status"]?.string == "True" }
    }
    private func name(_ number: Int) -> String { "ip-10-\(number >> 16)-\(number >> 8 & 255)-\(number & 255).fleet.internal" }

    /// A machine as its node's user.
    private func machine(_ number: Int, _ server: APIServer) -> Task<Void, Never> {
        let name = name(number)
        let spec = SimulatedNodeSpec(
            instanceID: "i-\(number)", instanceType: "m5.4xlarge", region: "us-west-2",
            availabilityZone: "us-west-2\(["a", "b", "c"][number % 3])",
            privateAddress: "10.\(number >> 16).\(number >> 8 & 255).\(number & 255)", privateDNSName: name, virtualCPUs: 16,
            memoryMiB: 65_536, maxPods: 110, kubeletVersion: "v1.36.2-eks-bench")
        let peer = Peer(local: .init(user: "system:node:\(name)", groups: ["system:nodes", "system:authenticated"]))
        let first = "100.\(64 + number >> 16).\(number >> 8 & 255).0"
        guard let pool = AddressPool(first: first, count: 254) else { return Task {} }
        var stages = StageTable()
        stages.recordsEvents = false
        stages.registersDrivers = false
        stages.leaseRenewal = renewal
        stages.relist = .seconds(1)
        return start(
            SimulatedMachine(
                spec: spec, transport: LocalTransport(handler: server, peer: peer), clock: clock, random: random, stages: stages,
                addresses: pool), on: loops)
    }

    /// Creates deployments of a thousand pods, so many at a time, and waits until all pods are available.
    private func createDeployments(_ server: APIServer, _ realm: Realm, _ stage: inout Stage) async throws {
        let cluster = Cluster([LocalTransport(handler: server, peer: Peer(local: .init(user: "admin", groups: ["system:masters"])))])
        let (size, window) = (1000, 50_000)
        for number in 0..<((pods + size - 1) / size) {
            let namespace = "fleet-\(number / 20)"
            if number % 20 == 0 { try await cluster.ensureNamespace(namespace) }
            let deployment = deployment("fleet-\(number)", min(size, pods - number * size))
            try await cluster.call("POST", "/apis/apps/v1/namespaces/\(namespace)/deployments", JSON.encode(deployment))
            while (number + 1) * size - availablePods(realm) > window { try await pause(&stage, realm) }
        }
        while availablePods(realm) < pods { try await pause(&stage, realm) }
    }
    private func pause(_ stage: inout Stage, _ realm: Realm) async throws {
        try stage.tell(availablePods(realm))
        try await clock.sleep(for: .milliseconds(200))
    }
    private func deployment(_ name: String, _ replicas: Int) -> Value {
        let labels: Value = ["app": .string(name)]
        let container: Value = [
            "name": "web", "image": "nginx:1.27", "resources": ["requests": ["cpu": "100m", "memory": "64Mi"]],
        ]
        return [
            "apiVersion": "apps/v1", "kind": "Deployment", "metadata": ["name": .string(name)],
            "spec": [
                "replicas": .int(Int64(replicas)), "selector": ["matchLabels": labels],
                "template": ["metadata": ["labels": labels], "spec": ["containers": [container]]],
            ],
        ]
    }

    private func availablePods(_ realm: Realm) -> Int {
        var sum = 0
        realm.snapshot().forEach(prefix: DeploymentFields.kind.prefix) { entry in
            sum += entry.document?.root["status"]?["availableReplicas"]?.int ?? 0
        }
        return sum
    }

    /// From opening the store of an earlier run until an API server answers.
    func reopen() async throws {
        let began = seconds()
        let store = try await Store.open(directory: directory, clock: clock)
        let opened = seconds() - began
        let realm = try await store.realm("cluster/fleet")
        let server = try server(realm)
        try await server.bootstrap()
        let objects = realm.snapshot().count(prefix: "")
        say("\(objects) objects: store open after \(fixed(opened, 2)) s, server ready after \(fixed(seconds() - began, 2)) s")
        await store.close()
    }
}
