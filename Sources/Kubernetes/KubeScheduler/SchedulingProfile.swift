/// How pods that name one scheduler are scheduled: which plugins are asked, and how.
package struct SchedulingProfile: Sendable {
    /// What pods name in `spec.schedulerName`.
    package let name: String
    var filters = PluginSet(Plugin.allCases.filter { $0.points.contains(.filter) })
    var postFilters = PluginSet(Plugin.allCases.filter { $0.points.contains(.postFilter) })
    /// Weights of the plugins that score.
    var weights: [Plugin: Int] = Dictionary(
        uniqueKeysWithValues: Plugin.allCases.filter { $0.points.contains(.score) && $0.weight > 0 }.map { ($0, $0.weight) })
    /// How many percent of the nodes are looked at once enough take the pod; 0 lets the number of nodes decide.
    var percentageOfNodesToScore = 0
    var fit = FitArguments()
    var balancedResources = ["cpu", "memory"]
    var addedAffinity = AddedAffinity()
    var spread = SpreadArguments()
    var company = CompanyArguments()
    var preemption = PreemptionArguments()
    var bindTimeoutSeconds = 600

    /// A profile with upstream's defaults.
    package init(name: String = "default-scheduler") { self.name = name }
    func weight(_ plugin: Plugin) -> Int { weights[plugin] ?? 0 }
}

/// Source: NodeResourcesFitArgs.
struct FitArguments: Sendable {
    enum Strategy: Sendable {
        case leastAllocated, mostAllocated
        /// Scores from 0 to 100 by utilization in percent; in between they are on a line.
        case requestedToCapacityRatio([(utilization: Int, score: Int)])
    }
    var strategy = Strategy.leastAllocated
    var resources: [(name: String, weight: Int)] = [("cpu", 1), ("memory", 1)]
    var ignoredResources: Set<String> = []
    var ignoredGroups: Set<String> = []

    func ignores(_ resource: String) -> Bool {
        if ignoredResources.contains(resource) { return true }
        guard !ignoredGroups.isEmpty, let slash = resource.firstIndex(of: "/") else { return false }
        return ignoredGroups.contains(String(resource[..<slash]))
    }
    /// Whether nodes are scored as by default, for which there is a short way.
    var isDefault: Bool {
        guard case .leastAllocated = strategy, resources.count == 2 else { return false }
        return resources[0] == ("cpu", 1) && resources[1] == ("memory", 1)
    }
}

/// Source: NodeAffinityArgs, addedAffinity.
struct AddedAffinity: Sendable {
    var required: [NodeTerm]?
    var preferred: [(weight: Int, term: NodeTerm)] = []
}

/// Source: PodTopologySpreadArgs.
struct SpreadArguments: Sendable {
    struct Constraint: Sendable {
        let topologyKey: String
        let maxSkew: Int
        let minDomains: Int
        let required: Bool
    }
    /// The constraints of pods without any; nil for those of the system.
    var constraints: [Constraint]?
    /// Source: systemDefaultConstraints.
    static let system = [
        Constraint(topologyKey: "kubernetes.io/hostname", maxSkew: 3, minDomains: 1, required: false),
        Constraint(topologyKey: "topology.kubernetes.io/zone", maxSkew: 5, minDomains: 1, required: false),
    ]
}

/// Source: InterPodAffinityArgs.
struct CompanyArguments: Sendable {
    var hardWeight = 1
    var ignoresPreferredTermsOfOthers = false
}

/// Source: DefaultPreemptionArgs.
struct PreemptionArguments: Sendable {
    var leastPercent = 10
    var leastNodes = 100
}
