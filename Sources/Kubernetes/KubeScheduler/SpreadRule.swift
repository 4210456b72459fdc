/// How pods are spread that say nothing of it themselves.
enum SpreadRule {
    /// The pod's own constraints, or those of the profile over the pods that belong to it: of its owner, or of its Services.
    static func rules(for pod: SchedulingPod, _ profile: SchedulingProfile, _ company: CompanyBook) -> [PodShape.Spread] {
        if !pod.shape.spreads.isEmpty { return pod.shape.spreads }
        guard let constraints = profile.spread.constraints else { return [] }
        return defaults(constraints, pod, company)
    }
    /// The constraints over the pods that belong to the pod; none for a pod that is alone.
    static func defaults(_ constraints: [SpreadArguments.Constraint], _ pod: SchedulingPod, _ company: CompanyBook) -> [PodShape.Spread] {
        guard !constraints.isEmpty else { return [] }
        let selections = pod.group.owner == nil ? company.companions(of: pod.group) : []
        guard pod.group.owner != nil || !selections.isEmpty else { return [] }
        return constraints.map { constraint in
            let counted = CountedPods(
                selections: selections, owner: pod.group.owner, topologyKey: constraint.topologyKey, countsDeleting: false)
            return PodShape.Spread(
                counted: counted, maxSkew: constraint.maxSkew, minDomains: constraint.minDomains, required: constraint.required)
        }
    }
}
