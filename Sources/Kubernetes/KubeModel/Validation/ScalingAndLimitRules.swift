import Documents

// The rules of scaling, quotas and limits. Source: autoscaling/validation and core/validation.
extension TypeRules {
    static func scalingRules(_ rules: Object, _ path: FieldPath, _ faults: inout Faults) {
        if let seconds = rules["stabilizationWindowSeconds"]?.int {
            let place = path.child("stabilizationWindowSeconds")
            if seconds < 0 { faults.add(.invalid(place, .int(Int64(seconds)), "must be greater than or equal to zero")) }
            if seconds > 3600 { faults.add(.invalid(place, .int(Int64(seconds)), "must be less than or equal to 3600")) }
        }
        if let tolerance = rules["tolerance"], let amount = Quantity(tolerance), amount.sign < 0 {
            faults.add(.invalid(path.child("tolerance"), tolerance, "must be greater than or equal to zero"))
        }
        let policies = rules["policies"]?.items ?? []
        if policies.isEmpty { faults.add(.required(path.child("policies"), "must specify at least one Policy")) }
        for (index, policy) in policies.enumerated() {
            let path = path.child("policies").index(index)
            for name in ["value", "periodSeconds"] where (policy[name].int ?? 0) <= 0 {
                faults.add(.invalid(path.child(name), policy[name].isNull ? 0 : policy[name], "must be greater than zero"))
            }
            if let period = policy["periodSeconds"].int, period > 1800 {
                faults.add(.invalid(path.child("periodSeconds"), policy["periodSeconds"], "must be less than or equal to 1800"))
            }
        }
    }

    static func quota(_ spec: Object, _ path: FieldPath, _ faults: inout Faults) {
        for member in spec["hard"]?.object ?? [:] {
            let place = path.child("hard").key(member.key)
            quotaName(member.key, place, &faults)
            if let amount = Quantity(member.value), amount.sign < 0 {
                faults.add(.invalid(place, member.value, "must be greater than or equal to 0"))
            }
        }
        quotaScopes(spec, path, &faults)
    }
    private static func quotaName(_ name: String, _ path: FieldPath, _ faults: inout Faults) {
        faults.invalid(path, .string(name), Names.qualifiedName(name))
        if !name.contains("/"), QuotaUsage.sources(of: name).isEmpty {
            faults.add(.invalid(path, .string(name), "must be a standard resource type or fully qualified"))
            faults.add(.invalid(path, .string(name), "must be a standard resource for quota"))
        }
    }

    static func limitRange(_ spec: Object, _ path: FieldPath, _ faults: inout Faults) {
        var types: Set<Value> = []
        for (index, limit) in (spec["limits"]?.items ?? []).enumerated() {
            let path = path.child("limits").index(index)
            if !types.insert(limit["type"]).inserted { faults.add(.duplicate(path.child("type"), limit["type"])) }
            if limit["type"] == "Pod" {
                for name in ["default", "defaultRequest"] where !limit[name].isBlank {
                    faults.add(.forbidden(path.child(name), "may not be specified when `type` is 'Pod'"))
                }
            }
            if limit["type"] == "PersistentVolumeClaim", limit["min"]["storage"].isNull, limit["max"]["storage"].isNull {
                faults.add(.required(path.child("limits"), "either minimum or maximum storage value is required, but neither was provided"))
            }
            order(limit, path, &faults)
        }
    }
    /// The least, what containers get, and the most have to come in this order.
    private static func order(_ limit: Value, _ path: FieldPath, _ faults: inout Faults) {
        let names = Set(["min", "max", "default", "defaultRequest", "maxLimitRequestRatio"].flatMap { limit[$0].object?.map(\.key) ?? [] })
        for name in names.sorted() {
            func check(_ low: String, _ high: String, _ at: String, _ text: (Quantity, Quantity) -> String) {
                guard let least = Quantity(limit[low][name]), let most = Quantity(limit[high][name]), least > most else { return }
                faults.add(.invalid(path.child(at).key(name), limit[at][name], text(least, most)))
            }
            check("min", "max", "min") { "min value \($0) is greater than max value \($1)" }
            check("min", "defaultRequest", "defaultRequest") { "min value \($0) is greater than default request value \($1)" }
            check("defaultRequest", "max", "defaultRequest") { "default request value \($0) is greater than max value \($1)" }
            check("defaultRequest", "default", "defaultRequest") { "default request value \($0) is greater than default limit value \($1)" }
            check("min", "default", "default") { "min value \($0) is greater than default value \($1)" }
            check("default", "max", "default") { "default value \($0) is greater than max value \($1)" }
            if let ratio = Quantity(limit["maxLimitRequestRatio"][name]), ratio < Quantity(1) {
                let text = "ratio \(ratio) is less than 1"
                faults.add(.invalid(path.child("maxLimitRequestRatio").key(name), limit["maxLimitRequestRatio"][name], text))
            }
        }
    }
}
