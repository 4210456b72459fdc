import Control
import Documents
import KubeModel
import Storage

/// Whose end would make room for a pod, and on which node. Source: upstream's DefaultPreemption.
struct Preemption {
    enum Outcome {
        /// The end of these pods makes room on the node.
        case victims([SchedulingPod], node: SchedulingNode)
        /// Nobody's end is asked for, and why. A pod for which there is no node ends its nomination.
        case noVictims(String, endsNomination: Bool)
    }
    /// Pods of lower priority than the pod's, most important first.
    private typealias Ranked = [(pod: SchedulingPod, started: Timestamp)]
    private enum Trial {
        case candidate(PreemptionCandidate)
        case refusal([String])
    }
    private let pod: SchedulingPod
    private let profile: SchedulingProfile
    private let cache: ShapeCache
    private let snapshot: Snapshot
    private let now: Timestamp
    private let budgets: DisruptionBudgets

    init(_ pod: SchedulingPod, _ profile: SchedulingProfile, _ cache: ShapeCache, _ snapshot: Snapshot, now: Timestamp) {
        (self.pod, self.profile, self.cache, self.snapshot, self.now) = (pod, profile, cache, snapshot, now)
        budgets = DisruptionBudgets(snapshot)
    }

    /// Leaves the state as it was.
    func decide(_ diagnosis: Diagnosis, _ state: inout ClusterState, _ random: RandomSource) -> Outcome {
        guard pod.shape.preempts else { return .noVictims("not eligible due to preemptionPolicy=Never.", endsNomination: false) }
        let nodes = diagnosis.resolvable.compactMap { state.nodes[Int($0)] }
        if isMakingRoom(nodes, state) {
            return .noVictims("not eligible due to a terminating pod on the nominated node.", endsNomination: false)
        }
        var candidates: [PreemptionCandidate] = []
        var reasons: [String: Int] = [:]
        let start = nodes.isEmpty ? 0 : random.int(in: 0..<nodes.count)
        let enough = max(profile.preemption.leastNodes, nodes.count * profile.preemption.leastPercent / 100)
        let filters = filters(&state)
        let isPlain = filters.isPlain && state.nominations.isEmpty
        for offset in nodes.indices {
            let node = nodes[(start + offset) % nodes.count]
            switch isPlain ? attempt(node, filters) : attempt(node, &state) {
            case .candidate(let candidate): candidates.append(candidate)
            case .refusal(let texts): for text in texts { reasons[text, default: 0] += 1 }
            }
            if candidates.count >= enough, candidates.contains(where: { $0.violations == 0 }) { break }
        }
        if let best = PreemptionCandidate.best(of: candidates) { return .victims(best.victims.map(\.pod), node: best.node) }
        if diagnosis.nodes > nodes.count { reasons["Preemption is not helpful for scheduling"] = diagnosis.nodes - nodes.count }
        return .noVictims(Diagnosis.text(nodes: diagnosis.nodes, reasons), endsNomination: true)
    }

    /// Whether victims of an earlier preemption for this pod are still on their way out.
    private func isMakingRoom(_ nodes: [SchedulingNode], _ state: ClusterState) -> Bool {
        guard let name = state.nominations.node(of: pod.key), let node = nodes.first(where: { $0.name == name }) else { return false }
        return node.pods.contains { other in
            other.priority < pod.priority && (state.victims.contains(other.key) || isPreempted(other))
        }
    }
    private func isPreempted(_ other: SchedulingPod) -> Bool {
        guard other.isDeleting, let document = snapshot.get(other.key)?.value else { return false }
        return document["status"]["conditions"].items.contains {
            $0["type"].string == "DisruptionTarget" && $0["status"].string == "True" && $0["reason"].string == Self.reason
        }
    }
    /// Of the condition of victims.
    static let reason = "PreemptionByScheduler"

    private func filters(_ state: inout ClusterState) -> Filters { Filters(pod, profile, cache, &state) }

