package import Documents

/// A namespace.
package typealias Namespace = View<NamespaceFields>
/// The fields of that. Source: Namespace of Kubernetes 1.36.
package struct NamespaceFields: KindFields {
    package init() {}
    package static let kind = Kind("Namespace", prefix: "core/namespaces/", namespaced: false)
    package let metadata = Field<Self, View<MetadataFields>>("metadata"), spec = Field<Self, View<NamespaceSpecFields>>("spec")
    package let status = Field<Self, View<NamespaceStatusFields>>("status")
}

/// What keeps a namespace from going.
package typealias NamespaceSpec = View<NamespaceSpecFields>
/// The fields of that. Source: NamespaceSpec of Kubernetes 1.36.
package struct NamespaceSpecFields: Fields {
    package init() {}
    package let finalizers = Field<Self, [String]>("finalizers")
}

/// What a namespace is.
package typealias NamespaceStatus = View<NamespaceStatusFields>
/// The fields of that. Source: NamespaceStatus of Kubernetes 1.36.
package struct NamespaceStatusFields: Fields {
    package init() {}
    package let conditions = Field<Self, [View<NamespaceConditionFields>]>("conditions"), phase = Field<Self, String>("phase")
}

/// One condition of a namespace.
package typealias NamespaceCondition = View<NamespaceConditionFields>
/// The fields of that. Source: NamespaceCondition of Kubernetes 1.36.
package struct NamespaceConditionFields: Fields {
    package init() {}
    package let lastTransitionTime = Field<Self, String>("lastTransitionTime"), message = Field<Self, String>("message")
    package let reason = Field<Self, String>("reason"), status = Field<Self, String>("status"), type = Field<Self, String>("type")
}

/// Configuration data.
package typealias ConfigMap = View<ConfigMapFields>
/// The fields of that. Source: ConfigMap of Kubernetes 1.36.
package struct ConfigMapFields: KindFields {
    package init() {}
    package static let kind = Kind("ConfigMap", prefix: "core/configmaps/")
    package let binaryData = Field<Self, [String: String]>("binaryData"), data = Field<Self, [String: String]>("data")
    package let immutable = Field<Self, Bool>("immutable"), metadata = Field<Self, View<MetadataFields>>("metadata")
}

/// Confidential data, in base64.
package typealias Secret = View<SecretFields>
/// The fields of that. Source: Secret of Kubernetes 1.36.
package struct SecretFields: KindFields {
    package init() {}
    package static let kind = Kind("Secret", prefix: "core/secrets/")
    package let data = Field<Self, [String: String]>("data"), immutable = Field<Self, Bool>("immutable")
    package let metadata = Field<Self, View<MetadataFields>>("metadata"), stringData = Field<Self, [String: String]>("stringData")
    package let type = Field<Self, String>("type")
}

/// An identity of pods.
package typealias ServiceAccount = View<ServiceAccountFields>
/// The fields of that. Source: ServiceAccount of Kubernetes 1.36.
package struct ServiceAccountFields: KindFields {
    package init() {}
    package static let kind = Kind("ServiceAccount", prefix: "core/serviceaccounts/")
    package let automountServiceAccountToken = Field<Self, Bool>("automountServiceAccountToken")
    package let imagePullSecrets = Field<Self, [View<LocalObjectReferenceFields>]>("imagePullSecrets")
    package let metadata = Field<Self, View<MetadataFields>>("metadata")
    package let secrets = Field<Self, [View<ObjectReferenceFields>]>("secrets")
}

/// A reference to a document.
package typealias ObjectReference = View<ObjectReferenceFields>
/// The fields of that. Source: ObjectReference of Kubernetes 1.36.
package struct ObjectReferenceFields: Fields {
    package init() {}
    package let apiVersion = Field<Self, String>("apiVersion"), fieldPath = Field<Self, String>("fieldPath")
    package let kind = Field<Self, String>("kind"), name = Field<Self, String>("name")
    package let namespace = Field<Self, String>("namespace"), resourceVersion = Field<Self, String>("resourceVersion")
    package let uid = Field<Self, String>("uid")
}

