import Control
import Documents
import KubeControllers
import KubeModel
import KubeScheduler
import Reconcile
import Storage
import Testing

/// Binds as the API server does, over a plain realm.
struct RealmBinder: Binder {
    let writer: PlainWriter
    func bind(_ pod: PodIdentity, to node: String) async throws(ChangeError) {
        let change = Change.patch(
            PodFields.kind, namespace: pod.namespace, name: pod.name,
            ["metadata": ["uid": .string(pod.uid)], "spec": ["nodeName": .string(node)]])
        _ = try await writer.apply(change, by: "scheduler")
    }
}

extension KubeBed {
    /// Starts a scheduler that writes and binds to the realm, unless other ways are given.
    func startScheduler(
        binder: (any Binder)? = nil, writer: (any ChangeWriter)? = nil, _ configuration: SchedulerConfiguration = SchedulerConfiguration()
    ) {
        run(
            Scheduler(
                realm: realm, writer: writer ?? self.writer, binder: binder ?? RealmBinder(writer: self.writer), clock: clock,
                random: random,
                configuration: configuration))
    }
    func makeNode(_ name: String, zone: String = "a", cpu: String = "2", pods: String = "110", spec: Value = [:], labels: Value = [:])
        throws
    {
        var all = labels
        all["kubernetes.io/hostname"] = .string(name)
        all["topology.kubernetes.io/zone"] = .string(zone)
        try create(
            NodeFields.kind,
            [
                "metadata": ["name": .string(name), "labels": all], "spec": spec,
                "status": ["allocatable": ["cpu": .string(cpu), "memory": "4Gi", "pods": .string(pods)]],
            ])
    }
    func makePod(_ name: String, cpu: String = "100m", labels: Value = ["app": "web"], spec extra: Value = [:]) throws {
        var spec: Value = [
            "containers": [["name": "c", "image": "nginx", "resources": ["requests": ["cpu": .string(cpu), "memory": "64Mi"]]]]
        ]
        for member in extra.object ?? [:] { spec[member.key] = member.value }
        try create(PodFields.kind, ["metadata": ["name": .string(name), "namespace": "default", "labels": labels], "spec": spec])
    }
    func node(of pod: String) -> String? { get(Pod.self, pod)?.spec.nodeName }
    func message(of pod: String) -> String? { get(Pod.self, pod)?.status.conditions?.first { $0.type == "PodScheduled" }?.message }
}

