import Control
import Documents

/// What is remembered of one autoscaler between two judgements; lost with the process, as upstream's is.
struct ScalingMemory {
    struct Recommendation: Hashable {
        var replicas: Int
        var time: Timestamp
    }
    var recommendations: [Recommendation] = []
    /// How many replicas were added, and taken away, and when.
    var ups: [Recommendation] = []
    var downs: [Recommendation] = []
    /// Which pods it scales.
    var selector: String?
    /// When it was judged last, and what it asked for then.
    var judged: (time: Timestamp, spec: Value)?

    /// Replaces a recommendation that is older than all of `cutoffs`, or keeps one more.
    mutating func recommend(_ replicas: Int, _ now: Timestamp, cutoffs: [Timestamp]) {
        let new = Recommendation(replicas: replicas, time: now)
        if let old = recommendations.lastIndex(where: { old in cutoffs.allSatisfy { old.time < $0 } }) {
            recommendations[old] = new
        } else {
            recommendations.append(new)
        }
    }
    /// Remembers a change of scale for as long as the longest policy looks back.
    mutating func scaled(by change: Int, _ behavior: Value, _ now: Timestamp) {
        func keep(_ events: [Recommendation], _ rules: Value) -> [Recommendation] {
            let longest = rules["policies"].items.compactMap { $0["periodSeconds"].int }.max() ?? 0
            return events.filter { $0.time >= now - .seconds(longest) }
        }
        let event = Recommendation(replicas: abs(change), time: now)
        if change > 0 { ups = keep(ups, behavior["scaleUp"]) + [event] }
        if change < 0 { downs = keep(downs, behavior["scaleDown"]) + [event] }
    }
}

/// What becomes of a wanted number of replicas by stabilisation, rates and bounds. Source: horizontal.go, normalizeDesiredReplicas.
struct ScalingRules {
    let minimum: Int
    let maximum: Int
    let current: Int
    let behavior: Value
    let now: Timestamp
    /// How long falling recommendations are held back. Source: --horizontal-pod-autoscaler-downscale-stabilization.
    private let patience = 300

    init(minimum: Int, maximum: Int, current: Int, behavior: Value, now: Timestamp) {
        (self.minimum, self.maximum, self.current, self.behavior, self.now) = (minimum, maximum, current, behavior, now)
    }

    func normalize(_ desired: Int, _ memory: inout ScalingMemory, _ status: inout AutoscalerStatus) -> Int {
        let (stable, reason, message) = behavior.isNull ? stabilize(desired, &memory) : stabilizeByBehavior(desired, &memory)
        if stable == desired {
            status.set("AbleToScale", true, "ReadyForNewScale", "recommended size matches current size")
        } else {
            status.set("AbleToScale", true, reason, message)
        }
        let limited = behavior.isNull ? limit(stable) : limitByBehavior(stable, memory)
        status.set("ScalingLimited", limited.replicas != stable, limited.reason, limited.message)
        return limited.replicas
    }

    private static let higher = "recent recommendations were higher than current one, applying the highest recent recommendation"
    private static let lower = "recent recommendations were lower than current one, applying the lowest recent recommendation"

    private func stabilize(_ desired: Int, _ memory: inout ScalingMemory) -> (Int, String, String) {
        let cutoff = now - .seconds(patience)
        let highest = memory.recommendations.filter { $0.time >= cutoff }.map(\.replicas).max() ?? desired
        memory.recommend(desired, now, cutoffs: [cutoff])
        return (max(desired, highest), "ScaleDownStabilized", Self.higher)
    }
    private func stabilizeByBehavior(_ desired: Int, _ memory: inout ScalingMemory) -> (Int, String, String) {
        let up = now - .seconds(behavior["scaleUp"]["stabilizationWindowSeconds"].int ?? 0)
        let down = now - .seconds(behavior["scaleDown"]["stabilizationWindowSeconds"].int ?? patience)
        var (lowest, highest) = (desired, desired)
        for old in memory.recommendations {
            if old.time > up { lowest = min(lowest, old.replicas) }
            if old.time > down { highest = max(highest, old.replicas) }
        }
        let stable = min(max(current, lowest), highest)
        memory.recommend(desired, now, cutoffs: [up, down])
        return desired >= current ? (stable, "ScaleUpStabilized", Self.lower) : (stable, "ScaleDownStabilized", Self.higher)
    }

    private typealias Limited = (replicas: Int, reason: String, message: String)
    private static let within = ("DesiredWithinRange", "the desired count is within the acceptable range")
    private static let tooFew = ("TooFewReplicas", "the desired replica count is less than the minimum replica count")
    private static let tooMany = ("TooManyReplicas", "the desired replica count is more than the maximum replica count")
    private static let tooFast = ("ScaleUpLimit", "the desired replica count is increasing faster than the maximum scale rate")
    private static let tooSlow = ("ScaleDownLimit", "the desired replica count is decreasing faster than the maximum scale rate")
    private func limited(_ replicas: Int, _ why: (String, String)) -> Limited { (replicas, why.0, why.1) }

    /// Without behavior: at most double, or four.
    private func limit(_ desired: Int) -> Limited {
        let rate = max(2 * current, 4)
        if desired < minimum { return limited(minimum, Self.tooFew) }
        let most = min(maximum, rate)
        if desired > most { return limited(most, maximum > rate ? Self.tooFast : Self.tooMany) }
        return limited(desired, Self.within)
    }
    private func limitByBehavior(_ desired: Int, _ memory: ScalingMemory) -> Limited {
        if desired > current {
            let rate = max(current, upperRate(memory))
            let most = min(maximum, rate)
            if desired > most { return limited(most, maximum > rate ? Self.tooFast : Self.tooMany) }
        } else if desired < current {
            let rate = min(current, lowerRate(memory))
            let least = max(minimum, rate)
            if desired < least { return limited(least, minimum < rate ? Self.tooSlow : Self.tooFew) }
        }
        return limited(desired, Self.within)
    }

    private func upperRate(_ memory: ScalingMemory) -> Int {
        let proposals = proposals(behavior["scaleUp"], memory) { start, kind, value in
            kind == "Pods" ? start + value : ReplicaCalculator.integer((Double(start) * (1 + Double(value) / 100)).rounded(.up))
        }
        switch behavior["scaleUp"]["selectPolicy"].string {
        case "Disabled": return current
        case "Min": return proposals.min() ?? .max
        default: return proposals.max() ?? current
        }
    }
    private func lowerRate(_ memory: ScalingMemory) -> Int {
        let proposals = proposals(behavior["scaleDown"], memory) { start, kind, value in
            kind == "Pods" ? start - value : ReplicaCalculator.integer(Double(start) * (1 - Double(value) / 100))
        }
        switch behavior["scaleDown"]["selectPolicy"].string {
        case "Disabled": return current
        case "Min": return proposals.max() ?? .min
        default: return proposals.min() ?? current
        }
    }
    /// Where each policy lets the number go, from where it stood when the policy's period began.
    private func proposals(_ rules: Value, _ memory: ScalingMemory, _ bound: (Int, String, Int) -> Int) -> [Int] {
        rules["policies"].items.map { policy in
            let begin = now - .seconds(policy["periodSeconds"].int ?? 15)
            func sum(_ events: [ScalingMemory.Recommendation]) -> Int { events.reduce(0) { $0 + ($1.time > begin ? $1.replicas : 0) } }
            return bound(current - sum(memory.ups) + sum(memory.downs), policy["type"].string ?? "", policy["value"].int ?? 0)
        }
    }
}
