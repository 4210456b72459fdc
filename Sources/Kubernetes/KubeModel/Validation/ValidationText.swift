/// What single fields must be, one object type a line: `package.Type field=rule,rule …`.
///
/// Rules: `!` must be there and not empty, `!0` neither 0; `>=0`, `>0`; `N..M` between; `port` 1 to 65535; `intport` that or a port's name; `mode` bits of a file's mode;
/// `in:A|B` one of these; `label`, `label1035`, `subdomain`, `qualified`, `labelvalue`, `env`, `portname`, `configkey`, `ip` grammars.
/// All but `!` let absent fields pass. What depends on several fields is in `TypeRules` and `KindRules`.
/// Source: upstream's validation packages.
enum ValidationText {
    static let rules: StaticString = #"""
        core.v1.PodSpec containers=! restartPolicy=!,in:Always|OnFailure|Never dnsPolicy=!,in:ClusterFirst|ClusterFirstWithHostNet|Default|None terminationGracePeriodSeconds=>=0 activeDeadlineSeconds=1..2147483647 nodeName=subdomain hostname=label subdomain=label serviceAccountName=subdomain priorityClassName=subdomain runtimeClassName=subdomain preemptionPolicy=in:Never|PreemptLowerPriority
        core.v1.Container name=!,label image=! imagePullPolicy=!,in:Always|IfNotPresent|Never terminationMessagePolicy=!,in:FallbackToLogsOnError|File
        core.v1.EphemeralContainer name=!,label image=! imagePullPolicy=!,in:Always|IfNotPresent|Never
        core.v1.ContainerPort containerPort=!0,port hostPort=port name=portname protocol=!,in:SCTP|TCP|UDP
        core.v1.EnvVar name=!,env
        core.v1.ConfigMapKeySelector key=!,configkey
        core.v1.SecretKeySelector key=!,configkey
        core.v1.ObjectFieldSelector apiVersion=! fieldPath=!
        core.v1.ResourceFieldSelector resource=!
        core.v1.VolumeMount name=! mountPath=! mountPropagation=in:Bidirectional|HostToContainer|None recursiveReadOnly=in:Disabled|Enabled|IfPossible
        core.v1.VolumeDevice name=! devicePath=!
        core.v1.Volume name=!,label
        core.v1.SecretVolumeSource secretName=! defaultMode=mode
        core.v1.ConfigMapVolumeSource name=! defaultMode=mode
        core.v1.ProjectedVolumeSource defaultMode=mode
        core.v1.DownwardAPIVolumeSource defaultMode=mode
        core.v1.PersistentVolumeClaimVolumeSource claimName=!
        core.v1.HostPathVolumeSource path=! type=in:|BlockDevice|CharDevice|Directory|DirectoryOrCreate|File|FileOrCreate|Socket
        core.v1.NFSVolumeSource server=! path=!
        core.v1.ISCSIVolumeSource targetPortal=! iqn=! lun=0..255
        core.v1.ISCSIPersistentVolumeSource targetPortal=! iqn=! lun=0..255
        core.v1.FCVolumeSource lun=0..255
        core.v1.AWSElasticBlockStoreVolumeSource volumeID=! partition=0..255
        core.v1.GCEPersistentDiskVolumeSource pdName=! partition=0..255
        core.v1.GitRepoVolumeSource repository=!
        core.v1.GlusterfsVolumeSource endpoints=! path=!
        core.v1.GlusterfsPersistentVolumeSource endpoints=! path=!
        core.v1.RBDVolumeSource monitors=! image=!
        core.v1.RBDPersistentVolumeSource monitors=! image=!
        core.v1.CinderVolumeSource volumeID=!
        core.v1.CinderPersistentVolumeSource volumeID=!
        core.v1.CephFSVolumeSource monitors=!
        core.v1.CephFSPersistentVolumeSource monitors=!
        core.v1.FlexVolumeSource driver=!
        core.v1.FlexPersistentVolumeSource driver=!
        core.v1.AzureFileVolumeSource secretName=! shareName=!
        core.v1.AzureFilePersistentVolumeSource secretName=! shareName=!
        core.v1.AzureDiskVolumeSource diskName=! diskURI=! cachingMode=in:None|ReadOnly|ReadWrite kind=in:Dedicated|Managed|Shared
        core.v1.VsphereVirtualDiskVolumeSource volumePath=!
        core.v1.PhotonPersistentDiskVolumeSource pdID=!
        core.v1.PortworxVolumeSource volumeID=!
        core.v1.ScaleIOVolumeSource gateway=! system=! volumeName=!
        core.v1.ScaleIOPersistentVolumeSource gateway=! system=! volumeName=!
        core.v1.StorageOSVolumeSource volumeName=label
        core.v1.LocalVolumeSource path=!
        core.v1.ImageVolumeSource reference=! pullPolicy=in:Always|IfNotPresent|Never
        core.v1.CSIPersistentVolumeSource volumeHandle=!
        core.v1.DownwardAPIVolumeFile path=! mode=mode
        core.v1.SecretProjection name=!
        core.v1.ConfigMapProjection name=!
        core.v1.ClusterTrustBundleProjection path=!
        core.v1.KeyToPath key=! path=! mode=mode
        core.v1.Probe initialDelaySeconds=>=0 timeoutSeconds=>=0 periodSeconds=>=0 successThreshold=>=0 failureThreshold=>=0 terminationGracePeriodSeconds=>0
        core.v1.HTTPGetAction path=! port=intport scheme=in:HTTP|HTTPS
        core.v1.TCPSocketAction port=intport
        core.v1.GRPCAction port=port
        core.v1.ExecAction command=!
        core.v1.TopologySpreadConstraint maxSkew=>0 topologyKey=!,qualified whenUnsatisfiable=!,in:DoNotSchedule|ScheduleAnyway minDomains=>0 nodeAffinityPolicy=in:Honor|Ignore nodeTaintsPolicy=in:Honor|Ignore
        core.v1.PodAffinityTerm topologyKey=!,qualified
        core.v1.WeightedPodAffinityTerm weight=1..100
        core.v1.PreferredSchedulingTerm weight=1..100
        core.v1.Taint key=!,qualified value=labelvalue effect=!,in:NoSchedule|PreferNoSchedule|NoExecute
        core.v1.PodSchedulingGate name=!,qualified
        core.v1.PodReadinessGate conditionType=qualified
        core.v1.HostAlias ip=!,ip
        core.v1.ServiceSpec type=!,in:ClusterIP|ExternalName|LoadBalancer|NodePort sessionAffinity=!,in:ClientIP|None externalTrafficPolicy=in:Cluster|Local internalTrafficPolicy=in:Cluster|Local ipFamilyPolicy=in:SingleStack|PreferDualStack|RequireDualStack healthCheckNodePort=>=0 trafficDistribution=in:PreferClose|PreferSameZone|PreferSameNode
        core.v1.ServicePort port=port protocol=!,in:SCTP|TCP|UDP name=label targetPort=intport nodePort=port appProtocol=qualified
        core.v1.ClientIPConfig timeoutSeconds=1..86400
        core.v1.PodSecurityContext runAsUser=0..2147483647 runAsGroup=0..2147483647 fsGroup=0..2147483647 fsGroupChangePolicy=in:Always|OnRootMismatch supplementalGroupsPolicy=in:Merge|Strict seLinuxChangePolicy=in:MountOption|Recursive
        core.v1.SecurityContext runAsUser=0..2147483647 runAsGroup=0..2147483647 procMount=in:Default|Unmasked
        core.v1.SeccompProfile type=!,in:Localhost|RuntimeDefault|Unconfined
        core.v1.AppArmorProfile type=!,in:Localhost|RuntimeDefault|Unconfined
        core.v1.Sysctl name=!
        core.v1.PodOS name=!,in:linux|windows
        core.v1.ContainerResizePolicy resourceName=!,in:cpu|memory restartPolicy=!,in:NotRequired|RestartContainer
        core.v1.ConfigMapEnvSource name=!
        core.v1.SecretEnvSource name=!
        core.v1.CSIVolumeSource driver=!
        core.v1.EphemeralVolumeSource volumeClaimTemplate=!
        core.v1.ServiceAccountTokenProjection path=!
        core.v1.PodResourceClaim name=!,label
        core.v1.ScopedResourceSelectorRequirement scopeName=! operator=!
        core.v1.LimitRangeItem type=!
        core.v1.PersistentVolumeClaimSpec volumeAttributesClassName=subdomain volumeMode=in:Block|Filesystem storageClassName=subdomain
        core.v1.PersistentVolumeSpec accessModes=! capacity=! persistentVolumeReclaimPolicy=in:Delete|Recycle|Retain volumeMode=in:Block|Filesystem storageClassName=subdomain volumeAttributesClassName=subdomain
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
        batch.v1.PodFailurePolicyRule action=!,in:Count|FailIndex|FailJob|Ignore
        batch.v1.PodFailurePolicyOnExitCodesRequirement operator=!,in:In|NotIn values=!
        batch.v1.PodFailurePolicyOnPodConditionsPattern type=!,qualified status=!,in:False|True|Unknown
        policy.v1.PodDisruptionBudgetSpec unhealthyPodEvictionPolicy=in:AlwaysAllow|IfHealthyBudget
        rbac.v1.RoleRef name=! apiGroup=in:rbac.authorization.k8s.io
        coordination.v1.LeaseSpec leaseDurationSeconds=>0 leaseTransitions=>=0
        autoscaling.v1.ScaleSpec replicas=>=0
        autoscaling.v2.HorizontalPodAutoscalerSpec maxReplicas=>0
        autoscaling.v2.CrossVersionObjectReference kind=! name=!
        autoscaling.v2.HPAScalingRules selectPolicy=in:Disabled|Max|Min
        autoscaling.v2.HPAScalingPolicy type=!,in:Percent|Pods
        autoscaling.v1.HorizontalPodAutoscalerSpec maxReplicas=>0
        autoscaling.v1.CrossVersionObjectReference kind=! name=!
        networking.v1.HTTPIngressPath pathType=!,in:Exact|ImplementationSpecific|Prefix
        networking.v1.HTTPIngressRuleValue paths=!
        networking.v1.IngressServiceBackend name=!
        networking.v1.IngressSpec ingressClassName=subdomain
        networking.v1.IngressTLS secretName=subdomain
        networking.v1.IngressClassParametersReference kind=! name=! scope=!,in:Cluster|Namespace
        networking.v1.NetworkPolicyPort protocol=in:SCTP|TCP|UDP port=intport
        networking.v1.IPBlock cidr=!
        networking.v1.IngressClassSpec controller=!
        discovery.v1.EndpointSlice addressType=!,in:FQDN|IPv4|IPv6
        discovery.v1.Endpoint addresses=! hostname=label nodeName=subdomain
        discovery.v1.EndpointPort protocol=!,in:SCTP|TCP|UDP appProtocol=qualified
        scheduling.v1.PriorityClass preemptionPolicy=!,in:Never|PreemptLowerPriority
        storage.v1.StorageClass provisioner=!,qualified reclaimPolicy=!,in:Delete|Retain volumeBindingMode=!,in:Immediate|WaitForFirstConsumer
        storage.v1.CSIDriverSpec fsGroupPolicy=in:File|None|ReadWriteOnceWithFSType
        resource.v1.DeviceRequest name=!,label
        resource.v1.DeviceSubRequest name=!,label deviceClassName=!,subdomain allocationMode=in:All|ExactCount
        resource.v1.ExactDeviceRequest deviceClassName=!,subdomain allocationMode=in:All|ExactCount
        node.v1.RuntimeClass handler=!,label
        certificates.v1.CertificateSigningRequestSpec request=! signerName=! usages=! expirationSeconds=600..2147483647
        """#
}
