import Documents

// The rules of Jobs' policies. Source: batch/validation.
extension KindRules {
    /// What a Job's spec may ask for together; `path` is the spec's.
    static func jobPolicies(_ spec: Value, _ path: FieldPath, _ faults: inout Faults) {
        let isIndexed = spec["completionMode"] == "Indexed"
        if !isIndexed {
            for name in ["backoffLimitPerIndex", "successPolicy"] where !spec[name].isNull {
                faults.add(.invalid(path.child(name), spec[name], "requires indexed completion mode"))
            }
        } else if let parallelism = spec["parallelism"].int, parallelism > 100_000 {
            faults.add(
                .invalid(
                    path.child("parallelism"), spec["parallelism"], "must be less than or equal to 100000 when completion mode is Indexed"))
        }
        if !spec["maxFailedIndexes"].isNull {
            if spec["backoffLimitPerIndex"].isNull {
                faults.add(.required(path.child("backoffLimitPerIndex"), "when maxFailedIndexes is specified"))
            }
            if let most = spec["maxFailedIndexes"].int, let all = spec["completions"].int, most > all {
                faults.add(.invalid(path.child("maxFailedIndexes"), spec["maxFailedIndexes"], "must be less than or equal to completions"))
            }
        }
        failurePolicy(spec, path, &faults)
        for (index, rule) in spec["successPolicy"]["rules"].items.enumerated()
        where rule["succeededCount"].isNull && rule["succeededIndexes"].isNull {
            let text = "at least one of succeededCount or succeededIndexes must be specified"
            faults.add(.required(path.child("successPolicy").child("rules").index(index), text))
        }
        if isIndexed, !spec["successPolicy"].isNull, spec["successPolicy"]["rules"].isBlank {
            let text = "at least one rules must be specified when the successPolicy is specified"
            faults.add(.required(path.child("successPolicy").child("rules"), text))
        }
        if let manager = spec["managedBy"].string {
            faults.invalid(path.child("managedBy"), .string(manager), Names.qualifiedName(manager))
        }
    }

    private static func failurePolicy(_ spec: Value, _ path: FieldPath, _ faults: inout Faults) {
        let policy = spec["podFailurePolicy"]
        guard !policy.isNull else { return }
        if spec["template"]["spec"]["restartPolicy"] != "Never" {
            let place = path.child("template").child("spec").child("restartPolicy")
            let text = "only \"Never\" is supported when podFailurePolicy is specified"
            faults.add(.invalid(place, spec["template"]["spec"]["restartPolicy"], text))
        }
        if spec["podReplacementPolicy"].string.map({ $0 != "Failed" }) ?? false {
            faults.add(.notSupported(path.child("podReplacementPolicy"), spec["podReplacementPolicy"], ["Failed"]))
        }
        let names = Set(["containers", "initContainers"].flatMap { spec["template"]["spec"][$0].items.compactMap { $0["name"].string } })
        for (index, rule) in policy["rules"].items.enumerated() {
            let path = path.child("podFailurePolicy").child("rules").index(index)
            let (codes, conditions) = (rule["onExitCodes"], rule["onPodConditions"])
            if codes.isNull, conditions.isBlank {
                faults.add(.invalid(path, rule, "specifying one of OnExitCodes and OnPodConditions is required"))
            } else if !codes.isNull, !conditions.isBlank {
                faults.add(.invalid(path, rule, "specifying both OnExitCodes and OnPodConditions is not supported"))
            }
            if rule["action"] == "FailIndex", spec["backoffLimitPerIndex"].isNull {
                faults.add(.invalid(path.child("action"), rule["action"], "requires the backoffLimitPerIndex to be set"))
            }
            guard !codes.isNull else { continue }
            let place = path.child("onExitCodes")
            if let name = codes["containerName"].string, !names.contains(name) {
                faults.add(
                    .invalid(
                        place.child("containerName"), codes["containerName"],
                        "must be one of the container or initContainer names in the pod template"))
            }
            if codes["operator"] == "In", codes["values"].items.contains(0) {
                faults.add(
                    .invalid(
                        place.child("values").index(codes["values"].items.firstIndex(of: 0) ?? 0), 0, "must not be 0 for the In operator"))
            }
        }
    }
}
