package import Documents

/// A repository; its document's name is its own with `~` for `/`.
package struct RepositoryFields: KindFields {
    package static let kind = Kind(group: "ecr", "Repository", prefix: "ecr/repositories/", namespaced: false)
    package init() {}
    package let metadata = Field<Self, View<MetadataFields>>("metadata"), spec = Field<Self, View<RepositorySpecFields>>("spec")
}
/// A repository as a document.
package typealias Repository = View<RepositoryFields>
/// The desired part of a repository.
package struct RepositorySpecFields: Fields {
    package init() {}
    package let name = Field<Self, String>("repositoryName")
    /// `MUTABLE` or `IMMUTABLE`.
    package let mutability = Field<Self, String>("imageTagMutability"), scanOnPush = Field<Self, Bool>("scanOnPush")
    package let tags = Field<Self, [Value]>("tags"), lifecyclePolicy = Field<Self, String>("lifecyclePolicyText")
    package let policy = Field<Self, String>("policyText"), lifecycleEvaluated = Field<Self, String>("lastEvaluatedAt")
}
extension View<RepositoryFields> {
    /// The document's name for a repository's.
    static func key(_ name: String) -> String { name.replacing("/", with: "~") }
}

/// An image that was pushed, kept under its repository's document name; its own name is the manifest's digest.
package struct ImageFields: KindFields {
    package static let kind = Kind(group: "ecr", "Image", prefix: "ecr/images/")
    package init() {}
    package let metadata = Field<Self, View<MetadataFields>>("metadata"), spec = Field<Self, View<ImageSpecFields>>("spec")
}
/// An image as a document.
package typealias RegistryImage = View<ImageFields>
/// What is known of an image.
package struct ImageSpecFields: Fields {
    package init() {}
    package let tags = Field<Self, [String]>("imageTags"), mediaType = Field<Self, String>("imageManifestMediaType")
    package let artifactType = Field<Self, String>("artifactMediaType"), pushedAt = Field<Self, String>("imagePushedAt")
    /// Bytes of the layers and the configuration, as they are transferred.
    package let size = Field<Self, Int>("imageSizeInBytes"), pulledAt = Field<Self, String>("lastRecordedPullTime")
}
extension View<ImageFields> {
    /// The manifest's digest.
    var digest: String { self.metadata.name ?? "" }
}
