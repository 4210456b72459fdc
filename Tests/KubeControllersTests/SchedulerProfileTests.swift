import Control
import Documents
import KubeControllers
import KubeModel
import KubeScheduler
import Reconcile
import Storage
import Testing

@Suite struct SchedulerProfileTests {
    private static func configuration(_ profiles: Value..., extra: Value = [:]) throws -> SchedulerConfiguration {
        var document: Value = [
            "apiVersion": "kubescheduler.config.k8s.io/v1", "kind": "KubeSchedulerConfiguration", "profiles": .array(profiles),
        ]
        for member in extra.object ?? [:] { document[member.key] = member.value }
        return try SchedulerConfiguration(document)
    }
    private static func start(_ bed: KubeBed, _ configuration: SchedulerConfiguration) { bed.startScheduler(configuration) }
    private static func arguments(_ plugin: String, _ arguments: Value) -> Value {
        ["schedulerName": "default-scheduler", "pluginConfig": [["name": .string(plugin), "args": arguments]]]
    }

    @Test func mostAllocatedPacksPodsOntoFewNodes() async throws {
        let bed = try await KubeBed()
        for index in 0..<4 { try bed.makeNode("n\(index)") }
        Self.start(bed, try SchedulerConfiguration(eks: ["nodeResourcesFit": ["scoringStrategy": ["type": "MostAllocated"]]]))
        for index in 0..<4 { try bed.makePod("p\(index)", cpu: "200m") }
        #expect(Set((0..<4).compactMap { bed.node(of: "p\($0)") }).count == 1)
        bed.stop()
    }
    @Test func theSchedulerFollowsTheSettingsOfItsCluster() async throws {
        let bed = try await KubeBed()
        for index in 0..<4 { try bed.makeNode("n\(index)") }
        bed.startScheduler()
        for index in 0..<4 { try bed.makePod("spread\(index)", cpu: "200m") }
        #expect(Set((0..<4).compactMap { bed.node(of: "spread\($0)") }).count == 4)
        let config: Value = [
            "nodeResourcesFit": ["scoringStrategy": ["type": "MostAllocated", "resources": [["name": "cpu", "weight": 3]]]]
        ]
        bed.run(Settings(realm: bed.realm, config: config))
        for index in 0..<4 { try bed.makePod("packed\(index)", cpu: "200m") }
        #expect(Set((0..<4).compactMap { bed.node(of: "packed\($0)") }).count == 1)
        bed.stop()
    }
    private struct Settings: Service {
        let realm: Realm
        let config: Value
        func run() async throws { try await SchedulerSettings.store(config, in: realm) }
    }
    @Test func aRatioOfItsOwnRanksNodes() async throws {
        let bed = try await KubeBed()
        try bed.makeNode("half", cpu: "2")
        try bed.makeNode("most", cpu: "1")
        let shape: Value = [["utilization": 0, "score": 0], ["utilization": 90, "score": 10], ["utilization": 100, "score": 0]]
        let strategy: Value = [
            "type": "RequestedToCapacityRatio", "resources": [["name": "cpu", "weight": 100]], "requestedToCapacityRatio": ["shape": shape],
        ]
        Self.start(bed, try Self.configuration(Self.arguments("NodeResourcesFit", ["scoringStrategy": strategy])))
        try bed.makePod("p", cpu: "900m")
        #expect(bed.node(of: "p") == "most")
        bed.stop()
    }
    @Test func severalSchedulersServeTheirOwnPods() async throws {
        let bed = try await KubeBed()
        try bed.makeNode("n", spec: ["unschedulable": true])
        let daring: Value = ["schedulerName": "daring", "plugins": ["filter": ["disabled": [["name": "NodeUnschedulable"]]]]]
        Self.start(bed, try Self.configuration(["schedulerName": "default-scheduler"], daring))
        try bed.makePod("careful")
        try bed.makePod("bold", spec: ["schedulerName": "daring"])
        try bed.makePod("foreign", spec: ["schedulerName": "another"])
        #expect(bed.node(of: "careful") == nil && bed.node(of: "bold") == "n" && bed.node(of: "foreign") == nil)
        #expect(bed.message(of: "careful") != nil && bed.message(of: "foreign") == nil)
        bed.stop()
    }
    @Test func addedAffinityHoldsForAllPodsOfAProfile() async throws {
        let bed = try await KubeBed()
        try bed.makeNode("n0", zone: "a")
        let terms: Value = [["matchExpressions": [["key": "topology.kubernetes.io/zone", "operator": "In", "values": ["b"]]]]]
        let added: Value = ["requiredDuringSchedulingIgnoredDuringExecution": ["nodeSelectorTerms": terms]]
        Self.start(bed, try Self.configuration(Self.arguments("NodeAffinity", ["addedAffinity": added])))
        try bed.makePod("p")
        #expect(bed.message(of: "p")?.contains("1 node(s) didn't match scheduler-enforced node affinity.") == true)
        try bed.makeNode("n1", zone: "b")
        bed.advance(.seconds(15))
        #expect(bed.node(of: "p") == "n1")
        bed.stop()
    }
    @Test func ignoredResourcesAreLeftToOthers() async throws {
        let bed = try await KubeBed()
        try bed.makeNode("n")
        Self.start(bed, try Self.configuration(Self.arguments("NodeResourcesFit", ["ignoredResourceGroups": ["example.com"]])))
        let container: Value = ["name": "c", "image": "nginx", "resources": ["requests": ["example.com/card": "1"]]]
        try bed.makePod("p", spec: ["containers": [container]])
        #expect(bed.node(of: "p") == "n")
        bed.stop()
    }
    @Test func defaultSpreadCanBeRequired() async throws {
        let bed = try await KubeBed()
        for index in 0..<2 { try bed.makeNode("n\(index)", zone: index == 0 ? "a" : "b") }
        let constraint: Value = ["maxSkew": 1, "topologyKey": "kubernetes.io/hostname", "whenUnsatisfiable": "DoNotSchedule"]
        Self.start(
            bed,
            try Self.configuration(Self.arguments("PodTopologySpread", ["defaultingType": "List", "defaultConstraints": [constraint]])))
        try bed.create(ServiceFields.kind, ["metadata": ["name": "web", "namespace": "default"], "spec": ["selector": ["app": "web"]]])
        try bed.patch(KubeNode.self, "n1", ["spec": ["unschedulable": true]])
        try bed.makePod("p0")
        try bed.makePod("p1")
        #expect(bed.node(of: "p0") == "n0" && bed.node(of: "p1") == nil)
        #expect(bed.message(of: "p1")?.contains("1 node(s) didn't match pod topology spread constraints") == true)
        bed.stop()
    }
    @Test func preemptionCanBeTurnedOff() async throws {
        let bed = try await KubeBed()
        try bed.makeNode("n", cpu: "1")
        Self.start(
            bed,
            try Self.configuration([
                "schedulerName": "default-scheduler", "plugins": ["multiPoint": ["disabled": [["name": "DefaultPreemption"]]]],
            ]))
        try bed.makePod("low", cpu: "800m")
        try bed.makePod("high", cpu: "800m", spec: ["priority": 10])
        bed.advance(.seconds(5))
        #expect(bed.message(of: "high") == "0/1 nodes are available: 1 Insufficient cpu.")
        #expect(bed.node(of: "low") == "n" && bed.node(of: "high") == nil)
        bed.stop()
    }
    @Test func backOffFollowsTheConfiguration() async throws {
        let bed = try await KubeBed()
        try bed.makeNode("n", cpu: "1")
        let binder = RefusingBinder(binder: RealmBinder(writer: bed.writer), refused: "p", error: .unavailable("not now"), times: 1)
        bed.startScheduler(
            binder: binder,
            try Self.configuration(
                ["schedulerName": "default-scheduler"], extra: ["podInitialBackoffSeconds": 40, "podMaxBackoffSeconds": 40]))
        try bed.makePod("p")
        bed.advance(.seconds(35))
        #expect(bed.node(of: "p") == nil)
        bed.advance(.seconds(10))
        #expect(bed.node(of: "p") == "n")
        bed.stop()
    }
    @Test func aPodThatRestsIsTriedWhenNobodyElseHasATurn() async throws {
        let bed = try await KubeBed()
        try bed.makeNode("n", cpu: "1")
        Self.start(
            bed,
            try Self.configuration(
                ["schedulerName": "default-scheduler"], extra: ["podInitialBackoffSeconds": 40, "podMaxBackoffSeconds": 40]))
        try bed.makePod("first", cpu: "800m")
        try bed.makePod("second", cpu: "800m")
        try bed.delete(Pod.self, "first")
        #expect(bed.node(of: "second") == "n")
        bed.stop()
    }
    @Test func numericTolerationsCompareTheTaintsValue() async throws {
        let bed = try await KubeBed()
        try bed.makeNode("n", spec: ["taints": [["key": "level", "value": "5", "effect": "NoSchedule"]]])
        bed.startScheduler()
        try bed.makePod("above", spec: ["tolerations": [["key": "level", "operator": "Gt", "value": "7", "effect": "NoSchedule"]]])
        try bed.makePod("below", spec: ["tolerations": [["key": "level", "operator": "Gt", "value": "3", "effect": "NoSchedule"]]])
        #expect(bed.node(of: "above") == nil && bed.node(of: "below") == "n")
        bed.stop()
    }
    @Test func imagesThatAreThereDrawPods() async throws {
        let bed = try await KubeBed()
        for index in 0..<3 { try bed.makeNode("n\(index)") }
        try bed.patch(KubeNode.self, "n1", ["status": ["images": [["names": ["nginx:latest"], "sizeBytes": 900_000_000]]]])
        bed.startScheduler()
        try bed.makePod("p")
        #expect(bed.node(of: "p") == "n1")
        bed.stop()
    }

