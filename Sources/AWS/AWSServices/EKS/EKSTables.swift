// Written by Tools/generate-eks-tables.py; edit that instead.

/// EKS's facts as text tables.
enum EKSTables {
    /// Kubernetes minor version, release on EKS, end of standard and of extended support, platform version, patch version.
    static let versions: StaticString = """
        1.36 2026-06-02 2027-08-02 2028-08-02 eks.6 v1.36.2
        1.35 2026-01-28 2027-03-27 2028-03-27 eks.17 v1.35.6
        1.34 2025-10-06 2026-12-02 2027-12-02 eks.27 v1.34.9
        1.33 2025-05-28 2026-07-29 2027-07-29 eks.41 v1.33.13
        1.32 2025-01-25 2026-03-23 2027-03-23 eks.48 v1.32.13
        1.31 2024-09-26 2025-11-26 2026-11-26 eks.64 v1.31.14
        1.30 2024-05-23 2025-07-23 2026-07-23 eks.72 v1.30.14
        1.29 2024-01-23 2025-03-23 2026-03-23 eks.66 v1.29.15
        1.28 2023-09-26 2024-11-26 2025-11-26 eks.63 v1.28.15
        1.27 2023-05-24 2024-07-24 2025-07-24 eks.53 v1.27.16
        1.26 2023-04-11 2024-06-11 2025-06-11 eks.51 v1.26.15
        1.25 2023-02-21 2024-05-01 2025-05-01 eks.48 v1.25.16
        1.24 2022-11-15 2024-01-31 2025-01-31 eks.45 v1.24.17
        1.23 2022-08-11 2023-10-11 2024-10-11 eks.30 v1.23.17
        1.22 2022-04-04 2023-06-04 2024-09-01 eks.14 v1.22.17
        1.21 2021-07-19 2023-02-16 2024-07-15 eks.18 v1.21.14
        1.20 2021-05-18 2022-11-01 None eks.14 v1.20.15
        1.19 2021-02-16 2022-08-01 None eks.11 v1.19.16
        1.18 2020-10-13 2022-08-15 None eks.13 v1.18.20
        """
    /// A line per access policy, each followed by its rules: API groups, resources, resource names or URLs, verbs (`core` is the core group).
    static let accessPolicies: StaticString = """
        policy AmazonEKSAdminPolicy
        rule apps daemonsets,deployments,deployments/rollback,deployments/scale,replicasets,replicasets/scale,statefulsets,statefulsets/scale - - create,delete,deletecollection,patch,update
        rule apps controllerrevisions,daemonsets,daemonsets/status,deployments,deployments/scale,deployments/status,replicasets,replicasets/scale,replicasets/status,statefulsets,statefulsets/scale,statefulsets/status - - get,list,watch
        rule authorization.k8s.io localsubjectaccessreviews - - create
        rule autoscaling horizontalpodautoscalers - - create,delete,deletecollection,patch,update
        rule autoscaling horizontalpodautoscalers,horizontalpodautoscalers/status - - get,list,watch
        rule batch cronjobs,jobs - - create,delete,deletecollection,patch,update
        rule batch cronjobs,cronjobs/status,jobs,jobs/status - - get,list,watch
        rule discovery.k8s.io endpointslices - - get,list,watch
        rule extensions daemonsets,deployments,deployments/rollback,deployments/scale,ingresses,networkpolicies,replicasets,replicasets/scale,replicationcontrollers/scale - - create,delete,deletecollection,patch,update
        rule extensions daemonsets,daemonsets/status,deployments,deployments/scale,deployments/status,ingresses,ingresses/status,networkpolicies,replicasets,replicasets/scale,replicasets/status,replicationcontrollers/scale - - get,list,watch
        rule networking.k8s.io ingresses,ingresses/status,networkpolicies - - get,list,watch
        rule networking.k8s.io ingresses,networkpolicies - - create,delete,deletecollection,patch,update
        rule policy poddisruptionbudgets - - create,delete,deletecollection,patch,update
        rule policy poddisruptionbudgets,poddisruptionbudgets/status - - get,list,watch
        rule rbac.authorization.k8s.io rolebindings,roles - - create,delete,deletecollection,get,list,patch,update,watch
        rule core configmaps,endpoints,persistentvolumeclaims,persistentvolumeclaims/status,pods,replicationcontrollers,replicationcontrollers/scale,serviceaccounts,services,services/status - - get,list,watch
        rule core pods/attach,pods/exec,pods/portforward,pods/proxy,secrets,services/proxy - - get,list,watch
        rule core configmaps,events,persistentvolumeclaims,replicationcontrollers,replicationcontrollers/scale,secrets,serviceaccounts,services,services/proxy - - create,delete,deletecollection,patch,update
        rule core pods,pods/attach,pods/exec,pods/portforward,pods/proxy - - create,delete,deletecollection,patch,update
        rule core serviceaccounts - - impersonate
        rule core bindings,events,limitranges,namespaces/status,pods/log,pods/status,replicationcontrollers/status,resourcequotas,resourcequotas/status - - get,list,watch
        rule core namespaces - - get,list,watch
        policy AmazonEKSClusterAdminPolicy
        rule * * - - *
        rule - - - * *
        policy AmazonEKSAdminViewPolicy
        rule * * - - get,list,watch
        policy AmazonEKSEditPolicy
        rule apps daemonsets,deployments,deployments/rollback,deployments/scale,replicasets,replicasets/scale,statefulsets,statefulsets/scale - - create,delete,deletecollection,patch,update
        rule apps controllerrevisions,daemonsets,daemonsets/status,deployments,deployments/scale,deployments/status,replicasets,replicasets/scale,replicasets/status,statefulsets,statefulsets/scale,statefulsets/status - - get,list,watch
        rule autoscaling horizontalpodautoscalers,horizontalpodautoscalers/status - - get,list,watch
        rule autoscaling horizontalpodautoscalers - - create,delete,deletecollection,patch,update
        rule batch cronjobs,jobs - - create,delete,deletecollection,patch,update
        rule batch cronjobs,cronjobs/status,jobs,jobs/status - - get,list,watch
        rule discovery.k8s.io endpointslices - - get,list,watch
        rule extensions daemonsets,deployments,deployments/rollback,deployments/scale,ingresses,networkpolicies,replicasets,replicasets/scale,replicationcontrollers/scale - - create,delete,deletecollection,patch,update
        rule extensions daemonsets,daemonsets/status,deployments,deployments/scale,deployments/status,ingresses,ingresses/status,networkpolicies,replicasets,replicasets/scale,replicasets/status,replicationcontrollers/scale - - get,list,watch
        rule networking.k8s.io ingresses,networkpolicies - - create,delete,deletecollection,patch,update
        rule networking.k8s.io ingresses,ingresses/status,networkpolicies - - get,list,watch
        rule policy poddisruptionbudgets - - create,delete,deletecollection,patch,update
        rule policy poddisruptionbudgets,poddisruptionbudgets/status - - get,list,watch
        rule core namespaces - - get,list,watch
        rule core pods/attach,pods/exec,pods/portforward,pods/proxy,secrets,services/proxy - - get,list,watch
        rule core serviceaccounts - - impersonate
        rule core pods,pods/attach,pods/exec,pods/portforward,pods/proxy - - create,delete,deletecollection,patch,update
        rule core configmaps,events,persistentvolumeclaims,replicationcontrollers,replicationcontrollers/scale,secrets,serviceaccounts,services,services/proxy - - create,delete,deletecollection,patch,update
        rule core configmaps,endpoints,persistentvolumeclaims,persistentvolumeclaims/status,pods,replicationcontrollers,replicationcontrollers/scale,serviceaccounts,services,services/status - - get,list,watch
        rule core bindings,events,limitranges,namespaces/status,pods/log,pods/status,replicationcontrollers/status,resourcequotas,resourcequotas/status - - get,list,watch
        policy AmazonEKSViewPolicy
        rule apps controllerrevisions,daemonsets,daemonsets/status,deployments,deployments/scale,deployments/status,replicasets,replicasets/scale,replicasets/status,statefulsets,statefulsets/scale,statefulsets/status - - get,list,watch
        rule autoscaling horizontalpodautoscalers,horizontalpodautoscalers/status - - get,list,watch
        rule batch cronjobs,cronjobs/status,jobs,jobs/status - - get,list,watch
        rule discovery.k8s.io endpointslices - - get,list,watch
        rule extensions daemonsets,daemonsets/status,deployments,deployments/scale,deployments/status,ingresses,ingresses/status,networkpolicies,replicasets,replicasets/scale,replicasets/status,replicationcontrollers/scale - - get,list,watch
        rule networking.k8s.io ingresses,ingresses/status,networkpolicies - - get,list,watch
        rule policy poddisruptionbudgets,poddisruptionbudgets/status - - get,list,watch
        rule core configmaps,endpoints,persistentvolumeclaims,persistentvolumeclaims/status,pods,replicationcontrollers,replicationcontrollers/scale,serviceaccounts,services,services/status - - get,list,watch
        rule core bindings,events,limitranges,namespaces/status,pods/log,pods/status,replicationcontrollers/status,resourcequotas,resourcequotas/status - - get,list,watch
        rule core namespaces - - get,list,watch
        policy AmazonEKSAutoNodePolicy
        policy AmazonEKSBlockStoragePolicy
        policy AmazonEKSLoadBalancingPolicy
        policy AmazonEKSNetworkingPolicy
        policy AmazonEKSComputePolicy
        policy AmazonEKSBlockStorageClusterPolicy
        policy AmazonEKSComputeClusterPolicy
        policy AmazonEKSLoadBalancingClusterPolicy
        policy AmazonEKSNetworkingClusterPolicy
        policy AmazonEKSHybridPolicy
        rule * nodes - - list
        """
}
