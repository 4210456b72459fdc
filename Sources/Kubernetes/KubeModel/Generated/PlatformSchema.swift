// Written by Tools/generate-kubernetes-schema.py; do not edit.
extension SchemaText {
    /// Object types, one a line.
    static let platformSchema: StaticString = #"""
        @ admissionregistration.v1 io.k8s.api.admissionregistration.v1
        ApplyConfiguration expression:s
        AuditAnnotation key:s! valueExpression:s!
        ExpressionWarning fieldRef:s! warning:s!
        JSONPatch expression:s
        MatchCondition expression:s! name:s!
        MatchResources= excludeResourceRules:[NamedRuleWithOperations] matchPolicy:s namespaceSelector:meta.v1.LabelSelector objectSelector:meta.v1.LabelSelector resourceRules:[NamedRuleWithOperations]
        MutatingAdmissionPolicy apiVersion:s kind:s metadata:meta.v1.ObjectMeta spec:MutatingAdmissionPolicySpec
        MutatingAdmissionPolicyBinding apiVersion:s kind:s metadata:meta.v1.ObjectMeta spec:MutatingAdmissionPolicyBindingSpec
        MutatingAdmissionPolicyBindingList apiVersion:s items:[MutatingAdmissionPolicyBinding]! kind:s metadata:meta.v1.ListMeta
        MutatingAdmissionPolicyBindingSpec matchResources:MatchResources paramRef:ParamRef policyName:s
        MutatingAdmissionPolicyList apiVersion:s items:[MutatingAdmissionPolicy]! kind:s metadata:meta.v1.ListMeta
        MutatingAdmissionPolicySpec failurePolicy:s matchConditions:[MatchCondition]#name@name matchConstraints:MatchResources mutations:[Mutation] paramKind:ParamKind reinvocationPolicy:s variables:[Variable]
        MutatingWebhook admissionReviewVersions:[s]! clientConfig:WebhookClientConfig! failurePolicy:s matchConditions:[MatchCondition]#name@name matchPolicy:s name:s! namespaceSelector:meta.v1.LabelSelector objectSelector:meta.v1.LabelSelector reinvocationPolicy:s rules:[RuleWithOperations] sideEffects:s! timeoutSeconds:i
        MutatingWebhookConfiguration apiVersion:s kind:s metadata:meta.v1.ObjectMeta webhooks:[MutatingWebhook]#name@name
        MutatingWebhookConfigurationList apiVersion:s items:[MutatingWebhookConfiguration]! kind:s metadata:meta.v1.ListMeta
        Mutation applyConfiguration:ApplyConfiguration jsonPatch:JSONPatch patchType:s!
        NamedRuleWithOperations= apiGroups:[s] apiVersions:[s] operations:[s] resourceNames:[s] resources:[s] scope:s
        ParamKind= apiVersion:s kind:s
        ParamRef= name:s namespace:s parameterNotFoundAction:s selector:meta.v1.LabelSelector
        RuleWithOperations apiGroups:[s] apiVersions:[s] operations:[s] resources:[s] scope:s
        ServiceReference name:s! namespace:s! path:s port:i
        TypeChecking expressionWarnings:[ExpressionWarning]
        ValidatingAdmissionPolicy apiVersion:s kind:s metadata:meta.v1.ObjectMeta spec:ValidatingAdmissionPolicySpec status:ValidatingAdmissionPolicyStatus
        ValidatingAdmissionPolicyBinding apiVersion:s kind:s metadata:meta.v1.ObjectMeta spec:ValidatingAdmissionPolicyBindingSpec!
        ValidatingAdmissionPolicyBindingList apiVersion:s items:[ValidatingAdmissionPolicyBinding]! kind:s metadata:meta.v1.ListMeta
        ValidatingAdmissionPolicyBindingSpec matchResources:MatchResources paramRef:ParamRef policyName:s! validationActions:[s]#set!
        ValidatingAdmissionPolicyList apiVersion:s items:[ValidatingAdmissionPolicy]! kind:s metadata:meta.v1.ListMeta
        ValidatingAdmissionPolicySpec auditAnnotations:[AuditAnnotation] failurePolicy:s matchConditions:[MatchCondition]#name@name matchConstraints:MatchResources paramKind:ParamKind validations:[Validation] variables:[Variable]#name@name
        ValidatingAdmissionPolicyStatus conditions:[meta.v1.Condition]#type observedGeneration:l typeChecking:TypeChecking
        ValidatingWebhook admissionReviewVersions:[s]! clientConfig:WebhookClientConfig! failurePolicy:s matchConditions:[MatchCondition]#name@name matchPolicy:s name:s! namespaceSelector:meta.v1.LabelSelector objectSelector:meta.v1.LabelSelector rules:[RuleWithOperations] sideEffects:s! timeoutSeconds:i
        ValidatingWebhookConfiguration apiVersion:s kind:s metadata:meta.v1.ObjectMeta webhooks:[ValidatingWebhook]#name@name
        ValidatingWebhookConfigurationList apiVersion:s items:[ValidatingWebhookConfiguration]! kind:s metadata:meta.v1.ListMeta
        Validation expression:s! message:s messageExpression:s reason:s
        Variable= expression:s! name:s!
        WebhookClientConfig caBundle:y service:ServiceReference url:s
        @ authentication.v1 io.k8s.api.authentication.v1
        BoundObjectReference apiVersion:s kind:s name:s uid:s
        SelfSubjectReview apiVersion:s kind:s metadata:meta.v1.ObjectMeta status:SelfSubjectReviewStatus
        SelfSubjectReviewStatus userInfo:UserInfo
        TokenRequest apiVersion:s kind:s metadata:meta.v1.ObjectMeta spec:TokenRequestSpec status:TokenRequestStatus
        TokenRequestSpec audiences:[s] boundObjectRef:BoundObjectReference expirationSeconds:l
        TokenRequestStatus expirationTimestamp:t token:s
        TokenReview apiVersion:s kind:s metadata:meta.v1.ObjectMeta spec:TokenReviewSpec! status:TokenReviewStatus
        TokenReviewSpec audiences:[s] token:s!
        TokenReviewStatus audiences:[s] authenticated:b error:s user:UserInfo
        UserInfo extra:{[s]} groups:[s] uid:s username:s
        @ authorization.v1 io.k8s.api.authorization.v1
        FieldSelectorAttributes rawSelector:s requirements:[meta.v1.FieldSelectorRequirement]
        LabelSelectorAttributes rawSelector:s requirements:[meta.v1.LabelSelectorRequirement]
        LocalSubjectAccessReview apiVersion:s kind:s metadata:meta.v1.ObjectMeta spec:SubjectAccessReviewSpec! status:SubjectAccessReviewStatus
        NonResourceAttributes path:s verb:s
        NonResourceRule nonResourceURLs:[s] verbs:[s]!
        ResourceAttributes fieldSelector:FieldSelectorAttributes group:s labelSelector:LabelSelectorAttributes name:s namespace:s resource:s subresource:s verb:s version:s
        ResourceRule apiGroups:[s] resourceNames:[s] resources:[s] verbs:[s]!
        SelfSubjectAccessReview apiVersion:s kind:s metadata:meta.v1.ObjectMeta spec:SelfSubjectAccessReviewSpec! status:SubjectAccessReviewStatus
        SelfSubjectAccessReviewSpec nonResourceAttributes:NonResourceAttributes resourceAttributes:ResourceAttributes
        SelfSubjectRulesReview apiVersion:s kind:s metadata:meta.v1.ObjectMeta spec:SelfSubjectRulesReviewSpec! status:SubjectRulesReviewStatus
        SelfSubjectRulesReviewSpec namespace:s
        SubjectAccessReview apiVersion:s kind:s metadata:meta.v1.ObjectMeta spec:SubjectAccessReviewSpec! status:SubjectAccessReviewStatus
        SubjectAccessReviewSpec extra:{[s]} groups:[s] nonResourceAttributes:NonResourceAttributes resourceAttributes:ResourceAttributes uid:s user:s
        SubjectAccessReviewStatus allowed:b! denied:b evaluationError:s reason:s
        SubjectRulesReviewStatus evaluationError:s incomplete:b! nonResourceRules:[NonResourceRule]! resourceRules:[ResourceRule]!
        @ certificates.v1 io.k8s.api.certificates.v1
        CertificateSigningRequest apiVersion:s kind:s metadata:meta.v1.ObjectMeta spec:CertificateSigningRequestSpec! status:CertificateSigningRequestStatus
        CertificateSigningRequestCondition lastTransitionTime:t lastUpdateTime:t message:s reason:s status:s! type:s!
        CertificateSigningRequestList apiVersion:s items:[CertificateSigningRequest]! kind:s metadata:meta.v1.ListMeta
        CertificateSigningRequestSpec expirationSeconds:i extra:{[s]} groups:[s] request:y! signerName:s! uid:s usages:[s] username:s
        CertificateSigningRequestStatus certificate:y conditions:[CertificateSigningRequestCondition]#type
        @ coordination.v1 io.k8s.api.coordination.v1
        Lease apiVersion:s kind:s metadata:meta.v1.ObjectMeta spec:LeaseSpec
        LeaseList apiVersion:s items:[Lease]! kind:s metadata:meta.v1.ListMeta
        LeaseSpec acquireTime:u holderIdentity:s leaseDurationSeconds:i leaseTransitions:i preferredHolder:s renewTime:u strategy:s
        @ discovery.v1 io.k8s.api.discovery.v1
        Endpoint addresses:[s]#set! conditions:EndpointConditions deprecatedTopology:{s} hints:EndpointHints hostname:s nodeName:s targetRef:core.v1.ObjectReference zone:s
        EndpointConditions ready:b serving:b terminating:b
        EndpointHints forNodes:[ForNode] forZones:[ForZone]
        EndpointPort= appProtocol:s name:s port:i protocol:s
        EndpointSlice addressType:s! apiVersion:s endpoints:[Endpoint] kind:s metadata:meta.v1.ObjectMeta ports:[EndpointPort]
        EndpointSliceList apiVersion:s items:[EndpointSlice]! kind:s metadata:meta.v1.ListMeta
        ForNode name:s!
        ForZone name:s!
        @ events.v1 io.k8s.api.events.v1
        Event action:s apiVersion:s deprecatedCount:i deprecatedFirstTimestamp:t deprecatedLastTimestamp:t deprecatedSource:core.v1.EventSource eventTime:u! kind:s metadata:meta.v1.ObjectMeta note:s reason:s regarding:core.v1.ObjectReference related:core.v1.ObjectReference reportingController:s reportingInstance:s series:EventSeries type:s
        EventList apiVersion:s items:[Event]! kind:s metadata:meta.v1.ListMeta
        EventSeries count:i! lastObservedTime:u!
        @ flowcontrol.v1 io.k8s.api.flowcontrol.v1
        ExemptPriorityLevelConfiguration lendablePercent:i nominalConcurrencyShares:i
        FlowDistinguisherMethod type:s!
        FlowSchema apiVersion:s kind:s metadata:meta.v1.ObjectMeta spec:FlowSchemaSpec status:FlowSchemaStatus
        FlowSchemaCondition lastTransitionTime:t message:s reason:s status:s type:s
        FlowSchemaList apiVersion:s items:[FlowSchema]! kind:s metadata:meta.v1.ListMeta
        FlowSchemaSpec distinguisherMethod:FlowDistinguisherMethod matchingPrecedence:i priorityLevelConfiguration:PriorityLevelConfigurationReference! rules:[PolicyRulesWithSubjects]
        FlowSchemaStatus conditions:[FlowSchemaCondition]#type@type
        GroupSubject name:s!
        LimitResponse queuing:QueuingConfiguration type:s!
        LimitedPriorityLevelConfiguration borrowingLimitPercent:i lendablePercent:i limitResponse:LimitResponse nominalConcurrencyShares:i
        NonResourcePolicyRule nonResourceURLs:[s]#set! verbs:[s]#set!
        PolicyRulesWithSubjects nonResourceRules:[NonResourcePolicyRule] resourceRules:[ResourcePolicyRule] subjects:[Subject]!
        PriorityLevelConfiguration apiVersion:s kind:s metadata:meta.v1.ObjectMeta spec:PriorityLevelConfigurationSpec status:PriorityLevelConfigurationStatus
        PriorityLevelConfigurationCondition lastTransitionTime:t message:s reason:s status:s type:s
        PriorityLevelConfigurationList apiVersion:s items:[PriorityLevelConfiguration]! kind:s metadata:meta.v1.ListMeta
        PriorityLevelConfigurationReference name:s!
        PriorityLevelConfigurationSpec exempt:ExemptPriorityLevelConfiguration limited:LimitedPriorityLevelConfiguration type:s!
        PriorityLevelConfigurationStatus conditions:[PriorityLevelConfigurationCondition]#type@type
        QueuingConfiguration handSize:i queueLengthLimit:i queues:i
        ResourcePolicyRule apiGroups:[s]#set! clusterScope:b namespaces:[s]#set resources:[s]#set! verbs:[s]#set!
        ServiceAccountSubject name:s! namespace:s!
        Subject group:GroupSubject kind:s! serviceAccount:ServiceAccountSubject user:UserSubject
        UserSubject name:s!
        @ networking.v1 io.k8s.api.networking.v1
        HTTPIngressPath backend:IngressBackend! path:s pathType:s!
        HTTPIngressRuleValue paths:[HTTPIngressPath]!
        IPAddress apiVersion:s kind:s metadata:meta.v1.ObjectMeta spec:IPAddressSpec!
        IPAddressList apiVersion:s items:[IPAddress]! kind:s metadata:meta.v1.ListMeta
        IPAddressSpec parentRef:ParentReference!
        IPBlock cidr:s! except:[s]
        Ingress apiVersion:s kind:s metadata:meta.v1.ObjectMeta spec:IngressSpec status:IngressStatus
        IngressBackend resource:core.v1.TypedLocalObjectReference service:IngressServiceBackend
        IngressClass apiVersion:s kind:s metadata:meta.v1.ObjectMeta spec:IngressClassSpec
        IngressClassList apiVersion:s items:[IngressClass]! kind:s metadata:meta.v1.ListMeta
        IngressClassParametersReference apiGroup:s kind:s! name:s! namespace:s scope:s
        IngressClassSpec controller:s parameters:IngressClassParametersReference
        IngressList apiVersion:s items:[Ingress]! kind:s metadata:meta.v1.ListMeta
        IngressLoadBalancerIngress hostname:s ip:s ports:[IngressPortStatus]
        IngressLoadBalancerStatus ingress:[IngressLoadBalancerIngress]
        IngressPortStatus error:s port:i! protocol:s!
        IngressRule host:s http:HTTPIngressRuleValue
        IngressServiceBackend name:s! port:ServiceBackendPort
        IngressSpec defaultBackend:IngressBackend ingressClassName:s rules:[IngressRule] tls:[IngressTLS]
        IngressStatus loadBalancer:IngressLoadBalancerStatus
        IngressTLS hosts:[s] secretName:s
        NetworkPolicy apiVersion:s kind:s metadata:meta.v1.ObjectMeta spec:NetworkPolicySpec
        NetworkPolicyEgressRule ports:[NetworkPolicyPort] to:[NetworkPolicyPeer]
        NetworkPolicyIngressRule from:[NetworkPolicyPeer] ports:[NetworkPolicyPort]
        NetworkPolicyList apiVersion:s items:[NetworkPolicy]! kind:s metadata:meta.v1.ListMeta
        NetworkPolicyPeer ipBlock:IPBlock namespaceSelector:meta.v1.LabelSelector podSelector:meta.v1.LabelSelector
        NetworkPolicyPort endPort:i port:x protocol:s
        NetworkPolicySpec egress:[NetworkPolicyEgressRule] ingress:[NetworkPolicyIngressRule] podSelector:meta.v1.LabelSelector policyTypes:[s]
        ParentReference group:s name:s! namespace:s resource:s!
        ServiceBackendPort= name:s number:i
        ServiceCIDR apiVersion:s kind:s metadata:meta.v1.ObjectMeta spec:ServiceCIDRSpec status:ServiceCIDRStatus
        ServiceCIDRList apiVersion:s items:[ServiceCIDR]! kind:s metadata:meta.v1.ListMeta
        ServiceCIDRSpec cidrs:[s]
        ServiceCIDRStatus conditions:[meta.v1.Condition]#type@type
        @ node.v1 io.k8s.api.node.v1
        Overhead podFixed:{q}
        RuntimeClass apiVersion:s handler:s! kind:s metadata:meta.v1.ObjectMeta overhead:Overhead scheduling:Scheduling
        RuntimeClassList apiVersion:s items:[RuntimeClass]! kind:s metadata:meta.v1.ListMeta
        Scheduling nodeSelector:{s}= tolerations:[core.v1.Toleration]
        @ rbac.v1 io.k8s.api.rbac.v1
        AggregationRule clusterRoleSelectors:[meta.v1.LabelSelector]
        ClusterRole aggregationRule:AggregationRule apiVersion:s kind:s metadata:meta.v1.ObjectMeta rules:[PolicyRule]
        ClusterRoleBinding apiVersion:s kind:s metadata:meta.v1.ObjectMeta roleRef:RoleRef! subjects:[Subject]
        ClusterRoleBindingList apiVersion:s items:[ClusterRoleBinding]! kind:s metadata:meta.v1.ListMeta
        ClusterRoleList apiVersion:s items:[ClusterRole]! kind:s metadata:meta.v1.ListMeta
        PolicyRule apiGroups:[s] nonResourceURLs:[s] resourceNames:[s] resources:[s] verbs:[s]!
        Role apiVersion:s kind:s metadata:meta.v1.ObjectMeta rules:[PolicyRule]
        RoleBinding apiVersion:s kind:s metadata:meta.v1.ObjectMeta roleRef:RoleRef! subjects:[Subject]
        RoleBindingList apiVersion:s items:[RoleBinding]! kind:s metadata:meta.v1.ListMeta
        RoleList apiVersion:s items:[Role]! kind:s metadata:meta.v1.ListMeta
        RoleRef= apiGroup:s kind:s! name:s!
        Subject= apiGroup:s kind:s! name:s! namespace:s
        @ storage.v1 io.k8s.api.storage.v1
        CSIDriver apiVersion:s kind:s metadata:meta.v1.ObjectMeta spec:CSIDriverSpec!
        CSIDriverList apiVersion:s items:[CSIDriver]! kind:s metadata:meta.v1.ListMeta
        CSIDriverSpec attachRequired:b fsGroupPolicy:s nodeAllocatableUpdatePeriodSeconds:l podInfoOnMount:b preventPodSchedulingIfMissing:b requiresRepublish:b seLinuxMount:b serviceAccountTokenInSecrets:b storageCapacity:b tokenRequests:[TokenRequest] volumeLifecycleModes:[s]#set
        CSINode apiVersion:s kind:s metadata:meta.v1.ObjectMeta spec:CSINodeSpec!
        CSINodeDriver allocatable:VolumeNodeResources name:s! nodeID:s! topologyKeys:[s]
        CSINodeList apiVersion:s items:[CSINode]! kind:s metadata:meta.v1.ListMeta
        CSINodeSpec drivers:[CSINodeDriver]#name@name!
        CSIStorageCapacity apiVersion:s capacity:q kind:s maximumVolumeSize:q metadata:meta.v1.ObjectMeta nodeTopology:meta.v1.LabelSelector storageClassName:s!
        CSIStorageCapacityList apiVersion:s items:[CSIStorageCapacity]! kind:s metadata:meta.v1.ListMeta
        StorageClass allowVolumeExpansion:b allowedTopologies:[core.v1.TopologySelectorTerm] apiVersion:s kind:s metadata:meta.v1.ObjectMeta mountOptions:[s] parameters:{s} provisioner:s! reclaimPolicy:s volumeBindingMode:s
        StorageClassList apiVersion:s items:[StorageClass]! kind:s metadata:meta.v1.ListMeta
        TokenRequest audience:s! expirationSeconds:l
        VolumeAttachment apiVersion:s kind:s metadata:meta.v1.ObjectMeta spec:VolumeAttachmentSpec! status:VolumeAttachmentStatus
        VolumeAttachmentList apiVersion:s items:[VolumeAttachment]! kind:s metadata:meta.v1.ListMeta
        VolumeAttachmentSource inlineVolumeSpec:core.v1.PersistentVolumeSpec persistentVolumeName:s
        VolumeAttachmentSpec attacher:s! nodeName:s! source:VolumeAttachmentSource!
        VolumeAttachmentStatus attachError:VolumeError attached:b! attachmentMetadata:{s} detachError:VolumeError
        VolumeAttributesClass apiVersion:s driverName:s! kind:s metadata:meta.v1.ObjectMeta parameters:{s}
        VolumeAttributesClassList apiVersion:s items:[VolumeAttributesClass]! kind:s metadata:meta.v1.ListMeta
        VolumeError errorCode:i message:s time:t
        VolumeNodeResources count:i
        @ apiextensions.v1 io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1
        CustomResourceColumnDefinition description:s format:s jsonPath:s! name:s! priority:i type:s!
        CustomResourceConversion strategy:s! webhook:WebhookConversion
        CustomResourceDefinition apiVersion:s kind:s metadata:meta.v1.ObjectMeta spec:CustomResourceDefinitionSpec! status:CustomResourceDefinitionStatus
        CustomResourceDefinitionCondition lastTransitionTime:t message:s observedGeneration:l reason:s status:s! type:s!
        CustomResourceDefinitionList apiVersion:s items:[CustomResourceDefinition]! kind:s metadata:meta.v1.ListMeta
        CustomResourceDefinitionNames categories:[s] kind:s! listKind:s plural:s! shortNames:[s] singular:s
        CustomResourceDefinitionSpec conversion:CustomResourceConversion group:s! names:CustomResourceDefinitionNames! preserveUnknownFields:b scope:s! versions:[CustomResourceDefinitionVersion]!
        CustomResourceDefinitionStatus acceptedNames:CustomResourceDefinitionNames conditions:[CustomResourceDefinitionCondition]#type observedGeneration:l storedVersions:[s]
        CustomResourceDefinitionVersion additionalPrinterColumns:[CustomResourceColumnDefinition] deprecated:b deprecationWarning:s name:s! schema:CustomResourceValidation selectableFields:[SelectableField] served:b! storage:b! subresources:CustomResourceSubresources
        CustomResourceSubresourceScale labelSelectorPath:s specReplicasPath:s! statusReplicasPath:s!
        CustomResourceSubresourceStatus
        CustomResourceSubresources scale:CustomResourceSubresourceScale status:CustomResourceSubresourceStatus
        CustomResourceValidation openAPIV3Schema:JSONSchemaProps
        ExternalDocumentation description:s url:s
        JSONSchemaProps $ref:s $schema:s additionalItems:* additionalProperties:* allOf:[JSONSchemaProps] anyOf:[JSONSchemaProps] default:* definitions:{JSONSchemaProps} dependencies:{*} description:s enum:[*] example:* exclusiveMaximum:b exclusiveMinimum:b externalDocs:ExternalDocumentation format:s id:s items:* maxItems:l maxLength:l maxProperties:l maximum:d minItems:l minLength:l minProperties:l minimum:d multipleOf:d not:JSONSchemaProps nullable:b oneOf:[JSONSchemaProps] pattern:s patternProperties:{JSONSchemaProps} properties:{JSONSchemaProps} required:[s] title:s type:s uniqueItems:b x-kubernetes-embedded-resource:b x-kubernetes-int-or-string:b x-kubernetes-list-map-keys:[s] x-kubernetes-list-type:s x-kubernetes-map-type:s x-kubernetes-preserve-unknown-fields:b x-kubernetes-validations:[ValidationRule]#rule@rule
        SelectableField jsonPath:s!
        ServiceReference name:s! namespace:s! path:s port:i
        ValidationRule fieldPath:s message:s messageExpression:s optionalOldSelf:b reason:s rule:s!
        WebhookClientConfig caBundle:y service:ServiceReference url:s
        WebhookConversion clientConfig:WebhookClientConfig conversionReviewVersions:[s]!
        @ pkg.version io.k8s.apimachinery.pkg.version
        Info buildDate:s! compiler:s! emulationMajor:s emulationMinor:s gitCommit:s! gitTreeState:s! gitVersion:s! goVersion:s! major:s! minCompatibilityMajor:s minCompatibilityMinor:s minor:s! platform:s!
        @ apiregistration.v1 io.k8s.kube-aggregator.pkg.apis.apiregistration.v1
        APIService apiVersion:s kind:s metadata:meta.v1.ObjectMeta spec:APIServiceSpec status:APIServiceStatus
        APIServiceCondition lastTransitionTime:t message:s reason:s status:s! type:s!
        APIServiceList apiVersion:s items:[APIService]! kind:s metadata:meta.v1.ListMeta
        APIServiceSpec caBundle:y group:s groupPriorityMinimum:i! insecureSkipTLSVerify:b service:ServiceReference version:s versionPriority:i!
        APIServiceStatus conditions:[APIServiceCondition]#type@type
        ServiceReference name:s namespace:s port:i
        """#
}
