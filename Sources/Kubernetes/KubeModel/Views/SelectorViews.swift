package import Documents

/// A selector as documents hold it; `LabelSelector` evaluates it.
package typealias LabelSelectorSpec = View<LabelSelectorSpecFields>
/// The fields of that. Source: LabelSelector of Kubernetes 1.36.
package struct LabelSelectorSpecFields: Fields {
    package init() {}
    package let matchExpressions = Field<Self, [View<LabelSelectorRequirementFields>]>("matchExpressions")
    package let matchLabels = Field<Self, [String: String]>("matchLabels")
}

/// One requirement of a selector.
package typealias LabelSelectorRequirement = View<LabelSelectorRequirementFields>
/// The fields of that. Source: LabelSelectorRequirement of Kubernetes 1.36.
package struct LabelSelectorRequirementFields: Fields {
    package init() {}
    package let key = Field<Self, String>("key"), `operator` = Field<Self, String>("operator")
    package let values = Field<Self, [String]>("values")
}

/// Where a pod should be.
package typealias Affinity = View<AffinityFields>
/// The fields of that. Source: Affinity of Kubernetes 1.36.
package struct AffinityFields: Fields {
    package init() {}
    package let nodeAffinity = Field<Self, View<NodeAffinityFields>>("nodeAffinity")
    package let podAffinity = Field<Self, View<PodAffinityFields>>("podAffinity")
    package let podAntiAffinity = Field<Self, View<PodAntiAffinityFields>>("podAntiAffinity")
}

/// On which nodes a pod should be.
package typealias NodeAffinity = View<NodeAffinityFields>
/// The fields of that. Source: NodeAffinity of Kubernetes 1.36.
package struct NodeAffinityFields: Fields {
    package init() {}
    package let preferredDuringSchedulingIgnoredDuringExecution = Field<Self, [View<PreferredSchedulingTermFields>]>(
        "preferredDuringSchedulingIgnoredDuringExecution")
    package let requiredDuringSchedulingIgnoredDuringExecution = Field<Self, View<NodeSelectorFields>>(
        "requiredDuringSchedulingIgnoredDuringExecution")
}

/// Alternatives of node requirements.
package typealias NodeSelector = View<NodeSelectorFields>
/// The fields of that. Source: NodeSelector of Kubernetes 1.36.
package struct NodeSelectorFields: Fields {
    package init() {}
    package let nodeSelectorTerms = Field<Self, [View<NodeSelectorTermFields>]>("nodeSelectorTerms")
}

/// Requirements of a node, all of which must hold.
package typealias NodeSelectorTerm = View<NodeSelectorTermFields>
/// The fields of that. Source: NodeSelectorTerm of Kubernetes 1.36.
package struct NodeSelectorTermFields: Fields {
    package init() {}
    package let matchExpressions = Field<Self, [View<NodeSelectorRequirementFields>]>("matchExpressions")
    package let matchFields = Field<Self, [View<NodeSelectorRequirementFields>]>("matchFields")
}

/// One requirement of a node.
package typealias NodeSelectorRequirement = View<NodeSelectorRequirementFields>
/// The fields of that. Source: NodeSelectorRequirement of Kubernetes 1.36.
package struct NodeSelectorRequirementFields: Fields {
    package init() {}
    package let key = Field<Self, String>("key"), `operator` = Field<Self, String>("operator")
    package let values = Field<Self, [String]>("values")
}

/// Node requirements with a weight.
package typealias PreferredSchedulingTerm = View<PreferredSchedulingTermFields>
/// The fields of that. Source: PreferredSchedulingTerm of Kubernetes 1.36.
package struct PreferredSchedulingTermFields: Fields {
    package init() {}
    package let preference = Field<Self, View<NodeSelectorTermFields>>("preference"), weight = Field<Self, Int>("weight")
}

/// Near which pods a pod should be.
package typealias PodAffinity = View<PodAffinityFields>
/// The fields of that. Source: PodAffinity of Kubernetes 1.36.
package struct PodAffinityFields: Fields {
    package init() {}
    package let preferredDuringSchedulingIgnoredDuringExecution = Field<Self, [View<WeightedPodAffinityTermFields>]>(
        "preferredDuringSchedulingIgnoredDuringExecution")
    package let requiredDuringSchedulingIgnoredDuringExecution = Field<Self, [View<PodAffinityTermFields>]>(
        "requiredDuringSchedulingIgnoredDuringExecution")
}

/// Far from which pods a pod should be.
package typealias PodAntiAffinity = View<PodAntiAffinityFields>
/// The fields of that. Source: PodAntiAffinity of Kubernetes 1.36.
package struct PodAntiAffinityFields: Fields {
    package init() {}
    package let preferredDuringSchedulingIgnoredDuringExecution = Field<Self, [View<WeightedPodAffinityTermFields>]>(
        "preferredDuringSchedulingIgnoredDuringExecution")
    package let requiredDuringSchedulingIgnoredDuringExecution = Field<Self, [View<PodAffinityTermFields>]>(
        "requiredDuringSchedulingIgnoredDuringExecution")
}

/// Pods, and the domain that counts as near.
package typealias PodAffinityTerm = View<PodAffinityTermFields>
/// The fields of that. Source: PodAffinityTerm of Kubernetes 1.36.
package struct PodAffinityTermFields: Fields {
    package init() {}
    package let labelSelector = Field<Self, View<LabelSelectorSpecFields>>("labelSelector")
    package let matchLabelKeys = Field<Self, [String]>("matchLabelKeys")
    package let mismatchLabelKeys = Field<Self, [String]>("mismatchLabelKeys")
    package let namespaceSelector = Field<Self, View<LabelSelectorSpecFields>>("namespaceSelector")
    package let namespaces = Field<Self, [String]>("namespaces"), topologyKey = Field<Self, String>("topologyKey")
}

/// A pod affinity term with a weight.
package typealias WeightedPodAffinityTerm = View<WeightedPodAffinityTermFields>
/// The fields of that. Source: WeightedPodAffinityTerm of Kubernetes 1.36.
package struct WeightedPodAffinityTermFields: Fields {
    package init() {}
    package let podAffinityTerm = Field<Self, View<PodAffinityTermFields>>("podAffinityTerm"), weight = Field<Self, Int>("weight")
}
