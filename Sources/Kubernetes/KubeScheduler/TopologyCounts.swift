import Documents
import KubeModel

/// Pods that are counted by topology domain: those of some namespaces that a selector selects.
struct CountedPods: Sendable, Hashable {
    /// Empty for all namespaces.
    let namespaces: Set<String>
    let selector: LabelSelector
    let topologyKey: String
    func counts(_ pod: SchedulingPod) -> Bool {
        (namespaces.isEmpty || namespaces.contains(pod.namespace)) && selector.matches(pod.labels)
    }
}

/// Reads the terms of a pod that speak of other pods.
struct TermReader {
    let namespace: String
    let labels: [String: String]

    func spread(_ constraint: Value) -> SchedulingPod.Spread {
        let counted = CountedPods(
            namespaces: [namespace], selector: selector(constraint), topologyKey: constraint["topologyKey"].string ?? "")
        return SchedulingPod.Spread(
            counted: counted, maxSkew: constraint["maxSkew"].int ?? 1, minDomains: constraint["minDomains"].int ?? 1,
            required: constraint["whenUnsatisfiable"].string != "ScheduleAnyway",
            countsTaintedNodes: constraint["nodeTaintsPolicy"].string != "Honor", matchesSelf: counted.selector.matches(labels))
    }
    func required(_ affinity: Value) -> [SchedulingPod.PodTerm] {
        affinity["requiredDuringSchedulingIgnoredDuringExecution"].items.map { term($0, weight: 0) }
    }
    func preferred(_ affinity: Value, sign: Int) -> [SchedulingPod.PodTerm] {
        affinity["preferredDuringSchedulingIgnoredDuringExecution"].items.map {
            term($0["podAffinityTerm"], weight: sign * ($0["weight"].int ?? 0))
        }
    }

    private func term(_ term: Value, weight: Int) -> SchedulingPod.PodTerm {
        let listed = Set(term["namespaces"].items.compactMap(\.string))
        // An empty namespace selector selects all; one with requirements is read as the listed namespaces.
        let all = term["namespaceSelector"].object?.isEmpty == true
        let counted = CountedPods(
            namespaces: all ? [] : listed.isEmpty ? [namespace] : listed, selector: selector(term),
            topologyKey: term["topologyKey"].string ?? "")
        let matchesSelf = (counted.namespaces.isEmpty || counted.namespaces.contains(namespace)) && counted.selector.matches(labels)
        return SchedulingPod.PodTerm(counted: counted, weight: weight, matchesSelf: matchesSelf)
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
