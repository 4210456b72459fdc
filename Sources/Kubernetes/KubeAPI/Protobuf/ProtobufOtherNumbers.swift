// Written by Tools/generate-protobuf-numbers.py; do not edit.
extension ProtobufTable {
    /// Types and the numbers of their fields, one type a line.
    static let otherNumbers: StaticString = #"""
        @ io.k8s.api.admissionregistration.v1
        ApplyConfiguration expression=1
        AuditAnnotation key=1 valueExpression=2
        ExpressionWarning fieldRef=2 warning=3
        JSONPatch expression=1
        MatchCondition expression=2 name=1
        MatchResources excludeResourceRules=4 matchPolicy=7* namespaceSelector=1* objectSelector=2* resourceRules=3
        MutatingAdmissionPolicy metadata=1 spec=2
        MutatingAdmissionPolicyBinding metadata=1 spec=2
        MutatingAdmissionPolicyBindingList items=2 metadata=1
        MutatingAdmissionPolicyBindingSpec matchResources=3* paramRef=2* policyName=1
        MutatingAdmissionPolicyList items=2 metadata=1
        MutatingAdmissionPolicySpec failurePolicy=5* matchConditions=6 matchConstraints=2* mutations=4 paramKind=1* reinvocationPolicy=7 variables=3
        MutatingWebhook admissionReviewVersions=8 clientConfig=2 failurePolicy=4* matchConditions=12 matchPolicy=9* name=1 namespaceSelector=5* objectSelector=11* reinvocationPolicy=10* rules=3 sideEffects=6* timeoutSeconds=7*
        MutatingWebhookConfiguration metadata=1 webhooks=2
        MutatingWebhookConfigurationList items=2 metadata=1
        Mutation applyConfiguration=3* jsonPatch=4* patchType=2
        NamedRuleWithOperations apiGroups=2.2.1 apiVersions=2.2.2 operations=2.1 resourceNames=1 resources=2.2.3 scope=2.2.4*
        ParamKind apiVersion=1 kind=2
        ParamRef name=1 namespace=2 parameterNotFoundAction=4* selector=3*
        RuleWithOperations apiGroups=2.1 apiVersions=2.2 operations=1 resources=2.3 scope=2.4*
        ServiceReference name=2 namespace=1 path=3* port=4*
        TypeChecking expressionWarnings=1
        ValidatingAdmissionPolicy metadata=1 spec=2 status=3
        ValidatingAdmissionPolicyBinding metadata=1 spec=2
        ValidatingAdmissionPolicyBindingList items=2 metadata=1
        ValidatingAdmissionPolicyBindingSpec matchResources=3* paramRef=2* policyName=1 validationActions=4
        ValidatingAdmissionPolicyList items=2 metadata=1
        ValidatingAdmissionPolicySpec auditAnnotations=5 failurePolicy=4* matchConditions=6 matchConstraints=2* paramKind=1* validations=3 variables=7
        ValidatingAdmissionPolicyStatus conditions=3 observedGeneration=1 typeChecking=2*
        ValidatingWebhook admissionReviewVersions=8 clientConfig=2 failurePolicy=4* matchConditions=11 matchPolicy=9* name=1 namespaceSelector=5* objectSelector=10* rules=3 sideEffects=6* timeoutSeconds=7*
        ValidatingWebhookConfiguration metadata=1 webhooks=2
        ValidatingWebhookConfigurationList items=2 metadata=1
        Validation expression=1 message=2 messageExpression=4 reason=3*
        Variable expression=2 name=1
        WebhookClientConfig caBundle=2 service=1* url=3*
        @ io.k8s.api.apps.v1
        ControllerRevision data=2 metadata=1 revision=3
        ControllerRevisionList items=2 metadata=1
        DaemonSet metadata=1 spec=2 status=3
        DaemonSetCondition lastTransitionTime=3 message=5 reason=4 status=2 type=1
        DaemonSetList items=2 metadata=1
        DaemonSetSpec minReadySeconds=4 revisionHistoryLimit=6* selector=1* template=2 updateStrategy=3
        DaemonSetStatus collisionCount=9* conditions=10 currentNumberScheduled=1 desiredNumberScheduled=3 numberAvailable=7 numberMisscheduled=2 numberReady=4 numberUnavailable=8 observedGeneration=5 updatedNumberScheduled=6
        DaemonSetUpdateStrategy rollingUpdate=2* type=1
        Deployment metadata=1 spec=2 status=3
        DeploymentCondition lastTransitionTime=7 lastUpdateTime=6 message=5 reason=4 status=2 type=1
        DeploymentList items=2 metadata=1
        DeploymentSpec minReadySeconds=5 paused=7 progressDeadlineSeconds=9* replicas=1* revisionHistoryLimit=6* selector=2* strategy=4 template=3
        DeploymentStatus availableReplicas=4 collisionCount=8* conditions=6 observedGeneration=1 readyReplicas=7 replicas=2 terminatingReplicas=9* unavailableReplicas=5 updatedReplicas=3
        DeploymentStrategy rollingUpdate=2* type=1
        ReplicaSet metadata=1 spec=2 status=3
        ReplicaSetCondition lastTransitionTime=3 message=5 reason=4 status=2 type=1
        ReplicaSetList items=2 metadata=1
        ReplicaSetSpec minReadySeconds=4 replicas=1* selector=2* template=3
        ReplicaSetStatus availableReplicas=5 conditions=6 fullyLabeledReplicas=2 observedGeneration=3 readyReplicas=4 replicas=1 terminatingReplicas=7*
        RollingUpdateDaemonSet maxSurge=2* maxUnavailable=1*
        RollingUpdateDeployment maxSurge=2* maxUnavailable=1*
        RollingUpdateStatefulSetStrategy maxUnavailable=2* partition=1*
        StatefulSet metadata=1 spec=2 status=3
        StatefulSetCondition lastTransitionTime=3 message=5 reason=4 status=2 type=1
        StatefulSetList items=2 metadata=1
        StatefulSetOrdinals start=1
        StatefulSetPersistentVolumeClaimRetentionPolicy whenDeleted=1 whenScaled=2
        StatefulSetSpec minReadySeconds=9 ordinals=11* persistentVolumeClaimRetentionPolicy=10* podManagementPolicy=6 replicas=1* revisionHistoryLimit=8* selector=2* serviceName=5 template=3 updateStrategy=7 volumeClaimTemplates=4
        StatefulSetStatus availableReplicas=11 collisionCount=9* conditions=10 currentReplicas=4 currentRevision=6 observedGeneration=1 readyReplicas=3 replicas=2 updateRevision=7 updatedReplicas=5
        StatefulSetUpdateStrategy rollingUpdate=2* type=1
        @ io.k8s.api.authentication.v1
        BoundObjectReference apiVersion=2 kind=1 name=3 uid=4
        SelfSubjectReview metadata=1 status=2
        SelfSubjectReviewStatus userInfo=1
        TokenRequest metadata=1 spec=2 status=3
        TokenRequestSpec audiences=1 boundObjectRef=3* expirationSeconds=4*
        TokenRequestStatus expirationTimestamp=2 token=1
        TokenReview metadata=1 spec=2 status=3
        TokenReviewSpec audiences=2 token=1
        TokenReviewStatus audiences=4 authenticated=1 error=3 user=2
        UserInfo extra=4 groups=3 uid=2 username=1
        @ io.k8s.api.authorization.v1
        FieldSelectorAttributes rawSelector=1 requirements=2
        LabelSelectorAttributes rawSelector=1 requirements=2
        LocalSubjectAccessReview metadata=1 spec=2 status=3
        NonResourceAttributes path=1 verb=2
        NonResourceRule nonResourceURLs=2 verbs=1
        ResourceAttributes fieldSelector=8* group=3 labelSelector=9* name=7 namespace=1 resource=5 subresource=6 verb=2 version=4
        ResourceRule apiGroups=2 resourceNames=4 resources=3 verbs=1
        SelfSubjectAccessReview metadata=1 spec=2 status=3
        SelfSubjectAccessReviewSpec nonResourceAttributes=2* resourceAttributes=1*
        SelfSubjectRulesReview metadata=1 spec=2 status=3
        SelfSubjectRulesReviewSpec namespace=1
        SubjectAccessReview metadata=1 spec=2 status=3
        SubjectAccessReviewSpec extra=5 groups=4 nonResourceAttributes=2* resourceAttributes=1* uid=6 user=3
        SubjectAccessReviewStatus allowed=1 denied=4 evaluationError=3 reason=2
        SubjectRulesReviewStatus evaluationError=4 incomplete=3 nonResourceRules=2 resourceRules=1
        @ io.k8s.api.autoscaling.v1
        CrossVersionObjectReference apiVersion=3 kind=1 name=2
        HorizontalPodAutoscaler metadata=1 spec=2 status=3
        HorizontalPodAutoscalerList items=2 metadata=1
        HorizontalPodAutoscalerSpec maxReplicas=3 minReplicas=2* scaleTargetRef=1 targetCPUUtilizationPercentage=4*
        HorizontalPodAutoscalerStatus currentCPUUtilizationPercentage=5* currentReplicas=3 desiredReplicas=4 lastScaleTime=2* observedGeneration=1*
        Scale metadata=1 spec=2 status=3
        ScaleSpec replicas=1
        ScaleStatus replicas=1 selector=2
        @ io.k8s.api.autoscaling.v2
        ContainerResourceMetricSource container=3 name=1 target=2
        ContainerResourceMetricStatus container=3 current=2 name=1
        CrossVersionObjectReference apiVersion=3 kind=1 name=2
        ExternalMetricSource metric=1 target=2
        ExternalMetricStatus current=2 metric=1
        HPAScalingPolicy periodSeconds=3 type=1 value=2
        HPAScalingRules policies=2 selectPolicy=1* stabilizationWindowSeconds=3* tolerance=4*
        HorizontalPodAutoscaler metadata=1 spec=2 status=3
        HorizontalPodAutoscalerBehavior scaleDown=2* scaleUp=1*
        HorizontalPodAutoscalerCondition lastTransitionTime=3 message=5 reason=4 status=2 type=1
        HorizontalPodAutoscalerList items=2 metadata=1
        HorizontalPodAutoscalerSpec behavior=5* maxReplicas=3 metrics=4 minReplicas=2* scaleTargetRef=1
        HorizontalPodAutoscalerStatus conditions=6 currentMetrics=5 currentReplicas=3 desiredReplicas=4 lastScaleTime=2* observedGeneration=1*
        MetricIdentifier name=1 selector=2*
        MetricSpec containerResource=7* external=5* object=2* pods=3* resource=4* type=1
        MetricStatus containerResource=7* external=5* object=2* pods=3* resource=4* type=1
        MetricTarget averageUtilization=4* averageValue=3* type=1 value=2*
        MetricValueStatus averageUtilization=3* averageValue=2* value=1*
        ObjectMetricSource describedObject=1 metric=3 target=2
        ObjectMetricStatus current=2 describedObject=3 metric=1
        PodsMetricSource metric=1 target=2
        PodsMetricStatus current=2 metric=1
        ResourceMetricSource name=1 target=2
        ResourceMetricStatus current=2 name=1
        @ io.k8s.api.batch.v1
        CronJob metadata=1 spec=2 status=3
        CronJobList items=2 metadata=1
        CronJobSpec concurrencyPolicy=3 failedJobsHistoryLimit=7* jobTemplate=5 schedule=1 startingDeadlineSeconds=2* successfulJobsHistoryLimit=6* suspend=4* timeZone=8*
        CronJobStatus active=1 lastScheduleTime=4* lastSuccessfulTime=5*
        Job metadata=1 spec=2 status=3
        JobCondition lastProbeTime=3 lastTransitionTime=4 message=6 reason=5 status=2 type=1
        JobList items=2 metadata=1
        JobSpec activeDeadlineSeconds=3* backoffLimit=7* backoffLimitPerIndex=12* completionMode=9* completions=2* managedBy=15* manualSelector=5* maxFailedIndexes=13* parallelism=1* podFailurePolicy=11* podReplacementPolicy=14* selector=4* successPolicy=16* suspend=10* template=6 ttlSecondsAfterFinished=8*
        JobStatus active=4 completedIndexes=7 completionTime=3* conditions=1 failed=6 failedIndexes=10* ready=9* startTime=2* succeeded=5 terminating=11* uncountedTerminatedPods=8*
        JobTemplateSpec metadata=1 spec=2
        PodFailurePolicy rules=1
        PodFailurePolicyOnExitCodesRequirement containerName=1* operator=2 values=3
        PodFailurePolicyOnPodConditionsPattern status=2 type=1
        PodFailurePolicyRule action=1 onExitCodes=2* onPodConditions=3
        SuccessPolicy rules=1
        SuccessPolicyRule succeededCount=2* succeededIndexes=1*
        UncountedTerminatedPods failed=2 succeeded=1
        @ io.k8s.api.certificates.v1
        CertificateSigningRequest metadata=1 spec=2 status=3
        CertificateSigningRequestCondition lastTransitionTime=5 lastUpdateTime=4 message=3 reason=2 status=6 type=1
        CertificateSigningRequestList items=2 metadata=1
        CertificateSigningRequestSpec expirationSeconds=8* extra=6 groups=4 request=1 signerName=7 uid=3 usages=5 username=2
        CertificateSigningRequestStatus certificate=2 conditions=1
        @ io.k8s.api.coordination.v1
        Lease metadata=1 spec=2
        LeaseList items=2 metadata=1
        LeaseSpec acquireTime=3* holderIdentity=1* leaseDurationSeconds=2* leaseTransitions=5* preferredHolder=7* renewTime=4* strategy=6*
        @ io.k8s.api.discovery.v1
        Endpoint addresses=1 conditions=2 deprecatedTopology=5 hints=8* hostname=3* nodeName=6* targetRef=4* zone=7*
        EndpointConditions ready=1* serving=2* terminating=3*
        EndpointHints forNodes=2 forZones=1
        EndpointPort appProtocol=4* name=1* port=3* protocol=2*
        EndpointSlice addressType=4 endpoints=2 metadata=1 ports=3
        EndpointSliceList items=2 metadata=1
        ForNode name=1
        ForZone name=1
        @ io.k8s.api.events.v1
        Event action=6 deprecatedCount=15 deprecatedFirstTimestamp=13 deprecatedLastTimestamp=14 deprecatedSource=12 eventTime=2 metadata=1 note=10 reason=7 regarding=8 related=9* reportingController=4 reportingInstance=5 series=3* type=11
        EventList items=2 metadata=1
        EventSeries count=1 lastObservedTime=2
        @ io.k8s.api.flowcontrol.v1
        ExemptPriorityLevelConfiguration lendablePercent=2* nominalConcurrencyShares=1*
        FlowDistinguisherMethod type=1
        FlowSchema metadata=1 spec=2 status=3
        FlowSchemaCondition lastTransitionTime=3 message=5 reason=4 status=2 type=1
        FlowSchemaList items=2 metadata=1
        FlowSchemaSpec distinguisherMethod=3* matchingPrecedence=2 priorityLevelConfiguration=1 rules=4
        FlowSchemaStatus conditions=1
        GroupSubject name=1
        LimitResponse queuing=2* type=1
        LimitedPriorityLevelConfiguration borrowingLimitPercent=4* lendablePercent=3* limitResponse=2 nominalConcurrencyShares=1*
        NonResourcePolicyRule nonResourceURLs=6 verbs=1
        PolicyRulesWithSubjects nonResourceRules=3 resourceRules=2 subjects=1
        PriorityLevelConfiguration metadata=1 spec=2 status=3
        PriorityLevelConfigurationCondition lastTransitionTime=3 message=5 reason=4 status=2 type=1
        PriorityLevelConfigurationList items=2 metadata=1
        PriorityLevelConfigurationReference name=1
        PriorityLevelConfigurationSpec exempt=3* limited=2* type=1
        PriorityLevelConfigurationStatus conditions=1
        QueuingConfiguration handSize=2 queueLengthLimit=3 queues=1
        ResourcePolicyRule apiGroups=2 clusterScope=4 namespaces=5 resources=3 verbs=1
        ServiceAccountSubject name=2 namespace=1
        Subject group=3* kind=1 serviceAccount=4* user=2*
        UserSubject name=1
        @ io.k8s.api.networking.v1
        HTTPIngressPath backend=2 path=1 pathType=3*
        HTTPIngressRuleValue paths=1
        IPAddress metadata=1 spec=2
        IPAddressList items=2 metadata=1
        IPAddressSpec parentRef=1*
        IPBlock cidr=1 except=2
        Ingress metadata=1 spec=2 status=3
        IngressBackend resource=3* service=4*
        IngressClass metadata=1 spec=2
        IngressClassList items=2 metadata=1
        IngressClassParametersReference apiGroup=1* kind=2 name=3 namespace=5* scope=4*
        IngressClassSpec controller=1 parameters=2*
        IngressList items=2 metadata=1
        IngressLoadBalancerIngress hostname=2 ip=1 ports=4
        IngressLoadBalancerStatus ingress=1
        IngressPortStatus error=3* port=1 protocol=2
        IngressRule host=1 http=2.1*
        IngressServiceBackend name=1 port=2
        IngressSpec defaultBackend=1* ingressClassName=4* rules=3 tls=2
        IngressStatus loadBalancer=1
        IngressTLS hosts=1 secretName=2
        NetworkPolicy metadata=1 spec=2
        NetworkPolicyEgressRule ports=1 to=2
        NetworkPolicyIngressRule from=2 ports=1
        NetworkPolicyList items=2 metadata=1
        NetworkPolicyPeer ipBlock=3* namespaceSelector=2* podSelector=1*
        NetworkPolicyPort endPort=3* port=2* protocol=1*
        NetworkPolicySpec egress=3 ingress=2 podSelector=1 policyTypes=4
        ParentReference group=1 name=4 namespace=3 resource=2
        ServiceBackendPort name=1 number=2
        ServiceCIDR metadata=1 spec=2 status=3
        ServiceCIDRList items=2 metadata=1
        ServiceCIDRSpec cidrs=1
        ServiceCIDRStatus conditions=1
        @ io.k8s.api.node.v1
        Overhead podFixed=1
        RuntimeClass handler=2 metadata=1 overhead=3* scheduling=4*
        RuntimeClassList items=2 metadata=1
        Scheduling nodeSelector=1 tolerations=2
        @ io.k8s.api.policy.v1
        Eviction deleteOptions=2* metadata=1
        PodDisruptionBudget metadata=1 spec=2 status=3
        PodDisruptionBudgetList items=2 metadata=1
        PodDisruptionBudgetSpec maxUnavailable=3* minAvailable=1* selector=2* unhealthyPodEvictionPolicy=4*
        PodDisruptionBudgetStatus conditions=7 currentHealthy=4 desiredHealthy=5 disruptedPods=2 disruptionsAllowed=3 expectedPods=6 observedGeneration=1
        @ io.k8s.api.rbac.v1
        AggregationRule clusterRoleSelectors=1
        ClusterRole aggregationRule=3* metadata=1 rules=2
        ClusterRoleBinding metadata=1 roleRef=3 subjects=2
        ClusterRoleBindingList items=2 metadata=1
        ClusterRoleList items=2 metadata=1
        PolicyRule apiGroups=2 nonResourceURLs=5 resourceNames=4 resources=3 verbs=1
        Role metadata=1 rules=2
        RoleBinding metadata=1 roleRef=3 subjects=2
        RoleBindingList items=2 metadata=1
        RoleList items=2 metadata=1
        RoleRef apiGroup=1 kind=2 name=3
        Subject apiGroup=2 kind=1 name=3 namespace=4
        @ io.k8s.api.resource.v1
        AllocatedDeviceStatus conditions=4 data=5* device=3 driver=1 networkData=6* pool=2 shareID=7*
        AllocationResult allocationTimestamp=5* devices=1 nodeSelector=3*
        CELDeviceSelector expression=1
        CapacityRequestPolicy default=1* validRange=4* validValues=3
        CapacityRequestPolicyRange max=2* min=1* step=3*
        CapacityRequirements requests=1
        Counter value=1
        CounterSet counters=2 name=1
        Device allNodes=7* allowMultipleAllocations=12* attributes=2 bindingConditions=10 bindingFailureConditions=11 bindsToNode=9* capacity=3 consumesCounters=4 name=1 nodeAllocatableResourceMappings=13 nodeName=5* nodeSelector=6* taints=8
        DeviceAllocationConfiguration opaque=3.1* requests=2 source=1
        DeviceAllocationResult config=2 results=1
        DeviceAttribute bool=3* bools=7 int=2* ints=6 string=4* strings=8 version=5* versions=9
        DeviceCapacity requestPolicy=2* value=1
        DeviceClaim config=3 constraints=2 requests=1
        DeviceClaimConfiguration opaque=2.1* requests=1
        DeviceClass metadata=1 spec=2
        DeviceClassConfiguration opaque=1.1*
        DeviceClassList items=2 metadata=1
        DeviceClassSpec config=2 extendedResourceName=4* selectors=1
        DeviceConstraint distinctAttribute=3* matchAttribute=2* requests=1
        DeviceCounterConsumption counterSet=1 counters=2
        DeviceRequest exactly=2* firstAvailable=3 name=1
        DeviceRequestAllocationResult adminAccess=5* bindingConditions=7 bindingFailureConditions=8 consumedCapacity=10 device=4 driver=2 pool=3 request=1 shareID=9* tolerations=6
        DeviceSelector cel=1*
        DeviceSubRequest allocationMode=4 capacity=7* count=5 deviceClassName=2 name=1 selectors=3 tolerations=6
        DeviceTaint effect=3 key=1 timeAdded=4* value=2
        DeviceToleration effect=4 key=1 operator=2 tolerationSeconds=5* value=3
        ExactDeviceRequest adminAccess=5* allocationMode=3 capacity=7* count=4 deviceClassName=1 selectors=2 tolerations=6
        NetworkDeviceData hardwareAddress=3 interfaceName=1 ips=2
        NodeAllocatableResourceMapping allocationMultiplier=2* capacityKey=1*
        OpaqueDeviceConfiguration driver=1 parameters=2
        ResourceClaim metadata=1 spec=2 status=3
        ResourceClaimConsumerReference apiGroup=1 name=4 resource=3 uid=5
        ResourceClaimList items=2 metadata=1
        ResourceClaimSpec devices=1
        ResourceClaimStatus allocation=1* devices=4 reservedFor=2
        ResourceClaimTemplate metadata=1 spec=2
        ResourceClaimTemplateList items=2 metadata=1
        ResourceClaimTemplateSpec metadata=1 spec=2
        ResourcePool generation=2 name=1 resourceSliceCount=3
        ResourceSlice metadata=1 spec=2
        ResourceSliceList items=2 metadata=1
        ResourceSliceSpec allNodes=5* devices=6 driver=1 nodeName=3* nodeSelector=4* perDeviceNodeSelection=7* pool=2 sharedCounters=8
        @ io.k8s.api.scheduling.v1
        PriorityClass description=4 globalDefault=3 metadata=1 preemptionPolicy=5* value=2
        PriorityClassList items=2 metadata=1
        @ io.k8s.api.storage.v1
        CSIDriver metadata=1 spec=2
        CSIDriverList items=2 metadata=1
        CSIDriverSpec attachRequired=1* fsGroupPolicy=5* nodeAllocatableUpdatePeriodSeconds=9* podInfoOnMount=2* preventPodSchedulingIfMissing=11* requiresRepublish=7* seLinuxMount=8* serviceAccountTokenInSecrets=10* storageCapacity=4* tokenRequests=6 volumeLifecycleModes=3
        CSINode metadata=1 spec=2
        CSINodeDriver allocatable=4* name=1 nodeID=2 topologyKeys=3
        CSINodeList items=2 metadata=1
        CSINodeSpec drivers=1
        CSIStorageCapacity capacity=4* maximumVolumeSize=5* metadata=1 nodeTopology=2* storageClassName=3
        CSIStorageCapacityList items=2 metadata=1
        StorageClass allowVolumeExpansion=6* allowedTopologies=8 metadata=1 mountOptions=5 parameters=3 provisioner=2 reclaimPolicy=4* volumeBindingMode=7*
        StorageClassList items=2 metadata=1
        TokenRequest audience=1 expirationSeconds=2*
        VolumeAttachment metadata=1 spec=2 status=3
        VolumeAttachmentList items=2 metadata=1
        VolumeAttachmentSource inlineVolumeSpec=2* persistentVolumeName=1*
        VolumeAttachmentSpec attacher=1 nodeName=3 source=2
        VolumeAttachmentStatus attachError=3* attached=1 attachmentMetadata=2 detachError=4*
        VolumeAttributesClass driverName=2 metadata=1 parameters=3
        VolumeAttributesClassList items=2 metadata=1
        VolumeError errorCode=3* message=2 time=1
        VolumeNodeResources count=1*
        @ io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1
        CustomResourceColumnDefinition description=4 format=3 jsonPath=6 name=1 priority=5 type=2
        CustomResourceConversion strategy=1 webhook=2*
        CustomResourceDefinition metadata=1 spec=2 status=3
        CustomResourceDefinitionCondition lastTransitionTime=3 message=5 observedGeneration=6 reason=4 status=2 type=1
        CustomResourceDefinitionList items=2 metadata=1
        CustomResourceDefinitionNames categories=6 kind=4 listKind=5 plural=1 shortNames=3 singular=2
        CustomResourceDefinitionSpec conversion=9* group=1 names=3 preserveUnknownFields=10 scope=4 versions=7
        CustomResourceDefinitionStatus acceptedNames=2 conditions=1 observedGeneration=4 storedVersions=3
        CustomResourceDefinitionVersion additionalPrinterColumns=6 deprecated=7 deprecationWarning=8* name=1 schema=4* selectableFields=9 served=2 storage=3 subresources=5*
        CustomResourceSubresourceScale labelSelectorPath=3* specReplicasPath=1 statusReplicasPath=2
        CustomResourceSubresources scale=2* status=1*
        CustomResourceValidation openAPIV3Schema=1*
        ExternalDocumentation description=1 url=2
        JSONSchemaProps $ref=3* $schema=2 additionalItems=33* additionalProperties=30* allOf=25 anyOf=27 default=8* definitions=34 dependencies=32 description=4 enum=20 example=36* exclusiveMaximum=10 exclusiveMinimum=12 externalDocs=35* format=6 id=1 items=24* maxItems=16* maxLength=13* maxProperties=21* maximum=9* minItems=17* minLength=14* minProperties=22* minimum=11* multipleOf=19* not=28* nullable=37 oneOf=26 pattern=15 patternProperties=31 properties=29 required=23 title=7 type=5 uniqueItems=18 x-kubernetes-embedded-resource=39 x-kubernetes-int-or-string=40 x-kubernetes-list-map-keys=41 x-kubernetes-list-type=42* x-kubernetes-map-type=43* x-kubernetes-preserve-unknown-fields=38* x-kubernetes-validations=44
        SelectableField jsonPath=1
        ServiceReference name=2 namespace=1 path=3* port=4*
        ValidationRule fieldPath=5 message=2 messageExpression=3 optionalOldSelf=6* reason=4* rule=1
        WebhookClientConfig caBundle=2 service=1* url=3*
        WebhookConversion clientConfig=2* conversionReviewVersions=3
        @ io.k8s.apimachinery.pkg.apis.meta.v1
        APIGroup name=1 preferredVersion=3 serverAddressByClientCIDRs=4 versions=2
        APIGroupList groups=1
        APIResource categories=7 group=8 kind=3 name=1 namespaced=2 shortNames=5 singularName=6 storageVersionHash=10 verbs=4 version=9
        APIResourceList groupVersion=1 resources=2
        APIVersions serverAddressByClientCIDRs=2 versions=1
        Condition lastTransitionTime=4 message=6 observedGeneration=3 reason=5 status=2 type=1
        DeleteOptions dryRun=5 gracePeriodSeconds=1* ignoreStoreReadErrorWithClusterBreakingPotential=6* orphanDependents=3* preconditions=2* propagationPolicy=4*
        FieldSelectorRequirement key=1 operator=2 values=3
        GroupResource group=1 resource=2
        GroupVersionForDiscovery groupVersion=1 version=2
        LabelSelector matchExpressions=2 matchLabels=1
        LabelSelectorRequirement key=1 operator=2 values=3
        ListMeta continue=3 remainingItemCount=4* resourceVersion=2 selfLink=1 shardInfo=5*
        ManagedFieldsEntry apiVersion=3 fieldsType=6 fieldsV1=7* manager=1 operation=2 subresource=8 time=4*
        ObjectMeta annotations=12 creationTimestamp=8 deletionGracePeriodSeconds=10* deletionTimestamp=9* finalizers=14 generateName=2 generation=7 labels=11 managedFields=17 name=1 namespace=3 ownerReferences=13 resourceVersion=6 selfLink=4 uid=5
        OwnerReference apiVersion=5 blockOwnerDeletion=7* controller=6* kind=1 name=3 uid=4
        Preconditions resourceVersion=2* uid=1*
        ServerAddressByClientCIDR clientCIDR=1 serverAddress=2
        ShardInfo selector=1
        Status code=6 details=5* message=3 metadata=1 reason=4 status=2
        StatusCause field=3 message=2 reason=1
        StatusDetails causes=4 group=2 kind=3 name=1 retryAfterSeconds=5 uid=6
        WatchEvent object=2 type=1
        """#
}
