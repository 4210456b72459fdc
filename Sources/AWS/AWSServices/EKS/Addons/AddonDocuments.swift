package import Documents

/// An add-on of a cluster, kept under the cluster's name.
package struct AddonFields: KindFields {
    package static let kind = Kind(group: "eks", "Addon", prefix: "eks/addons/")
    package init() {}
    package let metadata = Field<Self, View<MetadataFields>>("metadata"), spec = Field<Self, View<AddonSpecFields>>("spec")
    package let status = Field<Self, View<AddonStatusFields>>("status")
}
/// An add-on as a document.
package typealias Addon = View<AddonFields>
/// The desired part of an add-on.
package struct AddonSpecFields: Fields {
    package init() {}
    package let version = Field<Self, String>("addonVersion"), roleArn = Field<Self, String>("serviceAccountRoleArn")
    /// JSON or YAML, as the user wrote it.
    package let configuration = Field<Self, String>("configurationValues")
    /// `NONE`, `OVERWRITE` or `PRESERVE`: what the next apply does about fields that others own.
    package let resolveConflicts = Field<Self, String>("resolveConflicts")
    /// Each with `serviceAccount`, `roleArn` and the association's `arn`.
    package let podIdentities = Field<Self, [Value]>("podIdentityAssociations")
    package let tags = Field<Self, [String: String]>("tags"), clientRequestToken = Field<Self, String>("clientRequestToken")
    /// Whether the objects stay when the add-on goes.
    package let preserves = Field<Self, Bool>("preserve")
}
/// The reported part of an add-on.
package struct AddonStatusFields: Fields {
    package init() {}
    /// `CREATING`, `ACTIVE`, `UPDATING`, `DELETING`, `DEGRADED` or a `…_FAILED`.
    package let status = Field<Self, String>("status"), modifiedAt = Field<Self, String>("modifiedAt")
    package let issues = Field<Self, [Value]>("issues")
    /// The generation whose objects are in the cluster.
    package let appliedGeneration = Field<Self, Int>("appliedGeneration")
    /// Since when the workload has not been ready; nil while it is.
    package let unreadySince = Field<Self, String>("unreadySince")
}
