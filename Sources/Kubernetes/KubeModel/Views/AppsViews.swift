package import Documents

/// A number of equal pods.
package typealias ReplicaSet = View<ReplicaSetFields>
/// The fields of that. Source: ReplicaSet of Kubernetes 1.36.
package struct ReplicaSetFields: KindFields {
    package init() {}
    package static let kind = Kind(group: "apps", version: "v1", "ReplicaSet", prefix: "apps/replicasets/")
    package let metadata = Field<Self, View<MetadataFields>>("metadata"), spec = Field<Self, View<ReplicaSetSpecFields>>("spec")
    package let status = Field<Self, View<ReplicaSetStatusFields>>("status")
}

/// What a ReplicaSet should keep.
package typealias ReplicaSetSpec = View<ReplicaSetSpecFields>
/// The fields of that. Source: ReplicaSetSpec of Kubernetes 1.36.
package struct ReplicaSetSpecFields: Fields {
    package init() {}
    package let minReadySeconds = Field<Self, Int>("minReadySeconds"), replicas = Field<Self, Int>("replicas")
    package let selector = Field<Self, View<LabelSelectorSpecFields>>("selector")
    package let template = Field<Self, View<PodTemplateSpecFields>>("template")
}

/// What a ReplicaSet keeps.
package typealias ReplicaSetStatus = View<ReplicaSetStatusFields>
/// The fields of that. Source: ReplicaSetStatus of Kubernetes 1.36.
package struct ReplicaSetStatusFields: Fields {
    package init() {}
    package let availableReplicas = Field<Self, Int>("availableReplicas")
    package let conditions = Field<Self, [View<ReplicaSetConditionFields>]>("conditions")
    package let fullyLabeledReplicas = Field<Self, Int>("fullyLabeledReplicas")
    package let observedGeneration = Field<Self, Int>("observedGeneration"), readyReplicas = Field<Self, Int>("readyReplicas")
    package let replicas = Field<Self, Int>("replicas"), terminatingReplicas = Field<Self, Int>("terminatingReplicas")
}

/// One condition of a ReplicaSet.
package typealias ReplicaSetCondition = View<ReplicaSetConditionFields>
/// The fields of that. Source: ReplicaSetCondition of Kubernetes 1.36.
package struct ReplicaSetConditionFields: Fields {
    package init() {}
    package let lastTransitionTime = Field<Self, String>("lastTransitionTime"), message = Field<Self, String>("message")
    package let reason = Field<Self, String>("reason"), status = Field<Self, String>("status"), type = Field<Self, String>("type")
}

/// ReplicaSets that replace one another.
package typealias Deployment = View<DeploymentFields>
/// The fields of that. Source: Deployment of Kubernetes 1.36.
package struct DeploymentFields: KindFields {
    package init() {}
    package static let kind = Kind(group: "apps", version: "v1", "Deployment", prefix: "apps/deployments/")
    package let metadata = Field<Self, View<MetadataFields>>("metadata"), spec = Field<Self, View<DeploymentSpecFields>>("spec")
    package let status = Field<Self, View<DeploymentStatusFields>>("status")
}

/// What a Deployment should be.
package typealias DeploymentSpec = View<DeploymentSpecFields>
/// The fields of that. Source: DeploymentSpec of Kubernetes 1.36.
package struct DeploymentSpecFields: Fields {
    package init() {}
    package let minReadySeconds = Field<Self, Int>("minReadySeconds"), paused = Field<Self, Bool>("paused")
    package let progressDeadlineSeconds = Field<Self, Int>("progressDeadlineSeconds"), replicas = Field<Self, Int>("replicas")
    package let revisionHistoryLimit = Field<Self, Int>("revisionHistoryLimit")
    package let selector = Field<Self, View<LabelSelectorSpecFields>>("selector")
    package let strategy = Field<Self, View<DeploymentStrategyFields>>("strategy")
    package let template = Field<Self, View<PodTemplateSpecFields>>("template")
}

/// How a Deployment replaces its pods.
package typealias DeploymentStrategy = View<DeploymentStrategyFields>
/// The fields of that. Source: DeploymentStrategy of Kubernetes 1.36.
package struct DeploymentStrategyFields: Fields {
    package init() {}
    package let rollingUpdate = Field<Self, View<RollingUpdateDeploymentFields>>("rollingUpdate")
    package let type = Field<Self, String>("type")
}

/// How many pods may be missing or surplus.
package typealias RollingUpdateDeployment = View<RollingUpdateDeploymentFields>
/// The fields of that. Source: RollingUpdateDeployment of Kubernetes 1.36.
package struct RollingUpdateDeploymentFields: Fields {
    package init() {}
    package let maxSurge = Field<Self, IntOrString>("maxSurge"), maxUnavailable = Field<Self, IntOrString>("maxUnavailable")
}

