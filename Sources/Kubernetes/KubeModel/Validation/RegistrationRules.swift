import Documents

// The rules of what extends a cluster's API. Source: admissionregistration/validation and kube-aggregator's validation.
extension KindRules {
    static func apiService(_ new: Value, _ old: Value?, _ faults: inout Faults) {
        let (spec, path) = (new["spec"], FieldPath("spec"))
        let (group, version) = (spec["group"].string ?? "", spec["version"].string ?? "")
        let name = new["metadata"]["name"]
        if name.string != "\(version).\(group)" {
            let text = "must be `spec.version+\".\"+spec.group`: \"\(version).\(group)\""
            faults.add(.invalid(FieldPath("metadata", "name"), name, text))
        }
        if group.isEmpty, version != "v1" {
            faults.add(.required(path.child("group"), "only v1 may have an empty group and it better be legacy kube"))
        }
        if !group.isEmpty { faults.invalid(path.child("group"), .string(group), Names.subdomain(group)) }
        faults.invalid(path.child("version"), .string(version), Names.label1035(version))
        for (field, limit) in [("groupPriorityMinimum", 20_000), ("versionPriority", 1000)] {
            let priority = spec[field].int ?? 0
            if priority <= 0 || priority > limit {
                faults.add(.invalid(path.child(field), .int(Int64(priority)), "must be positive and less than \(limit)"))
            }
        }
        let service = spec["service"]
        let isInsecure = spec["insecureSkipTLSVerify"].bool == true
        guard !service.isNull else {
            if isInsecure {
                let text = "local APIServices may not have insecureSkipTLSVerify"
                faults.add(.invalid(path.child("insecureSkipTLSVerify"), true, text))
            }
            return
        }
        for field in ["namespace", "name"] where service[field].isBlank { faults.add(.required(path.child("service").child(field))) }
        if let port = service["port"].int, !(1...65_535).contains(port) {
            let text = "port is not validmust be between 1 and 65535, inclusive"
            faults.add(.invalid(path.child("service").child("port"), service["port"], text))
        }
        if isInsecure, !spec["caBundle"].isBlank {
            faults.add(.invalid(path.child("insecureSkipTLSVerify"), true, "may not be true if caBundle is present"))
        }
    }

    static func webhooks(_ new: Value, _ old: Value?, _ faults: inout Faults) {
        let hooks = new["webhooks"].items
        for (index, hook) in hooks.enumerated() { webhook(hook, FieldPath("webhooks").index(index), &faults) }
        faults.unique(hooks.map { $0["name"] }) { FieldPath("webhooks").index($0).child("name") }
    }

