import Documents
import KubeModel

/// The limits of one container. Source: kuberuntime_container_linux.go, qos/policy.go.
enum ContainerResources {
    static func plan(_ container: Value, _ text: PodText, _ settings: PodHostSettings) -> LinuxResources {
        var result = LinuxResources()
        let resources = container["resources"]
        let (request, limit) = (Quantity(resources["requests"]["cpu"]), Quantity(resources["limits"]["cpu"]))
        result.cpuShares = ControlGroupAmount.shares(milli: (request ?? limit ?? .zero).milli)
        result.cpuPeriod = ControlGroupAmount.period
        result.cpuQuota = ControlGroupAmount.quota(milli: limit?.milli ?? 0)
        result.memoryLimit = Quantity(resources["limits"]["memory"])?.units ?? 0
        result.oomScoreAdjustment = score(container, text, settings)
        return result
    }

    /// From -997 (guaranteed) to 1000 (best effort); between them by the share of the machine's memory that is asked for.
    static func score(_ container: Value, _ text: PodText, _ settings: PodHostSettings) -> Int {
        if text.isNodeCritical { return -997 }
        switch QualityOfService(pod: text.pod) {
        case .guaranteed: return -997
        case .bestEffort: return 1000
        case .burstable: break
        }
        guard settings.memoryCapacity > 0 else { return 999 }
        var score = burstableScore(request(container), settings.memoryCapacity)
        if container.isSidecar {
            let others = text.containers.map { burstableScore(request($0), settings.memoryCapacity) }
            score = min(score, others.min() ?? score)
        }
        return score
    }
    private static func request(_ container: Value) -> Int {
        let resources = container["resources"]
        return (Quantity(resources["requests"]["memory"]) ?? Quantity(resources["limits"]["memory"]) ?? .zero).units
    }
    private static func burstableScore(_ request: Int, _ capacity: Int) -> Int {
        let share = Int128(1000) * Int128(request) / Int128(capacity)
        return min(max(1000 - Int(clamping: share), 3), 999)
    }
}
