import Control
import Documents
import KubeModel

/// What a metric says of one pod, in thousandths.
struct PodMetric: Hashable {
    var milli: Int
    var timestamp: Timestamp
    var window: Duration
}

/// How far a ratio of use to target may be off before anything is scaled. Source: --horizontal-pod-autoscaler-tolerance.
struct ScalingTolerance: Hashable {
    var up = 0.1
    var down = 0.1
    init() {}
    /// As an autoscaler's behavior says.
    init(_ behavior: Value) {
        up = Self.number(behavior["scaleUp"]["tolerance"]) ?? up
        down = Self.number(behavior["scaleDown"]["tolerance"]) ?? down
    }
    private static func number(_ value: Value) -> Double? { Quantity(value).map { Double($0.milli) / 1000 } }
    func accepts(_ ratio: Double) -> Bool { 1 - down <= ratio && ratio <= 1 + up }
}

/// How many replicas a metric asks for. Source: kubernetes, pkg/controller/podautoscaler/replica_calculator.go.
struct ReplicaCalculator {
    /// A number of replicas, and the use that led to it: thousandths on average, and percent of the requests where that is known.
    struct Proposal: Hashable {
        var replicas: Int
        var milli: Int
        var percent: Int?
    }
    let pods: [Pod]
    let tolerance: ScalingTolerance
    let now: Timestamp
    /// While a pod is this young its processor use is not judged unless it is ready for a whole window.
    private let youth = Duration.seconds(300)
    /// A pod that became unready so soon after its start was never ready.
    private let firstReadiness = Duration.seconds(30)

    init(_ pods: [Pod], _ tolerance: ScalingTolerance, now: Timestamp) { (self.pods, self.tolerance, self.now) = (pods, tolerance, now) }

    private struct Groups {
        var ready = 0
        var unready: [String] = []
        var missing: [String] = []
        var ignored: [String] = []
    }
    /// Source: groupPods.
    private func groups(_ metrics: [String: PodMetric], isProcessor: Bool) -> Groups {
        var groups = Groups()
        for pod in pods {
            if pod.isDeleting || pod.phase == "Failed" {
                groups.ignored.append(pod.name)
            } else if pod.phase == "Pending" {
                groups.unready.append(pod.name)
            } else if let metric = metrics[pod.name] {
                if isProcessor, isUnready(pod, metric) { groups.unready.append(pod.name) } else { groups.ready += 1 }
            } else {
                groups.missing.append(pod.name)
            }
        }
        return groups
    }
    private func isUnready(_ pod: Pod, _ metric: PodMetric) -> Bool {
        let ready = pod.condition("Ready")
        guard !ready.isNull, let start = pod.value["status"]["startTime"].string.flatMap(Timestamp.init),
            let changed = ready["lastTransitionTime"].string.flatMap(Timestamp.init)
        else { return true }
        let isFalse = ready["status"] == "False"
        if start + youth > now { return isFalse || metric.timestamp < changed + metric.window }
        return isFalse && start + firstReadiness > changed
    }

    /// By percent of what the pods request, which is in `requests` in thousandths. Source: GetResourceReplicas.
    func byUtilization(
        _ metrics: [String: PodMetric], requests: [String: Int], percent target: Int, current: Int, isProcessor: Bool
    ) throws(MetricError) -> Proposal {
        func ratio(_ metrics: [String: PodMetric]) throws(MetricError) -> (ratio: Double, percent: Int, milli: Int) {
            var (used, asked, count) = (0, 0, 0)
            for (name, metric) in metrics {
                guard let request = requests[name] else { continue }
                (used, asked, count) = (used + metric.milli, asked + request, count + 1)
            }
            guard asked > 0, count > 0 else { throw MetricError("no metrics returned matched known pods") }
            let percent = Self.integer(Double(used) * 100 / Double(asked))
            return (Double(percent) / Double(max(1, target)), percent, used / count)
        }
        // On the way down pods that say nothing count as using all they request, or the target when that is more.
        let proposal = try decide(metrics, current, isProcessor, ratio: { metrics throws(MetricError) in try ratio(metrics).ratio }) {
            Self.integer(Double(requests[$0] ?? 0) * Double(max(100, target)) / 100)
        }
        let (_, percent, milli) = try ratio(proposal.judged)
        return Proposal(replicas: proposal.replicas, milli: milli, percent: percent)
    }

    /// By thousandths on average. Source: calcPlainMetricReplicas.
    func byAverage(_ metrics: [String: PodMetric], milli target: Int, current: Int, isProcessor: Bool) throws(MetricError) -> Proposal {
        func mean(_ metrics: [String: PodMetric]) -> Int {
            metrics.isEmpty ? 0 : metrics.values.reduce(0) { $0 + $1.milli } / metrics.count
        }
        let proposal = try decide(
            metrics, current, isProcessor, ratio: { metrics throws(MetricError) in Double(mean(metrics)) / Double(max(1, target)) }
        ) { _ in target }
        return Proposal(replicas: proposal.replicas, milli: mean(proposal.judged))
    }

