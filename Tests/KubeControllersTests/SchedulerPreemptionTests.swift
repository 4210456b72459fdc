import Control
import Documents
import KubeControllers
import KubeModel
import KubeScheduler
import Reconcile
import Storage
import Synchronization
import Testing

@Suite struct SchedulerPreemptionTests {
    /// A pod that takes a whole node unless told otherwise.
    private static func make(
        _ bed: KubeBed, _ name: String, priority: Int, cpu: String = "2", labels: Value = ["app": "web"], spec: Value = [:]
    ) throws {
        var spec = spec
        spec["priority"] = .int(Int64(priority))
        try bed.makePod(name, cpu: cpu, labels: labels, spec: spec)
    }
    private static func start(_ bed: KubeBed, _ pod: String, at time: Int64) throws {
        try bed.patch(
            Pod.self, pod, ["status": ["startTime": .string(Timestamp(seconds: 1_600_000_000 + time).text), "phase": "Running"]],
            subresource: "status")
    }
    private static func budget(_ bed: KubeBed, _ app: Value, allowed: Int64, spec: Value? = nil) throws {
        try bed.create(
            PodDisruptionBudgetFields.kind,
            [
                "metadata": ["name": .string("budget-\(app.string ?? "")"), "namespace": "default"],
                "spec": ["selector": spec ?? ["matchLabels": ["app": app]]], "status": ["disruptionsAllowed": .int(allowed)],
            ])
    }
    private static func bed(nodes: Int, cpu: String = "2") async throws -> KubeBed {
        let bed = try await KubeBed()
        for index in 0..<nodes { try bed.makeNode("n\(index)", cpu: cpu) }
        return bed
    }
    /// A node's only pod `low` goes for the pod `high`, but not before its finalizer does.
    private static func bedWithAVictimOnItsWay() async throws -> KubeBed {
        let bed = try await bed(nodes: 1)
        bed.startScheduler()
        try make(bed, "low", priority: 1)
        try bed.patch(Pod.self, "low", ["metadata": ["finalizers": ["test/grace"]]])
        try make(bed, "high", priority: 10)
        return bed
    }
    /// Which pods of these are left.
    private static func left(_ bed: KubeBed, _ prefix: String) -> Set<String> {
        Set(bed.list(Pod.self).compactMap(\.metadata.name).filter { $0.hasPrefix(prefix) })
    }

