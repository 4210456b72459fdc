package import Documents

/// Storage that is asked for.
package typealias PersistentVolumeClaim = View<PersistentVolumeClaimFields>
/// The fields of that. Source: PersistentVolumeClaim of Kubernetes 1.36.
package struct PersistentVolumeClaimFields: KindFields {
    package init() {}
    package static let kind = Kind("PersistentVolumeClaim", prefix: "core/persistentvolumeclaims/")
    package let metadata = Field<Self, View<MetadataFields>>("metadata")
    package let spec = Field<Self, View<PersistentVolumeClaimSpecFields>>("spec")
    package let status = Field<Self, View<PersistentVolumeClaimStatusFields>>("status")
}

/// What storage is asked for.
package typealias PersistentVolumeClaimSpec = View<PersistentVolumeClaimSpecFields>
/// The fields of that. Source: PersistentVolumeClaimSpec of Kubernetes 1.36.
package struct PersistentVolumeClaimSpecFields: Fields {
    package init() {}
    package let accessModes = Field<Self, [String]>("accessModes"), dataSource = Field<Self, Value>("dataSource")
    package let dataSourceRef = Field<Self, Value>("dataSourceRef")
    package let resources = Field<Self, View<VolumeResourceRequirementsFields>>("resources")
    package let selector = Field<Self, View<LabelSelectorSpecFields>>("selector")
    package let storageClassName = Field<Self, String>("storageClassName")
    package let volumeAttributesClassName = Field<Self, String>("volumeAttributesClassName")
    package let volumeMode = Field<Self, String>("volumeMode"), volumeName = Field<Self, String>("volumeName")
}

/// What became of a claim.
package typealias PersistentVolumeClaimStatus = View<PersistentVolumeClaimStatusFields>
/// The fields of that. Source: PersistentVolumeClaimStatus of Kubernetes 1.36.
package struct PersistentVolumeClaimStatusFields: Fields {
    package init() {}
    package let accessModes = Field<Self, [String]>("accessModes"), capacity = Field<Self, [String: Quantity]>("capacity")
    package let phase = Field<Self, String>("phase")
}

/// How much storage is asked for.
package typealias VolumeResourceRequirements = View<VolumeResourceRequirementsFields>
/// The fields of that. Source: VolumeResourceRequirements of Kubernetes 1.36.
package struct VolumeResourceRequirementsFields: Fields {
    package init() {}
    package let limits = Field<Self, [String: Quantity]>("limits"), requests = Field<Self, [String: Quantity]>("requests")
}

/// A piece of storage.
package typealias PersistentVolume = View<PersistentVolumeFields>
/// The fields of that. Source: PersistentVolume of Kubernetes 1.36.
package struct PersistentVolumeFields: KindFields {
    package init() {}
    package static let kind = Kind("PersistentVolume", prefix: "core/persistentvolumes/", namespaced: false)
    package let metadata = Field<Self, View<MetadataFields>>("metadata")
    package let spec = Field<Self, View<PersistentVolumeSpecFields>>("spec")
    package let status = Field<Self, View<PersistentVolumeStatusFields>>("status")
}

/// What a piece of storage is.
package typealias PersistentVolumeSpec = View<PersistentVolumeSpecFields>
/// The fields of that. Source: PersistentVolumeSpec of Kubernetes 1.36.
package struct PersistentVolumeSpecFields: Fields {
    package init() {}
    package let accessModes = Field<Self, [String]>("accessModes"), capacity = Field<Self, [String: Quantity]>("capacity")
    package let claimRef = Field<Self, View<ObjectReferenceFields>>("claimRef"), nodeAffinity = Field<Self, Value>("nodeAffinity")
    package let persistentVolumeReclaimPolicy = Field<Self, String>("persistentVolumeReclaimPolicy")
    package let storageClassName = Field<Self, String>("storageClassName"), volumeMode = Field<Self, String>("volumeMode")
}

/// What a piece of storage is used for.
package typealias PersistentVolumeStatus = View<PersistentVolumeStatusFields>
/// The fields of that. Source: PersistentVolumeStatus of Kubernetes 1.36.
package struct PersistentVolumeStatusFields: Fields {
    package init() {}
    package let message = Field<Self, String>("message"), phase = Field<Self, String>("phase")
    package let reason = Field<Self, String>("reason")
}

/// A way to make storage.
package typealias StorageClass = View<StorageClassFields>
/// The fields of that. Source: StorageClass of Kubernetes 1.36.
package struct StorageClassFields: KindFields {
    package init() {}
    package static let kind = Kind(
        group: "storage.k8s.io", version: "v1", "StorageClass", prefix: "storage.k8s.io/storageclasses/", namespaced: false)
    package let allowVolumeExpansion = Field<Self, Bool>("allowVolumeExpansion")
    package let allowedTopologies = Field<Self, [Value]>("allowedTopologies")
    package let metadata = Field<Self, View<MetadataFields>>("metadata"), mountOptions = Field<Self, [String]>("mountOptions")
    package let parameters = Field<Self, [String: String]>("parameters"), provisioner = Field<Self, String>("provisioner")
    package let reclaimPolicy = Field<Self, String>("reclaimPolicy"), volumeBindingMode = Field<Self, String>("volumeBindingMode")
}