/// A reference within the namespace.
package typealias LocalObjectReference = View<LocalObjectReferenceFields>
/// The fields of that. Source: LocalObjectReference of Kubernetes 1.36.
package struct LocalObjectReferenceFields: Fields {
    package init() {}
    package let name = Field<Self, String>("name")
}

/// Something that happened. The short name is `KubeEvent`, since `Event` is a change in the store.
package typealias KubeEvent = View<EventFields>
/// The fields of that. Source: Event of Kubernetes 1.36.
package struct EventFields: KindFields {
    package init() {}
    package static let kind = Kind("Event", prefix: "core/events/")
    package let action = Field<Self, String>("action"), count = Field<Self, Int>("count")
    package let eventTime = Field<Self, String>("eventTime"), firstTimestamp = Field<Self, String>("firstTimestamp")
    package let involvedObject = Field<Self, View<ObjectReferenceFields>>("involvedObject")
    package let lastTimestamp = Field<Self, String>("lastTimestamp"), message = Field<Self, String>("message")
    package let metadata = Field<Self, View<MetadataFields>>("metadata"), reason = Field<Self, String>("reason")
    package let related = Field<Self, View<ObjectReferenceFields>>("related")
    package let reportingComponent = Field<Self, String>("reportingComponent")
    package let reportingInstance = Field<Self, String>("reportingInstance")
    package let series = Field<Self, View<EventSeriesFields>>("series"), source = Field<Self, View<EventSourceFields>>("source")
    package let type = Field<Self, String>("type")
}

/// Who reported an event.
package typealias EventSource = View<EventSourceFields>
/// The fields of that. Source: EventSource of Kubernetes 1.36.
package struct EventSourceFields: Fields {
    package init() {}
    package let component = Field<Self, String>("component"), host = Field<Self, String>("host")
}

/// How often an event came.
package typealias EventSeries = View<EventSeriesFields>
/// The fields of that. Source: EventSeries of Kubernetes 1.36.
package struct EventSeriesFields: Fields {
    package init() {}
    package let count = Field<Self, Int>("count"), lastObservedTime = Field<Self, String>("lastObservedTime")
}

/// The older form of a ReplicaSet.
package typealias ReplicationController = View<ReplicationControllerFields>
/// The fields of that. Source: ReplicationController of Kubernetes 1.36.
package struct ReplicationControllerFields: KindFields {
    package init() {}
    package static let kind = Kind("ReplicationController", prefix: "core/replicationcontrollers/")
    package let metadata = Field<Self, View<MetadataFields>>("metadata")
    package let spec = Field<Self, View<ReplicationControllerSpecFields>>("spec")
    package let status = Field<Self, View<ReplicationControllerStatusFields>>("status")
}

/// What a ReplicationController should keep.
package typealias ReplicationControllerSpec = View<ReplicationControllerSpecFields>
/// The fields of that. Source: ReplicationControllerSpec of Kubernetes 1.36.
package struct ReplicationControllerSpecFields: Fields {
    package init() {}
    package let minReadySeconds = Field<Self, Int>("minReadySeconds"), replicas = Field<Self, Int>("replicas")
    package let selector = Field<Self, [String: String]>("selector")
    package let template = Field<Self, View<PodTemplateSpecFields>>("template")
}

/// What a ReplicationController keeps.
package typealias ReplicationControllerStatus = View<ReplicationControllerStatusFields>
/// The fields of that. Source: ReplicationControllerStatus of Kubernetes 1.36.
package struct ReplicationControllerStatusFields: Fields {
    package init() {}
    package let availableReplicas = Field<Self, Int>("availableReplicas")
    package let fullyLabeledReplicas = Field<Self, Int>("fullyLabeledReplicas")
    package let observedGeneration = Field<Self, Int>("observedGeneration"), readyReplicas = Field<Self, Int>("readyReplicas")
    package let replicas = Field<Self, Int>("replicas")
}

