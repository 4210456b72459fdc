import Documents

// What may change of a pod. Source: core/validation, ValidatePodCreate and ValidatePodUpdate.
extension KindRules {
    private static let podText =
        "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)"

    static func pod(_ new: Value, _ old: Value?, _ faults: inout Faults) {
        let (spec, path) = (new["spec"], FieldPath("spec"))
        guard let old else {
            if !spec["ephemeralContainers"].isBlank { faults.add(.forbidden(path.child("ephemeralContainers"), "cannot be set on create")) }
            if !spec["nodeName"].isBlank, !spec["schedulingGates"].isBlank {
                faults.add(.forbidden(path.child("nodeName"), "cannot be set until all schedulingGates have been cleared"))
            }
            return
        }
        let oldSpec = old["spec"]
        for list in ["containers", "initContainers"] where spec[list].items.count != oldSpec[list].items.count {
            return faults.add(.forbidden(path.child(list), "pod updates may not add or remove containers"))
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
        var (after, before) = (frozen(spec), frozen(oldSpec))
        if (oldSpec["terminationGracePeriodSeconds"].int ?? 0) < 0, spec["terminationGracePeriodSeconds"] == 1 {
            after["terminationGracePeriodSeconds"] = before["terminationGracePeriodSeconds"]
        }
        if !gates.isEmpty { narrow(spec, oldSpec, &after, &before, &faults) }
        if after != before { faults.add(.forbidden(path, podText)) }
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
    /// What must stay of a pod: all but what may change.
    private static func frozen(_ spec: Value) -> Value {
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
        for name in ["activeDeadlineSeconds", "tolerations", "schedulingGates", "serviceAccount"] { spec[name] = .null }
        return spec
    }

    /// A gated pod may narrow where it goes. Source: validateNodeSelectorMutation, validateNodeAffinityMutation.
    private static func narrow(_ new: Value, _ old: Value, _ after: inout Value, _ before: inout Value, _ faults: inout Faults) {
        let path = FieldPath("spec")
        let labels = new["nodeSelector"]
        if old["nodeSelector"].object?.contains(where: { labels[$0.key] != $0.value }) ?? false {
            faults.add(.invalid(path.child("nodeSelector"), labels, "only additions are allowed (no mutations or deletions)"))
        }
        let place = path.child("affinity").child("nodeAffinity")
        let (mine, others) = (new["affinity"]["nodeAffinity"], old["affinity"]["nodeAffinity"])
        narrow(
            mine["requiredDuringSchedulingIgnoredDuringExecution"]["nodeSelectorTerms"],
            others["requiredDuringSchedulingIgnoredDuringExecution"]["nodeSelectorTerms"],
            place.child("requiredDuringSchedulingIgnoredDuringExecution").child("nodeSelectorTerms"), &faults)
        for name in ["nodeSelector"] { (after[name], before[name]) = (.null, .null) }
        for side in [true, false] {
            var spec = side ? after : before
            if !spec["affinity"].isNull { spec["affinity"]["nodeAffinity"] = .null }
            if spec["affinity"].isBlank { spec["affinity"] = .null }
            if side { after = spec } else { before = spec }
        }
    }
    /// Terms stay as many as they were, and each keeps what it required.
    private static func narrow(_ new: Value, _ old: Value, _ path: FieldPath, _ faults: inout Faults) {
        guard !old.isBlank else { return }
        if new.items.count != old.items.count {
            return faults.add(.invalid(path, new, "no additions/deletions to non-empty NodeSelectorTerms list are allowed"))
        }
        for (index, pair) in zip(new.items, old.items).enumerated() {
            let keeps = ["matchExpressions", "matchFields"].allSatisfy { pair.0[$0].items.starts(with: pair.1[$0].items) }
            let wasEmpty = pair.1["matchExpressions"].isBlank && pair.1["matchFields"].isBlank
            if !keeps || (wasEmpty && pair.0 != pair.1) {
                faults.add(.invalid(path.index(index), pair.0, "only additions are allowed (no mutations or deletions)"))
            }
        }
    }
}
