/// The columns of `kubectl get`, one kind a line: `Kind.group Header=source …`; the name comes first by itself (`-` leaves it out).
///
/// `_` in a header is a blank; `:i` integer, `:b` boolean, `:d` date, else text; `*` shows the column in wide output only.
/// Sources: `.path` a member, `|text` when it is absent; `#path` how many members; `age` of the creation, `age.path` of a time;
/// anything else a function of `ComputedCells`. Source: upstream's internalversion printers of 1.36.
enum ColumnsText {
    static let columns: StaticString = #"""
        Pod Ready=podReady Status=podStatus Restarts=podRestarts Age=age IP*=podIP Node*=.spec.nodeName|<none> Nominated_Node*=.status.nominatedNodeName|<none> Readiness_Gates*=readinessGates
        PodTemplate Containers=containers Images=images Pod_Labels=templateLabels
        ReplicationController Desired:i=.spec.replicas Current:i=.status.replicas Ready:i=.status.readyReplicas Age=age Containers*=templateContainers Images*=templateImages Selector*=mapSelector
        ReplicaSet.apps Desired:i=.spec.replicas Current:i=.status.replicas Ready:i=.status.readyReplicas Age=age Containers*=templateContainers Images*=templateImages Selector*=selector
        Deployment.apps Ready=readyReplicas Up-to-date:i=.status.updatedReplicas Available:i=.status.availableReplicas Age=age Containers*=templateContainers Images*=templateImages Selector*=selector
        StatefulSet.apps Ready=readyReplicas Age=age Containers*=templateContainers Images*=templateImages
        DaemonSet.apps Desired:i=.status.desiredNumberScheduled Current:i=.status.currentNumberScheduled Ready:i=.status.numberReady Up-to-date:i=.status.updatedNumberScheduled Available:i=.status.numberAvailable Node_Selector=nodeSelector Age=age Containers*=templateContainers Images*=templateImages Selector*=selector
        ControllerRevision.apps Controller=controller Revision:i=.revision Age=age
        Job.batch Status=jobStatus Completions=jobCompletions Duration=jobDuration Age=age Containers*=templateContainers Images*=templateImages Selector*=selector
        CronJob.batch Schedule=.spec.schedule Timezone=.spec.timeZone|<none> Suspend=suspend Active:i=#status.active Last_Schedule=age.status.lastScheduleTime|<none> Age=age Containers*=cronContainers Images*=cronImages Selector*=cronSelector
        Service Type=.spec.type Cluster-IP=clusterIP External-IP=externalIP Port(s)=servicePorts Age=age Selector*=mapSelector
        Endpoints Endpoints=endpoints Age=age
        EndpointSlice.discovery.k8s.io AddressType=.addressType Ports=slicePorts Endpoints=sliceEndpoints Age=age
        Ingress.networking.k8s.io Class=.spec.ingressClassName|<none> Hosts=ingressHosts Address=loadBalancer Ports=ingressPorts Age=age
        IngressClass.networking.k8s.io Controller=.spec.controller Parameters=ingressParameters Age=age
        NetworkPolicy.networking.k8s.io Pod-Selector=podSelector Age=age
        IPAddress.networking.k8s.io ParentRef=parentRef Age=age
        ServiceCIDR.networking.k8s.io CIDRs=cidrs Age=age
        Node Status=nodeStatus Roles=nodeRoles Age=age Version=.status.nodeInfo.kubeletVersion Internal-IP*=internalIP External-IP*=nodeExternalIP OS-Image*=.status.nodeInfo.osImage|<unknown> Kernel-Version*=.status.nodeInfo.kernelVersion|<unknown> Container-Runtime*=.status.nodeInfo.containerRuntimeVersion|<unknown>
        Namespace Status=.status.phase Age=age
        ConfigMap Data:i=configData Age=age
        Secret Type=.type Data:i=#data Age=age
        ServiceAccount Secrets:i=#secrets Age=age
        Event - Last_Seen=eventLast Type=.type Reason=.reason Object=eventObject Subobject*=.involvedObject.fieldPath Source*=eventSource Message=eventMessage First_Seen*=eventFirst Count:i*=eventCount Name*=.metadata.name
        PersistentVolume Capacity=.spec.capacity.storage Access_Modes=volumeModes Reclaim_Policy=.spec.persistentVolumeReclaimPolicy Status=volumePhase Claim=volumeClaim StorageClass=storageClass VolumeAttributesClass=.spec.volumeAttributesClassName|<unset> Reason=.status.reason Age=age VolumeMode*=.spec.volumeMode|<unset>
        PersistentVolumeClaim Status=volumePhase Volume=.spec.volumeName Capacity=claimCapacity Access_Modes=claimModes StorageClass=storageClass VolumeAttributesClass=.spec.volumeAttributesClassName|<unset> Age=age VolumeMode*=.spec.volumeMode|<unset>
        ResourceQuota Request=quotaRequests Limit=quotaLimits Age=age
        ComponentStatus Status=componentStatus Message=componentMessage Error=componentError
        Lease.coordination.k8s.io Holder=.spec.holderIdentity Age=age
        PodDisruptionBudget.policy Min_Available=.spec.minAvailable|N/A Max_Unavailable=.spec.maxUnavailable|N/A Allowed_Disruptions:i=.status.disruptionsAllowed Age=age
        Scale.autoscaling Desired:i=.spec.replicas Available:i=.status.replicas Age=age
        HorizontalPodAutoscaler.autoscaling Reference=scaleTarget Targets=scaleMetrics MinPods=.spec.minReplicas|<unset> MaxPods:i=.spec.maxReplicas Replicas:i=.status.currentReplicas Age=age
        RoleBinding.rbac.authorization.k8s.io Role=roleRef Age=age Users*=users Groups*=groups ServiceAccounts*=serviceAccounts
        ClusterRoleBinding.rbac.authorization.k8s.io Role=roleRef Age=age Users*=users Groups*=groups ServiceAccounts*=serviceAccounts
        CertificateSigningRequest.certificates.k8s.io Age=age SignerName=.spec.signerName|<none> Requestor=.spec.username RequestedDuration=certificateDuration Condition=certificateStatus
        StorageClass.storage.k8s.io - Name=className Provisioner=.provisioner ReclaimPolicy=.reclaimPolicy|Delete VolumeBindingMode=.volumeBindingMode|Immediate AllowVolumeExpansion:b=.allowVolumeExpansion Age=age
        VolumeAttributesClass.storage.k8s.io - Name=className DriverName=.driverName Age=age
        VolumeAttachment.storage.k8s.io Attacher=.spec.attacher PV=.spec.source.persistentVolumeName Node=.spec.nodeName Attached:b=.status.attached Age=age
        CSINode.storage.k8s.io Drivers:i=#spec.drivers Age=age
        CSIDriver.storage.k8s.io AttachRequired:b=.spec.attachRequired PodInfoOnMount:b=.spec.podInfoOnMount StorageCapacity:b=.spec.storageCapacity TokenRequests=tokenRequests RequiresRepublish:b=.spec.requiresRepublish Modes=driverModes Age=age
        CSIStorageCapacity.storage.k8s.io StorageClassName=.storageClassName Capacity=.capacity|<unset> Age=age
        PriorityClass.scheduling.k8s.io Value:i=.value Global-Default:b=.globalDefault Age=age PreemptionPolicy=.preemptionPolicy
        RuntimeClass.node.k8s.io Handler=.handler Age=age
        MutatingWebhookConfiguration.admissionregistration.k8s.io Webhooks:i=#webhooks Age=age
        ValidatingWebhookConfiguration.admissionregistration.k8s.io Webhooks:i=#webhooks Age=age
        ValidatingAdmissionPolicy.admissionregistration.k8s.io Validations:i=#spec.validations ParamKind=paramKind Age=age
        ValidatingAdmissionPolicyBinding.admissionregistration.k8s.io PolicyName=.spec.policyName ParamRef=paramRef Age=age
        MutatingAdmissionPolicy.admissionregistration.k8s.io Mutations:i=#spec.mutations ParamKind=paramKind Age=age
        MutatingAdmissionPolicyBinding.admissionregistration.k8s.io PolicyName=.spec.policyName ParamRef=paramRef Age=age
        FlowSchema.flowcontrol.apiserver.k8s.io PriorityLevel=.spec.priorityLevelConfiguration.name MatchingPrecedence:i=.spec.matchingPrecedence DistinguisherMethod=.spec.distinguisherMethod.type|<none> Age=age MissingPL=missingPriorityLevel
        PriorityLevelConfiguration.flowcontrol.apiserver.k8s.io Type=.spec.type NominalConcurrencyShares=.spec.limited.nominalConcurrencyShares|<none> Queues=.spec.limited.limitResponse.queuing.queues|<none> HandSize=.spec.limited.limitResponse.queuing.handSize|<none> QueueLengthLimit=.spec.limited.limitResponse.queuing.queueLengthLimit|<none> Age=age
        ResourceClaim.resource.k8s.io State=claimState Age=age
        ResourceClaimTemplate.resource.k8s.io Age=age
        DeviceClass.resource.k8s.io Age=age
        ResourceSlice.resource.k8s.io Node=.spec.nodeName|<unset> Driver=.spec.driver Pool=.spec.pool.name Age=age
        APIService.apiregistration.k8s.io Service=serviceReference Available=apiAvailable Age=age
        """#
}