/// What a Deployment is.
package typealias DeploymentStatus = View<DeploymentStatusFields>
/// The fields of that. Source: DeploymentStatus of Kubernetes 1.36.
package struct DeploymentStatusFields: Fields {
    package init() {}
    package let availableReplicas = Field<Self, Int>("availableReplicas"), collisionCount = Field<Self, Int>("collisionCount")
    package let conditions = Field<Self, [View<DeploymentConditionFields>]>("conditions")
    package let observedGeneration = Field<Self, Int>("observedGeneration"), readyReplicas = Field<Self, Int>("readyReplicas")
    package let replicas = Field<Self, Int>("replicas"), terminatingReplicas = Field<Self, Int>("terminatingReplicas")
    package let unavailableReplicas = Field<Self, Int>("unavailableReplicas")
    package let updatedReplicas = Field<Self, Int>("updatedReplicas")
}

/// One condition of a Deployment.
package typealias DeploymentCondition = View<DeploymentConditionFields>
/// The fields of that. Source: DeploymentCondition of Kubernetes 1.36.
package struct DeploymentConditionFields: Fields {
    package init() {}
    package let lastTransitionTime = Field<Self, String>("lastTransitionTime")
    package let lastUpdateTime = Field<Self, String>("lastUpdateTime"), message = Field<Self, String>("message")
    package let reason = Field<Self, String>("reason"), status = Field<Self, String>("status"), type = Field<Self, String>("type")
}

/// Pods with names and storage of their own.
package typealias StatefulSet = View<StatefulSetFields>
/// The fields of that. Source: StatefulSet of Kubernetes 1.36.
package struct StatefulSetFields: KindFields {
    package init() {}
    package static let kind = Kind(group: "apps", version: "v1", "StatefulSet", prefix: "apps/statefulsets/")
    package let metadata = Field<Self, View<MetadataFields>>("metadata"), spec = Field<Self, View<StatefulSetSpecFields>>("spec")
    package let status = Field<Self, View<StatefulSetStatusFields>>("status")
}

/// What a StatefulSet should be.
package typealias StatefulSetSpec = View<StatefulSetSpecFields>
/// The fields of that. Source: StatefulSetSpec of Kubernetes 1.36.
package struct StatefulSetSpecFields: Fields {
    package init() {}
    package let minReadySeconds = Field<Self, Int>("minReadySeconds"), ordinals = Field<Self, Value>("ordinals")
    package let persistentVolumeClaimRetentionPolicy = Field<Self, Value>("persistentVolumeClaimRetentionPolicy")
    package let podManagementPolicy = Field<Self, String>("podManagementPolicy"), replicas = Field<Self, Int>("replicas")
    package let revisionHistoryLimit = Field<Self, Int>("revisionHistoryLimit")
    package let selector = Field<Self, View<LabelSelectorSpecFields>>("selector")
    package let serviceName = Field<Self, String>("serviceName"), template = Field<Self, View<PodTemplateSpecFields>>("template")
    package let updateStrategy = Field<Self, View<StatefulSetUpdateStrategyFields>>("updateStrategy")
    package let volumeClaimTemplates = Field<Self, [View<PersistentVolumeClaimFields>]>("volumeClaimTemplates")
}

/// How a StatefulSet replaces its pods.
package typealias StatefulSetUpdateStrategy = View<StatefulSetUpdateStrategyFields>
/// The fields of that. Source: StatefulSetUpdateStrategy of Kubernetes 1.36.
package struct StatefulSetUpdateStrategyFields: Fields {
    package init() {}
    package let rollingUpdate = Field<Self, View<RollingUpdateStatefulSetFields>>("rollingUpdate")
    package let type = Field<Self, String>("type")
}

/// From which ordinal on pods are replaced.
package typealias RollingUpdateStatefulSet = View<RollingUpdateStatefulSetFields>
/// The fields of that. Source: RollingUpdateStatefulSetStrategy of Kubernetes 1.36.
package struct RollingUpdateStatefulSetFields: Fields {
    package init() {}
    package let maxUnavailable = Field<Self, IntOrString>("maxUnavailable"), partition = Field<Self, Int>("partition")
}

/// What a StatefulSet is.
package typealias StatefulSetStatus = View<StatefulSetStatusFields>
/// The fields of that. Source: StatefulSetStatus of Kubernetes 1.36.
package struct StatefulSetStatusFields: Fields {
    package init() {}
    package let availableReplicas = Field<Self, Int>("availableReplicas"), collisionCount = Field<Self, Int>("collisionCount")
    package let conditions = Field<Self, [View<StatefulSetConditionFields>]>("conditions")
    package let currentReplicas = Field<Self, Int>("currentReplicas"), currentRevision = Field<Self, String>("currentRevision")
    package let observedGeneration = Field<Self, Int>("observedGeneration"), readyReplicas = Field<Self, Int>("readyReplicas")
    package let replicas = Field<Self, Int>("replicas"), updateRevision = Field<Self, String>("updateRevision")
    package let updatedReplicas = Field<Self, Int>("updatedReplicas")
}

