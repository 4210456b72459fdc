import Control
import Documents
import KubeControllers
import KubeModel
import KubeScheduler
import Reconcile
import Testing

/// Each plugin by what it decides alone, with its arguments.
@Suite struct SchedulerPluginTests {
    /// A scheduler that scores by these plugins alone.
    private static func bed(_ scores: Value, arguments: Value = [], nodes: [String: String] = ["n0": "2", "n1": "2"]) async throws
        -> KubeBed
    {
        let bed = try await KubeBed()
        for (name, cpu) in nodes.sorted(by: { $0.key < $1.key }) { try bed.makeNode(name, cpu: cpu) }
        bed.startScheduler(
            try SchedulerConfiguration([
                "apiVersion": "kubescheduler.config.k8s.io/v1", "kind": "KubeSchedulerConfiguration",
                "profiles": [
                    ["plugins": ["score": ["disabled": [["name": "*"]], "enabled": scores]], "pluginConfig": arguments]
                ],
            ]))
        return bed
    }
    /// Where so many pods of a spec go.
    private static func places(_ bed: KubeBed, _ count: Int = 4, cpu: String = "100m", spec: Value = [:]) throws -> Set<String?> {
        for index in 0..<count { try bed.makePod("p\(index)", cpu: cpu, spec: spec) }
        defer { bed.stop() }
        return Set((0..<count).map { bed.node(of: "p\($0)") })
    }
    private static func term(_ weight: Value? = nil) -> Value {
        let term: Value = ["topologyKey": "kubernetes.io/hostname", "labelSelector": ["matchLabels": ["app": "web"]]]
        return weight.map { ["weight": $0, "podAffinityTerm": term] } ?? term
    }

    @Test func nodeUnschedulableKeepsAwayWhoDoesNotTolerateIt() async throws {
        let bed = try await KubeBed()
        try bed.makeNode("n", spec: ["unschedulable": true])
        bed.startScheduler()
        try bed.makePod("plain")
        try bed.makePod("tolerant", spec: ["tolerations": [["key": "node.kubernetes.io/unschedulable", "operator": "Exists"]]])
        #expect(bed.node(of: "tolerant") == "n" && bed.node(of: "plain") == nil)
        #expect(bed.message(of: "plain")?.hasPrefix("0/1 nodes are available: 1 node(s) were unschedulable.") == true)
        bed.stop()
    }
    @Test func taintTolerationScoresTaintsThatDiscourage() async throws {
        let bed = try await Self.bed([["name": "TaintToleration"]])
        try bed.patch(KubeNode.self, "n0", ["spec": ["taints": [["key": "slow", "effect": "PreferNoSchedule"]]]])
        #expect(try Self.places(bed) == ["n1"])
    }
    @Test func nodeAffinityScoresWhatPodsPrefer() async throws {
        let bed = try await Self.bed([["name": "NodeAffinity"]])
        func preference(_ node: Value, _ weight: Value) -> Value {
            [
                "weight": weight,
                "preference": ["matchExpressions": [["key": "kubernetes.io/hostname", "operator": "In", "values": [node]]]],
            ]
        }
        let affinity: Value = [
            "nodeAffinity": ["preferredDuringSchedulingIgnoredDuringExecution": [preference("n0", 10), preference("n1", 11)]]
        ]
        #expect(try Self.places(bed, spec: ["affinity": affinity]) == ["n1"])
    }
    @Test func balancedAllocationKeepsResourcesInStep() async throws {
        let bed = try await Self.bed([["name": "NodeResourcesBalancedAllocation"]], nodes: ["n0": "1", "n1": "20"])
        #expect(try Self.places(bed, 3, cpu: "300m") == ["n1"])
    }
    @Test(arguments: [("LeastAllocated", "n1"), ("MostAllocated", "n0")])
    func theStrategyRanksNodesByTheirUse(strategy: String, node: String) async throws {
        let arguments: Value = ["scoringStrategy": ["type": .string(strategy), "resources": [["name": "cpu", "weight": 1]]]]
        let bed = try await Self.bed(
            [["name": "NodeResourcesFit"]], arguments: [["name": "NodeResourcesFit", "args": arguments]], nodes: ["n0": "2", "n1": "20"])
        #expect(try Self.places(bed) == [node])
    }
    @Test func requiredTermsOfPlacedPodsDrawByTheirWeight() async throws {
        let arguments: Value = [["name": "InterPodAffinity", "args": ["hardPodAffinityWeight": 50]]]
        let bed = try await Self.bed([["name": "InterPodAffinity"]], arguments: arguments)
        let near: Value = ["affinity": ["podAffinity": ["requiredDuringSchedulingIgnoredDuringExecution": [Self.term()]]]]
        try bed.makePod("magnet", spec: near)
        let place = try #require(bed.node(of: "magnet"))
        #expect(try Self.places(bed) == [place])
    }
    @Test(arguments: [(false, "n1"), (true, "n0")])
    func preferredTermsOfPlacedPodsCanBeIgnored(ignored: Bool, node: String) async throws {
        let arguments: Value = [["name": "InterPodAffinity", "args": ["ignorePreferredTermsOfExistingPods": .bool(ignored)]]]
        let bed = try await Self.bed(
            [["name": "InterPodAffinity", "weight": 2], ["name": "NodeAffinity", "weight": 1]], arguments: arguments)
        let far: Value = ["podAntiAffinity": ["preferredDuringSchedulingIgnoredDuringExecution": [Self.term(100)]]]
        try bed.makePod("shy", spec: ["affinity": far, "nodeSelector": ["kubernetes.io/hostname": "n0"]])
        let here: Value = ["matchExpressions": [["key": "kubernetes.io/hostname", "operator": "In", "values": ["n0"]]]]
        let affinity: Value = [
            "nodeAffinity": ["preferredDuringSchedulingIgnoredDuringExecution": [["weight": 1, "preference": here]]]
        ]
        #expect(try Self.places(bed, 1, spec: ["affinity": affinity]) == [node])
    }
}
