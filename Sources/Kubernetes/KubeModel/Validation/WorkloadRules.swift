import Documents

// The rules of workloads. Source: apps/validation and batch/validation.
extension KindRules {
    private static let template = FieldPath("spec", "template")

    static func deployment(_ new: Value, _ old: Value?, _ faults: inout Faults) {
        selector(new, old, "deployment", &faults)
        runsForever(new, &faults)
        let (spec, path) = (new["spec"], FieldPath("spec", "strategy"))
        let update = spec["strategy"]["rollingUpdate"]
        if spec["strategy"]["type"] == "Recreate", !update.isNull {
            faults.add(.forbidden(path.child("rollingUpdate"), "may not be specified when strategy `type` is 'Recreate'"))
        } else if spec["strategy"]["type"] == "RollingUpdate" {
            rollingUpdate(update, path.child("rollingUpdate"), &faults)
        }
        if let deadline = spec["progressDeadlineSeconds"].int, deadline <= spec["minReadySeconds"].int ?? 0 {
            let text = "must be greater than minReadySeconds"
            faults.add(.invalid(FieldPath("spec", "progressDeadlineSeconds"), spec["progressDeadlineSeconds"], text))
        }
    }

    static func replicaSet(_ new: Value, _ old: Value?, _ faults: inout Faults) {
        selector(new, old, "deployment", &faults)
        runsForever(new, &faults)
    }

    static func daemonSet(_ new: Value, _ old: Value?, _ faults: inout Faults) {
        selector(new, old, "daemonset", &faults)
        runsForever(new, &faults)
        if new["spec"]["updateStrategy"]["type"] == "RollingUpdate" {
            daemonUpdate(new["spec"]["updateStrategy"]["rollingUpdate"], FieldPath("spec", "updateStrategy", "rollingUpdate"), &faults)
        }
    }

    static func statefulSet(_ new: Value, _ old: Value?, _ faults: inout Faults) {
        selector(new, nil, "statefulset", &faults)
        runsForever(new, &faults)
        let (update, place) = (new["spec"]["updateStrategy"]["rollingUpdate"], FieldPath("spec", "updateStrategy", "rollingUpdate"))
        if new["spec"]["updateStrategy"]["type"] == "OnDelete", !update.isNull {
            faults.add(.invalid(place, update, "only allowed for updateStrategy '{RollingUpdate}'"))
        } else if let amount = IntOrString(update["maxUnavailable"]) {
            let path = place.child("maxUnavailable")
            share(amount, path, &faults)
            if amount.scaled(to: 1, roundUp: true) == 0 { faults.add(.invalid(path, update["maxUnavailable"], "cannot be 0")) }
            if let percent = amount.percent, percent > 100 {
                faults.add(.invalid(path, update["maxUnavailable"], "must not be greater than 100%"))
            }
        }
        guard let old else { return }
        var (after, before) = (new["spec"], old["spec"])
        let changeable = [
            "replicas", "ordinals", "template", "updateStrategy", "revisionHistoryLimit", "persistentVolumeClaimRetentionPolicy",
            "minReadySeconds",
        ]
        for name in changeable { (after[name], before[name]) = (.null, .null) }
        if after != before {
            let text =
                "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden"
            faults.add(.forbidden(FieldPath("spec"), text))
        }
    }

    static func revision(_ new: Value, _ old: Value?, _ faults: inout Faults) {
        if let old { faults.immutable(FieldPath("data"), new["data"], old["data"]) }
    }

    static func replicationController(_ new: Value, _ old: Value?, _ faults: inout Faults) {
        let labels = new["spec"]["template"]["metadata"]["labels"]
        if !new["spec"]["selector"].isBlank, !LabelSelector(labels: new["spec"]["selector"].strings).matches(labels: labels) {
            faults.add(.invalid(template.child("metadata").child("labels"), labels, "`selector` does not match template `labels`"))
        }
        runsForever(new, &faults)
    }

