// Written by Tools/generate-kubernetes-schema.py; do not edit.
extension SchemaText {
    /// Object types, one a line.
    static let workloadsSchema: StaticString = #"""
        @ apps.v1 io.k8s.api.apps.v1
        ControllerRevision apiVersion:s data:o kind:s metadata:meta.v1.ObjectMeta revision:l!
        ControllerRevisionList apiVersion:s items:[ControllerRevision]! kind:s metadata:meta.v1.ListMeta
        DaemonSet apiVersion:s kind:s metadata:meta.v1.ObjectMeta spec:DaemonSetSpec status:DaemonSetStatus
        DaemonSetCondition lastTransitionTime:t message:s reason:s status:s! type:s!
        DaemonSetList apiVersion:s items:[DaemonSet]! kind:s metadata:meta.v1.ListMeta
        DaemonSetSpec minReadySeconds:i revisionHistoryLimit:i selector:meta.v1.LabelSelector! template:core.v1.PodTemplateSpec! updateStrategy:DaemonSetUpdateStrategy
        DaemonSetStatus collisionCount:i conditions:[DaemonSetCondition]#type@type currentNumberScheduled:i! desiredNumberScheduled:i! numberAvailable:i numberMisscheduled:i! numberReady:i! numberUnavailable:i observedGeneration:l updatedNumberScheduled:i
        DaemonSetUpdateStrategy rollingUpdate:RollingUpdateDaemonSet type:s
        Deployment apiVersion:s kind:s metadata:meta.v1.ObjectMeta spec:DeploymentSpec status:DeploymentStatus
        DeploymentCondition lastTransitionTime:t lastUpdateTime:t message:s reason:s status:s! type:s!
        DeploymentList apiVersion:s items:[Deployment]! kind:s metadata:meta.v1.ListMeta
        DeploymentSpec minReadySeconds:i paused:b progressDeadlineSeconds:i replicas:i revisionHistoryLimit:i selector:meta.v1.LabelSelector! strategy:DeploymentStrategy~ template:core.v1.PodTemplateSpec!
        DeploymentStatus availableReplicas:i collisionCount:i conditions:[DeploymentCondition]#type@type observedGeneration:l readyReplicas:i replicas:i terminatingReplicas:i unavailableReplicas:i updatedReplicas:i
        DeploymentStrategy rollingUpdate:RollingUpdateDeployment type:s
        ReplicaSet apiVersion:s kind:s metadata:meta.v1.ObjectMeta spec:ReplicaSetSpec status:ReplicaSetStatus
        ReplicaSetCondition lastTransitionTime:t message:s reason:s status:s! type:s!
        ReplicaSetList apiVersion:s items:[ReplicaSet]! kind:s metadata:meta.v1.ListMeta
        ReplicaSetSpec minReadySeconds:i replicas:i selector:meta.v1.LabelSelector! template:core.v1.PodTemplateSpec
        ReplicaSetStatus availableReplicas:i conditions:[ReplicaSetCondition]#type@type fullyLabeledReplicas:i observedGeneration:l readyReplicas:i replicas:i! terminatingReplicas:i
        RollingUpdateDaemonSet maxSurge:x maxUnavailable:x
        RollingUpdateDeployment maxSurge:x maxUnavailable:x
        RollingUpdateStatefulSetStrategy maxUnavailable:x partition:i
        StatefulSet apiVersion:s kind:s metadata:meta.v1.ObjectMeta spec:StatefulSetSpec status:StatefulSetStatus
        StatefulSetCondition lastTransitionTime:t message:s reason:s status:s! type:s!
        StatefulSetList apiVersion:s items:[StatefulSet]! kind:s metadata:meta.v1.ListMeta
        StatefulSetOrdinals start:i
        StatefulSetPersistentVolumeClaimRetentionPolicy whenDeleted:s whenScaled:s
        StatefulSetSpec minReadySeconds:i ordinals:StatefulSetOrdinals persistentVolumeClaimRetentionPolicy:StatefulSetPersistentVolumeClaimRetentionPolicy podManagementPolicy:s replicas:i revisionHistoryLimit:i selector:meta.v1.LabelSelector! serviceName:s template:core.v1.PodTemplateSpec! updateStrategy:StatefulSetUpdateStrategy volumeClaimTemplates:[core.v1.PersistentVolumeClaim]
        StatefulSetStatus availableReplicas:i collisionCount:i conditions:[StatefulSetCondition]#type@type currentReplicas:i currentRevision:s observedGeneration:l readyReplicas:i replicas:i! updateRevision:s updatedReplicas:i
        StatefulSetUpdateStrategy rollingUpdate:RollingUpdateStatefulSetStrategy type:s
        @ autoscaling.v1 io.k8s.api.autoscaling.v1
        CrossVersionObjectReference= apiVersion:s kind:s! name:s!
        HorizontalPodAutoscaler apiVersion:s kind:s metadata:meta.v1.ObjectMeta spec:HorizontalPodAutoscalerSpec! status:HorizontalPodAutoscalerStatus
        HorizontalPodAutoscalerList apiVersion:s items:[HorizontalPodAutoscaler]! kind:s metadata:meta.v1.ListMeta
        HorizontalPodAutoscalerSpec maxReplicas:i! minReplicas:i scaleTargetRef:CrossVersionObjectReference! targetCPUUtilizationPercentage:i
        HorizontalPodAutoscalerStatus currentCPUUtilizationPercentage:i currentReplicas:i! desiredReplicas:i! lastScaleTime:t observedGeneration:l
        Scale apiVersion:s kind:s metadata:meta.v1.ObjectMeta spec:ScaleSpec status:ScaleStatus
        ScaleSpec replicas:i
        ScaleStatus replicas:i! selector:s
        @ autoscaling.v2 io.k8s.api.autoscaling.v2
        ContainerResourceMetricSource container:s! name:s! target:MetricTarget!
        ContainerResourceMetricStatus container:s! current:MetricValueStatus! name:s!
        CrossVersionObjectReference apiVersion:s kind:s! name:s!
        ExternalMetricSource metric:MetricIdentifier! target:MetricTarget!
        ExternalMetricStatus current:MetricValueStatus! metric:MetricIdentifier!
        HPAScalingPolicy periodSeconds:i! type:s! value:i!
        HPAScalingRules policies:[HPAScalingPolicy] selectPolicy:s stabilizationWindowSeconds:i tolerance:q
        HorizontalPodAutoscaler apiVersion:s kind:s metadata:meta.v1.ObjectMeta spec:HorizontalPodAutoscalerSpec! status:HorizontalPodAutoscalerStatus
        HorizontalPodAutoscalerBehavior scaleDown:HPAScalingRules scaleUp:HPAScalingRules
        HorizontalPodAutoscalerCondition lastTransitionTime:t message:s reason:s status:s! type:s!
        HorizontalPodAutoscalerList apiVersion:s items:[HorizontalPodAutoscaler]! kind:s metadata:meta.v1.ListMeta
        HorizontalPodAutoscalerSpec behavior:HorizontalPodAutoscalerBehavior maxReplicas:i! metrics:[MetricSpec] minReplicas:i scaleTargetRef:CrossVersionObjectReference!
        HorizontalPodAutoscalerStatus conditions:[HorizontalPodAutoscalerCondition]#type@type currentMetrics:[MetricStatus] currentReplicas:i desiredReplicas:i! lastScaleTime:t observedGeneration:l
        MetricIdentifier name:s! selector:meta.v1.LabelSelector
        MetricSpec containerResource:ContainerResourceMetricSource external:ExternalMetricSource object:ObjectMetricSource pods:PodsMetricSource resource:ResourceMetricSource type:s!
        MetricStatus containerResource:ContainerResourceMetricStatus external:ExternalMetricStatus object:ObjectMetricStatus pods:PodsMetricStatus resource:ResourceMetricStatus type:s!
        MetricTarget averageUtilization:i averageValue:q type:s! value:q
        MetricValueStatus averageUtilization:i averageValue:q value:q
        ObjectMetricSource describedObject:CrossVersionObjectReference! metric:MetricIdentifier! target:MetricTarget!
        ObjectMetricStatus current:MetricValueStatus! describedObject:CrossVersionObjectReference! metric:MetricIdentifier!
        PodsMetricSource metric:MetricIdentifier! target:MetricTarget!
        PodsMetricStatus current:MetricValueStatus! metric:MetricIdentifier!
        ResourceMetricSource name:s! target:MetricTarget!
        ResourceMetricStatus current:MetricValueStatus! name:s!
        @ batch.v1 io.k8s.api.batch.v1
        CronJob apiVersion:s kind:s metadata:meta.v1.ObjectMeta spec:CronJobSpec! status:CronJobStatus
        CronJobList apiVersion:s items:[CronJob]! kind:s metadata:meta.v1.ListMeta
        CronJobSpec concurrencyPolicy:s failedJobsHistoryLimit:i jobTemplate:JobTemplateSpec! schedule:s! startingDeadlineSeconds:l successfulJobsHistoryLimit:i suspend:b timeZone:s
        CronJobStatus active:[core.v1.ObjectReference] lastScheduleTime:t lastSuccessfulTime:t
        Job apiVersion:s kind:s metadata:meta.v1.ObjectMeta spec:JobSpec status:JobStatus
        JobCondition lastProbeTime:t lastTransitionTime:t message:s reason:s status:s! type:s!
        JobList apiVersion:s items:[Job]! kind:s metadata:meta.v1.ListMeta
        JobSpec activeDeadlineSeconds:l backoffLimit:i backoffLimitPerIndex:i completionMode:s completions:i managedBy:s manualSelector:b maxFailedIndexes:i parallelism:i podFailurePolicy:PodFailurePolicy podReplacementPolicy:s selector:meta.v1.LabelSelector successPolicy:SuccessPolicy suspend:b template:core.v1.PodTemplateSpec! ttlSecondsAfterFinished:i
        JobStatus active:i completedIndexes:s completionTime:t conditions:[JobCondition]@type failed:i failedIndexes:s ready:i startTime:t succeeded:i terminating:i uncountedTerminatedPods:UncountedTerminatedPods
        JobTemplateSpec metadata:meta.v1.ObjectMeta spec:JobSpec
        PodFailurePolicy rules:[PodFailurePolicyRule]!
        PodFailurePolicyOnExitCodesRequirement containerName:s operator:s! values:[i]#set!
        PodFailurePolicyOnPodConditionsPattern status:s type:s!
        PodFailurePolicyRule action:s! onExitCodes:PodFailurePolicyOnExitCodesRequirement onPodConditions:[PodFailurePolicyOnPodConditionsPattern]
        SuccessPolicy rules:[SuccessPolicyRule]!
        SuccessPolicyRule succeededCount:i succeededIndexes:s
        UncountedTerminatedPods failed:[s]#set succeeded:[s]#set
        @ policy.v1 io.k8s.api.policy.v1
        Eviction apiVersion:s deleteOptions:meta.v1.DeleteOptions kind:s metadata:meta.v1.ObjectMeta
        PodDisruptionBudget apiVersion:s kind:s metadata:meta.v1.ObjectMeta spec:PodDisruptionBudgetSpec status:PodDisruptionBudgetStatus
        PodDisruptionBudgetList apiVersion:s items:[PodDisruptionBudget]! kind:s metadata:meta.v1.ListMeta
        PodDisruptionBudgetSpec maxUnavailable:x minAvailable:x selector:meta.v1.LabelSelector unhealthyPodEvictionPolicy:s
        PodDisruptionBudgetStatus conditions:[meta.v1.Condition]#type@type currentHealthy:i desiredHealthy:i disruptedPods:{t} disruptionsAllowed:i expectedPods:i observedGeneration:l
        @ scheduling.v1 io.k8s.api.scheduling.v1
        PriorityClass apiVersion:s description:s globalDefault:b kind:s metadata:meta.v1.ObjectMeta preemptionPolicy:s value:i
        PriorityClassList apiVersion:s items:[PriorityClass]! kind:s metadata:meta.v1.ListMeta
        """#
}