/// Limits of a namespace.
package typealias ResourceQuota = View<ResourceQuotaFields>
/// The fields of that. Source: ResourceQuota of Kubernetes 1.36.
package struct ResourceQuotaFields: KindFields {
    package init() {}
    package static let kind = Kind("ResourceQuota", prefix: "core/resourcequotas/")
    package let metadata = Field<Self, View<MetadataFields>>("metadata")
    package let spec = Field<Self, View<ResourceQuotaSpecFields>>("spec")
    package let status = Field<Self, View<ResourceQuotaStatusFields>>("status")
}

/// What a namespace may use.
package typealias ResourceQuotaSpec = View<ResourceQuotaSpecFields>
/// The fields of that. Source: ResourceQuotaSpec of Kubernetes 1.36.
package struct ResourceQuotaSpecFields: Fields {
    package init() {}
    package let hard = Field<Self, [String: Quantity]>("hard"), scopes = Field<Self, [String]>("scopes")
}

/// What a namespace uses.
package typealias ResourceQuotaStatus = View<ResourceQuotaStatusFields>
/// The fields of that. Source: ResourceQuotaStatus of Kubernetes 1.36.
package struct ResourceQuotaStatusFields: Fields {
    package init() {}
    package let hard = Field<Self, [String: Quantity]>("hard"), used = Field<Self, [String: Quantity]>("used")
}

/// A claim that must be renewed.
package typealias Lease = View<LeaseFields>
/// The fields of that. Source: Lease of Kubernetes 1.36.
package struct LeaseFields: KindFields {
    package init() {}
    package static let kind = Kind(group: "coordination.k8s.io", version: "v1", "Lease", prefix: "coordination.k8s.io/leases/")
    package let metadata = Field<Self, View<MetadataFields>>("metadata"), spec = Field<Self, View<LeaseSpecFields>>("spec")
}

/// Who holds a lease until when.
package typealias LeaseSpec = View<LeaseSpecFields>
/// The fields of that. Source: LeaseSpec of Kubernetes 1.36.
package struct LeaseSpecFields: Fields {
    package init() {}
    package let acquireTime = Field<Self, String>("acquireTime"), holderIdentity = Field<Self, String>("holderIdentity")
    package let leaseDurationSeconds = Field<Self, Int>("leaseDurationSeconds")
    package let leaseTransitions = Field<Self, Int>("leaseTransitions"), preferredHolder = Field<Self, String>("preferredHolder")
    package let renewTime = Field<Self, String>("renewTime"), strategy = Field<Self, String>("strategy")
}

/// A named priority of pods.
package typealias PriorityClass = View<PriorityClassFields>
/// The fields of that. Source: PriorityClass of Kubernetes 1.36.
package struct PriorityClassFields: KindFields {
    package init() {}
    package static let kind = Kind(
        group: "scheduling.k8s.io", version: "v1", "PriorityClass", prefix: "scheduling.k8s.io/priorityclasses/", namespaced: false)
    package let description = Field<Self, String>("description"), globalDefault = Field<Self, Bool>("globalDefault")
    package let metadata = Field<Self, View<MetadataFields>>("metadata")
    package let preemptionPolicy = Field<Self, String>("preemptionPolicy"), value = Field<Self, Int>("value")
}

/// One condition of a document, in the common shape.
package typealias Condition = View<ConditionFields>
/// The fields of that. Source: Condition of Kubernetes 1.36.
package struct ConditionFields: Fields {
    package init() {}
    package let lastTransitionTime = Field<Self, String>("lastTransitionTime"), message = Field<Self, String>("message")
    package let observedGeneration = Field<Self, Int>("observedGeneration"), reason = Field<Self, String>("reason")
    package let status = Field<Self, String>("status"), type = Field<Self, String>("type")
}
