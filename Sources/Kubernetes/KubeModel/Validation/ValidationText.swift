/// What single fields must be, one object type a line: `package.Type field=rule,rule …`.
///
/// Rules: `!` must be there and not empty, `!0` neither 0; `>=0`, `>0`; `N..M` between; `port` 1 to 65535; `intport` that or a port's name;
/// `in:A|B` one of these; `label`, `label1035`, `subdomain`, `qualified`, `labelvalue`, `env`, `portname` grammars.
/// All but `!` let absent fields pass. What depends on several fields is in `TypeRules` and `KindRules`.
/// Source: upstream's validation packages.
enum ValidationText {
    static let rules: StaticString = #"""
        core.v1.PodSpec containers=! restartPolicy=!,in:Always|OnFailure|Never dnsPolicy=!,in:ClusterFirst|ClusterFirstWithHostNet|Default|None terminationGracePeriodSeconds=>=0 activeDeadlineSeconds=1..2147483647 nodeName=subdomain hostname=label subdomain=label serviceAccountName=subdomain priorityClassName=subdomain runtimeClassName=subdomain preemptionPolicy=in:Never|PreemptLowerPriority
        core.v1.Container name=!,label image=! imagePullPolicy=!,in:Always|IfNotPresent|Never terminationMessagePolicy=!,in:FallbackToLogsOnError|File
        core.v1.EphemeralContainer name=!,label image=! imagePullPolicy=!,in:Always|IfNotPresent|Never
        core.v1.ContainerPort containerPort=!0,port hostPort=port name=portname protocol=!,in:SCTP|TCP|UDP
        core.v1.EnvVar name=!,env
        core.v1.ConfigMapKeySelector key=!
        core.v1.SecretKeySelector key=!
        core.v1.ObjectFieldSelector apiVersion=! fieldPath=!
        core.v1.ResourceFieldSelector resource=!
        core.v1.VolumeMount name=! mountPath=!
        core.v1.VolumeDevice name=! devicePath=!
        core.v1.Volume name=!,label
        core.v1.SecretVolumeSource secretName=! defaultMode=0..511
        core.v1.ConfigMapVolumeSource name=! defaultMode=0..511
        core.v1.ProjectedVolumeSource defaultMode=0..511
        core.v1.DownwardAPIVolumeSource defaultMode=0..511
        core.v1.PersistentVolumeClaimVolumeSource claimName=!
        core.v1.HostPathVolumeSource path=!
        core.v1.NFSVolumeSource server=! path=!
        core.v1.KeyToPath key=! path=!
        core.v1.Probe initialDelaySeconds=>=0 timeoutSeconds=>=0 periodSeconds=>=0 successThreshold=>=0 failureThreshold=>=0 terminationGracePeriodSeconds=>0
        core.v1.HTTPGetAction path=! port=intport scheme=in:HTTP|HTTPS
        core.v1.TCPSocketAction port=intport
        core.v1.GRPCAction port=port
        core.v1.ExecAction command=!
        core.v1.TopologySpreadConstraint maxSkew=>0 topologyKey=!,qualified whenUnsatisfiable=!,in:DoNotSchedule|ScheduleAnyway minDomains=>0
        core.v1.PodAffinityTerm topologyKey=!,qualified
        core.v1.WeightedPodAffinityTerm weight=1..100
        core.v1.PreferredSchedulingTerm weight=1..100
        core.v1.NodeSelector nodeSelectorTerms=!
        core.v1.Taint key=!,qualified value=labelvalue effect=!,in:NoSchedule|PreferNoSchedule|NoExecute
        core.v1.PodSchedulingGate name=!,qualified
        core.v1.PodReadinessGate conditionType=qualified
        core.v1.HostAlias ip=!
        core.v1.ServiceSpec type=!,in:ClusterIP|ExternalName|LoadBalancer|NodePort sessionAffinity=!,in:ClientIP|None externalTrafficPolicy=in:Cluster|Local internalTrafficPolicy=in:Cluster|Local ipFamilyPolicy=in:SingleStack|PreferDualStack|RequireDualStack healthCheckNodePort=>=0
        core.v1.ServicePort port=port protocol=!,in:SCTP|TCP|UDP name=label targetPort=intport nodePort=port appProtocol=qualified
        core.v1.ClientIPConfig timeoutSeconds=1..86400
        core.v1.PersistentVolumeClaimSpec accessModes=! volumeMode=in:Block|Filesystem storageClassName=subdomain
        core.v1.PersistentVolumeSpec accessModes=! capacity=! persistentVolumeReclaimPolicy=in:Delete|Recycle|Retain volumeMode=in:Block|Filesystem
        core.v1.ReplicationControllerSpec replicas=>=0 minReadySeconds=>=0 selector=! template=!
        apps.v1.DeploymentSpec replicas=>=0 minReadySeconds=>=0 revisionHistoryLimit=>=0 progressDeadlineSeconds=>=0
        apps.v1.DeploymentStrategy type=in:Recreate|RollingUpdate
        apps.v1.ReplicaSetSpec replicas=>=0 minReadySeconds=>=0
        apps.v1.StatefulSetSpec replicas=>=0 minReadySeconds=>=0 revisionHistoryLimit=>=0 podManagementPolicy=!,in:OrderedReady|Parallel
        apps.v1.StatefulSetUpdateStrategy type=!,in:RollingUpdate|OnDelete
        apps.v1.RollingUpdateStatefulSetStrategy partition=>=0
        apps.v1.StatefulSetOrdinals start=>=0
        apps.v1.StatefulSetPersistentVolumeClaimRetentionPolicy whenDeleted=in:Delete|Retain whenScaled=in:Delete|Retain
        apps.v1.DaemonSetSpec minReadySeconds=>=0 revisionHistoryLimit=>=0
        apps.v1.DaemonSetUpdateStrategy type=in:OnDelete|RollingUpdate
        apps.v1.ControllerRevision revision=>=0
        batch.v1.JobSpec parallelism=>=0 completions=>=0 activeDeadlineSeconds=>=0 backoffLimit=>=0 backoffLimitPerIndex=>=0 maxFailedIndexes=>=0 ttlSecondsAfterFinished=>=0 completionMode=in:Indexed|NonIndexed podReplacementPolicy=in:Failed|TerminatingOrFailed
        batch.v1.CronJobSpec schedule=! concurrencyPolicy=!,in:Allow|Forbid|Replace startingDeadlineSeconds=>=0 successfulJobsHistoryLimit=>=0 failedJobsHistoryLimit=>=0
        policy.v1.PodDisruptionBudgetSpec unhealthyPodEvictionPolicy=in:AlwaysAllow|IfHealthyBudget
        rbac.v1.RoleRef name=! apiGroup=in:rbac.authorization.k8s.io
        coordination.v1.LeaseSpec leaseDurationSeconds=>0 leaseTransitions=>=0
        autoscaling.v1.ScaleSpec replicas=>=0
        autoscaling.v2.HorizontalPodAutoscalerSpec minReplicas=>0 maxReplicas=>0
        autoscaling.v2.CrossVersionObjectReference kind=! name=!
        autoscaling.v1.HorizontalPodAutoscalerSpec minReplicas=>0 maxReplicas=>0
        autoscaling.v1.CrossVersionObjectReference kind=! name=!
        networking.v1.HTTPIngressPath pathType=!,in:Exact|ImplementationSpecific|Prefix
        networking.v1.HTTPIngressRuleValue paths=!
        networking.v1.IngressServiceBackend name=!
        networking.v1.NetworkPolicyPort protocol=in:SCTP|TCP|UDP port=intport
        networking.v1.IngressClassSpec controller=!
        discovery.v1.EndpointSlice addressType=!,in:FQDN|IPv4|IPv6
        discovery.v1.Endpoint addresses=! hostname=label nodeName=subdomain
        discovery.v1.EndpointPort protocol=!,in:SCTP|TCP|UDP appProtocol=qualified
        scheduling.v1.PriorityClass preemptionPolicy=!,in:Never|PreemptLowerPriority
        storage.v1.StorageClass provisioner=!,qualified reclaimPolicy=!,in:Delete|Retain volumeBindingMode=!,in:Immediate|WaitForFirstConsumer
        node.v1.RuntimeClass handler=!,label
        certificates.v1.CertificateSigningRequestSpec request=! signerName=! usages=! expirationSeconds=600..2147483647
        """#
}
