package import Documents

// IAM's documents keep in `spec` the members of the service's own shapes, under their wire names, so that describing is reading.
// `AttachedPolicies` and `InlinePolicies` stand beside them; the model leaves them out of answers.

/// A user.
package struct IAMUserFields: KindFields {
    package static let kind = Kind(group: "iam", "User", prefix: "iam/users/", namespaced: false)
    package init() {}
    package let metadata = Field<Self, View<MetadataFields>>("metadata"), spec = Field<Self, View<IAMPrincipalSpecFields>>("spec")
}
/// An IAM user as a document.
package typealias IAMUser = View<IAMUserFields>

/// A role; its name is the role's, without the path.
package struct IAMRoleFields: KindFields {
    package static let kind = Kind(group: "iam", "Role", prefix: "iam/roles/", namespaced: false)
    package init() {}
    package let metadata = Field<Self, View<MetadataFields>>("metadata"), spec = Field<Self, View<IAMPrincipalSpecFields>>("spec")
}
/// An IAM role as a document.
package typealias IAMRole = View<IAMRoleFields>

/// What a user or role is.
package struct IAMPrincipalSpecFields: Fields {
    package init() {}
    package let arn = Field<Self, String>("Arn"), path = Field<Self, String>("Path"), tags = Field<Self, [Value]>("Tags")
    package let userID = Field<Self, String>("UserId"), roleID = Field<Self, String>("RoleId")
    package let userName = Field<Self, String>("UserName"), roleName = Field<Self, String>("RoleName")
    /// The trust policy's text.
    package let trustPolicy = Field<Self, String>("AssumeRolePolicyDocument")
    package let longestSession = Field<Self, Int>("MaxSessionDuration")
    /// ARNs of managed policies.
    package let attachedPolicies = Field<Self, [String]>("AttachedPolicies")
    /// Policy texts by name.
    package let inlinePolicies = Field<Self, [String: String]>("InlinePolicies")
}

/// A user's access key; its name is the key's id.
package struct IAMAccessKeyFields: KindFields {
    package static let kind = Kind(group: "iam", "AccessKey", prefix: "iam/access-keys/", namespaced: false)
    package init() {}
    package let metadata = Field<Self, View<MetadataFields>>("metadata"), spec = Field<Self, View<IAMAccessKeySpecFields>>("spec")
}
/// An IAM access key as a document.
package typealias IAMAccessKey = View<IAMAccessKeyFields>
/// The desired part of an IAM access key.
package struct IAMAccessKeySpecFields: Fields {
    package init() {}
    package let userName = Field<Self, String>("UserName"), accessKeyID = Field<Self, String>("AccessKeyId")
    /// The unique id of the user, by which a key does not outlive its user for a namesake.
    package let userID = Field<Self, String>("UserId")
    package let secret = Field<Self, String>("SecretAccessKey"), status = Field<Self, String>("Status")
    package let created = Field<Self, String>("CreateDate")
}

/// A customer's managed policy; its name is the policy's.
package struct IAMPolicyFields: KindFields {
    package static let kind = Kind(group: "iam", "Policy", prefix: "iam/policies/", namespaced: false)
    package init() {}
    package let metadata = Field<Self, View<MetadataFields>>("metadata"), spec = Field<Self, View<IAMPolicySpecFields>>("spec")
}
/// An IAM policy as a document.
package typealias IAMPolicy = View<IAMPolicyFields>
/// The desired part of an IAM policy.
package struct IAMPolicySpecFields: Fields {
    package init() {}
    package let arn = Field<Self, String>("Arn"), path = Field<Self, String>("Path"), name = Field<Self, String>("PolicyName")
    package let standard = Field<Self, String>("DefaultVersionId"), updated = Field<Self, String>("UpdateDate")
    package let tags = Field<Self, [Value]>("Tags")
    /// `VersionId`, `CreateDate`, `Document`, oldest first.
    package let versions = Field<Self, [Value]>("Versions")
    /// The number of the next version.
    package let nextVersion = Field<Self, Int>("NextVersion")
}

/// An instance profile: the box in which an instance gets its role.
package struct IAMInstanceProfileFields: KindFields {
    package static let kind = Kind(group: "iam", "InstanceProfile", prefix: "iam/instance-profiles/", namespaced: false)
    package init() {}
    package let metadata = Field<Self, View<MetadataFields>>("metadata"), spec = Field<Self, View<IAMInstanceProfileSpecFields>>("spec")
}
/// An IAM instance profile as a document.
package typealias IAMInstanceProfile = View<IAMInstanceProfileFields>
/// The desired part of an IAM instance profile.
package struct IAMInstanceProfileSpecFields: Fields {
    package init() {}
    package let arn = Field<Self, String>("Arn"), path = Field<Self, String>("Path"), tags = Field<Self, [Value]>("Tags")
    package let name = Field<Self, String>("InstanceProfileName")
    /// Names of its roles: one at most.
    package let roleNames = Field<Self, [String]>("RoleNames")
}

/// An OpenID Connect provider that roles may trust; its name is the provider's URL without scheme, percent-encoded.
package struct IAMOIDCProviderFields: KindFields {
    package static let kind = Kind(group: "iam", "OpenIDConnectProvider", prefix: "iam/oidc-providers/", namespaced: false)
    package init() {}
    package let metadata = Field<Self, View<MetadataFields>>("metadata"), spec = Field<Self, View<IAMOIDCProviderSpecFields>>("spec")
}
/// An OpenID Connect provider of IAM as a document.
package typealias IAMOIDCProvider = View<IAMOIDCProviderFields>
/// The desired part of an OpenID Connect provider of IAM.
package struct IAMOIDCProviderSpecFields: Fields {
    package init() {}
    package let arn = Field<Self, String>("Arn"), url = Field<Self, String>("Url"), tags = Field<Self, [Value]>("Tags")
    package let clientIDs = Field<Self, [String]>("ClientIDList"), thumbprints = Field<Self, [String]>("ThumbprintList")
}
