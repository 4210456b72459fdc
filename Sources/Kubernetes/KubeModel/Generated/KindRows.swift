// Written by Tools/generate-kubernetes-schema.py; do not edit.
extension SchemaText {
    /// Served resources, one a line.
    static let kindRows: StaticString = #"""
        @ - v1 io.k8s.api.core.v1
        bindings binding Binding N - - c
        componentstatuses componentstatus ComponentStatus C cs - gl
        configmaps configmap ConfigMap N cm - cdDglpuw
        endpoints endpoints Endpoints N ep - cdDglpuw
        events event Event N ev - cdDglpuw
        limitranges limitrange LimitRange N limits - cdDglpuw
        namespaces namespace Namespace C ns - cdglpuw /finalize=/v1/Namespace:u:io.k8s.api.core.v1.Namespace /status=/v1/Namespace:gpu:io.k8s.api.core.v1.Namespace
        nodes node Node C no - cdDglpuw /proxy=/v1/NodeProxyOptions:cdgpu:- /status=/v1/Node:gpu:io.k8s.api.core.v1.Node
        persistentvolumeclaims persistentvolumeclaim PersistentVolumeClaim N pvc - cdDglpuw /status=/v1/PersistentVolumeClaim:gpu:io.k8s.api.core.v1.PersistentVolumeClaim
        persistentvolumes persistentvolume PersistentVolume C pv - cdDglpuw /status=/v1/PersistentVolume:gpu:io.k8s.api.core.v1.PersistentVolume
        pods pod Pod N po all cdDglpuw /attach=/v1/PodAttachOptions:cg:- /binding=/v1/Binding:c:io.k8s.api.core.v1.Binding /ephemeralcontainers=/v1/Pod:gpu:io.k8s.api.core.v1.Pod /eviction=policy/v1/Eviction:c:io.k8s.api.policy.v1.Eviction /exec=/v1/PodExecOptions:cg:- /log=/v1/Pod:g:io.k8s.api.core.v1.Pod /portforward=/v1/PodPortForwardOptions:cg:- /proxy=/v1/PodProxyOptions:cdgpu:- /resize=/v1/Pod:gpu:io.k8s.api.core.v1.Pod /status=/v1/Pod:gpu:io.k8s.api.core.v1.Pod
        podtemplates podtemplate PodTemplate N - - cdDglpuw
        replicationcontrollers replicationcontroller ReplicationController N rc all cdDglpuw /scale=autoscaling/v1/Scale:gpu:io.k8s.api.autoscaling.v1.Scale /status=/v1/ReplicationController:gpu:io.k8s.api.core.v1.ReplicationController
        resourcequotas resourcequota ResourceQuota N quota - cdDglpuw /status=/v1/ResourceQuota:gpu:io.k8s.api.core.v1.ResourceQuota
        secrets secret Secret N - - cdDglpuw
        serviceaccounts serviceaccount ServiceAccount N sa - cdDglpuw /token=authentication.k8s.io/v1/TokenRequest:c:io.k8s.api.authentication.v1.TokenRequest
        services service Service N svc all cdDglpuw /proxy=/v1/ServiceProxyOptions:cdgpu:- /status=/v1/Service:gpu:io.k8s.api.core.v1.Service
        @ apiregistration.k8s.io v1 io.k8s.kube-aggregator.pkg.apis.apiregistration.v1
        apiservices apiservice APIService C - api-extensions cdDglpuw /status=apiregistration.k8s.io/v1/APIService:gpu:io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIService
        @ apps v1 io.k8s.api.apps.v1
        controllerrevisions controllerrevision ControllerRevision N - - cdDglpuw
        daemonsets daemonset DaemonSet N ds all cdDglpuw /status=apps/v1/DaemonSet:gpu:io.k8s.api.apps.v1.DaemonSet
        deployments deployment Deployment N deploy all cdDglpuw /scale=autoscaling/v1/Scale:gpu:io.k8s.api.autoscaling.v1.Scale /status=apps/v1/Deployment:gpu:io.k8s.api.apps.v1.Deployment
        replicasets replicaset ReplicaSet N rs all cdDglpuw /scale=autoscaling/v1/Scale:gpu:io.k8s.api.autoscaling.v1.Scale /status=apps/v1/ReplicaSet:gpu:io.k8s.api.apps.v1.ReplicaSet
        statefulsets statefulset StatefulSet N sts all cdDglpuw /scale=autoscaling/v1/Scale:gpu:io.k8s.api.autoscaling.v1.Scale /status=apps/v1/StatefulSet:gpu:io.k8s.api.apps.v1.StatefulSet
        @ events.k8s.io v1 io.k8s.api.events.v1
        events event Event N ev - cdDglpuw stored=/v1
        @ authentication.k8s.io v1 io.k8s.api.authentication.v1
        selfsubjectreviews selfsubjectreview SelfSubjectReview C - - c
        tokenreviews tokenreview TokenReview C - - c
        @ authorization.k8s.io v1 io.k8s.api.authorization.v1
        localsubjectaccessreviews localsubjectaccessreview LocalSubjectAccessReview N - - c
        selfsubjectaccessreviews selfsubjectaccessreview SelfSubjectAccessReview C - - c
        selfsubjectrulesreviews selfsubjectrulesreview SelfSubjectRulesReview C - - c
        subjectaccessreviews subjectaccessreview SubjectAccessReview C - - c
        @ autoscaling v2 io.k8s.api.autoscaling.v2
        horizontalpodautoscalers horizontalpodautoscaler HorizontalPodAutoscaler N hpa all cdDglpuw /status=autoscaling/v2/HorizontalPodAutoscaler:gpu:io.k8s.api.autoscaling.v2.HorizontalPodAutoscaler
        @ autoscaling v1 io.k8s.api.autoscaling.v1
        horizontalpodautoscalers horizontalpodautoscaler HorizontalPodAutoscaler N hpa all cdDglpuw stored=autoscaling/v2 /status=autoscaling/v1/HorizontalPodAutoscaler:gpu:io.k8s.api.autoscaling.v1.HorizontalPodAutoscaler
        @ batch v1 io.k8s.api.batch.v1
        cronjobs cronjob CronJob N cj all cdDglpuw /status=batch/v1/CronJob:gpu:io.k8s.api.batch.v1.CronJob
        jobs job Job N - all cdDglpuw /status=batch/v1/Job:gpu:io.k8s.api.batch.v1.Job
        @ certificates.k8s.io v1 io.k8s.api.certificates.v1
        certificatesigningrequests certificatesigningrequest CertificateSigningRequest C csr - cdDglpuw /approval=certificates.k8s.io/v1/CertificateSigningRequest:gpu:io.k8s.api.certificates.v1.CertificateSigningRequest /status=certificates.k8s.io/v1/CertificateSigningRequest:gpu:io.k8s.api.certificates.v1.CertificateSigningRequest
        @ networking.k8s.io v1 io.k8s.api.networking.v1
        ingressclasses ingressclass IngressClass C - - cdDglpuw
        ingresses ingress Ingress N ing - cdDglpuw /status=networking.k8s.io/v1/Ingress:gpu:io.k8s.api.networking.v1.Ingress
        ipaddresses ipaddress IPAddress C ip - cdDglpuw
        networkpolicies networkpolicy NetworkPolicy N netpol - cdDglpuw
        servicecidrs servicecidr ServiceCIDR C - - cdDglpuw /status=networking.k8s.io/v1/ServiceCIDR:gpu:io.k8s.api.networking.v1.ServiceCIDR
        @ policy v1 io.k8s.api.policy.v1
        poddisruptionbudgets poddisruptionbudget PodDisruptionBudget N pdb - cdDglpuw /status=policy/v1/PodDisruptionBudget:gpu:io.k8s.api.policy.v1.PodDisruptionBudget
        @ rbac.authorization.k8s.io v1 io.k8s.api.rbac.v1
        clusterrolebindings clusterrolebinding ClusterRoleBinding C - - cdDglpuw
        clusterroles clusterrole ClusterRole C - - cdDglpuw
        rolebindings rolebinding RoleBinding N - - cdDglpuw
        roles role Role N - - cdDglpuw
        @ storage.k8s.io v1 io.k8s.api.storage.v1
        csidrivers csidriver CSIDriver C - - cdDglpuw
        csinodes csinode CSINode C - - cdDglpuw
        csistoragecapacities csistoragecapacity CSIStorageCapacity N - - cdDglpuw
        storageclasses storageclass StorageClass C sc - cdDglpuw
        volumeattachments volumeattachment VolumeAttachment C - - cdDglpuw /status=storage.k8s.io/v1/VolumeAttachment:gpu:io.k8s.api.storage.v1.VolumeAttachment
        volumeattributesclasses volumeattributesclass VolumeAttributesClass C vac - cdDglpuw
        @ admissionregistration.k8s.io v1 io.k8s.api.admissionregistration.v1
        mutatingadmissionpolicies mutatingadmissionpolicy MutatingAdmissionPolicy C - api-extensions cdDglpuw
        mutatingadmissionpolicybindings mutatingadmissionpolicybinding MutatingAdmissionPolicyBinding C - api-extensions cdDglpuw
        mutatingwebhookconfigurations mutatingwebhookconfiguration MutatingWebhookConfiguration C - api-extensions cdDglpuw
        validatingadmissionpolicies validatingadmissionpolicy ValidatingAdmissionPolicy C - api-extensions cdDglpuw /status=admissionregistration.k8s.io/v1/ValidatingAdmissionPolicy:gpu:io.k8s.api.admissionregistration.v1.ValidatingAdmissionPolicy
        validatingadmissionpolicybindings validatingadmissionpolicybinding ValidatingAdmissionPolicyBinding C - api-extensions cdDglpuw
        validatingwebhookconfigurations validatingwebhookconfiguration ValidatingWebhookConfiguration C - api-extensions cdDglpuw
        @ apiextensions.k8s.io v1 io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1
        customresourcedefinitions customresourcedefinition CustomResourceDefinition C crd,crds api-extensions cdDglpuw /status=apiextensions.k8s.io/v1/CustomResourceDefinition:gpu:io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinition
        @ scheduling.k8s.io v1 io.k8s.api.scheduling.v1
        priorityclasses priorityclass PriorityClass C pc - cdDglpuw
        @ coordination.k8s.io v1 io.k8s.api.coordination.v1
        leases lease Lease N - - cdDglpuw
        @ node.k8s.io v1 io.k8s.api.node.v1
        runtimeclasses runtimeclass RuntimeClass C - - cdDglpuw
        @ discovery.k8s.io v1 io.k8s.api.discovery.v1
        endpointslices endpointslice EndpointSlice N - - cdDglpuw
        @ resource.k8s.io v1 io.k8s.api.resource.v1
        deviceclasses deviceclass DeviceClass C - - cdDglpuw
        resourceclaims resourceclaim ResourceClaim N - - cdDglpuw /status=resource.k8s.io/v1/ResourceClaim:gpu:io.k8s.api.resource.v1.ResourceClaim
        resourceclaimtemplates resourceclaimtemplate ResourceClaimTemplate N - - cdDglpuw
        resourceslices resourceslice ResourceSlice C - - cdDglpuw
        @ flowcontrol.apiserver.k8s.io v1 io.k8s.api.flowcontrol.v1
        flowschemas flowschema FlowSchema C - - cdDglpuw /status=flowcontrol.apiserver.k8s.io/v1/FlowSchema:gpu:io.k8s.api.flowcontrol.v1.FlowSchema
        prioritylevelconfigurations prioritylevelconfiguration PriorityLevelConfiguration C - - cdDglpuw /status=flowcontrol.apiserver.k8s.io/v1/PriorityLevelConfiguration:gpu:io.k8s.api.flowcontrol.v1.PriorityLevelConfiguration
        """#
}