    @Test(
        arguments: [
            (
                ["podMaxBackoffSeconds": 0],
                "podMaxBackoffSeconds: Invalid value: 0: must be greater than or equal to PodInitialBackoffSeconds"
            ),
            (["parallelism": 0], "parallelism: Invalid value: 0: should be an integer value greater than zero"),
            (["percentageOfNodesToScore": 101], "percentageOfNodesToScore: Invalid value: 101: not in valid range [0-100]"),
            (
                ["profiles": [["schedulerName": "a"], ["schedulerName": "a"]]],
                "profiles[1].schedulerName: Duplicate value: \"profiles[0].schedulerName\""
            ),
            (
                ["profiles": [["pluginConfig": [["name": "InterPodAffinity", "args": ["hardPodAffinityWeight": 101]]]]]],
                "profiles[0].pluginConfig[0].args.hardPodAffinityWeight: Invalid value: 101: not in valid range [0, 100]"
            ),
            (
                ["profiles": [["pluginConfig": [["name": "DefaultPreemption", "args": ["minCandidateNodesPercentage": -1]]]]]],
                "profiles[0].pluginConfig[0].args.minCandidateNodesPercentage: Invalid value: -1: not in valid range [0, 100]"
            ),
            (
                ["profiles": [["plugins": ["filter": ["enabled": [["name": "NoSuch"]]]]]]],
                "profiles[0].plugins.filter.enabled[0]: Invalid value: \"NoSuch\": plugin \"NoSuch\" does not exist"
            ),
        ] as [(Value, String)]) func aWrongConfigurationIsRefusedWithItsField(extra: Value, text: String)
    {
        var document: Value = ["apiVersion": "kubescheduler.config.k8s.io/v1", "kind": "KubeSchedulerConfiguration"]
        for member in extra.object ?? [:] { document[member.key] = member.value }
        let error = #expect(throws: ConfigurationError.self) { try SchedulerConfiguration(document) }
        #expect(error?.description == text)
    }
    @Test func aConfigurationIsReadFromAFile() async throws {
        let bed = try await KubeBed()
        for index in 0..<4 { try bed.makeNode("n\(index)") }
        let text = """
            apiVersion: kubescheduler.config.k8s.io/v1
            kind: KubeSchedulerConfiguration
            profiles:
            - pluginConfig:
              - name: NodeResourcesFit
                args: {scoringStrategy: {type: MostAllocated, resources: [{name: cpu, weight: 1}]}}
              plugins: {score: {disabled: [{name: PodTopologySpread}, {name: NodeResourcesBalancedAllocation}]}}
            """
        bed.startScheduler(try SchedulerConfiguration(text: text))
        for index in 0..<4 { try bed.makePod("p\(index)", cpu: "100m") }
        #expect(Set((0..<4).compactMap { bed.node(of: "p\($0)") }).count == 1)
        bed.stop()
    }
    @Test(arguments: [
        ("a: [", "line 2, column 1"), ("", "a file has one KubeSchedulerConfiguration"),
        ("apiVersion: v1\nkind: Pod", "apiVersion: Unsupported value: \"v1\""),
        (
            "apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\nprofiles: [{plugins: {filter: {enabled: [{name: Own}]}}}]",
            "profiles[0].plugins.filter.enabled[0]: Invalid value: \"Own\": plugin \"Own\" does not exist"
        ),
    ]) func aFileThatIsNoConfigurationIsRefusedWithItsFault(text: String, fault: String) {
        let error = #expect(throws: (any Error).self) { try SchedulerConfiguration(text: text) }
        #expect(error.map { "\($0)" }?.contains(fault) == true, "\(error.map { "\($0)" } ?? "")")
    }
}
