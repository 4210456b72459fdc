import Documents

// The rules of Jobs and CronJobs as a whole, and of what may change. Source: batch/validation.
extension KindRules {
    private static let template = FieldPath("spec", "template")
    private static let zones = ZoneDirectory()

    static func job(_ new: Value, _ old: Value?, _ faults: inout Faults) {
        jobTemplate(new["spec"], FieldPath("spec"), &faults)
        guard let old else { return }
        let (path, spec, before) = (FieldPath("spec"), new["spec"], old["spec"])
        completions(spec, before, path.child("completions"), &faults)
        faults.immutable(path.child("selector"), spec["selector"], before["selector"])
        templateUpdate(new, old, &faults)
        for name in ["completionMode", "podFailurePolicy", "backoffLimitPerIndex", "managedBy", "successPolicy"] {
            faults.immutable(path.child(name), spec[name], before[name])
        }
    }

    /// Indexed Jobs grow and shrink with their parallelism; others stay as they are.
    private static func completions(_ spec: Value, _ before: Value, _ path: FieldPath, _ faults: inout Faults) {
        guard spec["completionMode"] == "Indexed" else {
            return faults.immutable(path, spec["completions"], before["completions"])
        }
        guard spec["completions"] != before["completions"], !spec["completions"].isNull else { return }
        if spec["completions"] != spec["parallelism"] {
            faults.add(.invalid(path, spec["completions"], "can only be modified in tandem with spec.parallelism"))
        }
    }

    /// While nothing of it runs, a suspended Job may still be told where its pods go and what they request.
    /// Source: batch strategy, MutableSchedulingDirectivesForSuspendedJobs and MutablePodResourcesForSuspendedJobs.
    private static func templateUpdate(_ new: Value, _ old: Value, _ faults: inout Faults) {
        var (after, before) = (new["spec"]["template"], old["spec"]["template"])
        let isMarked = old["status"]["conditions"].items.contains { $0["type"] == "Suspended" && $0["status"] == "True" }
        let rests = old["status"]["startTime"].isNull || isMarked
        if old["spec"]["suspend"] == true, rests, (old["status"]["active"].int ?? 0) == 0 {
            for name in ["annotations", "labels"] { (after["metadata"][name], before["metadata"][name]) = (.null, .null) }
            for name in ["nodeSelector", "tolerations", "schedulingGates"] { (after["spec"][name], before["spec"][name]) = (.null, .null) }
            (after, before) = (withoutNodes(after), withoutNodes(before))
        }
        guard after != before else { return }
        faults.add(.invalid(template, new["spec"]["template"], "field is immutable"))
    }
    /// A template without what is said of nodes and amounts; parts that are empty then are gone.
    private static func withoutNodes(_ template: Value) -> Value {
        var template = template
        if template["metadata"].object?.allSatisfy({ $0.value.isNull }) ?? true { template["metadata"] = .null }
        template["spec"]["affinity"]["nodeAffinity"] = .null
        if template["spec"]["affinity"].isBlank { template["spec"]["affinity"] = .null }
        for list in ["containers", "initContainers"] {
            guard let containers = template["spec"][list].array else { continue }
            template["spec"][list] = .array(
                containers.map { container in
                    var container = container
                    container["resources"] = .null
                    return container
                })
        }
        return template
    }

    private static func jobTemplate(_ spec: Value, _ path: FieldPath, _ faults: inout Faults) {
        if spec["template"].isNull { faults.add(.required(path.child("template"))) }
        let policy = spec["template"]["spec"]["restartPolicy"].string ?? ""
        if policy != "OnFailure", policy != "Never" {
            let place = path.child("template").child("spec").child("restartPolicy")
            faults.add(.required(place, "valid values: \"OnFailure\", \"Never\""))
        }
        if spec["completionMode"] == "Indexed", spec["completions"].isNull {
            faults.add(.required(path.child("completions"), "when completion mode is Indexed"))
        }
        jobPolicies(spec, path, &faults)
    }

    static func cronJob(_ new: Value, _ old: Value?, _ faults: inout Faults) {
        let inner = FieldPath("spec", "jobTemplate", "spec")
        jobTemplate(new["spec"]["jobTemplate"]["spec"], inner, &faults)
        if new["spec"]["jobTemplate"]["spec"]["manualSelector"] == true {
            faults.add(.notSupported(inner.child("manualSelector"), true, ["nil", "false"]))
        }
        schedule(new["spec"], old, &faults)
        guard let zone = new["spec"]["timeZone"].string, zone != old?["spec"]["timeZone"].string else { return }
        let path = FieldPath("spec", "timeZone")
        if zone.isEmpty {
            faults.add(.invalid(path, "", "timeZone must be nil or non-empty string"))
        } else if zone.lowercased() == "local" {
            let text = "timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones"
            faults.add(.invalid(path, .string(zone), text))
        } else if !isZone(zone) {
            faults.add(.invalid(path, .string(zone), "unknown time zone \(zone)"))
        }
    }
    private static func isZone(_ name: String) -> Bool {
        let isWritten = name.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { part in
            (1...14).contains(part.utf8.count) && !part.hasPrefix("-") && part != "." && part != ".."
                && part.utf8.allSatisfy { Names.isAlphanumeric($0) || "._-+".utf8.contains($0) }
        }
        return isWritten && zones.zone(name) != nil
    }
    private static func schedule(_ spec: Value, _ old: Value?, _ faults: inout Faults) {
        guard let text = spec["schedule"].string, !text.isEmpty else { return }
        let path = FieldPath("spec", "schedule")
        let mayNameZone = old?["spec"]["schedule"].string?.contains("TZ") ?? false
        // A zone before the fields is read as such, and refused all the same.
        let isZoned = text.hasPrefix("TZ=") || text.hasPrefix("CRON_TZ=")
        let fields = isZoned ? text.split(separator: " ", maxSplits: 1).dropFirst().first.map(String.init) ?? "" : text
        do throws(CronSchedule.Failure) { _ = try CronSchedule(fields) } catch {
            faults.add(.invalid(path, .string(text), error.description))
        }
        guard text.contains("TZ") else { return }
        if !mayNameZone {
            faults.add(.invalid(path, .string(text), "cannot use TZ or CRON_TZ in schedule, use timeZone field instead"))
        } else if !spec["timeZone"].isNull {
            faults.add(.invalid(path, .string(text), "cannot use both timeZone field and TZ or CRON_TZ in schedule"))
        }
    }
}
