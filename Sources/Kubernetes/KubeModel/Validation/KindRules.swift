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
        "PriorityClass.scheduling.k8s.io": priorityClass, "HorizontalPodAutoscaler.autoscaling": autoscaler,
        "StorageClass.storage.k8s.io": storageClass, "EndpointSlice.discovery.k8s.io": endpointSlice,
        "CustomResourceDefinition.apiextensions.k8s.io": DefinitionRules.check, "Event": event, "PersistentVolume": persistentVolume,
        "CertificateSigningRequest.certificates.k8s.io": certificateRequest, "Namespace": namespace,
    ]

    private static let podText =
        "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)"

    private static func pod(_ new: Value, _ old: Value?, _ faults: inout Faults) {
        guard let old else { return }
        let (spec, oldSpec, path) = (new["spec"], old["spec"], FieldPath("spec"))
        if spec["containers"].items.count != oldSpec["containers"].items.count {
            return faults.add(.forbidden(path.child("containers"), "pod updates may not add or remove containers"))
        }
        if spec["initContainers"].items.count != oldSpec["initContainers"].items.count {
            return faults.add(.forbidden(path.child("initContainers"), "pod updates may not add or remove containers"))
        }
        let tolerations = spec["tolerations"].items
        if oldSpec["tolerations"].items.contains(where: { old in !tolerations.contains { sameToleration($0, old) } }) {
            return faults.add(.forbidden(path.child("tolerations"), "existing toleration can not be modified except its tolerationSeconds"))
        }
        let gates = Set(oldSpec["schedulingGates"].items.map { $0["name"] })
        for gate in spec["schedulingGates"].items where !gates.contains(gate["name"]) {
            let text = "only deletion is allowed, but found new scheduling gate '\(gate["name"].string ?? "")'"
            faults.add(.forbidden(path.child("schedulingGates"), text))
        }
        deadline(spec["activeDeadlineSeconds"], oldSpec["activeDeadlineSeconds"], path.child("activeDeadlineSeconds"), &faults)
        if frozen(spec, gatedBy: oldSpec) != frozen(oldSpec, gatedBy: oldSpec) { faults.add(.forbidden(path, podText)) }
    }
    private static func deadline(_ new: Value, _ old: Value, _ path: FieldPath, _ faults: inout Faults) {
        guard let before = old.int else { return }
        guard let after = new.int else { return faults.add(.invalid(path, .null, "must not update from a positive integer to nil value")) }
        if after > before { faults.add(.invalid(path, new, "must be less than or equal to previous value")) }
    }
    private static func sameToleration(_ left: Value, _ right: Value) -> Bool {
        var (left, right) = (left, right)
        if right["effect"] == "NoExecute" { (left["tolerationSeconds"], right["tolerationSeconds"]) = (.null, .null) }
        return left == right
    }
    /// What must stay of a pod: all but what may change. A gated pod may also narrow where it goes.
    private static func frozen(_ spec: Value, gatedBy old: Value) -> Value {
        var spec = spec
        for list in ["containers", "initContainers"] {
            guard let containers = spec[list].array else { continue }
            spec[list] = .array(
                containers.map { container in
                    var container = container
                    container["image"] = .null
                    return container
                })
        }
        var names = ["activeDeadlineSeconds", "tolerations", "schedulingGates", "terminationGracePeriodSeconds", "serviceAccount"]
        if !old["schedulingGates"].isBlank { names += ["nodeSelector", "affinity"] }
        for name in names { spec[name] = .null }
        return spec
    }

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

    private static func service(_ new: Value, _ old: Value?, _ faults: inout Faults) {
        guard let old, old["spec"]["type"] != "ExternalName", new["spec"]["type"] != "ExternalName" else { return }
        let before = old["spec"]["clusterIP"]
        guard !before.isBlank, new["spec"]["clusterIP"] != before else { return }
        let given: Value = new["spec"]["clusterIP"].isNull ? [] : [new["spec"]["clusterIP"]]
        faults.add(.invalid(FieldPath("spec", "clusterIPs").index(0), given, "may not change once set"))
    }

    private static func claim(_ new: Value, _ old: Value?, _ faults: inout Faults) {
        guard let old else { return }
        var (after, before) = (new["spec"], old["spec"])
        for name in ["resources", "volumeAttributesClassName"] where old["status"]["phase"] == "Bound" {
            (after[name], before[name]) = (.null, .null)
        }
        if before["volumeName"].isBlank { (after["volumeName"], before["volumeName"]) = (.null, .null) }
        if before["storageClassName"].isNull { (after["storageClassName"], before["storageClassName"]) = (.null, .null) }
        if after != before {
            let text = "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims"
            faults.add(.forbidden(FieldPath("spec"), text))
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
