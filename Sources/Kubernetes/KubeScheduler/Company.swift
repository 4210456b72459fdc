import Documents
import KubeModel

/// The labels of namespaces, by name.
typealias NamespaceLabels = [String: [String: String]]

/// The pods of some namespaces that a selector selects.
struct PodSelection: Sendable, Hashable {
    let namespaces: Set<String>
    /// Namespaces by their labels, besides those named.
    let namespaceSelector: LabelSelector?
    let selector: LabelSelector
    func selects(_ group: PodGroup, _ labels: NamespaceLabels) -> Bool {
        (namespaces.contains(group.namespace) || namespaceSelector?.matches(labels[group.namespace] ?? [:]) ?? false)
            && selector.matches(group.labels)
    }
}

/// Which nodes count for a spread. Source: nodeAffinityPolicy, nodeTaintsPolicy.
struct NodeEligibility: Sendable, Hashable {
    /// The pod's node selector and affinity, where only nodes count that it could choose.
    var nodeSelector: [[String]] = []
    var nodeTerms: [NodeTerm]?
    /// The pod's tolerations, where nodes count only if it tolerates their taints.
    var tolerations: [SchedulingToleration]?
    /// Nodes count only if they are in a domain of each of these.
    var topologyKeys: [String] = []

    var isEveryNode: Bool { self == NodeEligibility() }
    func includes(_ node: SchedulingNode) -> Bool {
        guard nodeSelector.allSatisfy({ node.labels[$0[0]] == $0[1] }), nodeTerms?.contains(where: { $0.matches(node) }) ?? true else {
            return false
        }
        if let tolerations, node.repelling.contains(where: { taint in !tolerations.contains { $0.tolerates(taint) } }) { return false }
        return topologyKeys.allSatisfy { node.domain($0) != nil }
    }
}

/// Pods that are counted by topology domain: those of an owner, or those that every selection selects.
struct CountedPods: Sendable, Hashable {
    var selections: [PodSelection] = []
    var owner: String?
    let topologyKey: String
    /// Whether pods that are being deleted count: they keep others away, but need no balance.
    let countsDeleting: Bool
    var eligibility = NodeEligibility()

    func counts(_ group: PodGroup, _ labels: NamespaceLabels) -> Bool {
        if let owner { return group.owner == owner }
        return selections.allSatisfy { $0.selects(group, labels) }
    }
    /// Whether it depends on the labels of namespaces.
    var selectsNamespaces: Bool { selections.contains { $0.namespaceSelector != nil } }
}

/// Reads the terms of a pod that speak of other pods.
struct TermReader {
    let namespace: String
    let labels: [String: String]
    let nodeSelector: [[String]]
    let nodeTerms: [NodeTerm]?
    let tolerations: [SchedulingToleration]

    func spreads(_ constraints: [Value]) -> [PodShape.Spread] {
        // A node counts only if it is in a domain of every constraint of the same sort.
        let keys = Dictionary(grouping: constraints) { $0["whenUnsatisfiable"].string != "ScheduleAnyway" }
            .mapValues { $0.compactMap { $0["topologyKey"].string } }
        return constraints.map { constraint in
            let required = constraint["whenUnsatisfiable"].string != "ScheduleAnyway"
            let own = constraint["topologyKey"].string ?? ""
            var eligibility = NodeEligibility()
            if constraint["nodeAffinityPolicy"].string != "Ignore" {
                (eligibility.nodeSelector, eligibility.nodeTerms) = (nodeSelector, nodeTerms)
            }
            if constraint["nodeTaintsPolicy"].string == "Honor" { eligibility.tolerations = tolerations }
            eligibility.topologyKeys = Set(keys[required] ?? []).subtracting([own]).sorted()
            let selection = PodSelection(namespaces: [namespace], namespaceSelector: nil, selector: selector(constraint))
            let counted = CountedPods(selections: [selection], topologyKey: own, countsDeleting: false, eligibility: eligibility)
            return PodShape.Spread(
                counted: counted, maxSkew: constraint["maxSkew"].int ?? 1, minDomains: constraint["minDomains"].int ?? 1,
                required: required)
        }
    }
    func required(_ affinity: Value) -> [PodShape.PodTerm] {
        affinity["requiredDuringSchedulingIgnoredDuringExecution"].items.map { term($0, weight: 0) }
    }
    func preferred(_ affinity: Value, sign: Int) -> [PodShape.PodTerm] {
        affinity["preferredDuringSchedulingIgnoredDuringExecution"].items.map {
            term($0["podAffinityTerm"], weight: sign * ($0["weight"].int ?? 0))
        }
    }

    private func term(_ term: Value, weight: Int) -> PodShape.PodTerm {
        let listed = Set(term["namespaces"].items.compactMap(\.string))
        let namespaceSelector = term["namespaceSelector"].isNull ? nil : LabelSelector(term["namespaceSelector"])
        let selection = PodSelection(
            namespaces: listed.isEmpty && namespaceSelector == nil ? [namespace] : listed, namespaceSelector: namespaceSelector,
            selector: selector(term))
        return PodShape.PodTerm(selection: selection, topologyKey: term["topologyKey"].string ?? "", weight: weight)
    }
    /// The selector with the pod's own values of `matchLabelKeys` and `mismatchLabelKeys`.
    private func selector(_ term: Value) -> LabelSelector {
        let selector = LabelSelector(term["labelSelector"])
        guard var requirements = selector.requirements else { return selector }
        for key in term["matchLabelKeys"].items.compactMap(\.string) {
            if let value = labels[key] { requirements.append(LabelSelector.Requirement(key, .in, [value])) }
        }
        for key in term["mismatchLabelKeys"].items.compactMap(\.string) {
            if let value = labels[key] { requirements.append(LabelSelector.Requirement(key, .notIn, [value])) }
        }
        return LabelSelector(requirements: requirements)
    }
}
