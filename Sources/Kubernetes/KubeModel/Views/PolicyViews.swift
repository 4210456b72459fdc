package import Documents

/// How many pods may be evicted.
package typealias PodDisruptionBudget = View<PodDisruptionBudgetFields>
/// The fields of that. Source: PodDisruptionBudget of Kubernetes 1.36.
package struct PodDisruptionBudgetFields: KindFields {
    package init() {}
    package static let kind = Kind(group: "policy", version: "v1", "PodDisruptionBudget", prefix: "policy/poddisruptionbudgets/")
    package let metadata = Field<Self, View<MetadataFields>>("metadata")
    package let spec = Field<Self, View<PodDisruptionBudgetSpecFields>>("spec")
    package let status = Field<Self, View<PodDisruptionBudgetStatusFields>>("status")
}

/// What a budget demands.
package typealias PodDisruptionBudgetSpec = View<PodDisruptionBudgetSpecFields>
/// The fields of that. Source: PodDisruptionBudgetSpec of Kubernetes 1.36.
package struct PodDisruptionBudgetSpecFields: Fields {
    package init() {}
    package let maxUnavailable = Field<Self, IntOrString>("maxUnavailable")
    package let minAvailable = Field<Self, IntOrString>("minAvailable")
    package let selector = Field<Self, View<LabelSelectorSpecFields>>("selector")
    package let unhealthyPodEvictionPolicy = Field<Self, String>("unhealthyPodEvictionPolicy")
}

/// What a budget allows now.
package typealias PodDisruptionBudgetStatus = View<PodDisruptionBudgetStatusFields>
/// The fields of that. Source: PodDisruptionBudgetStatus of Kubernetes 1.36.
package struct PodDisruptionBudgetStatusFields: Fields {
    package init() {}
    package let conditions = Field<Self, [View<ConditionFields>]>("conditions")
    package let currentHealthy = Field<Self, Int>("currentHealthy"), desiredHealthy = Field<Self, Int>("desiredHealthy")
    package let disruptedPods = Field<Self, [String: String]>("disruptedPods")
    package let disruptionsAllowed = Field<Self, Int>("disruptionsAllowed"), expectedPods = Field<Self, Int>("expectedPods")
    package let observedGeneration = Field<Self, Int>("observedGeneration")
}

/// How many pods a workload should have.
package typealias HorizontalPodAutoscaler = View<HorizontalPodAutoscalerFields>
/// The fields of that. Source: HorizontalPodAutoscaler of Kubernetes 1.36.
package struct HorizontalPodAutoscalerFields: KindFields {
    package init() {}
    package static let kind = Kind(
        group: "autoscaling", version: "v2", "HorizontalPodAutoscaler", prefix: "autoscaling/horizontalpodautoscalers/")
    package let metadata = Field<Self, View<MetadataFields>>("metadata"), spec = Field<Self, Value>("spec")
    package let status = Field<Self, Value>("status")
}

/// A certificate that is asked for.
package typealias CertificateSigningRequest = View<CertificateSigningRequestFields>
/// The fields of that. Source: CertificateSigningRequest of Kubernetes 1.36.
package struct CertificateSigningRequestFields: KindFields {
    package init() {}
    package static let kind = Kind(
        group: "certificates.k8s.io", version: "v1", "CertificateSigningRequest", prefix: "certificates.k8s.io/certificatesigningrequests/",
        namespaced: false)
    package let metadata = Field<Self, View<MetadataFields>>("metadata")
    package let spec = Field<Self, View<CertificateSigningRequestSpecFields>>("spec")
    package let status = Field<Self, View<CertificateSigningRequestStatusFields>>("status")
}

/// What certificate is asked for, by whom.
package typealias CertificateSigningRequestSpec = View<CertificateSigningRequestSpecFields>
/// The fields of that. Source: CertificateSigningRequestSpec of Kubernetes 1.36.
package struct CertificateSigningRequestSpecFields: Fields {
    package init() {}
    package let expirationSeconds = Field<Self, Int>("expirationSeconds"), extra = Field<Self, [String: [String]]>("extra")
    package let groups = Field<Self, [String]>("groups"), request = Field<Self, String>("request")
    package let signerName = Field<Self, String>("signerName"), uid = Field<Self, String>("uid")
    package let usages = Field<Self, [String]>("usages"), username = Field<Self, String>("username")
}

/// What became of a certificate request.
package typealias CertificateSigningRequestStatus = View<CertificateSigningRequestStatusFields>
/// The fields of that. Source: CertificateSigningRequestStatus of Kubernetes 1.36.
package struct CertificateSigningRequestStatusFields: Fields {
    package init() {}
    package let certificate = Field<Self, String>("certificate")
    package let conditions = Field<Self, [View<CertificateSigningRequestConditionFields>]>("conditions")
}

/// One condition of a certificate request.
package typealias CertificateSigningRequestCondition = View<CertificateSigningRequestConditionFields>
/// The fields of that. Source: CertificateSigningRequestCondition of Kubernetes 1.36.
package struct CertificateSigningRequestConditionFields: Fields {
    package init() {}
    package let lastTransitionTime = Field<Self, String>("lastTransitionTime")
    package let lastUpdateTime = Field<Self, String>("lastUpdateTime"), message = Field<Self, String>("message")
    package let reason = Field<Self, String>("reason"), status = Field<Self, String>("status"), type = Field<Self, String>("type")
}
