import AWSProtocol
import Assembly
import Control
import Documents
import KubeClient
import KubeModel
import Network
import Storage
import Synchronization
import Testing

@testable import Behaviours

@Suite("Several servers on one store") struct SeveralServersTests {
    private static let names: Set = [
        "a Deployment rolls out, is scaled, updated and rolled back", "a Service's endpoints are its ready pods",
        "pods spread over zones and nodes",
    ]
    private static var chosen: [Behaviour] { Behaviour.all.filter { names.contains($0.name) } + Behaviour.clusters.prefix(3) }

    @Test("What holds on one server holds when every request goes to another", arguments: chosen) func behaviours(_ behaviour: Behaviour)
        throws
    {
        let simulation = Simulation(seed: 1)
        try simulation.run {
            let fleet = try await Fleet.start(2, simulation)
            guard behaviour.runs(on: fleet) else { return await fleet.stop() }
            try await behaviour.run(on: fleet, id: "b1")
            await fleet.stop()
        }
    }

    /// Runs a body over a cluster with two nodes and a Deployment on two servers.
    private func scene(_ seed: UInt64, _ body: @escaping @Sendable (Fleet, Scene, Stage) async throws -> Void) throws {
        let simulation = Simulation(seed: seed)
        try simulation.run {
            let fleet = try await Fleet.start(2, simulation)
            let scene = Scene(bed: fleet, id: "s\(seed)")
            let stage = try await scene.cluster(nodes: 2)
            try await stage.deployment("web", 3)
            try await stage.rolledOut("web", 3)
            try await body(fleet, scene, stage)
            await fleet.stop()
        }
    }
    /// Exactly so many pods, none twice anywhere.
    private static func check(_ stage: Stage, _ scene: Scene, pods count: Int) async throws {
        let pods = try await stage.pods("web").filter { $0["metadata"]["deletionTimestamp"].isNull }
        try scene.expect(pods.count == count, "\(pods.count) pods, not \(count)")
        let addresses = pods.compactMap { $0["status"]["podIP"].string }
        try scene.expect(Set(addresses).count == addresses.count, "addresses twice: \(addresses)")
        let nodes = try await stage.readyNodes()
        try scene.expect(nodes.count == 2, "\(nodes.count) nodes are ready")
    }

    @Test("When a leader dies its loops go on at another server within seconds", arguments: [1, 2, 3] as [UInt64]) func death(seed: UInt64)
        throws
    {
        try scene(seed) { fleet, scene, stage in
            await fleet.kill(0)
            let start = fleet.simulation.clock.now
            try await stage.scale("web", 6)
            try await stage.rolledOut("web", 6, within: .seconds(30))
            try scene.expect(fleet.simulation.clock.now - start < .seconds(20), "that took \(fleet.simulation.clock.now - start)")
            try await Self.check(stage, scene, pods: 6)
            let third = try await fleet.join()
            await fleet.kill(1)
            fleet.reach(third)
            try await stage.scale("web", 2)
            try await stage.rolledOut("web", 2, within: .seconds(30))
            try await Self.check(stage, scene, pods: 2)
        }
    }

    @Test("A server that is cut off does no harm, and goes on once it is back", arguments: [1, 2, 3] as [UInt64]) func cut(seed: UInt64)
        throws
    {
        try scene(seed) { fleet, scene, stage in
            for place in [0, 1] {
                let other = 1 - place
                fleet[place].link.cut()
                fleet.reach(other)
                try await stage.scale("web", 7)
                try await stage.rolledOut("web", 7, within: .seconds(60))
                fleet[place].link.heal()
                try await scene.pass(.seconds(20))
                try await Self.check(stage, scene, pods: 7)
                fleet.reach(place)
                try await stage.scale("web", 3)
                try await stage.rolledOut("web", 3, within: .seconds(60))
                fleet.reach(0, 1)
                try await Self.check(stage, scene, pods: 3)
            }
        }
    }

    @Test("Clusters that one server makes and deletes come and go at the other within a second") func following() throws {
        try scene(1) { fleet, scene, stage in
            let id = fleet[0].bed.system.clusterID(region: SimulatedBed.region, name: stage.cluster) ?? ""
            func answers(_ place: Int) async throws -> Int {
                try await fleet[place].bed.system.kubernetesTransport(cluster: id).send(HTTPRequest("GET", "/version")).status
            }
            for place in [0, 1] {
                let status = try await answers(place)
                try scene.expect(status != 503, "server \(place) does not serve the cluster")
            }
            await scene.cleanUp { _ in }
            try await scene.pass(.seconds(1))
            for place in [0, 1] {
                let status = try await answers(place)
                try scene.expect(status == 503, "server \(place) still serves the cluster that is gone: \(status)")
            }
        }
    }

    @Test("A cluster that is deleted while it starts leaves nothing behind", arguments: [1, 2, 3, 4] as [UInt64]) func abandoned(
        seed: UInt64
    ) throws {
        let simulation = Simulation(seed: seed)
        try simulation.run {
            let fleet = try await Fleet.start(Int(seed % 2) + 1, simulation)
            let scene = Scene(bed: fleet, id: "s")
            let role = try await scene.role("role", for: "eks.amazonaws.com")
            let subnets = try await scene.subnets().prefix(2).map { $0["SubnetId"] }
            for _ in 0..<3 {
                let name: Value = .string(scene.name("brief"))
                try await scene.aws(
                    "eks", "CreateCluster",
                    ["name": name, "roleArn": .string(role), "resourcesVpcConfig": ["subnetIds": .array(Array(subnets))]])
                try await scene.pass(.milliseconds(5 * Int(seed)))
                try await scene.aws("eks", "DeleteCluster", ["name": name])
                try await scene.eventually("the cluster is gone") { try await scene.isGone("DescribeCluster", ["name": name]) }
            }
            try await scene.pass(.seconds(5))
            let left = fleet.next().store.realmNames.filter { $0.hasPrefix("cluster/") }
            try scene.expect(left.isEmpty, "realms are left: \(left)")
            await fleet.stop()
        }
    }

