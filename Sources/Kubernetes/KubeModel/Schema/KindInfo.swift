package import Documents

/// One served resource: a kind in one version. Source: Kubernetes 1.36 OpenAPI and discovery.
package struct KindInfo: Sendable, Hashable {
    /// API group, empty for the core group.
    package let group: String
    /// API version, as in `v1`.
    package let version: String
    /// Kind name, as in `Pod`.
    package let kind: String
    /// Resource name in paths, as in `pods`.
    package let plural: String
    package let singular: String
    package let shortNames: [String]
    package let categories: [String]
    package let namespaced: Bool
    /// Sorted, as discovery tells them.
    package let verbs: [String]
    package let subresources: [Subresource]
    /// The kind as which its documents are stored; shared by all versions of one resource.
    package let storage: Kind
    /// The name of its type in the schema, as in `io.k8s.api.core.v1.Pod`.
    package let typeName: String
    /// What its definition says; nil for built-in kinds.
    package var custom: CustomKind?

    /// `v1` or `apps/v1`.
    package var apiVersion: String { group.isEmpty ? version : "\(group)/\(version)" }
    /// The name of its lists, as in `PodList`.
    package var listKind: String { kind + "List" }
    /// The resource as messages write it: `pods` or `deployments.apps`.
    package var resource: String { group.isEmpty ? plural : "\(plural).\(group)" }
    /// The kind as messages write it: `Pod` or `Deployment.apps`.
    package var groupKind: String { group.isEmpty ? kind : "\(kind).\(group)" }
    /// Whether documents are kept: reviews and bindings are only answered.
    package var isStored: Bool { verbs.contains("create") && verbs.contains("list") }
    /// Whether documents of this version differ in shape from those in the store; see `Conversion`.
    package var needsConversion: Bool { storage.group != group || storage.version != version }
    /// The subresource of that name; nil when there is none.
    package func subresource(_ name: String) -> Subresource? { subresources.first { $0.name == name } }
}

/// A part of a resource with a path of its own.
package struct Subresource: Sendable, Hashable {
    /// As in `status`.
    package let name: String
    /// Group, version and kind of the documents sent to and got from it.
    package let group: String
    package let version: String
    package let kind: String
    package let verbs: [String]
    /// The name of that kind's type in the schema; empty when it has none, as `PodExecOptions`.
    package let typeName: String
}
