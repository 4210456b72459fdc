import Documents

/// The rules of whole documents, and of what an update may change, by kind and group. Source: upstream's validation packages.
enum KindRules {
    typealias Rule = @Sendable (_ new: Value, _ old: Value?, _ faults: inout Faults) -> Void
    static let all: [String: Rule] = [
        "Pod": pod, "Node": node, "ConfigMap": configMap, "Secret": secret, "Service": service,
        "PersistentVolumeClaim": claim, "ReplicationController": replicationController, "Deployment.apps": deployment,
        "ReplicaSet.apps": replicaSet, "StatefulSet.apps": statefulSet, "DaemonSet.apps": daemonSet, "ControllerRevision.apps": revision,
        "Job.batch": job, "CronJob.batch": cronJob, "PodDisruptionBudget.policy": disruptionBudget,
        "Role.rbac.authorization.k8s.io": role, "RoleBinding.rbac.authorization.k8s.io": roleBinding,
        "ClusterRoleBinding.rbac.authorization.k8s.io": clusterRoleBinding, "Ingress.networking.k8s.io": ingress,
        "IngressClass.networking.k8s.io": ingressClass, "RuntimeClass.node.k8s.io": runtimeClass,
        "PriorityClass.scheduling.k8s.io": priorityClass, "HorizontalPodAutoscaler.autoscaling": autoscaler,
        "StorageClass.storage.k8s.io": storageClass, "EndpointSlice.discovery.k8s.io": endpointSlice,
        "CustomResourceDefinition.apiextensions.k8s.io": DefinitionRules.check, "Event": event, "PersistentVolume": persistentVolume,
        "CertificateSigningRequest.certificates.k8s.io": certificateRequest, "Namespace": namespace,
        "FlowSchema.flowcontrol.apiserver.k8s.io": flowSchema,
        "PriorityLevelConfiguration.flowcontrol.apiserver.k8s.io": priorityLevel, "APIService.apiregistration.k8s.io": apiService,
        "ValidatingWebhookConfiguration.admissionregistration.k8s.io": webhooks,
        "MutatingWebhookConfiguration.admissionregistration.k8s.io": webhooks,
        "ValidatingAdmissionPolicy.admissionregistration.k8s.io": admissionPolicy, "ServiceCIDR.networking.k8s.io": serviceRange,
        "IPAddress.networking.k8s.io": ipAddress, "VolumeAttachment.storage.k8s.io": volumeAttachment,
        "CSIDriver.storage.k8s.io": driver, "Endpoints": endpoints,
    ].merging(storage) { $1 }.merging(devices) { $1 }

    private static func node(_ new: Value, _ old: Value?, _ faults: inout Faults) {
        guard let old else { return }
        let path = FieldPath("spec")
        if let id = old["spec"]["providerID"].string, !id.isEmpty, new["spec"]["providerID"].string != id {
            faults.add(.forbidden(path.child("providerID"), "node updates may not change providerID except from \"\" to valid"))
        }
        if let ranges = old["spec"]["podCIDRs"].array, !ranges.isEmpty, new["spec"]["podCIDRs"].array != ranges {
            faults.add(.forbidden(path.child("podCIDRs"), "node updates may not change podCIDR except from \"\" to valid"))
        }
    }

    private static func event(_ new: Value, _ old: Value?, _ faults: inout Faults) {
        guard old == nil else { return }
        let (namespace, about) = (new["metadata"]["namespace"].string ?? "", new["involvedObject"]["namespace"].string ?? "")
        if about.isEmpty ? namespace != "default" && namespace != "kube-system" : namespace != about {
            faults.add(.invalid(FieldPath("involvedObject", "namespace"), .string(about), "does not match event.namespace"))
        }
    }
}
