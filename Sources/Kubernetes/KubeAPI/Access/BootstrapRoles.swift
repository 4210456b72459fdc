extension BootstrapPolicy {
    /// The roles that a cluster begins with. Source: Kubernetes documentation, "Default roles and role bindings"; EKS for `eks:`.
    ///
    /// `role NAME [to=SUM] [sum=SUM]` opens a cluster role that is part of a sum, or is one; `role NAMESPACE/NAME` opens a role.
    /// Its rules follow: `VERBS GROUPS RESOURCES [NAMES]` or `VERBS /PATHS`; `events` stands for writing events.
    /// `R` stands for get, list and watch, `W` for create, delete, deletecollection, patch and update, `core` for the core group.
    /// `bind [NAMESPACE/]NAME ROLE SUBJECTS` binds a role to `u:USER`, `g:GROUP` or `s:NAMESPACE/ACCOUNT`.
    static let roles: String = """
        role cluster-admin
        * * *
        * *
        role admin sum=admin
        role edit to=admin sum=edit
        role view to=edit sum=view
        role system:aggregate-to-admin to=admin
        create authorization.k8s.io localsubjectaccessreviews
        RW rbac.authorization.k8s.io rolebindings,roles
        role system:aggregate-to-edit to=edit
        R core pods/attach,pods/exec,pods/portforward,pods/proxy,secrets,services/proxy
        impersonate core serviceaccounts
        W core pods,pods/attach,pods/exec,pods/portforward,pods/proxy
        create core pods/eviction
        W core configmaps,events,persistentvolumeclaims,replicationcontrollers,replicationcontrollers/scale,secrets,serviceaccounts,services,services/proxy
        create core serviceaccounts/token
        W apps daemonsets,deployments,deployments/rollback,deployments/scale,replicasets,replicasets/scale,statefulsets,statefulsets/scale
        W autoscaling horizontalpodautoscalers
        W batch cronjobs,jobs
        W extensions daemonsets,deployments,deployments/rollback,deployments/scale,ingresses,networkpolicies,replicasets,replicasets/scale,replicationcontrollers/scale
        W policy poddisruptionbudgets
        W networking.k8s.io ingresses,networkpolicies
        RW coordination.k8s.io leases
        W resource.k8s.io resourceclaims,resourceclaimtemplates
        role system:aggregate-to-view to=view
        R core configmaps,endpoints,persistentvolumeclaims,persistentvolumeclaims/status,pods,replicationcontrollers,replicationcontrollers/scale,serviceaccounts,services,services/status
        R core bindings,events,limitranges,namespaces/status,pods/log,pods/status,replicationcontrollers/status,resourcequotas,resourcequotas/status
        R core namespaces
        R discovery.k8s.io endpointslices
        R apps controllerrevisions,daemonsets,daemonsets/status,deployments,deployments/scale,deployments/status,replicasets,replicasets/scale,replicasets/status,statefulsets,statefulsets/scale,statefulsets/status
        R autoscaling horizontalpodautoscalers,horizontalpodautoscalers/status
        R batch cronjobs,cronjobs/status,jobs,jobs/status
        R extensions daemonsets,daemonsets/status,deployments,deployments/scale,deployments/status,ingresses,ingresses/status,networkpolicies,replicasets,replicasets/scale,replicasets/status,replicationcontrollers/scale
        R policy poddisruptionbudgets,poddisruptionbudgets/status
        R networking.k8s.io ingresses,ingresses/status,networkpolicies
        R resource.k8s.io resourceclaims,resourceclaims/status,resourceclaimtemplates
        role system:auth-delegator
        create authentication.k8s.io tokenreviews
        create authorization.k8s.io subjectaccessreviews
        role system:basic-user
        create authorization.k8s.io selfsubjectaccessreviews,selfsubjectrulesreviews
        create authentication.k8s.io selfsubjectreviews
        role system:discovery
        get /api,/api/*,/apis,/apis/*,/healthz,/livez,/openapi,/openapi/*,/readyz,/version,/version/
        role system:public-info-viewer
        get /healthz,/livez,/readyz,/version,/version/
        role system:monitoring
        get /flagz,/healthz,/healthz/*,/livez,/livez/*,/metrics,/metrics/slis,/readyz,/readyz/*,/statusz
        role system:service-account-issuer-discovery
        get /.well-known/openid-configuration,/openid/v1/jwks
        role system:certificates.k8s.io:certificatesigningrequests:nodeclient
        create certificates.k8s.io certificatesigningrequests/nodeclient
        role system:certificates.k8s.io:certificatesigningrequests:selfnodeclient
        create certificates.k8s.io certificatesigningrequests/selfnodeclient
        role system:certificates.k8s.io:kube-apiserver-client-approver
        approve certificates.k8s.io signers kubernetes.io/kube-apiserver-client
        role system:certificates.k8s.io:kube-apiserver-client-kubelet-approver
        approve certificates.k8s.io signers kubernetes.io/kube-apiserver-client-kubelet
        role system:certificates.k8s.io:kubelet-serving-approver
        approve certificates.k8s.io signers kubernetes.io/kubelet-serving
        role system:certificates.k8s.io:legacy-unknown-approver
        approve certificates.k8s.io signers kubernetes.io/legacy-unknown
        role system:heapster
        R core events,namespaces,nodes,pods
        R extensions deployments
        role system:kube-aggregator
        R core endpoints,services
        role system:kube-dns
        list,watch core endpoints,services
        role system:kubelet-api-admin
        R core nodes
        proxy core nodes
        * core nodes/configz,nodes/healthz,nodes/log,nodes/metrics,nodes/pods,nodes/proxy,nodes/stats
        role system:kube-controller-manager
        events
        create coordination.k8s.io leases
        get,update coordination.k8s.io leases kube-controller-manager
        create core secrets,serviceaccounts
        delete core secrets
        get core configmaps,namespaces,secrets,serviceaccounts
        update core secrets,serviceaccounts
        create authentication.k8s.io tokenreviews
        create authorization.k8s.io subjectaccessreviews
        list,watch * *
        create core serviceaccounts/token
        role system:kube-scheduler
        events
        create coordination.k8s.io leases
        get,update coordination.k8s.io leases kube-scheduler
        R core nodes
        delete,get,list,watch core pods
        create core bindings,pods/binding
        patch,update core pods/status
        R core replicationcontrollers,services
        R apps,extensions replicasets
        R apps statefulsets
        R policy poddisruptionbudgets
        R core persistentvolumeclaims,persistentvolumes
        create authentication.k8s.io tokenreviews
        create authorization.k8s.io subjectaccessreviews
        R storage.k8s.io csinodes
        R core namespaces
        R storage.k8s.io csidrivers
        R storage.k8s.io csistoragecapacities
        R resource.k8s.io deviceclasses,resourceclaims,resourceslices
        patch,update resource.k8s.io resourceclaims/status
        create,delete,update resource.k8s.io resourceclaims
        patch,update resource.k8s.io resourceclaims/binding
        role system:volume-scheduler
        R,patch,update core persistentvolumes
        R storage.k8s.io storageclasses
        R,patch,update core persistentvolumeclaims
        role system:node
        create authentication.k8s.io tokenreviews
        create authorization.k8s.io localsubjectaccessreviews,subjectaccessreviews
        R core services
        create,get,list,watch core nodes
        patch,update core nodes/status
        patch,update core nodes
        create,patch,update core events
        R core pods
        create,delete core pods
        patch,update core pods/status
        create core pods/eviction
        R core configmaps,secrets
        get core persistentvolumeclaims,persistentvolumes
        get core endpoints
        create,get,list,watch certificates.k8s.io certificatesigningrequests
        create,delete,get,patch,update coordination.k8s.io leases
        get storage.k8s.io volumeattachments
        create core serviceaccounts/token
        get,patch,update core persistentvolumeclaims/status
        R storage.k8s.io csidrivers
        create,delete,get,patch,update storage.k8s.io csinodes
        R node.k8s.io runtimeclasses
        get resource.k8s.io resourceclaims
        create,delete,deletecollection,get,list,patch,update,watch resource.k8s.io resourceslices
        role system:node-bootstrapper
        create,get,list,watch certificates.k8s.io certificatesigningrequests
        role system:node-problem-detector
        get core nodes
        patch core nodes/status
        events
        role system:node-proxier
        list,watch core endpoints,services
        R core nodes
        events
        list,watch discovery.k8s.io endpointslices
        list,watch networking.k8s.io servicecidrs
        role system:persistent-volume-provisioner
        create,delete,get,list,watch core persistentvolumes
        get,list,update,watch core persistentvolumeclaims
        R storage.k8s.io storageclasses
        watch core events
        events
        role eks:node-bootstrapper
        create certificates.k8s.io certificatesigningrequests/selfnodeserver
        role kube-public/system:controller:bootstrap-signer
        R core configmaps
        update core configmaps cluster-info
        events
        role kube-system/extension-apiserver-authentication-reader
        R core configmaps extension-apiserver-authentication
        role kube-system/system::leader-locking-kube-controller-manager
        create,get,list,update,watch coordination.k8s.io leases
        create,get,list,update,watch coordination.k8s.io leasecandidates
        role kube-system/system::leader-locking-kube-scheduler
        create,get,list,update,watch coordination.k8s.io leases
        create,get,list,update,watch coordination.k8s.io leasecandidates
        role kube-system/system:controller:bootstrap-signer
        R core secrets
        role kube-system/system:controller:cloud-provider
        create,get,list,watch core configmaps
        role kube-system/system:controller:token-cleaner
        delete,get,list,watch core secrets
        events
        bind cluster-admin cluster-admin g:system:masters
        bind system:monitoring system:monitoring g:system:monitoring
        bind system:discovery system:discovery g:system:authenticated
        bind system:basic-user system:basic-user g:system:authenticated
        bind system:public-info-viewer system:public-info-viewer g:system:authenticated g:system:unauthenticated
        bind system:service-account-issuer-discovery system:service-account-issuer-discovery g:system:serviceaccounts
        bind system:node-proxier system:node-proxier u:system:kube-proxy
        bind system:kube-controller-manager system:kube-controller-manager u:system:kube-controller-manager
        bind system:kube-dns system:kube-dns s:kube-system/kube-dns
        bind system:kube-scheduler system:kube-scheduler u:system:kube-scheduler
        bind system:volume-scheduler system:volume-scheduler u:system:kube-scheduler
        bind system:node system:node
        bind eks:node-bootstrapper eks:node-bootstrapper g:system:bootstrappers g:system:nodes
        bind eks:kube-proxy system:node-proxier s:kube-system/kube-proxy
        bind kube-public/system:controller:bootstrap-signer system:controller:bootstrap-signer s:kube-system/bootstrap-signer
        bind kube-system/system::extension-apiserver-authentication-reader extension-apiserver-authentication-reader u:system:kube-controller-manager u:system:kube-scheduler
        bind kube-system/system::leader-locking-kube-controller-manager system::leader-locking-kube-controller-manager u:system:kube-controller-manager s:kube-system/kube-controller-manager s:kube-system/leader-election-controller
        bind kube-system/system::leader-locking-kube-scheduler system::leader-locking-kube-scheduler u:system:kube-scheduler s:kube-system/kube-scheduler
        bind kube-system/system:controller:bootstrap-signer system:controller:bootstrap-signer s:kube-system/bootstrap-signer
        bind kube-system/system:controller:cloud-provider system:controller:cloud-provider s:kube-system/cloud-provider
        bind kube-system/system:controller:token-cleaner system:controller:token-cleaner s:kube-system/token-cleaner
        """
}
