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
    func selects(_ pod: SchedulingPod, _ labels: NamespaceLabels) -> Bool {
        (namespaces.contains(pod.namespace) || namespaceSelector?.matches(labels[pod.namespace] ?? [:]) ?? false)
            && selector.matches(pod.labels)
    }
}

/// Pods that are counted by topology domain: those that every selection selects.
struct CountedPods: Sendable, Hashable {
    let selections: [PodSelection]
    let topologyKey: String
    /// Whether pods that are being deleted count: they keep others away, but need no balance.
    let countsDeleting: Bool
    func counts(_ pod: SchedulingPod, _ labels: NamespaceLabels) -> Bool {
        (countsDeleting || !pod.isDeleting) && selections.allSatisfy { $0.selects(pod, labels) }
    }
    /// Whether it depends on the labels of namespaces.
    var selectsNamespaces: Bool { selections.contains { $0.namespaceSelector != nil } }
}

/// Reads the terms of a pod that speak of other pods.
struct TermReader {
    let namespace: String
    let labels: [String: String]

    func spread(_ constraint: Value) -> SchedulingPod.Spread {
        let counted = CountedPods(
            selections: [PodSelection(namespaces: [namespace], namespaceSelector: nil, selector: selector(constraint))],
            topologyKey: constraint["topologyKey"].string ?? "", countsDeleting: false)
        return SchedulingPod.Spread(
            counted: counted, maxSkew: constraint["maxSkew"].int ?? 1, minDomains: constraint["minDomains"].int ?? 1,
            required: constraint["whenUnsatisfiable"].string != "ScheduleAnyway",
            countsTaintedNodes: constraint["nodeTaintsPolicy"].string != "Honor",
            countsOtherNodes: constraint["nodeAffinityPolicy"].string == "Ignore")
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
        let namespaceSelector = term["namespaceSelector"].isNull ? nil : LabelSelector(term["namespaceSelector"])
        let selection = PodSelection(
            namespaces: listed.isEmpty && namespaceSelector == nil ? [namespace] : listed, namespaceSelector: namespaceSelector,
            selector: selector(term))
        return SchedulingPod.PodTerm(selection: selection, topologyKey: term["topologyKey"].string ?? "", weight: weight)
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