    /// The rules for pods that are not ready or say nothing, which are the same for both.
    private func decide(
        _ all: [String: PodMetric], _ current: Int, _ isProcessor: Bool,
        ratio: ([String: PodMetric]) throws(MetricError) -> Double, fallback: (String) -> Int
    ) throws(MetricError) -> (replicas: Int, judged: [String: PodMetric]) {
        guard !pods.isEmpty else { throw MetricError("no pods returned by selector while calculating replica count") }
        let groups = groups(all, isProcessor: isProcessor)
        let left = Set(groups.ignored + groups.unready)
        let judged = all.filter { !left.contains($0.key) }
        guard !judged.isEmpty else { throw MetricError("did not receive metrics for targeted pods (pods might be unready)") }
        let first = try ratio(judged)
        let growsWithUnready = !groups.unready.isEmpty && first > 1
        if !growsWithUnready, groups.missing.isEmpty {
            return (tolerance.accepts(first) ? current : Self.integer((first * Double(groups.ready)).rounded(.up)), judged)
        }
        var metrics = judged
        func assume(_ names: [String], _ milli: (String) -> Int) {
            for name in names { metrics[name] = PodMetric(milli: milli(name), timestamp: now, window: .zero) }
        }
        if first < 1 { assume(groups.missing, fallback) }
        if first > 1 { assume(groups.missing) { _ in 0 } }
        if growsWithUnready { assume(groups.unready) { _ in 0 } }
        let second = try ratio(metrics)
        let turned = (first < 1 && second > 1) || (first > 1 && second < 1)
        if turned || tolerance.accepts(second) { return (current, judged) }
        let replicas = Self.integer((second * Double(metrics.count)).rounded(.up))
        let contradicts = (second < 1 && replicas > current) || (second > 1 && replicas < current)
        return (contradicts ? current : replicas, judged)
    }

    /// By one number for all, against a target for all. Source: getUsageRatioReplicaCount.
    func byTotal(_ milli: Int, target: Int, current: Int) throws(MetricError) -> Int {
        let ratio = Double(milli) / Double(max(1, target))
        if current == 0 { return Self.integer(ratio.rounded(.up)) }
        if tolerance.accepts(ratio) { return current }
        guard !pods.isEmpty else { throw MetricError("no pods returned by selector while calculating replica count") }
        let ready = pods.count { $0.phase == "Running" && $0.isReady }
        return Self.integer((ratio * Double(ready)).rounded(.up))
    }
    /// By one number for all, against a target for each; the mean is what the status tells. Source: GetExternalPerPodMetricReplicas.
    func byShare(_ milli: Int, target: Int, current: Int) -> Proposal {
        let target = Double(max(1, target))
        let ratio = current == 0 ? .infinity : Double(milli) / (target * Double(current))
        let replicas = current > 0 && tolerance.accepts(ratio) ? current : Self.integer((Double(milli) / target).rounded(.up))
        let mean = current == 0 ? milli : Self.integer((Double(milli) / Double(current)).rounded(.up))
        return Proposal(replicas: replicas, milli: mean)
    }

    /// What each pod, or its container of that name, requests of a resource, in thousandths. Source: calculateRequests.
    static func requests(_ pods: [Pod], _ resource: String, container: String?) throws(MetricError) -> [String: Int] {
        var requests: [String: Int] = [:]
        for pod in pods {
            let sidecars = pod.value["spec"]["initContainers"].items.filter { $0["restartPolicy"] == "Always" }
            let containers = pod.value["spec"]["containers"].items + sidecars
            if container == nil, let whole = Quantity(pod.value["spec"]["resources"]["requests"][resource]) {
                requests[pod.name] = whole.milli
                continue
            }
            var sum = 0
            let counted = containers.filter { container == nil || $0["name"].string == container }
            if counted.isEmpty { throw MetricError("container \(container ?? "") not found in Pod \(pod.name)") }
            for container in counted {
                guard let request = Quantity(container["resources"]["requests"][resource]) else {
                    throw MetricError("missing request for \(resource) in container \(container["name"].string ?? "") of Pod \(pod.name)")
                }
                sum += request.milli
            }
            requests[pod.name] = sum
        }
        return requests
    }

    /// The whole part, within what numbers of replicas can be.
    static func integer(_ number: Double) -> Int { number.isNaN ? 0 : Int(max(-2_147_483_648, min(2_147_483_647, number))) }
}