    private static func selector(_ new: Value, _ old: Value?, _ kind: String, _ faults: inout Faults) {
        let (spec, path) = (new["spec"], FieldPath("spec", "selector"))
        if spec["selector"].isNull {
            faults.add(.required(path))
        } else if spec["selector"].isBlank {
            faults.add(.invalid(path, spec["selector"], "empty selector is invalid for \(kind)"))
        } else if !LabelSelector(spec["selector"]).matches(labels: spec["template"]["metadata"]["labels"]) {
            let labels = spec["template"]["metadata"]["labels"]
            faults.add(.invalid(template.child("metadata").child("labels"), labels, "`selector` does not match template `labels`"))
        }
        if let old { faults.immutable(path, spec["selector"], old["spec"]["selector"]) }
    }

    private static func runsForever(_ new: Value, _ faults: inout Faults) {
        let (pod, path) = (new["spec"]["template"]["spec"], template.child("spec"))
        if pod.isNull { return faults.add(.required(path.child("containers"))) }
        if let policy = pod["restartPolicy"].string, policy != "Always" {
            faults.add(.notSupported(path.child("restartPolicy"), .string(policy), ["Always"]))
        }
        if !pod["activeDeadlineSeconds"].isNull {
            faults.add(.forbidden(path.child("activeDeadlineSeconds"), "activeDeadlineSeconds in ReplicaSet is not Supported"))
        }
    }

    private static func daemonUpdate(_ update: Value, _ path: FieldPath, _ faults: inout Faults) {
        let (unavailable, surge) = (IntOrString(update["maxUnavailable"]), IntOrString(update["maxSurge"]))
        for (name, amount) in [("maxUnavailable", unavailable), ("maxSurge", surge)] {
            share(amount, path.child(name), &faults)
            if let percent = amount?.percent, percent > 100 {
                faults.add(.invalid(path.child(name), update[name], "must not be greater than 100%"))
            }
        }
        let (missing, more) = (unavailable?.scaled(to: 100, roundUp: true) ?? 0, surge?.scaled(to: 100, roundUp: true) ?? 0)
        if missing == 0, more == 0 { faults.add(.required(path.child("maxUnavailable"), "cannot be 0 when maxSurge is 0")) }
        if missing > 0, more > 0 {
            faults.add(.invalid(path.child("maxSurge"), update["maxSurge"], "may not be set when maxUnavailable is non-zero"))
        }
    }

    private static func rollingUpdate(_ update: Value, _ path: FieldPath, _ faults: inout Faults) {
        let (unavailable, surge) = (IntOrString(update["maxUnavailable"]), IntOrString(update["maxSurge"]))
        for (name, amount) in [("maxUnavailable", unavailable), ("maxSurge", surge)] { share(amount, path.child(name), &faults) }
        if let percent = unavailable?.percent, percent > 100 {
            faults.add(.invalid(path.child("maxUnavailable"), update["maxUnavailable"], "must not be greater than 100%"))
        }
        if unavailable?.scaled(to: 100, roundUp: false) == 0, surge?.scaled(to: 100, roundUp: true) == 0 {
            faults.add(.invalid(path.child("maxUnavailable"), update["maxUnavailable"], "may not be 0 when `maxSurge` is 0"))
        }
    }
    /// A number that is not negative, or a percentage.
    static func share(_ amount: IntOrString?, _ path: FieldPath, _ faults: inout Faults) {
        switch amount {
        case .int(let number)? where number < 0: faults.add(.invalid(path, .int(Int64(number)), "must be greater than or equal to 0"))
        case .string(let text)? where !text.hasSuffix("%") || text.count < 2 || !text.dropLast().allSatisfy { ("0"..."9").contains($0) }:
            let problem =
                "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')"
            faults.add(.invalid(path, .string(text), problem))
        default: break
        }
    }
}
