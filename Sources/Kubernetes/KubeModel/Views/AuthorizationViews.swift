package import Documents

/// What may be done in a namespace.
package typealias Role = View<RoleFields>
/// The fields of that. Source: Role of Kubernetes 1.36.
package struct RoleFields: KindFields {
    package init() {}
    package static let kind = Kind(group: "rbac.authorization.k8s.io", version: "v1", "Role", prefix: "rbac.authorization.k8s.io/roles/")
    package let metadata = Field<Self, View<MetadataFields>>("metadata"), rules = Field<Self, [View<PolicyRuleFields>]>("rules")
}

/// What may be done in the cluster.
package typealias ClusterRole = View<ClusterRoleFields>
/// The fields of that. Source: ClusterRole of Kubernetes 1.36.
package struct ClusterRoleFields: KindFields {
    package init() {}
    package static let kind = Kind(
        group: "rbac.authorization.k8s.io", version: "v1", "ClusterRole", prefix: "rbac.authorization.k8s.io/clusterroles/",
        namespaced: false)
    package let aggregationRule = Field<Self, View<AggregationRuleFields>>("aggregationRule")
    package let metadata = Field<Self, View<MetadataFields>>("metadata"), rules = Field<Self, [View<PolicyRuleFields>]>("rules")
}

/// One permission.
package typealias PolicyRule = View<PolicyRuleFields>
/// The fields of that. Source: PolicyRule of Kubernetes 1.36.
package struct PolicyRuleFields: Fields {
    package init() {}
    package let apiGroups = Field<Self, [String]>("apiGroups"), nonResourceURLs = Field<Self, [String]>("nonResourceURLs")
    package let resourceNames = Field<Self, [String]>("resourceNames"), resources = Field<Self, [String]>("resources")
    package let verbs = Field<Self, [String]>("verbs")
}

/// Which roles a ClusterRole is the sum of.
package typealias AggregationRule = View<AggregationRuleFields>
/// The fields of that. Source: AggregationRule of Kubernetes 1.36.
package struct AggregationRuleFields: Fields {
    package init() {}
    package let clusterRoleSelectors = Field<Self, [View<LabelSelectorSpecFields>]>("clusterRoleSelectors")
}

/// Who has a role in a namespace.
package typealias RoleBinding = View<RoleBindingFields>
/// The fields of that. Source: RoleBinding of Kubernetes 1.36.
package struct RoleBindingFields: KindFields {
    package init() {}
    package static let kind = Kind(
        group: "rbac.authorization.k8s.io", version: "v1", "RoleBinding", prefix: "rbac.authorization.k8s.io/rolebindings/")
    package let metadata = Field<Self, View<MetadataFields>>("metadata"), roleRef = Field<Self, View<RoleRefFields>>("roleRef")
    package let subjects = Field<Self, [View<SubjectFields>]>("subjects")
}

/// Who has a role in the cluster.
package typealias ClusterRoleBinding = View<ClusterRoleBindingFields>
/// The fields of that. Source: ClusterRoleBinding of Kubernetes 1.36.
package struct ClusterRoleBindingFields: KindFields {
    package init() {}
    package static let kind = Kind(
        group: "rbac.authorization.k8s.io", version: "v1", "ClusterRoleBinding", prefix: "rbac.authorization.k8s.io/clusterrolebindings/",
        namespaced: false)
    package let metadata = Field<Self, View<MetadataFields>>("metadata"), roleRef = Field<Self, View<RoleRefFields>>("roleRef")
    package let subjects = Field<Self, [View<SubjectFields>]>("subjects")
}

/// The role of a binding.
package typealias RoleRef = View<RoleRefFields>
/// The fields of that. Source: RoleRef of Kubernetes 1.36.
package struct RoleRefFields: Fields {
    package init() {}
    package let apiGroup = Field<Self, String>("apiGroup"), kind = Field<Self, String>("kind"), name = Field<Self, String>("name")
}

/// Someone who has a role.
package typealias Subject = View<SubjectFields>
/// The fields of that. Source: Subject of Kubernetes 1.36.
package struct SubjectFields: Fields {
    package init() {}
    package let apiGroup = Field<Self, String>("apiGroup"), kind = Field<Self, String>("kind"), name = Field<Self, String>("name")
    package let namespace = Field<Self, String>("namespace")
}
