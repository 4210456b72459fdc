import Documents

// The rules of access, budgets and other policies. Source: rbac, policy, networking, scheduling, autoscaling validation.
extension KindRules {
    static func role(_ new: Value, _ old: Value?, _ faults: inout Faults) {
        for (index, rule) in new["rules"].items.enumerated() where !rule["nonResourceURLs"].isBlank {
            let path = FieldPath("rules").index(index).child("nonResourceURLs")
            faults.add(.invalid(path, rule["nonResourceURLs"], "namespaced rules cannot apply to non-resource URLs"))
        }
    }
    static func roleBinding(_ new: Value, _ old: Value?, _ faults: inout Faults) { binding(new, old, ["Role", "ClusterRole"], &faults) }
    static func clusterRoleBinding(_ new: Value, _ old: Value?, _ faults: inout Faults) { binding(new, old, ["ClusterRole"], &faults) }
    private static func binding(_ new: Value, _ old: Value?, _ kinds: [String], _ faults: inout Faults) {
        let kind = new["roleRef"]["kind"].string ?? ""
        if !kinds.contains(kind) { faults.add(.notSupported(FieldPath("roleRef", "kind"), .string(kind), kinds)) }
        if let old { faults.immutable(FieldPath("roleRef"), new["roleRef"], old["roleRef"], "cannot change roleRef") }
    }

    static func disruptionBudget(_ new: Value, _ old: Value?, _ faults: inout Faults) {
        let (spec, path) = (new["spec"], FieldPath("spec"))
        if !spec["minAvailable"].isNull, !spec["maxUnavailable"].isNull {
            faults.add(.invalid(path, spec, "minAvailable and maxUnavailable cannot be both set"))
        }
        for name in ["minAvailable", "maxUnavailable"] {
            let amount = IntOrString(spec[name])
            share(amount, path.child(name), &faults)
            if let percent = amount?.percent, percent > 100 {
                faults.add(.invalid(path.child(name), spec[name], "must not be greater than 100%"))
            }
        }
    }

    static func priorityClass(_ new: Value, _ old: Value?, _ faults: inout Faults) {
        let name = new["metadata"]["name"].string ?? ""
        let system = ["system-node-critical": 2_000_001_000, "system-cluster-critical": 2_000_000_000]
        if name.hasPrefix("system-"), system[name] != new["value"].int {
            faults.add(
                .forbidden(FieldPath("metadata", "name"), "priority class names with 'system-' prefix are reserved for system use only"))
        } else if let value = new["value"].int, value > 1_000_000_000, system[name] == nil {
            faults.add(.forbidden(FieldPath("value"), "maximum allowed value of a user defined priority is 1000000000"))
        }
        guard let old else { return }
        if (new["value"].int ?? 0) != (old["value"].int ?? 0) {
            faults.add(.forbidden(FieldPath("value"), "may not be changed in an update."))
        }
        faults.immutable(FieldPath("preemptionPolicy"), new["preemptionPolicy"], old["preemptionPolicy"])
    }

    static func autoscaler(_ new: Value, _ old: Value?, _ faults: inout Faults) {
        let spec = new["spec"]
        if let low = spec["minReplicas"].int, low < 1 {
            faults.add(.invalid(FieldPath("spec", "minReplicas"), spec["minReplicas"], "must be greater than or equal to 1"))
        }
        if let low = spec["minReplicas"].int, let high = spec["maxReplicas"].int, high < low {
            faults.add(.invalid(FieldPath("spec", "maxReplicas"), spec["maxReplicas"], "must be greater than or equal to `minReplicas`"))
        }
        if spec["maxReplicas"].isNull { faults.add(.invalid(FieldPath("spec", "maxReplicas"), 0, "must be greater than 0")) }
    }

    static func storageClass(_ new: Value, _ old: Value?, _ faults: inout Faults) {
        classParameters(new["parameters"], &faults)
        var seen: [[String: Set<Value>]] = []
        for (index, term) in new["allowedTopologies"].items.enumerated() {
            let path = FieldPath("allowedTopologies").child("matchLabelExpressions")
            let expressions = term["matchLabelExpressions"].items
            faults.unique(expressions.map { $0["key"] }) { path.index($0).child("key") }
            let places = Dictionary(expressions.map { ($0["key"].string ?? "", Set($0["values"].items)) }) { $1 }
            if seen.contains(places) {
                faults.add(.duplicate(FieldPath("allowedTopologies").index(index).child("matchLabelExpressions"), ""))
            }
            seen.append(places)
        }
        guard let old else { return }
        if new["parameters"] != old["parameters"] {
            faults.add(.forbidden(FieldPath("parameters"), "updates to parameters are forbidden."))
        }
        if new["provisioner"] != old["provisioner"] {
            faults.add(.forbidden(FieldPath("provisioner"), "updates to provisioner are forbidden."))
        }
        if new["reclaimPolicy"] != old["reclaimPolicy"] {
            faults.add(.forbidden(FieldPath("reclaimPolicy"), "updates to reclaimPolicy are forbidden."))
        }
        faults.immutable(FieldPath("volumeBindingMode"), new["volumeBindingMode"], old["volumeBindingMode"])
    }

    static func endpointSlice(_ new: Value, _ old: Value?, _ faults: inout Faults) {
        let count = new["endpoints"].items.count
        if count > 1000 { faults.add(.tooMany(FieldPath("endpoints"), count: count, limit: 1000)) }
        if count <= 1000 { endpointAddresses(new, &faults) }
        faults.unique(new["ports"].items.map { ["name": $0["name"]] }) { FieldPath("ports").index($0).child("name") }
        if let old { faults.immutable(FieldPath("addressType"), new["addressType"], old["addressType"]) }
    }
}