@Suite struct SchedulerTests {
    @Test(arguments: 1..<6 as Range<UInt64>) func spreadsAWorkloadOverZonesAndHosts(seed: UInt64) async throws {
        let bed = try await KubeBed(seed: seed)
        for index in 0..<4 { try bed.makeNode("n\(index)", zone: index < 2 ? "a" : "b") }
        bed.startScheduler()
        bed.start([ReplicaSetController(), InstantKubelet()])
        try bed.create(ReplicaSetFields.kind, KubeBed.workload(8))
        bed.advance(.seconds(2))
        let nodes = bed.list(Pod.self).compactMap(\.spec.nodeName)
        #expect(Dictionary(grouping: nodes) { $0 }.mapValues(\.count) == ["n0": 2, "n1": 2, "n2": 2, "n3": 2])
        #expect(bed.events("Scheduled").allSatisfy { $0.hasPrefix("Successfully assigned default/web-") })
        #expect(bed.events("Scheduled").count == 8)
        bed.stop()
    }
    @Test func amountsBeyondAllMachinesAreCountedWithoutOverflow() async throws {
        let bed = try await KubeBed()
        try bed.makeNode("n0")
        try bed.create(
            NodeFields.kind,
            ["metadata": ["name": "endless"], "status": ["allocatable": ["cpu": "9E", "memory": "8Ei", "pods": "9223372036854775807"]]])
        bed.startScheduler()
        let greedy: Value = [
            "name": "c", "image": "nginx", "resources": ["requests": ["memory": "7Ei", "cpu": "9E", "example.com/x": "9E"]],
        ]
        try bed.makePod("greedy", spec: ["containers": [greedy, greedy, greedy]])
        for index in 0..<3 { try bed.makePod("there\(index)", spec: ["containers": [greedy, greedy], "nodeName": "endless"]) }
        try bed.makePod("modest")
        bed.advance(.seconds(2))
        #expect(bed.node(of: "modest") == "n0")
        #expect(bed.node(of: "greedy") == nil)
        bed.stop()
    }
    @Test func saysWhyAndGoesOnWhenThereIsRoom() async throws {
        let bed = try await KubeBed()
        for index in 0..<3 { try bed.makeNode("n\(index)", cpu: "1") }
        bed.startScheduler()
        for index in 0..<4 { try bed.makePod("p\(index)", cpu: "800m") }
        bed.advance(.seconds(1))
        let waiting = try #require(bed.list(Pod.self).first { $0.spec.nodeName == nil }?.metadata.name)
        let text =
            "0/3 nodes are available: 3 Insufficient cpu. preemption: 0/3 nodes are available: 3 No preemption victims found for incoming pod."
        #expect(bed.message(of: waiting) == text)
        #expect(bed.events("FailedScheduling") == [text])
        let gone = try #require(bed.list(Pod.self).first { $0.spec.nodeName != nil }?.metadata.name)
        try bed.delete(Pod.self, gone)
        bed.advance(.seconds(2))
        #expect(bed.node(of: waiting) != nil)
        bed.stop()
    }
    @Test func aNewNodeEndsTheWait() async throws {
        let bed = try await KubeBed()
        bed.startScheduler()
        try bed.makePod("p")
        bed.advance(.seconds(1))
        #expect(bed.message(of: "p") == "no nodes available to schedule pods")
        try bed.makeNode("n", spec: ["taints": [["key": "node.kubernetes.io/not-ready", "effect": "NoSchedule"]]])
        bed.advance(.seconds(20))
        #expect(
            bed.message(of: "p")
                == "0/1 nodes are available: 1 node(s) had untolerated taint(s). preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling."
        )
        try bed.patch(KubeNode.self, "n", ["spec": ["taints": nil]])
        bed.advance(.seconds(20))
        #expect(bed.node(of: "p") == "n")
        bed.stop()
    }
    @Test func countsEachReasonOnce() async throws {
        let bed = try await KubeBed()
        try bed.makeNode("n0", spec: ["unschedulable": true])
        try bed.makeNode("n1", labels: ["disk": "hdd"])
        try bed.makeNode("n2", cpu: "1", pods: "0", labels: ["disk": "ssd"])
        bed.startScheduler()
        try bed.makePod("p", cpu: "4", spec: ["nodeSelector": ["disk": "ssd"]])
        bed.advance(.seconds(1))
        #expect(
            bed.message(of: "p")
                == "0/3 nodes are available: 1 Insufficient cpu, 1 Too many pods, 1 node(s) didn't match Pod's node affinity/selector, 1 node(s) were unschedulable. preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling."
        )
        bed.stop()
    }
    @Test func requiredSpreadHolds() async throws {
        let bed = try await KubeBed()
        try bed.makeNode("a0", zone: "a", cpu: "64")
        try bed.makeNode("b0", zone: "b", cpu: "1")
        bed.startScheduler()
        let constraint: Value = [
            "maxSkew": 1, "topologyKey": "topology.kubernetes.io/zone", "whenUnsatisfiable": "DoNotSchedule",
            "labelSelector": ["matchLabels": ["app": "web"]],
        ]
        for index in 0..<6 { try bed.makePod("p\(index)", cpu: "400m", spec: ["topologySpreadConstraints": [constraint]]) }
        bed.advance(.seconds(1))
        let zones = Dictionary(grouping: bed.list(Pod.self).compactMap(\.spec.nodeName)) { $0 }.mapValues(\.count)
        #expect(zones == ["a0": 3, "b0": 2])
        #expect(bed.events("FailedScheduling").first?.contains("1 node(s) didn't match pod topology spread constraints") == true)
        bed.stop()
    }
    @Test func antiAffinityKeepsApartAndAffinityTogether() async throws {
        let bed = try await KubeBed()
        for index in 0..<3 { try bed.makeNode("n\(index)") }
        bed.startScheduler()
        func term(_ app: Value) -> Value {
            [
                "requiredDuringSchedulingIgnoredDuringExecution": [
                    ["topologyKey": "kubernetes.io/hostname", "labelSelector": ["matchLabels": ["app": app]]]
                ]
            ]
        }
        for index in 0..<4 { try bed.makePod("db\(index)", labels: ["app": "db"], spec: ["affinity": ["podAntiAffinity": term("db")]]) }
        bed.advance(.seconds(1))
        #expect(Set((0..<3).compactMap { bed.node(of: "db\($0)") }).count == 3)
        #expect(bed.message(of: "db3")?.contains("3 node(s) didn't match pod anti-affinity rules") == true)
        try bed.makePod("near", labels: ["app": "near"], spec: ["affinity": ["podAffinity": term("near")]])
        try bed.makePod("near2", labels: ["app": "near"], spec: ["affinity": ["podAffinity": term("near")]])
        bed.advance(.seconds(1))
        #expect(bed.node(of: "near") != nil && bed.node(of: "near") == bed.node(of: "near2"))
        bed.stop()
    }
    @Test func hostPortsAreTakenOnce() async throws {
        let bed = try await KubeBed()
        for index in 0..<2 { try bed.makeNode("n\(index)") }
        bed.startScheduler()
        let spec: Value = ["containers": [["name": "c", "image": "x", "ports": [["hostPort": 80, "containerPort": 80]]]]]
        for index in 0..<3 { try bed.makePod("p\(index)", spec: spec) }
        bed.advance(.seconds(1))
        #expect(Set(bed.list(Pod.self).compactMap(\.spec.nodeName)).count == 2)
        #expect(bed.events("FailedScheduling").first?.contains("2 node(s) didn't have free ports for the requested pod ports") == true)
        bed.stop()
    }
    @Test func gatesAndPrioritiesDecideTheOrder() async throws {
        let bed = try await KubeBed()
        try bed.makePod("gated", spec: ["schedulingGates": [["name": "x"]]])
        try bed.makePod("low", cpu: "1500m", spec: ["priority": 1])
        try bed.makePod("high", cpu: "1500m", spec: ["priority": 10])
        bed.startScheduler()
        bed.advance(.seconds(1))
        try bed.makeNode("n")
        bed.advance(.seconds(20))
        #expect(bed.node(of: "gated") == nil && bed.message(of: "gated") == nil)
        #expect(bed.node(of: "high") == "n" && bed.node(of: "low") == nil)
        try bed.patch(Pod.self, "gated", ["spec": ["schedulingGates": nil]])
        bed.advance(.seconds(2))
        #expect(bed.node(of: "gated") == "n")
        bed.stop()
    }
    @Test(arguments: 1..<6 as Range<UInt64>) func aRefusedBindingIsTriedAgain(seed: UInt64) async throws {
        let bed = try await KubeBed(seed: seed)
        try bed.makeNode("n")
        bed.startScheduler(binder: FlakyBinder(binder: RealmBinder(writer: bed.writer), random: RandomSource(seed: seed)))
        for index in 0..<10 { try bed.makePod("p\(index)") }
        bed.advance(.seconds(120))
        #expect(bed.list(Pod.self).allSatisfy { $0.spec.nodeName == "n" })
        bed.stop()
    }
    @Test(arguments: 1..<6 as Range<UInt64>) func nodesAreNeverOverfull(seed: UInt64) async throws {
        let bed = try await KubeBed(seed: seed)
        for index in 0..<5 { try bed.makeNode("n\(index)", cpu: "1", pods: "4") }
        bed.startScheduler()
        for index in 0..<40 { try bed.makePod("p\(index)", cpu: index % 3 == 0 ? "500m" : "200m") }
        bed.advance(.seconds(30))
        let nodes = Dictionary(grouping: bed.list(Pod.self).filter { $0.spec.nodeName != nil }) { $0.spec.nodeName ?? "" }
        for (_, pods) in nodes {
            #expect(pods.count <= 4)
            let cpu = pods.compactMap { $0.spec.containers?[0].resources.requests?["cpu"]?.milli }.reduce(0, +)
            #expect(cpu <= 1000)
        }
        #expect(nodes.values.reduce(0) { $0 + $1.count } > 10)
        bed.stop()
    }
}

private struct FlakyBinder: Binder {
    let binder: RealmBinder
    let random: RandomSource
    func bind(_ pod: PodIdentity, to node: String) async throws(ChangeError) {
        if random.int(in: 0..<3) > 0 { throw .unavailable("flaky") }
        try await binder.bind(pod, to: node)
    }
}