    private static func webhook(_ hook: Value, _ path: FieldPath, _ faults: inout Faults) {
        let name = hook["name"].string ?? ""
        if name.isEmpty {
            faults.add(.required(path.child("name")))
        } else {
            faults.invalid(path.child("name"), hook["name"], Names.subdomain(name))
            if name.split(separator: ".", omittingEmptySubsequences: false).count < 3 {
                let text = "should be a domain with at least three segments separated by dots"
                faults.add(.invalid(path.child("name"), hook["name"], text))
            }
        }
        for (index, rule) in hook["rules"].items.enumerated() { webhookRule(rule, path.child("rules").index(index), &faults) }
        oneOf(hook, path, "failurePolicy", ["Fail", "Ignore"], &faults)
        oneOf(hook, path, "matchPolicy", ["Equivalent", "Exact"], &faults)
        oneOf(hook, path, "reinvocationPolicy", ["IfNeeded", "Never"], &faults)
        if hook["sideEffects"].isNull { faults.add(.required(path.child("sideEffects"), "must specify one of None, NoneOnDryRun")) }
        oneOf(hook, path, "sideEffects", ["None", "NoneOnDryRun"], &faults)
        if let seconds = hook["timeoutSeconds"].int, !(1...30).contains(seconds) {
            let text = "the timeout value must be between 1 and 30 seconds"
            faults.add(.invalid(path.child("timeoutSeconds"), hook["timeoutSeconds"], text))
        }
        webhookClient(hook["clientConfig"], path.child("clientConfig"), &faults)
        let versions = hook["admissionReviewVersions"].items
        let place = path.child("admissionReviewVersions")
        if versions.isEmpty { return faults.add(.required(place, "must specify one of v1, v1beta1")) }
        for (index, version) in versions.enumerated() {
            faults.invalid(place.index(index), version, Names.label1035(version.string ?? ""))
        }
        if !versions.contains("v1"), !versions.contains("v1beta1") {
            faults.add(.invalid(place, hook["admissionReviewVersions"], "must include at least one of v1, v1beta1"))
        }
    }
    private static func webhookRule(_ rule: Value, _ path: FieldPath, _ faults: inout Faults) {
        let operations = ["*", "CONNECT", "CREATE", "DELETE", "UPDATE"]
        for field in ["operations", "apiGroups", "apiVersions", "resources"] where rule[field].items.isEmpty {
            faults.add(.required(path.child(field)))
        }
        let names = ["operations": "operations", "apiGroups": "API groups", "apiVersions": "API versions"]
        for (field, name) in names.sorted(by: { $0.key < $1.key }) where rule[field].items.count > 1 && rule[field].items.contains("*") {
            faults.add(.invalid(path.child(field), rule[field], "if '*' is present, must not specify other \(name)"))
        }
        for (index, operation) in rule["operations"].items.enumerated() where !operations.contains(operation.string ?? "") {
            faults.add(.notSupported(path.child("operations").index(index), operation, operations))
        }
        oneOf(rule, path, "scope", ["*", "Cluster", "Namespaced"], &faults)
    }
    private static func webhookClient(_ client: Value, _ path: FieldPath, _ faults: inout Faults) {
        if client["url"].isNull == client["service"].isNull {
            return faults.add(.required(path, "exactly one of url or service is required"))
        }
        if let url = client["url"].string {
            if !url.hasPrefix("https://") {
                let scheme = url.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
                let text = "'https' is the only allowed URL scheme; desired format: https://host[/path]"
                faults.add(.invalid(path.child("url"), .string(scheme.count == 2 ? String(scheme[0]) : ""), text))
            }
            return
        }
        let (service, place) = (client["service"], path.child("service"))
        for field in ["name", "namespace"] where service[field].isBlank {
            faults.add(.required(place.child(field), "service \(field) is required"))
        }
        if let port = service["port"].int, !(1...65_535).contains(port) {
            faults.add(.invalid(place.child("port"), service["port"], "port is not valid: must be between 1 and 65535, inclusive"))
        }
    }

    static func admissionPolicy(_ new: Value, _ old: Value?, _ faults: inout Faults) {
        let (spec, path) = (new["spec"], FieldPath("spec"))
        oneOf(spec, path, "failurePolicy", ["Fail", "Ignore"], &faults)
        let constraints = path.child("matchConstraints")
        if spec["matchConstraints"].isNull {
            faults.add(.required(constraints))
        } else if spec["matchConstraints"]["resourceRules"].isBlank {
            faults.add(.required(constraints.child("resourceRules")))
        }
        if spec["validations"].isBlank, spec["auditAnnotations"].isBlank {
            let text = "validations or auditAnnotations must contain at least one item"
            for field in ["validations", "auditAnnotations"] { faults.add(.required(path.child(field), text)) }
        }
        for (index, validation) in spec["validations"].items.enumerated() where validation["expression"].isBlank {
            faults.add(.required(path.child("validations").index(index).child("expression"), "expression is not specified"))
        }
    }

    private static func oneOf(_ value: Value, _ path: FieldPath, _ field: String, _ values: [String], _ faults: inout Faults) {
        guard let text = value[field].string, !values.contains(text) else { return }
        faults.add(.notSupported(path.child(field), value[field], values))
    }
}
