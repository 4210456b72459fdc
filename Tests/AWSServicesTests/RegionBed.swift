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
    /// The realm of IAM and STS.
    let global: Records
    let cloud = FakeCloud()
    let fabric = FakeFabric()
    private let group: ControllerGroup
    let clock = SystemClock()

    init() async throws {
        let store = Store.memory(clock: clock)
        let realm = try await store.realm("region/us-west-2")
        let random = RandomSource(seed: 7)
        let writer = RealmWriter(realm: realm, clock: clock, random: random)
        records = Records(realm: realm, writer: writer, clock: clock, random: random)
        let accounts = try await store.realm("global")
        let accountWriter = RealmWriter(realm: accounts, clock: clock, random: random)
        global = Records(realm: accounts, writer: accountWriter, clock: clock, random: random)
        let network = VPCNetworks(records: records, driver: fabric)
        ec2 = EC2Service(region: "us-west-2", account: "111122223333", records: records, network: network)
        scaling = AutoScalingService(region: "us-west-2", account: "111122223333", records: records)
        eks = EKSService(region: "us-west-2", account: "111122223333", records: records) { _ in true }
        let steward = NodeSteward(records: records, clusters: cloud)
        let effects = BedEffects(
            instances: InstanceEffects(region: "us-west-2", records: records, machines: cloud, nodes: steward, network: network) { _ in nil
            },
            clusters: EKSEffects(region: "us-west-2", records: records, clusters: cloud, nodes: steward, network: network),
            network: network, addons: AddonEffects(region: "us-west-2", records: records, clusters: cloud))
        group = ControllerGroup(
            realm: realm, writer: writer, effects: effects, clock: clock, random: random,
            controllers: [
                ClusterController(account: "111122223333"), NodegroupController(), EKSUpdateController(), AddonController(),
                AutoScalingGroupController(),
                InstanceController(), VPCNetworkController(), InterfaceController(), PrivateAddressController(), PublicAddressController(),
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
        for _ in 0..<6_000 {
            if try await condition() { return }
            try await clock.sleep(for: .milliseconds(10))
        }
        Issue.record("never came to pass: \(what)")
    }
    var defaultSubnets: [String] { records.list(Subnet.self).compactMap(\.metadata.name) }

    /// A role that instances may have; returns its ARN.
    func makeRole(_ name: String) async throws -> String {
        let trust =
            #"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#
        let input: Value = ["RoleName": .string(name), "AssumeRolePolicyDocument": .string(trust)]
        let table = IAMService(account: "111122223333", records: global).table
        return try await call(table, "CreateRole", input)["Role"]["Arn"].string ?? ""
    }
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
    /// A nodegroup that is ACTIVE, with two nodes unless told otherwise; returns what names it in requests.
    func makeNodegroup(_ name: String, in cluster: String, scaling: Value = .null) async throws -> Value {
        let key: Value = ["clusterName": .string(cluster), "nodegroupName": .string(name)]
        var input = key
        input["nodeRole"] = "arn:aws:iam::111122223333:role/node"
        input["subnets"] = .array(defaultSubnets.map(Value.string))
        input["scalingConfig"] = scaling
        _ = try await call(eks.table, "CreateNodegroup", input)
        try await eventually("the nodegroup is ACTIVE") { records.get(Nodegroup.self, name, in: cluster)?.status.status == "ACTIVE" }
        return key
    }
    func status(ofCluster name: String) async throws -> String? {
        try await call(eks.table, "DescribeCluster", ["name": .string(name)])["cluster"]["status"].string
    }
}

struct BedEffects: EffectPerformer {
    let instances: InstanceEffects
    let clusters: EKSEffects
    let network: VPCNetworks
    let addons: AddonEffects
    func perform(_ effect: Effect) async throws -> [Change] {
        if effect.name.hasPrefix("instance.") { return try await instances.perform(effect) }
        if effect.name.hasPrefix("vpc.") { return try await network.perform(effect) }
        if effect.name.hasPrefix("addon.") { return try await addons.perform(effect) }
        return try await clusters.perform(effect)
    }
}

/// Remembers the networks that it was given.
final class FakeFabric: NetworkDriver {
    private let states = Mutex<[String: VPCState]>([:])
    var networks: [String: VPCState] { states.withLock { $0 } }
    func apply(_ vpc: VPCState) async throws { states.withLock { $0[vpc.id] = vpc } }
    func remove(vpcID: String) async { states.withLock { $0[vpcID] = nil } }
}

/// Control planes and machines in one: every launched machine of a cluster is a Ready node.
final class FakeCloud: ControlPlaneHost, MachineDriver, HTTPHandler {
    private let machines = Mutex<[String: MachineSpec]>([:])
    private let planes = Mutex<Set<String>>([])
    private let told = Mutex<ControlPlaneSpec?>(nil)
    /// What a control plane was last asked to be.
    var lastSpec: ControlPlaneSpec? { told.withLock { $0 } }
    var launched: [MachineSpec] { machines.withLock { Array($0.values) } }
    var clusters: Set<String> { planes.withLock { $0 } }

    private let counts = Mutex((begun: 0, ended: 0))
    var launches: (begun: Int, ended: Int) { counts.withLock { $0 } }
    private let delay = Mutex<(@Sendable () async throws -> Void)?>(nil)
    /// What a launch waits for before its machine is there.
    func delayLaunches(by body: @escaping @Sendable () async throws -> Void) { delay.withLock { $0 = body } }

    private let lasting = Mutex<(pod: Value?, cordons: Int)>((nil, 0))
    /// A pod on every node that no eviction removes; nil takes it away.
    func setLastingPod(_ pod: Value?) { lasting.withLock { $0.pod = pod } }
    /// How often a node was asked to take no pods.
    var cordons: Int { lasting.withLock { $0.cordons } }

    private let workloadIsReady = Mutex(false)
    /// What daemon sets and deployments tell of themselves.
    func setWorkload(ready: Bool) { workloadIsReady.withLock { $0 = ready } }

    func start(_ spec: ControlPlaneSpec) async throws -> ControlPlaneFacts {
        planes.withLock { _ = $0.insert(spec.id) }
        told.withLock { $0 = spec }
        return ControlPlaneFacts(endpoint: "https://127.0.0.1:1", certificateAuthority: "")
    }
    func destroy(id: String) async throws { planes.withLock { _ = $0.remove(id) } }
    func transport(id: String) -> (any HTTPTransport)? { LocalTransport(handler: self, peer: Peer()) }
    func launch(_ spec: MachineSpec) async throws {
        counts.withLock { $0.begun += 1 }
        defer { counts.withLock { $0.ended += 1 } }
        try await delay.withLock { $0 }?()
        machines.withLock { $0[spec.instanceID] = spec }
    }
    func terminate(instanceID: String) async { machines.withLock { $0[instanceID] = nil } }
    func stop(instanceID: String) async { await terminate(instanceID: instanceID) }
    func onFailure(_ report: @escaping @Sendable (_ instanceID: String, _ reason: String) -> Void) {}

    func respond(to request: HTTPRequest) async -> HTTPResponse {
        if request.method == "GET", request.target.contains("/daemonsets/") || request.target.contains("/deployments/") {
            let ready: Int64 = workloadIsReady.withLock { $0 } ? 2 : 0
            let workload: Value = [
                "kind": "DaemonSet", "metadata": ["name": "w", "generation": 1], "spec": ["replicas": 2],
                "status": [
                    "observedGeneration": 1, "desiredNumberScheduled": 2, "updatedNumberScheduled": .int(ready), "numberReady": .int(ready),
                    "updatedReplicas": .int(ready), "availableReplicas": .int(ready),
                ],
            ]
            return HTTPResponse(200, body: .bytes(JSON.encode(workload)))
        }
        let nodes = launched.map { spec -> Value in
            [
                "metadata": ["name": .string(spec.privateDNSName), "labels": Value(spec.labels)],
                "status": ["conditions": [["type": "Ready", "status": "True"]]],
            ]
        }
        if request.method == "PATCH", request.target.contains("/nodes/") {
            lasting.withLock { $0.cordons += 1 }
            return HTTPResponse(200, body: .bytes(JSON.encode(["kind": "Node"])))
        }
        let pods = request.target.contains("/pods") ? lasting.withLock { $0.pod }.map { [$0] } ?? [] : []
        let items: [Value] = request.target.contains("/nodes") ? nodes : pods
        let list: Value = ["kind": "List", "metadata": ["resourceVersion": "1"], "items": .array(items)]
        return HTTPResponse(200, body: .bytes(JSON.encode(list)))
    }
}