    @Test("No address, no node port and no share of a quota is given away twice") func shares() throws {
        try scene(1) { _, scene, stage in
            let client = stage.kubernetes
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<20 {
                    group.addTask {
                        let ports: Value = [["port": 80]]
                        _ = try await client.create(
                            ServiceFields.kind,
                            [
                                "apiVersion": "v1", "kind": "Service",
                                "metadata": ["name": .string("svc-\(number)"), "namespace": "default"],
                                "spec": ["type": "NodePort", "ports": ports],
                            ])
                    }
                }
                try await group.waitForAll()
            }
            let services = try await stage.list(ServiceFields.kind)
            let addresses = services.compactMap { $0["spec"]["clusterIP"].string }
            try scene.expect(Set(addresses).count == addresses.count, "addresses twice: \(addresses.sorted())")
            let ports = services.flatMap { $0["spec"]["ports"].items.compactMap { $0["nodePort"].int } }
            try scene.expect(ports.count == 20 && Set(ports).count == 20, "node ports: \(ports.sorted())")
        }
    }

    @Test("A cluster is backed up and comes back under another name, and a damaged backup leaves nothing") func backup() throws {
        try scene(1) { fleet, scene, stage in
            try await stage.create(ConfigMapFields.kind, "kept", ["data": ["a": "b"]])
            let bytes = try await Self.backup(stage.cluster, fleet)
            var damaged = bytes
            damaged[bytes.count / 2] ^= 1
            let refused = try await Self.restore(damaged, "broken", fleet)
            try scene.expect(refused.status == 400 && refused.text.contains("damaged"), "damage is answered \(refused)")
            let taken = try await Self.restore(bytes, stage.cluster, fleet)
            try scene.expect(taken.status == 409, "a taken name is answered \(taken)")
            let made = try await Self.restore(bytes, "copy", fleet)
            try scene.expect(made.status == 201, "the restore is answered \(made)")
            try await scene.eventually("the copy is active", within: .seconds(120)) {
                try await scene.cluster("copy")["status"] == "ACTIVE"
            }
            let copy = try await fleet.kubernetes(cluster: "copy", nil)
            let map = try await copy.get(ConfigMapFields.kind, namespace: "default", scene.name("kept"))
            try scene.expect(map["data"]["a"] == "b", "the copy's ConfigMap is \(map)")
            try await scene.eventually("the copy's pods run on nodes of its own", within: .seconds(180)) {
                let pods = try await copy.list(PodFields.kind, namespace: "default").items
                return pods.count == 3 && pods.allSatisfy { $0["status"]["phase"] == "Running" }
            }
        }
    }
    @Test("A server that dies within a restore leaves nothing of it behind") func brokenRestore() throws {
        try scene(1) { fleet, scene, stage in
            let bytes = try await Self.backup(stage.cluster, fleet)
            fleet.reach(0)
            let body = HaltingBody(Array(bytes.dropLast(40)))
            let restore = Task(executorPreference: fleet.simulation.executor) {
                _ = try? await Self.send("POST", AdminPath.restore("copy", region: SimulatedBed.region), .reader(body), fleet)
            }
            let store = fleet[1].bed.store
            func clusters() -> Int { store.realmNames.count { $0.hasPrefix("cluster/") } }
            try await scene.eventually("the restore has begun", within: .seconds(10)) { clusters() == 2 }
            fleet.reach(1)
            await fleet.kill(0)
            try await scene.eventually("what the restore made is taken away", within: .seconds(200)) { clusters() == 1 }
            restore.cancel()
            let made = try await Self.restore(bytes, "copy", fleet)
            try scene.expect(made.status == 201, "the restore is answered \(made)")
        }
    }
    private static func backup(_ cluster: String, _ fleet: Fleet) async throws -> [UInt8] {
        let response = try await send("GET", AdminPath.backup(cluster, region: SimulatedBed.region), .empty, fleet)
        guard response.status == 200 else { throw BehaviourFailure("the backup is answered \(response.status)") }
        return try await response.body.collect(limit: 64 << 20)
    }
    private static func restore(_ bytes: [UInt8], _ name: String, _ fleet: Fleet) async throws -> (status: Int, text: String) {
        let response = try await send("POST", AdminPath.restore(name, region: SimulatedBed.region), .bytes(bytes), fleet)
        return (response.status, String(decoding: try await response.body.collect(limit: 1 << 20), as: UTF8.self))
    }
    private static func send(_ method: String, _ path: String, _ body: Body, _ fleet: Fleet) async throws -> HTTPResponse {
        let system = fleet.next().system
        let token = ClusterToken.make(
            cluster: AdminPath.subject(method, path), stsBase: "https://sts.us-west-2.amazonaws.com",
            credential: SigningCredential(system.administrator), region: SimulatedBed.region, now: fleet.simulation.clock.now)
        return try await system.awsTransport.send(
            HTTPRequest(method, path, headers: ["authorization": "Bearer \(token)"], body: body))
    }
}

/// A body that comes in one piece and never ends.
private final class HaltingBody: BodyReader {
    private let piece: Mutex<[UInt8]?>
    init(_ piece: [UInt8]) { self.piece = Mutex(piece) }
    func next() async throws -> [UInt8]? {
        if let bytes = piece.withLock({ $0.take() }) { return bytes }
        while true { try await Task.sleep(for: .seconds(3600)) }
    }
    func cancel() {}
}
