import AWSProtocol
import Control
import Documents
import Network
import Reconcile
import Storage
import Synchronization
import Testing

@testable import AWSServices

/// A region in memory, with machines that are nodes at once and a cluster API that knows nothing but them.
final class RegionBed: Sendable {
    let records: Records
    let ec2: EC2Service
    let eks: EKSService
    let scaling: AutoScalingService
    let cloud = FakeCloud()
    private let group: ControllerGroup
    let clock = SystemClock()

    init() async throws {
        let store = Store.memory(clock: clock)
        let realm = try await store.realm("region/us-west-2")
        let random = RandomSource(seed: 7)
        let writer = RealmWriter(realm: realm, clock: clock, random: random)
        records = Records(realm: realm, writer: writer, clock: clock, random: random)
        ec2 = EC2Service(region: "us-west-2", account: "111122223333", records: records)
        scaling = AutoScalingService(region: "us-west-2", account: "111122223333", records: records)
        eks = EKSService(region: "us-west-2", account: "111122223333", records: records) { _ in true }
        let steward = NodeSteward(records: records, clusters: cloud)
        let effects = BedEffects(
            instances: InstanceEffects(region: "us-west-2", records: records, machines: cloud, nodes: steward) { _ in nil },
            clusters: EKSEffects(region: "us-west-2", records: records, clusters: cloud, nodes: steward))
        group = ControllerGroup(
            realm: realm, writer: writer, effects: effects, clock: clock, random: random,
            controllers: [
                ClusterController(account: "111122223333"), NodegroupController(), EKSUpdateController(), AutoScalingGroupController(),
                InstanceController(),
            ])
        try await ec2.bootstrap()
    }
    /// Runs the reconcilers while the body runs.
    func running(_ body: () async throws -> Void) async throws {
        let task = Task { [group] in try await group.run() }
        defer { task.cancel() }
        try await body()
    }
    func call(_ table: ServiceTable, _ operation: String, _ input: Value) async throws -> Value {
        let handler = try #require(table.operations[operation])
        let principal = Principal(
            arn: "arn:aws:iam::111122223333:user/ann", account: "111122223333", userID: "AIDA",
            entryARN: "arn:aws:iam::111122223333:user/ann")
        return try await handler(input, OperationContext(principal: principal, region: "us-west-2", requestID: "r", now: clock.now))
    }
    func eventually(_ what: String, _ condition: () async throws -> Bool) async throws {
        for _ in 0..<400 {
            if try await condition() { return }
            try await clock.sleep(for: .milliseconds(10))
        }
        Issue.record("never came to pass: \(what)")
    }
    var defaultSubnets: [String] { records.list(Subnet.self).compactMap(\.metadata.name) }

    /// A cluster that is ACTIVE.
    func makeCluster(_ name: String, mode: String = "API") async throws {
        _ = try await call(
            eks.table, "CreateCluster",
            [
                "name": .string(name), "roleArn": "arn:aws:iam::111122223333:role/cluster",
                "resourcesVpcConfig": ["subnetIds": .array(defaultSubnets.map(Value.string))],
                "accessConfig": ["authenticationMode": .string(mode)],
            ])
        try await eventually("the cluster is ACTIVE") { try await status(ofCluster: name) == "ACTIVE" }
    }
    func status(ofCluster name: String) async throws -> String? {
        try await call(eks.table, "DescribeCluster", ["name": .string(name)])["cluster"]["status"].string
    }
}

struct BedEffects: EffectPerformer {
    let instances: InstanceEffects
    let clusters: EKSEffects
    func perform(_ effect: Effect) async throws -> [Change] {
        effect.name.hasPrefix("instance.") ? try await instances.perform(effect) : try await clusters.perform(effect)
    }
}

/// Control planes and machines in one: every launched machine of a cluster is a Ready node.
final class FakeCloud: ControlPlaneHost, MachineDriver, HTTPHandler {
    private let machines = Mutex<[String: MachineSpec]>([:])
    private let planes = Mutex<Set<String>>([])
    var launched: [MachineSpec] { machines.withLock { Array($0.values) } }
    var clusters: Set<String> { planes.withLock { $0 } }

    func start(_ spec: ControlPlaneSpec) async throws -> ControlPlaneFacts {
        planes.withLock { _ = $0.insert(spec.id) }
        return ControlPlaneFacts(endpoint: "https://127.0.0.1:1", certificateAuthority: "")
    }
    func destroy(id: String) async throws { planes.withLock { _ = $0.remove(id) } }
    func transport(id: String) -> (any HTTPTransport)? { LocalTransport(handler: self, peer: Peer()) }
    func launch(_ spec: MachineSpec) async throws { machines.withLock { $0[spec.instanceID] = spec } }
    func terminate(instanceID: String) async { machines.withLock { $0[instanceID] = nil } }

    func respond(to request: HTTPRequest) async -> HTTPResponse {
        let nodes = launched.map { spec -> Value in
            [
                "metadata": ["name": .string(spec.privateDNSName), "labels": Value(spec.labels)],
                "status": ["conditions": [["type": "Ready", "status": "True"]]],
            ]
        }
        let items: [Value] = request.target.contains("/nodes") ? nodes : []
        let list: Value = ["kind": "List", "metadata": ["resourceVersion": "1"], "items": .array(items)]
        return HTTPResponse(200, body: .bytes(JSON.encode(list)))
    }
}