/// One condition of a StatefulSet.
package typealias StatefulSetCondition = View<StatefulSetConditionFields>
/// The fields of that. Source: StatefulSetCondition of Kubernetes 1.36.
package struct StatefulSetConditionFields: Fields {
    package init() {}
    package let lastTransitionTime = Field<Self, String>("lastTransitionTime"), message = Field<Self, String>("message")
    package let reason = Field<Self, String>("reason"), status = Field<Self, String>("status"), type = Field<Self, String>("type")
}

/// One pod on each node.
package typealias DaemonSet = View<DaemonSetFields>
/// The fields of that. Source: DaemonSet of Kubernetes 1.36.
package struct DaemonSetFields: KindFields {
    package init() {}
    package static let kind = Kind(group: "apps", version: "v1", "DaemonSet", prefix: "apps/daemonsets/")
    package let metadata = Field<Self, View<MetadataFields>>("metadata"), spec = Field<Self, View<DaemonSetSpecFields>>("spec")
    package let status = Field<Self, View<DaemonSetStatusFields>>("status")
}

/// What a DaemonSet should be.
package typealias DaemonSetSpec = View<DaemonSetSpecFields>
/// The fields of that. Source: DaemonSetSpec of Kubernetes 1.36.
package struct DaemonSetSpecFields: Fields {
    package init() {}
    package let minReadySeconds = Field<Self, Int>("minReadySeconds")
    package let revisionHistoryLimit = Field<Self, Int>("revisionHistoryLimit")
    package let selector = Field<Self, View<LabelSelectorSpecFields>>("selector")
    package let template = Field<Self, View<PodTemplateSpecFields>>("template")
    package let updateStrategy = Field<Self, View<DaemonSetUpdateStrategyFields>>("updateStrategy")
}

/// How a DaemonSet replaces its pods.
package typealias DaemonSetUpdateStrategy = View<DaemonSetUpdateStrategyFields>
/// The fields of that. Source: DaemonSetUpdateStrategy of Kubernetes 1.36.
package struct DaemonSetUpdateStrategyFields: Fields {
    package init() {}
    package let rollingUpdate = Field<Self, View<RollingUpdateDaemonSetFields>>("rollingUpdate")
    package let type = Field<Self, String>("type")
}

/// How many nodes may be without their pod, or with two.
package typealias RollingUpdateDaemonSet = View<RollingUpdateDaemonSetFields>
/// The fields of that. Source: RollingUpdateDaemonSet of Kubernetes 1.36.
package struct RollingUpdateDaemonSetFields: Fields {
    package init() {}
    package let maxSurge = Field<Self, IntOrString>("maxSurge"), maxUnavailable = Field<Self, IntOrString>("maxUnavailable")
}

/// What a DaemonSet is.
package typealias DaemonSetStatus = View<DaemonSetStatusFields>
/// The fields of that. Source: DaemonSetStatus of Kubernetes 1.36.
package struct DaemonSetStatusFields: Fields {
    package init() {}
    package let collisionCount = Field<Self, Int>("collisionCount")
    package let conditions = Field<Self, [View<DaemonSetConditionFields>]>("conditions")
    package let currentNumberScheduled = Field<Self, Int>("currentNumberScheduled")
    package let desiredNumberScheduled = Field<Self, Int>("desiredNumberScheduled")
    package let numberAvailable = Field<Self, Int>("numberAvailable"), numberMisscheduled = Field<Self, Int>("numberMisscheduled")
    package let numberReady = Field<Self, Int>("numberReady"), numberUnavailable = Field<Self, Int>("numberUnavailable")
    package let observedGeneration = Field<Self, Int>("observedGeneration")
    package let updatedNumberScheduled = Field<Self, Int>("updatedNumberScheduled")
}

/// One condition of a DaemonSet.
package typealias DaemonSetCondition = View<DaemonSetConditionFields>
/// The fields of that. Source: DaemonSetCondition of Kubernetes 1.36.
package struct DaemonSetConditionFields: Fields {
    package init() {}
    package let lastTransitionTime = Field<Self, String>("lastTransitionTime"), message = Field<Self, String>("message")
    package let reason = Field<Self, String>("reason"), status = Field<Self, String>("status"), type = Field<Self, String>("type")
}

/// A kept earlier form of a workload.
package typealias ControllerRevision = View<ControllerRevisionFields>
/// The fields of that. Source: ControllerRevision of Kubernetes 1.36.
package struct ControllerRevisionFields: KindFields {
    package init() {}
    package static let kind = Kind(group: "apps", version: "v1", "ControllerRevision", prefix: "apps/controllerrevisions/")
    package let data = Field<Self, Value>("data"), metadata = Field<Self, View<MetadataFields>>("metadata")
    package let revision = Field<Self, Int>("revision")
}
