import Documents
import KubeModel

/// Reads the arguments of plugins. Source: validation_pluginargs.go, and the messages there.
struct ArgumentReader {
    private(set) var errors: [FieldError] = []
    private(set) var profile: SchedulingProfile

    init(_ profile: SchedulingProfile) { self.profile = profile }

    mutating func read(_ name: String, _ arguments: Value, _ path: FieldPath) {
        guard !arguments.isNull else { return }
        if let kind = arguments["kind"].string, kind != "\(name)Args" {
            errors.append(.invalid(path, arguments, "has to match plugin args"))
            return
        }
        switch Plugin(rawValue: name) {
        case .nodeResourcesFit: readFit(arguments, path)
        case .nodeResourcesBalancedAllocation: readBalance(arguments, path)
        case .nodeAffinity: readAffinity(arguments["addedAffinity"], path.child("addedAffinity"))
        case .podTopologySpread: readSpread(arguments, path)
        case .interPodAffinity:
            if let weight = arguments["hardPodAffinityWeight"].int {
                require((0...100).contains(weight), arguments, "hardPodAffinityWeight", path, "not in valid range [0, 100]")
                profile.company.hardWeight = weight
            }
            profile.company.ignoresPreferredTermsOfOthers = arguments["ignorePreferredTermsOfExistingPods"].bool ?? false
        case .defaultPreemption: readPreemption(arguments, path)
        case .volumeBinding:
            if let seconds = arguments["bindTimeoutSeconds"].int {
                let text = "invalid BindTimeoutSeconds, should not be a negative value"
                require(seconds >= 0, arguments, "bindTimeoutSeconds", path, text)
                profile.bindTimeoutSeconds = seconds
            }
            if !arguments["shape"].isNull {
                let text = "unexpected field `shape`, remove it or turn on the feature gate StorageCapacityScoring"
                errors.append(.invalid(path.child("shape"), arguments["shape"], text))
            }
        default: break
        }
    }
    private mutating func require(_ holds: Bool, _ arguments: Value, _ field: String, _ path: FieldPath, _ text: String) {
        if !holds { errors.append(.invalid(path.child(field), arguments[field], text)) }
    }

    private mutating func readFit(_ arguments: Value, _ path: FieldPath) {
        for (index, name) in arguments["ignoredResources"].items.enumerated() {
            let problems = Names.qualifiedName(name.string ?? "")
            errors += problems.map { .invalid(path.child("ignoredResources").index(index), name, $0) }
        }
        for (index, name) in arguments["ignoredResourceGroups"].items.enumerated() {
            let place = path.child("ignoredResourceGroups").index(index)
            if name.string?.contains("/") ?? false { errors.append(.invalid(place, name, "resource group name can't contain '/'")) }
            errors += Names.qualifiedName(name.string ?? "").map { .invalid(place, name, $0) }
        }
        profile.fit.ignoredResources = Set(arguments["ignoredResources"].items.compactMap(\.string))
        profile.fit.ignoredGroups = Set(arguments["ignoredResourceGroups"].items.compactMap(\.string))
        let (strategy, place) = (arguments["scoringStrategy"], path.child("scoringStrategy"))
        guard !strategy.isNull else { return }
        if let resources = resources(strategy["resources"], place.child("resources")) { profile.fit.resources = resources }
        let (ratio, ratioPath) = (strategy["requestedToCapacityRatio"], place.child("requestedToCapacityRatio"))
        switch strategy["type"].string ?? "LeastAllocated" {
        case "LeastAllocated": profile.fit.strategy = .leastAllocated
        case "MostAllocated": profile.fit.strategy = .mostAllocated
        case "RequestedToCapacityRatio":
            guard !ratio.isNull else {
                errors.append(.required(ratioPath, "must be specified when type is RequestedToCapacityRatio"))
                return
            }
            profile.fit.strategy = .requestedToCapacityRatio(points(ratio["shape"], ratioPath.child("shape")))
            return
        default:
            let types = ["LeastAllocated", "MostAllocated", "RequestedToCapacityRatio"]
            errors.append(.notSupported(place.child("type"), strategy["type"], types))
        }
        if !ratio.isNull { errors.append(.forbidden(ratioPath, "must be nil when type is not RequestedToCapacityRatio")) }
    }
    private mutating func resources(_ list: Value, _ path: FieldPath) -> [(name: String, weight: Int)]? {
        guard !list.items.isEmpty else { return nil }
        return list.items.enumerated().map { index, resource in
            let (name, weight) = (resource["name"].string ?? "", resource["weight"].int ?? 1)
            if !(1...100).contains(weight) {
                let text = "resource weight of \(name) not in valid range (0, 100]"
                errors.append(.invalid(path.index(index).child("weight"), resource["weight"], text))
            }
            return (name, weight)
        }
    }
    /// The points of a function, its scores from 0 to 100 rather than to 10. Source: validateFunctionShape.
    private mutating func points(_ shape: Value, _ path: FieldPath) -> [(utilization: Int, score: Int)] {
        if shape.items.isEmpty { errors.append(.required(path, "at least one point must be specified")) }
        var points: [(utilization: Int, score: Int)] = []
        for (index, point) in shape.items.enumerated() {
            let (utilization, score) = (point["utilization"].int ?? 0, point["score"].int ?? 0)
            let place = path.index(index)
            if let last = points.last, last.utilization >= utilization {
                errors.append(.invalid(place.child("utilization"), .int(Int64(utilization)), "values must be sorted in increasing order"))
            }
            if !(0...100).contains(utilization) {
                errors.append(.invalid(place.child("utilization"), .int(Int64(utilization)), "not in valid range [0, 100]"))
            }
            if !(0...10).contains(score) { errors.append(.invalid(place.child("score"), .int(Int64(score)), "not in valid range [0, 10]")) }
            points.append((utilization, score * 10))
        }
        return points
    }