    @Test func aPodOfHighPriorityTakesThePlaceOfALowerOne() async throws {
        let bed = try await Self.bed(nodes: 1)
        bed.startScheduler()
        try Self.make(bed, "low", priority: 1)
        try Self.make(bed, "high", priority: 10)
        let uid = try #require(bed.get(Pod.self, "high")?.metadata.uid)
        #expect(bed.get(Pod.self, "low") == nil)
        #expect(bed.events("Preempted") == ["Preempted by pod \(uid) on node n0"])
        #expect(bed.events("FailedScheduling") == ["0/1 nodes are available: 1 Insufficient cpu."], "without a word on preemption")
        #expect(bed.node(of: "high") == "n0")
        bed.stop()
    }
    @Test func victimsGetTheirGraceAndThePodWaitsForTheirNode() async throws {
        let bed = try await Self.bedWithAVictimOnItsWay()
        let victim = try #require(bed.get(Pod.self, "low"))
        let condition = victim.value["status"]["conditions"].items.first { $0["type"] == "DisruptionTarget" } ?? .null
        #expect(victim.metadata.deletionTimestamp != nil)
        #expect(condition["status"] == "True" && condition["reason"] == "PreemptionByScheduler")
        #expect(condition["message"] == "default-scheduler: preempting to accommodate a higher priority pod")
        #expect(bed.get(Pod.self, "high")?.status.nominatedNodeName == "n0")
        bed.advance(.seconds(30))
        #expect(
            bed.message(of: "high")
                == "0/1 nodes are available: 1 Insufficient cpu. preemption: not eligible due to a terminating pod on the nominated node.")
        #expect(bed.node(of: "high") == nil && bed.get(Pod.self, "high")?.status.nominatedNodeName == "n0")
        #expect(bed.events("Preempted").count == 1, "nobody is asked twice")
        try bed.patch(Pod.self, "low", ["metadata": ["finalizers": nil]])
        bed.advance(.seconds(11))
        #expect(bed.node(of: "high") == "n0")
        bed.stop()
    }
    @Test func podsThatNeverPreemptAndPodsOfEqualPriorityWait() async throws {
        let bed = try await Self.bed(nodes: 1)
        bed.startScheduler()
        try Self.make(bed, "low", priority: 1)
        try Self.make(bed, "polite", priority: 10, spec: ["preemptionPolicy": "Never"])
        try Self.make(bed, "equal", priority: 1)
        bed.advance(.seconds(5))
        let first = "0/1 nodes are available: 1 Insufficient cpu. preemption: "
        #expect(bed.message(of: "polite") == first + "not eligible due to preemptionPolicy=Never.")
        #expect(bed.message(of: "equal") == first + "0/1 nodes are available: 1 No preemption victims found for incoming pod.")
        #expect(bed.node(of: "low") == "n0" && bed.events("Preempted").isEmpty)
        bed.stop()
    }
    @Test func onlyAsManyGoAsNeededTheLeastImportantFirst() async throws {
        let bed = try await Self.bed(nodes: 1)
        bed.startScheduler()
        for (index, priority) in [3, 1, 2, 1].enumerated() {
            try Self.make(bed, "low\(index)", priority: priority, cpu: "500m")
            try Self.start(bed, "low\(index)", at: Int64(index))
        }
        try Self.make(bed, "high", priority: 10, cpu: "500m")
        #expect(Self.left(bed, "low") == ["low0", "low1", "low2"], "of the two least important the younger one")
        bed.advance(.seconds(2))
        try Self.make(bed, "higher", priority: 20, cpu: "1")
        #expect(Self.left(bed, "low") == ["low0"])
        bed.advance(.seconds(5))
        #expect(bed.node(of: "high") == "n0" && bed.node(of: "higher") == "n0")
        bed.stop()
    }
    @Test func budgetsAreBrokenLast() async throws {
        let bed = try await Self.bed(nodes: 1)
        bed.startScheduler()
        try Self.make(bed, "low-guarded", priority: 1, cpu: "1", labels: ["app": "guarded"])
        try Self.make(bed, "low-free", priority: 5, cpu: "1", labels: ["app": "free"])
        try Self.budget(bed, "guarded", allowed: 0)
        try Self.budget(bed, "nothing", allowed: 0, spec: [:])
        try Self.make(bed, "high", priority: 10, cpu: "1")
        #expect(Self.left(bed, "low") == ["low-guarded"], "although it is the less important one")
        bed.advance(.seconds(2))
        try Self.make(bed, "higher", priority: 20, cpu: "2")
        bed.advance(.seconds(2))
        #expect(bed.node(of: "higher") == "n0", "a budget protects nobody for good")
        bed.stop()
    }

    struct Choice: Sendable, CustomTestStringConvertible {
        let testDescription: String
        /// Priorities, start times and labels of the pods on each node, who has to give all its room.
        let nodes: [[(priority: Int, start: Int64, app: String)]]
        let chosen: String
    }
    static let choices = [
        Choice(testDescription: "fewest broken budgets", nodes: [[(1, 0, "guarded")], [(5, 0, "x"), (5, 0, "x")]], chosen: "n1"),
        Choice(
            testDescription: "lowest highest priority", nodes: [[(5, 0, "x"), (1, 0, "x")], [(4, 0, "x"), (4, 0, "x")]], chosen: "n1"),
        Choice(testDescription: "smallest sum", nodes: [[(5, 0, "x"), (4, 0, "x")], [(5, 0, "x"), (3, 0, "x")]], chosen: "n1"),
        Choice(testDescription: "fewest victims", nodes: [[(5, 9, "x"), (0, 9, "x")], [(5, 0, "x")]], chosen: "n1"),
        Choice(testDescription: "latest start", nodes: [[(5, 10, "x"), (5, 50, "x")], [(5, 20, "x"), (5, 30, "x")]], chosen: "n1"),
    ]
    @Test(arguments: choices) func theNodeWhoseVictimsCostLeastIsChosen(choice: Choice) async throws {
        let bed = try await Self.bed(nodes: 0)
        bed.startScheduler()
        try Self.budget(bed, "guarded", allowed: 0)
        for (index, pods) in choice.nodes.enumerated() {
            try bed.makeNode("n\(index)")
            for (number, pod) in pods.enumerated() {
                let cpu = pods.count == 1 ? "2" : "1"
                let spec: Value = ["nodeSelector": ["kubernetes.io/hostname": .string("n\(index)")]]
                try Self.make(
                    bed, "low\(index)\(number)", priority: pod.priority, cpu: cpu, labels: ["app": .string(pod.app)], spec: spec)
                try Self.start(bed, "low\(index)\(number)", at: pod.start)
            }
        }
        try Self.make(bed, "high", priority: 100)
        bed.advance(.seconds(2))
        #expect(bed.node(of: "high") == choice.chosen)
        bed.stop()
    }
    @Test func roomMadeForAPodIsKeptFromLesserOnes() async throws {
        let bed = try await Self.bedWithAVictimOnItsWay()
        try Self.make(bed, "small", priority: 1, cpu: "100m")
        try bed.patch(Pod.self, "low", ["metadata": ["finalizers": nil]])
        try Self.make(bed, "late", priority: 5)
        #expect(bed.node(of: "small") == nil && bed.node(of: "late") == nil, "while the pod still rests")
        bed.advance(.seconds(60))
        #expect(bed.node(of: "high") == "n0" && bed.node(of: "small") == nil && bed.node(of: "late") == nil)
        bed.stop()
    }
    @Test func aMoreImportantPodTakesTheNominationOver() async throws {
        let bed = try await Self.bedWithAVictimOnItsWay()
        try Self.make(bed, "higher", priority: 20)
        bed.advance(.seconds(20))
        #expect(bed.get(Pod.self, "higher")?.status.nominatedNodeName == "n0")
        #expect(bed.get(Pod.self, "high")?.status.nominatedNodeName == nil)
        try bed.patch(Pod.self, "low", ["metadata": ["finalizers": nil]])
        bed.advance(.seconds(20))
        #expect(bed.node(of: "higher") == "n0" && bed.node(of: "high") == nil)
        bed.stop()
    }
    @Test func aNominationEndsWhenItsNodeNoLongerHelps() async throws {
        let bed = try await Self.bedWithAVictimOnItsWay()
        #expect(bed.get(Pod.self, "high")?.status.nominatedNodeName == "n0")
        try bed.patch(KubeNode.self, "n0", ["spec": ["unschedulable": true]])
        bed.advance(.seconds(320))
        #expect(bed.get(Pod.self, "high")?.status.nominatedNodeName == nil)
        #expect(bed.message(of: "high")?.hasSuffix("1 Preemption is not helpful for scheduling.") == true)
        bed.stop()
    }
    @Test func nominationsOutliveARestart() async throws {
        let bed = try await Self.bedWithAVictimOnItsWay()
        bed.stop()
        try bed.patch(Pod.self, "low", ["metadata": ["finalizers": nil]])
        try Self.make(bed, "small", priority: 1, cpu: "100m")
        bed.startScheduler()
        bed.advance(.seconds(20))
        #expect(bed.node(of: "high") == "n0" && bed.node(of: "small") == nil)
        #expect(bed.events("Preempted").count == 1)
        bed.stop()
    }
    @Test func victimsThatCannotBeDeletedEndTheNominationAndThePodTriesAgain() async throws {
        let bed = try await Self.bed(nodes: 1)
        bed.startScheduler(writer: StubbornWriter(writer: bed.writer))
        try Self.make(bed, "low", priority: 1)
        try Self.make(bed, "high", priority: 10)
        #expect(bed.get(Pod.self, "low") != nil && bed.get(Pod.self, "high")?.status.nominatedNodeName == nil)
        bed.advance(.seconds(20))
        #expect(bed.node(of: "high") == "n0")
        bed.stop()
    }
    @Test func antiAffinityToVictimsIsSolvedByTheirEnd() async throws {
        let bed = try await Self.bed(nodes: 1)
        bed.startScheduler()
        try Self.make(bed, "low", priority: 1, cpu: "100m", labels: ["app": "noisy"])
        try Self.make(bed, "low-quiet", priority: 1, cpu: "100m", labels: ["app": "quiet"])
        let term: Value = ["topologyKey": "kubernetes.io/hostname", "labelSelector": ["matchLabels": ["app": "noisy"]]]
        let affinity: Value = ["podAntiAffinity": ["requiredDuringSchedulingIgnoredDuringExecution": [term]]]
        try Self.make(bed, "high", priority: 10, cpu: "100m", spec: ["affinity": affinity])
        bed.advance(.seconds(2))
        #expect(bed.node(of: "high") == "n0" && Self.left(bed, "low") == ["low-quiet"])
        bed.stop()
    }
    @Test func theSameFailureIsToldSeldomAndANewOneAtOnce() async throws {
        let bed = try await Self.bed(nodes: 1)
        bed.startScheduler()
        try Self.make(bed, "there", priority: 0, cpu: "1500m")
        try Self.make(bed, "waiting", priority: 0, cpu: "1500m")
        for index in 0..<200 {
            try bed.patch(KubeNode.self, "n0", ["status": ["allocatable": ["memory": .string("\(4000 + index)Mi")]]])
            bed.advance(.seconds(1))
        }
        let counts = bed.list(KubeEvent.self).filter { $0.reason == "FailedScheduling" }.map { $0.value["count"].int ?? 0 }
        #expect(counts.count == 1 && (4...8).contains(counts.first ?? 0), "\(counts)")
        try bed.patch(KubeNode.self, "n0", ["spec": ["unschedulable": true], "status": ["allocatable": ["memory": "4Gi"]]])
        bed.advance(.seconds(10))
        #expect(bed.events("FailedScheduling").count == 2)
        bed.stop()
    }
    @Test(arguments: 1..<9 as Range<UInt64>) func theMostImportantPodsEndUpOnTheNodes(seed: UInt64) async throws {
        let bed = try await KubeBed(seed: seed)
        for index in 0..<3 { try bed.makeNode("n\(index)") }
        bed.startScheduler()
        let random = RandomSource(seed: seed)
        var order = random.shuffled(Array(1...12))
        while let priority = order.popLast() {
            try Self.make(bed, "p\(priority)", priority: priority, cpu: "1")
            if random.int(in: 0..<2) == 0 { bed.advance(.seconds(Int64(random.int(in: 1..<5)))) }
        }
        bed.advance(.seconds(60))
        let placed = bed.list(Pod.self).filter { $0.spec.nodeName != nil }.compactMap { $0.spec.priority }
        #expect(Set(placed) == Set(7...12), "six places for twelve pods")
        bed.stop()
    }
}

/// Refuses the first deletion.
private final class StubbornWriter: ChangeWriter {
    private let writer: PlainWriter
    private let refused = Mutex(false)
    init(writer: PlainWriter) { self.writer = writer }
    func apply(_ change: Change, by actor: String) async throws(ChangeError) -> Revision {
        if case .delete = change {
            let isFirst = refused.withLock { refused in
                defer { refused = true }
                return !refused
            }
            if isFirst { throw .unavailable("stubborn") }
        }
        return try await writer.apply(change, by: actor)
    }
}
