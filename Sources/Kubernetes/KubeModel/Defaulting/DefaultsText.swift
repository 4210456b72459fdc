/// The defaults of Kubernetes 1.36, one object type a line: `package.Type path=value …`.
///
/// A value is JSON without blanks or a bare word. It is set where the field is absent or empty text; with `~=` also where it is 0.
/// Objects on the way are made. What depends on other fields is in `DefaultingRules`. Source: upstream's defaults.go files.
enum DefaultsText {
    static let defaults: StaticString = #"""
        core.v1.PodSpec dnsPolicy=ClusterFirst restartPolicy=Always securityContext={} terminationGracePeriodSeconds=30 schedulerName=default-scheduler
        core.v1.Container terminationMessagePath=/dev/termination-log terminationMessagePolicy=File resources={}
        core.v1.EphemeralContainer terminationMessagePath=/dev/termination-log terminationMessagePolicy=File resources={}
        core.v1.ContainerPort protocol=TCP
        core.v1.Probe timeoutSeconds~=1 periodSeconds~=10 successThreshold~=1 failureThreshold~=3
        core.v1.HTTPGetAction path=/ scheme=HTTP
        core.v1.GRPCAction service=""
        core.v1.ObjectFieldSelector apiVersion=v1
        core.v1.SecretVolumeSource defaultMode=420
        core.v1.ConfigMapVolumeSource defaultMode=420
        core.v1.DownwardAPIVolumeSource defaultMode=420
        core.v1.ProjectedVolumeSource defaultMode=420
        core.v1.ServiceAccountTokenProjection expirationSeconds=3600
        core.v1.HostPathVolumeSource type=""
        core.v1.ISCSIVolumeSource iscsiInterface=default
        core.v1.ISCSIPersistentVolumeSource iscsiInterface=default
        core.v1.RBDVolumeSource pool=rbd user=admin keyring=/etc/ceph/keyring
        core.v1.RBDPersistentVolumeSource pool=rbd user=admin keyring=/etc/ceph/keyring
        core.v1.AzureDiskVolumeSource cachingMode=ReadWrite kind=Shared fsType=ext4 readOnly=false
        core.v1.ScaleIOVolumeSource storageMode=ThinProvisioned fsType=xfs
        core.v1.ScaleIOPersistentVolumeSource storageMode=ThinProvisioned fsType=xfs
        core.v1.Pod spec.enableServiceLinks=true
        core.v1.ReplicationController spec.replicas=1 status.replicas=0
        core.v1.Secret type=Opaque
        core.v1.ServiceSpec sessionAffinity=None type=ClusterIP
        core.v1.ServiceStatus loadBalancer={}
        core.v1.ServicePort protocol=TCP
        core.v1.EndpointPort protocol=TCP
        core.v1.PersistentVolumeSpec persistentVolumeReclaimPolicy=Retain volumeMode=Filesystem
        core.v1.PersistentVolume status.phase=Pending
        core.v1.PersistentVolumeClaimSpec volumeMode=Filesystem resources={}
        core.v1.PersistentVolumeClaim status.phase=Pending
        core.v1.Namespace status.phase=Active
        apps.v1.Deployment spec.replicas=1 spec.strategy.type=RollingUpdate spec.revisionHistoryLimit=10 spec.progressDeadlineSeconds=600
        apps.v1.ReplicaSet spec.replicas=1 status.replicas=0
        apps.v1.StatefulSet spec.replicas=1 spec.podManagementPolicy=OrderedReady spec.revisionHistoryLimit=10 spec.updateStrategy.type=RollingUpdate spec.persistentVolumeClaimRetentionPolicy.whenDeleted=Retain spec.persistentVolumeClaimRetentionPolicy.whenScaled=Retain status.replicas=0 status.availableReplicas=0
        apps.v1.DaemonSet spec.updateStrategy.type=RollingUpdate spec.revisionHistoryLimit=10 status.currentNumberScheduled=0 status.numberMisscheduled=0 status.desiredNumberScheduled=0 status.numberReady=0
        batch.v1.Job spec.completionMode=NonIndexed spec.suspend=false
        batch.v1.PodFailurePolicyOnPodConditionsPattern status=True
        batch.v1.CronJob spec.concurrencyPolicy=Allow spec.suspend=false spec.successfulJobsHistoryLimit=3 spec.failedJobsHistoryLimit=1
        policy.v1.PodDisruptionBudget status.currentHealthy=0 status.desiredHealthy=0 status.disruptionsAllowed=0 status.expectedPods=0
        rbac.v1.RoleRef apiGroup=rbac.authorization.k8s.io
        autoscaling.v1.HorizontalPodAutoscaler spec.minReplicas=1 status.currentReplicas=0 status.desiredReplicas=0
        autoscaling.v2.HorizontalPodAutoscaler spec.minReplicas=1 status.desiredReplicas=0
        networking.v1.NetworkPolicyPort protocol=TCP
        networking.v1.IngressClassParametersReference scope=Cluster
        networking.v1.IngressStatus loadBalancer={}
        storage.v1.StorageClass reclaimPolicy=Delete volumeBindingMode=Immediate
        storage.v1.CSIDriverSpec attachRequired=true fsGroupPolicy=ReadWriteOnceWithFSType podInfoOnMount=false requiresRepublish=false seLinuxMount=false storageCapacity=false volumeLifecycleModes=["Persistent"]
        scheduling.v1.PriorityClass preemptionPolicy=PreemptLowerPriority
        discovery.v1.EndpointPort name="" protocol=TCP
        authentication.v1.TokenRequestSpec expirationSeconds=3600
        flowcontrol.v1.FlowSchemaSpec matchingPrecedence~=1000
        flowcontrol.v1.LimitedPriorityLevelConfiguration nominalConcurrencyShares=30 lendablePercent=0 limitResponse.type=Reject
        flowcontrol.v1.ExemptPriorityLevelConfiguration nominalConcurrencyShares=0 lendablePercent=0
        flowcontrol.v1.QueuingConfiguration queues~=64 handSize~=8 queueLengthLimit~=50
        admissionregistration.v1.MutatingWebhook failurePolicy=Fail matchPolicy=Equivalent namespaceSelector={} objectSelector={} reinvocationPolicy=Never timeoutSeconds=10
        admissionregistration.v1.ValidatingWebhook failurePolicy=Fail matchPolicy=Equivalent namespaceSelector={} objectSelector={} timeoutSeconds=10
        admissionregistration.v1.RuleWithOperations scope=*
        admissionregistration.v1.NamedRuleWithOperations scope=*
        admissionregistration.v1.ServiceReference port=443
        admissionregistration.v1.ValidatingAdmissionPolicySpec failurePolicy=Fail
        admissionregistration.v1.MutatingAdmissionPolicySpec failurePolicy=Fail
        admissionregistration.v1.MatchResources matchPolicy=Equivalent namespaceSelector={} objectSelector={}
        apiextensions.v1.CustomResourceDefinitionSpec conversion.strategy=None
        apiextensions.v1.ServiceReference port=443
        apiregistration.v1.ServiceReference port=443
        resource.v1.ExactDeviceRequest allocationMode=ExactCount
        resource.v1.DeviceSubRequest allocationMode=ExactCount
        resource.v1.DeviceToleration operator=Equal
        """#
}