    private mutating func readBalance(_ arguments: Value, _ path: FieldPath) {
        var names: [String] = []
        for (index, resource) in arguments["resources"].items.enumerated() {
            let place = path.child("resources").index(index)
            let name = resource["name"].string ?? ""
            if names.contains(name) { errors.append(.duplicate(place.child("name"), .string(name))) }
            if let weight = resource["weight"].int, weight != 1 {
                errors.append(.invalid(place.child("weight"), resource["weight"], "must be 1"))
            }
            names.append(name)
        }
        if !names.isEmpty { profile.balancedResources = names }
    }

    private mutating func readAffinity(_ affinity: Value, _ path: FieldPath) {
        let required = affinity["requiredDuringSchedulingIgnoredDuringExecution"]
        if !required.isNull {
            let terms = required["nodeSelectorTerms"]
            if terms.items.isEmpty {
                let place = path.child("requiredDuringSchedulingIgnoredDuringExecution").child("nodeSelectorTerms")
                errors.append(.required(place, "must have at least one node selector term"))
            }
            profile.addedAffinity.required = terms.items.map(NodeTerm.init)
        }
        profile.addedAffinity.preferred = affinity["preferredDuringSchedulingIgnoredDuringExecution"].items.map {
            ($0["weight"].int ?? 0, NodeTerm($0["preference"]))
        }
    }

    private mutating func readSpread(_ arguments: Value, _ path: FieldPath) {
        let (constraints, type) = (arguments["defaultConstraints"], arguments["defaultingType"])
        let place = path.child("defaultConstraints")
        switch type.string ?? "System" {
        case "System":
            if !constraints.items.isEmpty {
                errors.append(.invalid(path.child("defaultingType"), type, "when .defaultConstraints are not empty"))
            }
            return
        case "List": break
        default: errors.append(.notSupported(path.child("defaultingType"), type, ["System", "List"]))
        }
        var seen: Set<String> = []
        profile.spread.constraints = constraints.items.enumerated().map { index, constraint in
            let place = place.index(index)
            let (skew, key) = (constraint["maxSkew"].int ?? 0, constraint["topologyKey"].string ?? "")
            if skew <= 0 { errors.append(.invalid(place.child("maxSkew"), constraint["maxSkew"], "not in valid range (0, inf)")) }
            if key.isEmpty { errors.append(.required(place.child("topologyKey"), "can not be empty")) }
            let when = constraint["whenUnsatisfiable"].string ?? ""
            if when.isEmpty {
                errors.append(.required(place.child("whenUnsatisfiable"), "can not be empty"))
            } else if !["DoNotSchedule", "ScheduleAnyway"].contains(when) {
                let supported = ["DoNotSchedule", "ScheduleAnyway"]
                errors.append(.notSupported(place.child("whenUnsatisfiable"), constraint["whenUnsatisfiable"], supported))
            }
            if !constraint["labelSelector"].isNull {
                let text = "constraint must not define a selector, as they deduced for each pod"
                errors.append(.forbidden(place.child("labelSelector"), text))
            }
            if !seen.insert("{\(key), \(when)}").inserted { errors.append(.duplicate(place, .string("{\(key), \(when)}"))) }
            return SpreadArguments.Constraint(
                topologyKey: key, maxSkew: skew, minDomains: constraint["minDomains"].int ?? 1, required: when == "DoNotSchedule")
        }
    }

    private mutating func readPreemption(_ arguments: Value, _ path: FieldPath) {
        let percent = arguments["minCandidateNodesPercentage"].int ?? 10
        let nodes = arguments["minCandidateNodesAbsolute"].int ?? 100
        require((0...100).contains(percent), arguments, "minCandidateNodesPercentage", path, "not in valid range [0, 100]")
        require(nodes >= 0, arguments, "minCandidateNodesAbsolute", path, "not in valid range [0, inf)")
        if percent == 0, nodes == 0 {
            let text = "cannot be zero at the same time as "
            require(false, arguments, "minCandidateNodesPercentage", path, text + "minCandidateNodesAbsolute")
            require(false, arguments, "minCandidateNodesAbsolute", path, text + "minCandidateNodesPercentage")
        }
        profile.preemption = PreemptionArguments(leastPercent: percent, leastNodes: nodes)
    }
}