    /// Takes all pods of lower priority off the node and puts back as many as leave room, those that budgets protect first.
    private func attempt(_ node: SchedulingNode, _ state: inout ClusterState) -> Trial {
        let lesser = ranked(node.pods.filter { $0.priority < pod.priority })
        guard !lesser.isEmpty else { return .refusal(["No preemption victims found for incoming pod"]) }
        for victim in lesser { state.displace(victim.pod.key) }
        defer { for victim in lesser { state.place(victim.pod, slot: node.slot) } }
        let rejections = filters(&state).objections(node, &state)
        guard rejections.isEmpty else { return .refusal(rejections.map(\.text)) }
        let (breaking, others) = budgets.split(lesser.map(\.pod))
        var victims: Set<String> = []
        var violations = 0
        for (index, victim) in (breaking + others).enumerated() {
            state.place(victim, slot: node.slot)
            if filters(&state).objections(node, &state).isEmpty { continue }
            state.displace(victim.key)
            victims.insert(victim.key)
            if index < breaking.count { violations += 1 }
        }
        return .candidate(
            PreemptionCandidate(node: node, victims: lesser.filter { victims.contains($0.pod.key) }, violations: violations))
    }

    /// The same by numbers alone, where nothing but room counts.
    private func attempt(_ node: SchedulingNode, _ filters: Filters) -> Trial {
        let lesser = node.pods.filter { $0.priority < pod.priority }
        guard !lesser.isEmpty else { return .refusal(["No preemption victims found for incoming pod"]) }
        var (used, count) = (node.used, node.pods.count - lesser.count)
        for victim in lesser { used -= victim.shape.requests }
        let rejections = filters.staticRejection(node).map { [$0] } ?? filters.shortages(node, used, pods: count)
        guard rejections.isEmpty else { return .refusal(rejections.map(\.text)) }
        let ranked = ranked(lesser)
        let (breaking, others) = budgets.split(ranked.map(\.pod))
        var victims: Set<String> = []
        var violations = 0
        for (index, victim) in (breaking + others).enumerated() {
            let requests = victim.shape.requests
            used += requests
            count += 1
            if filters.shortages(node, used, pods: count).isEmpty { continue }
            used -= requests
            count -= 1
            victims.insert(victim.key)
            if index < breaking.count { violations += 1 }
        }
        return .candidate(
            PreemptionCandidate(node: node, victims: ranked.filter { victims.contains($0.pod.key) }, violations: violations))
    }

    /// Pods of higher priority are more important, and of the same those that run longer.
    private func ranked(_ pods: [SchedulingPod]) -> Ranked {
        let started = pods.map { pod in
            let start = snapshot.get(pod.key)?.document?.root["status"]?["startTime"]?.string.flatMap(Timestamp.init)
            return (pod: pod, started: start ?? now)
        }
        return started.sorted {
            ($1.pod.priority, $0.started, $0.pod.key) < ($0.pod.priority, $1.started, $1.pod.key)
        }
    }
}

/// A node that takes the pod once the victims have gone.
struct PreemptionCandidate {
    let node: SchedulingNode
    /// Most important first.
    let victims: [(pod: SchedulingPod, started: Timestamp)]
    /// How many of them a budget protects.
    let violations: Int

    /// What the victims are worth, by the criteria in turn: protected ones, the highest priority, the sum of priorities, their number,
    /// and how long the oldest of the highest priority has run. Source: pickOneNodeForPreemption.
    private var cost: (Int, Int, Int, Int) {
        let sum = victims.reduce(0) { $0 + $1.pod.priority + 1 << 31 }
        return (violations, victims.first?.pod.priority ?? .min, sum, victims.count)
    }
    private var started: Timestamp { victims.first?.started ?? Timestamp(nanoseconds: .max) }

    /// The one whose victims cost least; the first of equals.
    static func best(of candidates: [PreemptionCandidate]) -> PreemptionCandidate? {
        candidates.min { left, right in
            let (one, other) = (left.cost, right.cost)
            return one == other ? left.started > right.started : one < other
        }
    }
}
