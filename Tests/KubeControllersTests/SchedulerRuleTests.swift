import Control
import Documents
import KubeControllers
import KubeModel
import KubeScheduler
import Reconcile
import Storage
import Synchronization
import Testing

@Suite struct SchedulerRuleTests {
    private static func term(_ app: Value, _ extra: Value = [:], key: Value = "kubernetes.io/hostname") -> Value {
        var term: Value = ["topologyKey": key, "labelSelector": ["matchLabels": ["app": app]]]
        for member in extra.object ?? [:] { term[member.key] = member.value }
        return term
    }
    private static func required(_ field: String, _ terms: Value...) -> Value {
        var affinity: Value = [:]
        affinity[field] = ["requiredDuringSchedulingIgnoredDuringExecution": .array(terms)]
        return ["affinity": affinity]
    }
    private static func constraint(_ when: Value, _ extra: Value = [:]) -> Value {
        var constraint: Value = [
            "maxSkew": 1, "topologyKey": "topology.kubernetes.io/zone", "whenUnsatisfiable": when,
            "labelSelector": ["matchLabels": ["app": "web"]],
        ]
        for member in extra.object ?? [:] { constraint[member.key] = member.value }
        return ["topologySpreadConstraints": [constraint]]
    }

    @Test(arguments: 1..<6 as Range<UInt64>) func sixPodsOfAnOwnerSpreadEvenlyOverTwoZones(seed: UInt64) async throws {
        let bed = try await KubeBed(seed: seed)
        for index in 0..<4 { try bed.makeNode("n\(index)", zone: index < 2 ? "a" : "b") }
        bed.startScheduler()
        bed.start([ReplicaSetController(), InstantKubelet()])
        try bed.create(ReplicaSetFields.kind, KubeBed.workload(6))
        bed.advance(.seconds(2))
        let nodes = bed.list(Pod.self).compactMap(\.spec.nodeName)
        #expect(nodes.count == 6 && nodes.count { ["n2", "n3"].contains($0) } == 3)
        bed.stop()
    }
    @Test func barePodsOfAServiceSpreadOverZonesAndHosts() async throws {
        let bed = try await KubeBed()
        for index in 0..<4 { try bed.makeNode("n\(index)", zone: index < 2 ? "a" : "b", cpu: index == 0 ? "64" : "8") }
        bed.startScheduler()
        try bed.create(
            ServiceFields.kind, ["metadata": ["name": "web", "namespace": "default"], "spec": ["selector": ["app": "web"]]])
        for index in 0..<4 { try bed.makePod("p\(index)") }
        #expect(Set((0..<4).compactMap { bed.node(of: "p\($0)") }).count == 4)
        for index in 0..<4 { try bed.makePod("other\(index)", cpu: "1", labels: ["app": "other"]) }
        #expect((0..<4).allSatisfy { bed.node(of: "other\($0)") == "n0" }, "without a Service the roomiest node wins")
        bed.stop()
    }
    @Test func goesOnFromTheDocumentsAfterARestart() async throws {
        let bed = try await KubeBed()
        try bed.makeNode("n", cpu: "1")
        bed.startScheduler()
        try bed.makePod("first", cpu: "600m")
        try bed.makePod("second", cpu: "600m")
        bed.stop()
        try bed.makePod("third", cpu: "300m")
        bed.startScheduler()
        #expect(bed.node(of: "third") == "n")
        #expect(bed.node(of: "second") == nil, "what was placed before the restart still counts")
        try bed.delete(Pod.self, "first")
        bed.advance(.seconds(2))
        #expect(bed.node(of: "second") == "n")
        bed.stop()
    }
    @Test func olderPodsGoFirstAfterARestart() async throws {
        let bed = try await KubeBed()
        try bed.makePod("z-old", cpu: "1500m")
        bed.advance(.seconds(60))
        try bed.makePod("a-new", cpu: "1500m")
        try bed.makeNode("n")
        bed.startScheduler()
        #expect(bed.node(of: "z-old") == "n" && bed.node(of: "a-new") == nil)
        bed.stop()
    }
    @Test func podsThatAreGoingStillKeepOthersAway() async throws {
        let bed = try await KubeBed()
        try bed.makeNode("n")
        for name in ["one", "two"] {
            try bed.makePod(name, labels: ["app": "db"], spec: ["nodeName": "n"])
            try bed.patch(Pod.self, name, ["metadata": ["finalizers": ["test/hold"]]])
            try bed.delete(Pod.self, name)
        }
        bed.startScheduler()
        try bed.makePod("apart", labels: ["app": "x"], spec: Self.required("podAntiAffinity", Self.term("db")))
        #expect(bed.node(of: "apart") == nil)
        try bed.patch(Pod.self, "one", ["metadata": ["finalizers": nil]])
        bed.advance(.seconds(20))
        #expect(bed.node(of: "apart") == nil, "one of them is still there")
        try bed.patch(Pod.self, "two", ["metadata": ["finalizers": nil]])
        bed.advance(.seconds(20))
        #expect(bed.node(of: "apart") == "n")
        bed.stop()
    }
    @Test func aPodThatChangesItsLabelsMakesRoomForThoseThatAvoidedIt() async throws {
        let bed = try await KubeBed()
        try bed.makeNode("n")
        bed.startScheduler()
        try bed.makePod("db", labels: ["app": "db"])
        try bed.makePod("apart", labels: ["app": "x"], spec: Self.required("podAntiAffinity", Self.term("db")))
        #expect(bed.node(of: "apart") == nil)
        try bed.patch(Pod.self, "db", ["metadata": ["labels": ["app": "other"]]])
        bed.advance(.seconds(20))
        #expect(bed.node(of: "apart") == "n")
        bed.stop()
    }
    @Test func aRunningPodThatShrinksMakesRoom() async throws {
        let bed = try await KubeBed()
        try bed.makeNode("n")
        bed.startScheduler()
        try bed.makePod("big", cpu: "1500m")
        try bed.makePod("waiting", cpu: "1")
        #expect(bed.node(of: "waiting") == nil)
        try bed.patch(
            Pod.self, "big", ["spec": ["containers": [["name": "c", "image": "nginx", "resources": ["requests": ["cpu": "500m"]]]]]])
        bed.advance(.seconds(20))
        #expect(bed.node(of: "waiting") == "n")
        bed.stop()
    }
    @Test func theRoomOfAPodThatCouldNotBeBoundIsGivenToTheNext() async throws {
        let bed = try await KubeBed()
        try bed.makeNode("n")
        try bed.makePod("ghost", cpu: "1500m")
        try bed.makePod("next", cpu: "1500m", spec: ["priority": -1])
        bed.startScheduler(binder: RefusingBinder(binder: RealmBinder(writer: bed.writer), refused: "ghost"))
        bed.advance(.seconds(30))
        #expect(bed.node(of: "next") == "n")
        bed.stop()
    }
    @Test func aRefusedBindingIsTold() async throws {
        let bed = try await KubeBed()
        try bed.makeNode("n")
        bed.startScheduler(
            binder: RefusingBinder(binder: RealmBinder(writer: bed.writer), refused: "web", error: .unavailable("not now"), times: 1))
        try bed.makePod("web")
        #expect(bed.events("FailedScheduling") == ["running Bind plugin \"DefaultBinder\": not now"])
        #expect(bed.get(Pod.self, "web")?.status.conditions?.first?.reason == "SchedulerError")
        bed.advance(.seconds(1))
        #expect(bed.node(of: "web") == "n")
        bed.stop()
    }
    @Test func aPodThatAnotherBoundIsCountedWhereItIs() async throws {
        let bed = try await KubeBed()
        for name in ["n1", "n2"] { try bed.makeNode(name, cpu: "1") }
        try bed.makePod("web", cpu: "800m")
        bed.startScheduler(binder: RivalBinder(binder: RealmBinder(writer: bed.writer), rival: "n2"))
        bed.advance(.seconds(30))
        #expect(bed.node(of: "web") == "n2")
        try bed.makePod("other", cpu: "800m")
        bed.advance(.seconds(30))
        #expect(bed.node(of: "other") == "n1")
        bed.stop()
    }
    @Test func namespacesAreSelectedByTheirLabels() async throws {
        let bed = try await KubeBed()
        try bed.makeNode("n")
        for (name, team) in [("default", "x"), ("mine", "a"), ("theirs", "b")] {
            try bed.create(NamespaceFields.kind, ["metadata": ["name": .string(name), "labels": ["team": .string(team)]]])
        }
        bed.startScheduler()
        try bed.create(
            PodFields.kind,
            [
                "metadata": ["name": "db", "namespace": "theirs", "labels": ["app": "db"]],
                "spec": ["nodeName": "n", "containers": [["name": "c"]]],
            ])
        func rule(_ team: Value) -> Value {
            Self.required("podAffinity", Self.term("db", ["namespaceSelector": ["matchLabels": ["team": team]]]))
        }
        try bed.makePod("near-a", spec: rule("a"))
        try bed.makePod("near-b", spec: rule("b"))
        #expect(bed.node(of: "near-a") == nil && bed.node(of: "near-b") == "n")
        try bed.patch(Namespace.self, "theirs", in: nil, ["metadata": ["labels": ["team": "a"]]])
        bed.advance(.seconds(20))
        #expect(bed.node(of: "near-a") == "n")
        bed.stop()
    }
    @Test func affinityAsksForPodsThatMatchEveryTerm() async throws {
        let bed = try await KubeBed()
        for name in ["n1", "n2"] { try bed.makeNode(name) }
        bed.startScheduler()
        try bed.makePod("half", labels: ["app": "db"], spec: ["nodeName": "n1"])
        try bed.makePod("other-half", labels: ["tier": "back"], spec: ["nodeName": "n1"])
        try bed.makePod("whole", labels: ["app": "db", "tier": "back"], spec: ["nodeName": "n2"])
        let tier: Value = ["topologyKey": "kubernetes.io/hostname", "labelSelector": ["matchLabels": ["tier": "back"]]]
        for index in 0..<4 { try bed.makePod("p\(index)", spec: Self.required("podAffinity", Self.term("db"), tier)) }
        #expect((0..<4).allSatisfy { bed.node(of: "p\($0)") == "n2" })
        bed.stop()
    }
    @Test func placedPodsDrawThoseThatTheyPrefer() async throws {
        let bed = try await KubeBed()
        for name in ["n1", "n2", "n3"] { try bed.makeNode(name, cpu: "64") }
        bed.startScheduler()
        let wish: Value = [
            "affinity": [
                "podAffinity": [
                    "preferredDuringSchedulingIgnoredDuringExecution": [["weight": 100, "podAffinityTerm": Self.term("web")]]
                ]
            ]
        ]
        try bed.makePod("cache", labels: ["app": "cache"], spec: wish)
        for index in 0..<4 { try bed.makePod("p\(index)", labels: ["app": "web"]) }
        let home = try #require(bed.node(of: "cache"))
        #expect((0..<4).allSatisfy { bed.node(of: "p\($0)") == home })
        bed.stop()
    }
    @Test func nodesOutsideEveryZoneAreLastWhenZonesAreWanted() async throws {
        let bed = try await KubeBed()
        try bed.makeNode("a", zone: "a")
        try bed.makeNode("nowhere")
        try bed.patch(KubeNode.self, "nowhere", ["metadata": ["labels": ["topology.kubernetes.io/zone": nil]]])
        bed.startScheduler()
        try bed.makePod("p0", spec: Self.constraint("ScheduleAnyway"))
        #expect(bed.node(of: "p0") == "a")
        bed.stop()
    }
    @Test(arguments: [("Honor", "b"), ("Ignore", nil)] as [(String, String?)])
    func nodesThatThePodMayNotChooseCountOnlyWhenAskedTo(policy: String, node: String?) async throws {
        let bed = try await KubeBed()
        try bed.makeNode("a", zone: "a", labels: ["disk": "ssd"])
        try bed.makeNode("b", zone: "b", labels: ["disk": "ssd"])
        try bed.makeNode("c", zone: "c", labels: ["disk": "hdd"])
        bed.startScheduler()
        for (name, node) in [("p-a", "a"), ("q-a", "a"), ("p-b", "b")] { try bed.makePod(name, spec: ["nodeName": .string(node)]) }
        var spec = Self.constraint("DoNotSchedule", ["nodeAffinityPolicy": .string(policy)])
        spec["nodeSelector"] = ["disk": "ssd"]
        try bed.makePod("p", spec: spec)
        #expect(bed.node(of: "p") == node)
        bed.stop()
    }
    @Test func podsOnNodesThatDoNotCountAreNotCounted() async throws {
        let bed = try await KubeBed()
        for name in ["a", "b"] { try bed.makeNode(name, zone: .init(name), labels: ["disk": "ssd"]) }
        try bed.makeNode("a2", zone: "a", labels: ["disk": "hdd"])
        bed.startScheduler()
        for index in 0..<3 { try bed.makePod("old\(index)", spec: ["nodeName": "a2"]) }
        try bed.makePod("b0", spec: ["nodeName": "b"])
        var spec = Self.constraint("DoNotSchedule")
        spec["nodeSelector"] = ["disk": "ssd"]
        try bed.makePod("p", spec: spec)
        #expect(bed.node(of: "p") == "a")
        bed.stop()
    }
    @Test func aPodThatMayNotPreemptIsToldSo() async throws {
        let bed = try await KubeBed()
        try bed.makeNode("n", cpu: "1")
        bed.startScheduler()
        try bed.makePod("p", cpu: "4", spec: ["preemptionPolicy": "Never"])
        #expect(
            bed.message(of: "p")
                == "0/1 nodes are available: 1 Insufficient cpu. preemption: not eligible due to preemptionPolicy=Never.")
        bed.stop()
    }
    @Test func nodesMustDeclareWhatAPodNeedsOfThem() async throws {
        let bed = try await KubeBed()
        for name in ["n0", "n1"] { try bed.makeNode(name) }
        bed.startScheduler()
        let rule: Value = ["action": "RestartAllContainers", "exitCodes": ["operator": "In", "values": [42]]]
        try bed.makePod("p", spec: ["containers": [["name": "c", "image": "i", "restartPolicyRules": [rule]]]])
        #expect(bed.message(of: "p")?.hasPrefix("0/2 nodes are available: 2 node(s) didn't match Pod's required features.") == true)
        try bed.patch(KubeNode.self, "n1", ["status": ["declaredFeatures": ["RestartAllContainersOnContainerExits"]]])
        bed.advance(.seconds(2))
        #expect(bed.node(of: "p") == "n1")
        bed.stop()
    }
    @Test func aPodForOneNodeLooksAtNoOther() async throws {
        let bed = try await KubeBed()
        for index in 0..<3 { try bed.makeNode("n\(index)", cpu: index == 1 ? "1" : "8") }
        bed.startScheduler()
        let requirement: Value = ["matchFields": [["key": "metadata.name", "operator": "In", "values": ["n1"]]]]
        let affinity: Value = [
            "affinity": ["nodeAffinity": ["requiredDuringSchedulingIgnoredDuringExecution": ["nodeSelectorTerms": [requirement]]]]
        ]
        try bed.makePod("fits", spec: affinity)
        try bed.makePod("large", cpu: "2", spec: affinity)
        #expect(bed.node(of: "fits") == "n1")
        #expect(
            bed.message(of: "large")
                == "0/3 nodes are available: 1 Insufficient cpu, 2 node(s) didn't satisfy plugin(s) [NodeAffinity]. preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling."
        )
        bed.stop()
    }
}

/// Refuses the bindings of one pod.
final class RefusingBinder: Binder {
    private let binder: RealmBinder
    private let refused: String
    private let error: ChangeError
    private let left: Mutex<Int>
    init(binder: RealmBinder, refused: String, error: ChangeError = .notFound("no such pod"), times: Int = .max) {
        (self.binder, self.refused, self.error) = (binder, refused, error)
        left = Mutex(times)
    }
    func bind(_ pod: PodIdentity, to node: String) async throws(ChangeError) {
        let refuses = left.withLock { left in
            guard pod.name == refused, left > 0 else { return false }
            left -= 1
            return true
        }
        if refuses { throw error }
        try await binder.bind(pod, to: node)
    }
}

/// Another scheduler is faster each time.
private struct RivalBinder: Binder {
    let binder: RealmBinder
    let rival: String
    func bind(_ pod: PodIdentity, to node: String) async throws(ChangeError) {
        guard pod.name == "web" else { return try await binder.bind(pod, to: node) }
        try await binder.bind(pod, to: rival)
        throw .conflict("pod web is already assigned to node \"\(rival)\"")
    }
}
