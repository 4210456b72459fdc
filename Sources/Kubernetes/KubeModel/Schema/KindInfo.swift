package import Documents

/// One served resource: a kind in one version. Source: Kubernetes 1.36 OpenAPI and discovery.
///
/// A class, for every request passes it on and all threads share it: one count of its owners instead of one for each text.
package final class KindInfo: Sendable, Hashable {
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
    package let custom: CustomKind?

    /// `v1` or `apps/v1`.
    package let apiVersion: String
    /// The resource as messages write it: `pods` or `deployments.apps`.
    package let resource: String
    /// The kind as messages write it: `Pod` or `Deployment.apps`.
    package let groupKind: String
    /// Whether documents of this version differ in shape from those in the store; see `Conversion`.
    package let needsConversion: Bool

    /// A resource of these parts.
    package init(
        group: String, version: String, kind: String, plural: String, singular: String, shortNames: [String], categories: [String],
        namespaced: Bool, verbs: [String], subresources: [Subresource], storage: Kind, typeName: String, custom: CustomKind? = nil
    ) {
        (self.group, self.version, self.kind, self.plural, self.singular) = (group, version, kind, plural, singular)
        (self.shortNames, self.categories, self.namespaced, self.verbs) = (shortNames, categories, namespaced, verbs)
        (self.subresources, self.storage, self.typeName, self.custom) = (subresources, storage, typeName, custom)
        apiVersion = group.isEmpty ? version : "\(group)/\(version)"
        resource = group.isEmpty ? plural : "\(plural).\(group)"
        groupKind = group.isEmpty ? kind : "\(kind).\(group)"
        needsConversion = storage.group != group || storage.version != version
    }

    /// The name of its lists, as in `PodList`.
    package var listKind: String { kind + "List" }
    /// Whether documents are kept: reviews and bindings are only answered.
    package var isStored: Bool { verbs.contains("create") && verbs.contains("list") }
    /// The subresource of that name; nil when there is none.
    package func subresource(_ name: String) -> Subresource? { subresources.first { $0.name == name } }

    package static func == (left: KindInfo, right: KindInfo) -> Bool {
        if left === right { return true }
        return left.group == right.group && left.version == right.version && left.kind == right.kind && left.plural == right.plural
            && left.singular == right.singular && left.shortNames == right.shortNames && left.categories == right.categories
            && left.namespaced == right.namespaced && left.verbs == right.verbs && left.subresources == right.subresources
            && left.storage == right.storage && left.typeName == right.typeName && left.custom == right.custom
    }
    package func hash(into hasher: inout Hasher) {
        hasher.combine(apiVersion)
        hasher.combine(plural)
    }
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
