package import Documents

/// Temporary keys; the document's name is the key's id.
package struct STSSessionFields: KindFields {
    package static let kind = Kind(group: "sts", "Session", prefix: "sts/sessions/", namespaced: false)
    package init() {}
    package let metadata = Field<Self, View<MetadataFields>>("metadata"), spec = Field<Self, View<STSSessionSpecFields>>("spec")
}
/// An STS session as a document.
package typealias STSSession = View<STSSessionFields>
/// The desired part of an STS session.
package struct STSSessionSpecFields: Fields {
    package init() {}
    package let secret = Field<Self, String>("SecretAccessKey"), token = Field<Self, String>("SessionToken")
    /// RFC 3339.
    package let expires = Field<Self, String>("Expiration")
    package let arn = Field<Self, String>("Arn"), userID = Field<Self, String>("UserId")
    /// The name of the role or user that the keys speak for.
    package let ownerName = Field<Self, String>("OwnerName"), ownerIsRole = Field<Self, Bool>("OwnerIsRole")
}
