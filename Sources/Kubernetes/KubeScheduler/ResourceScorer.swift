import Glibc

/// How a node's room suits a pod: the scores of NodeResourcesFit and NodeResourcesBalancedAllocation, times their weights.
struct ResourceScorer {
    private let shape: PodShape
    private let profile: SchedulingProfile
    private let fitWeight: Int
    private let balanceWeight: Int
    private let isPlain: Bool
    /// Whether devices may be what a resource is scored by: such scores follow from more than the node, so they belong to one decision.
    let isByDevices: Bool

    init(_ shape: PodShape, _ profile: SchedulingProfile) {
        (self.shape, self.profile) = (shape, profile)
        fitWeight = profile.weight(.nodeResourcesFit)
        let balanced = profile.balancedResources
        // Pods that ask for none of the resources are not balanced. Source: isBestEffortPod.
        let asks = balanced.contains { shape.requests.amount($0) > 0 }
        balanceWeight = asks ? profile.weight(.nodeResourcesBalancedAllocation) : 0
        isPlain = profile.fit.isDefault && balanced == ["cpu", "memory"]
        let names = isPlain ? [] : shape.asks.names
        isByDevices = names.contains { name in balanced.contains(name) || profile.fit.resources.contains { $0.name == name } }
    }

    /// What the node's own resources are worth; nothing where that is left to one decision.
    func score(_ load: NodeLoad, _ node: SchedulingNode?) -> Int {
        if isPlain { return fitWeight * leastAllocated(load) + balanceWeight * balanced(load) }
        guard let node, !isByDevices else { return 0 }
        return score(node, nil)
    }
    /// The same with the devices that stand for resources.
    func score(_ node: SchedulingNode, _ devices: DeviceBook?) -> Int {
        fitWeight * fit(node, devices) + balanceWeight * balanced(node, devices)
    }

    /// How much of a resource a node has, and how much of that is used. What it does not have itself may be devices, each of which counts
    /// for one. Source: calculateResourceAllocatableRequest.
    private func extent(_ name: String, _ node: SchedulingNode, _ devices: DeviceBook?) -> (all: Int, used: Int) {
        let all = node.allocatable.amount(name)
        if all == 0, let found = devices?.extent(of: name, on: node) { return found }
        return (all, node.used.amount(name))
    }

    private func leastAllocated(_ load: NodeLoad) -> Int {
        func left(_ wanted: Int, _ all: Int) -> Int { wanted > all ? 0 : (all &- wanted) &* 100 / all }
        var (sum, count) = (0, 0)
        if load.cpu > 0 { (sum, count) = (sum + left(load.assumedCPU &+ shape.assumed.cpu, load.cpu), count + 1) }
        if load.memory > 0 { (sum, count) = (sum + left(load.assumedMemory &+ shape.assumed.memory, load.memory), count + 1) }
        return count == 0 ? 0 : sum / count
    }
    private func balanced(_ load: NodeLoad) -> Int {
        guard load.cpu > 0, load.memory > 0 else { return 100 }
        let cpu = min(1, Double(load.usedCPU &+ shape.requests.cpu) / Double(load.cpu))
        let memory = min(1, Double(load.usedMemory &+ shape.requests.memory) / Double(load.memory))
        return Int((1 - abs(cpu - memory) / 2) * 100)
    }

    /// Source: leastResourceScorer, mostResourceScorer, requestedToCapacityRatioScorer.
    private func fit(_ node: SchedulingNode, _ devices: DeviceBook?) -> Int {
        var (sum, weights) = (0, 0)
        for resource in profile.fit.resources {
            let isExtended = resource.name != "cpu" && resource.name != "memory" && resource.name != "ephemeral-storage"
            if isExtended, shape.requests.amount(resource.name) == 0 { continue }
            let (all, used) = extent(resource.name, node, devices)
            guard all > 0 else { continue }
            let wanted: Int
            switch resource.name {
            case "cpu": wanted = node.assumed.cpu &+ shape.assumed.cpu
            case "memory": wanted = node.assumed.memory &+ shape.assumed.memory
            default: wanted = used &+ shape.requests.amount(resource.name)
            }
            switch profile.fit.strategy {
            case .leastAllocated: sum += resource.weight * (wanted > all ? 0 : (all &- wanted) &* 100 / all)
            case .mostAllocated: sum += resource.weight * (min(wanted, all) &* 100 / all)
            case .requestedToCapacityRatio(let points):
                let score = Self.ratio(points, wanted > all ? 100 : wanted &* 100 / all)
                guard score > 0 else { continue }
                sum += resource.weight * score
            }
            weights += resource.weight
        }
        guard weights > 0 else { return 0 }
        if case .requestedToCapacityRatio = profile.fit.strategy { return Int((Double(sum) / Double(weights)).rounded()) }
        return sum / weights
    }
    /// The score on the line between the points around a utilization.
    static func ratio(_ points: [(utilization: Int, score: Int)], _ utilization: Int) -> Int {
        for (index, point) in points.enumerated() where utilization <= point.utilization {
            guard index > 0 else { return point.score }
            let before = points[index - 1]
            return before.score + (point.score - before.score) * (utilization - before.utilization)
                / (point.utilization - before.utilization)
        }
        return points.last?.score ?? 0
    }

    /// Source: balancedResourceScorer: the less the resources' fractions deviate, the better.
    private func balanced(_ node: SchedulingNode, _ devices: DeviceBook?) -> Int {
        var fractions: [Double] = []
        for name in profile.balancedResources {
            let isExtended = name != "cpu" && name != "memory" && name != "ephemeral-storage"
            if isExtended, shape.requests.amount(name) == 0 { continue }
            let (all, used) = extent(name, node, devices)
            guard all > 0 else { continue }
            fractions.append(min(1, Double(used &+ shape.requests.amount(name)) / Double(all)))
        }
        guard fractions.count > 1 else { return 100 }
        let mean = fractions.reduce(0, +) / Double(fractions.count)
        let deviation =
            fractions.count == 2
            ? abs(fractions[0] - fractions[1]) / 2
            : sqrt(fractions.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(fractions.count))
        return Int((1 - deviation) * 100)
    }
}

extension Resources {
    /// The amount of one resource; CPU in thousandths.
    func amount(_ name: String) -> Int {
        switch name {
        case "cpu": cpu
        case "memory": memory
        case "ephemeral-storage": storage
        default: extended[name] ?? 0
        }
    }
}
