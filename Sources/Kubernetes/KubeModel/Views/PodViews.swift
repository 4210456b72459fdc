package import Documents

/// A pod.
package typealias Pod = View<PodFields>
/// The fields of that. Source: Pod of Kubernetes 1.36.
package struct PodFields: KindFields {
    package init() {}
    package static let kind = Kind("Pod", prefix: "core/pods/")
    package let metadata = Field<Self, View<MetadataFields>>("metadata"), spec = Field<Self, View<PodSpecFields>>("spec")
    package let status = Field<Self, View<PodStatusFields>>("status")
}

/// What a pod should be.
package typealias PodSpec = View<PodSpecFields>
/// The fields of that. Source: PodSpec of Kubernetes 1.36.
package struct PodSpecFields: Fields {
    package init() {}
    package let activeDeadlineSeconds = Field<Self, Int>("activeDeadlineSeconds")
    package let affinity = Field<Self, View<AffinityFields>>("affinity")
    package let automountServiceAccountToken = Field<Self, Bool>("automountServiceAccountToken")
    package let containers = Field<Self, [View<ContainerFields>]>("containers"), dnsPolicy = Field<Self, String>("dnsPolicy")
    package let enableServiceLinks = Field<Self, Bool>("enableServiceLinks")
    package let ephemeralContainers = Field<Self, [View<ContainerFields>]>("ephemeralContainers")
    package let hostNetwork = Field<Self, Bool>("hostNetwork"), hostname = Field<Self, String>("hostname")
    package let imagePullSecrets = Field<Self, [View<LocalObjectReferenceFields>]>("imagePullSecrets")
    package let initContainers = Field<Self, [View<ContainerFields>]>("initContainers")
    package let nodeName = Field<Self, String>("nodeName"), nodeSelector = Field<Self, [String: String]>("nodeSelector")
    package let overhead = Field<Self, [String: Quantity]>("overhead"), preemptionPolicy = Field<Self, String>("preemptionPolicy")
    package let priority = Field<Self, Int>("priority"), priorityClassName = Field<Self, String>("priorityClassName")
    package let readinessGates = Field<Self, [View<PodReadinessGateFields>]>("readinessGates")
    package let restartPolicy = Field<Self, String>("restartPolicy"), runtimeClassName = Field<Self, String>("runtimeClassName")
    package let schedulerName = Field<Self, String>("schedulerName"), schedulingGates = Field<Self, [Value]>("schedulingGates")
    package let securityContext = Field<Self, Value>("securityContext"), serviceAccount = Field<Self, String>("serviceAccount")
    package let serviceAccountName = Field<Self, String>("serviceAccountName"), subdomain = Field<Self, String>("subdomain")
    package let terminationGracePeriodSeconds = Field<Self, Int>("terminationGracePeriodSeconds")
    package let tolerations = Field<Self, [View<TolerationFields>]>("tolerations")
    package let topologySpreadConstraints = Field<Self, [View<TopologySpreadConstraintFields>]>("topologySpreadConstraints")
    package let volumes = Field<Self, [View<VolumeFields>]>("volumes")
}

/// What a pod is.
package typealias PodStatus = View<PodStatusFields>
/// The fields of that. Source: PodStatus of Kubernetes 1.36.
package struct PodStatusFields: Fields {
    package init() {}
    package let conditions = Field<Self, [View<PodConditionFields>]>("conditions")
    package let containerStatuses = Field<Self, [View<ContainerStatusFields>]>("containerStatuses")
    package let ephemeralContainerStatuses = Field<Self, [View<ContainerStatusFields>]>("ephemeralContainerStatuses")
    package let hostIP = Field<Self, String>("hostIP"), hostIPs = Field<Self, [View<HostIPFields>]>("hostIPs")
    package let initContainerStatuses = Field<Self, [View<ContainerStatusFields>]>("initContainerStatuses")
    package let message = Field<Self, String>("message"), nominatedNodeName = Field<Self, String>("nominatedNodeName")
    package let observedGeneration = Field<Self, Int>("observedGeneration"), phase = Field<Self, String>("phase")
    package let podIP = Field<Self, String>("podIP"), podIPs = Field<Self, [View<PodIPFields>]>("podIPs")
    package let qosClass = Field<Self, String>("qosClass"), reason = Field<Self, String>("reason")
    package let resize = Field<Self, String>("resize"), startTime = Field<Self, String>("startTime")
}

/// One condition of a pod.
package typealias PodCondition = View<PodConditionFields>
/// The fields of that. Source: PodCondition of Kubernetes 1.36.
package struct PodConditionFields: Fields {
    package init() {}
    package let lastProbeTime = Field<Self, String>("lastProbeTime")
    package let lastTransitionTime = Field<Self, String>("lastTransitionTime"), message = Field<Self, String>("message")
    package let observedGeneration = Field<Self, Int>("observedGeneration"), reason = Field<Self, String>("reason")
    package let status = Field<Self, String>("status"), type = Field<Self, String>("type")
}

/// What the pods of a workload are made from.
package typealias PodTemplateSpec = View<PodTemplateSpecFields>
/// The fields of that. Source: PodTemplateSpec of Kubernetes 1.36.
package struct PodTemplateSpecFields: Fields {
    package init() {}
    package let metadata = Field<Self, View<MetadataFields>>("metadata"), spec = Field<Self, View<PodSpecFields>>("spec")
}

/// A condition that a pod needs in order to be ready.
package typealias PodReadinessGate = View<PodReadinessGateFields>
/// The fields of that. Source: PodReadinessGate of Kubernetes 1.36.
package struct PodReadinessGateFields: Fields {
    package init() {}
    package let conditionType = Field<Self, String>("conditionType")
}

/// One address of a pod.
package typealias PodIP = View<PodIPFields>
/// The fields of that. Source: PodIP of Kubernetes 1.36.
package struct PodIPFields: Fields {
    package init() {}
    package let ip = Field<Self, String>("ip")
}

/// One address of a pod's node.
package typealias HostIP = View<HostIPFields>
/// The fields of that. Source: HostIP of Kubernetes 1.36.
package struct HostIPFields: Fields {
    package init() {}
    package let ip = Field<Self, String>("ip")
}

/// A taint that a pod tolerates.
package typealias Toleration = View<TolerationFields>
/// The fields of that. Source: Toleration of Kubernetes 1.36.
package struct TolerationFields: Fields {
    package init() {}
    package let effect = Field<Self, String>("effect"), key = Field<Self, String>("key")
    package let `operator` = Field<Self, String>("operator"), tolerationSeconds = Field<Self, Int>("tolerationSeconds")
    package let value = Field<Self, String>("value")
}

/// How pods spread over domains.
package typealias TopologySpreadConstraint = View<TopologySpreadConstraintFields>
/// The fields of that. Source: TopologySpreadConstraint of Kubernetes 1.36.
package struct TopologySpreadConstraintFields: Fields {
    package init() {}
    package let labelSelector = Field<Self, View<LabelSelectorSpecFields>>("labelSelector")
    package let matchLabelKeys = Field<Self, [String]>("matchLabelKeys"), maxSkew = Field<Self, Int>("maxSkew")
    package let minDomains = Field<Self, Int>("minDomains"), nodeAffinityPolicy = Field<Self, String>("nodeAffinityPolicy")
    package let nodeTaintsPolicy = Field<Self, String>("nodeTaintsPolicy"), topologyKey = Field<Self, String>("topologyKey")
    package let whenUnsatisfiable = Field<Self, String>("whenUnsatisfiable")
}
