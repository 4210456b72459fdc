import Documents

// The rules of quotas' scopes. Source: core/validation, validateResourceQuotaScopes and validateScopeSelector.
extension TypeRules {
    static func quotaScopes(_ spec: Object, _ path: FieldPath, _ faults: inout Faults) {
        let resources = (spec["hard"]?.object ?? [:]).map(\.key).filter { !$0.contains("/") && !QuotaUsage.sources(of: $0).isEmpty }
        let scopes = spec["scopes"]?.items ?? []
        let place = path.child("scopes")
        for scope in scopes {
            if !scopeNames.contains(scope.string ?? "") { faults.add(.invalid(place, spec["scopes"] ?? .null, "unsupported scope")) }
            for resource in resources where !counts(scope.string ?? "", resource) {
                faults.add(.invalid(place, spec["scopes"] ?? .null, "unsupported scope applied to resource"))
            }
        }
        conflicts(scopes, place, spec, &faults)
        let requirements = spec["scopeSelector"]?["matchExpressions"].items ?? []
        let matches = path.child("scopeSelector").child("matchExpressions")
        for requirement in requirements {
            scopeRequirement(requirement, matches, &faults)
            for resource in resources where !counts(requirement["scopeName"].string ?? "", resource) {
                faults.add(.invalid(matches, spec["scopeSelector"] ?? .null, "unsupported scope applied to resource"))
            }
        }
        conflicts(requirements.map { $0["scopeName"] }, matches, spec, &faults)
    }

    private static let scopeNames: Set = [
        "Terminating", "NotTerminating", "BestEffort", "NotBestEffort", "PriorityClass", "CrossNamespacePodAffinity",
        "VolumeAttributesClass",
    ]
    private static let podCompute: Set = ["pods", "cpu", "memory", "requests.cpu", "requests.memory", "limits.cpu", "limits.memory"]

    /// Whether a scope can narrow what a standard resource counts; what is no scope narrows anything.
    private static func counts(_ scope: String, _ resource: String) -> Bool {
        switch scope {
        case "BestEffort": resource == "pods"
        case "Terminating", "NotTerminating", "NotBestEffort", "PriorityClass", "CrossNamespacePodAffinity": podCompute.contains(resource)
        case "VolumeAttributesClass": resource == "persistentvolumeclaims" || resource == "requests.storage"
        default: true
        }
    }
    private static func conflicts(_ scopes: [Value], _ place: FieldPath, _ spec: Object, _ faults: inout Faults) {
        for (left, right) in [("BestEffort", "NotBestEffort"), ("Terminating", "NotTerminating")]
        where scopes.contains(.string(left)) && scopes.contains(.string(right)) {
            faults.add(.invalid(place, spec["scopes"] ?? .null, "conflicting scopes"))
        }
    }
    private static func scopeRequirement(_ requirement: Value, _ place: FieldPath, _ faults: inout Faults) {
        let (name, values) = (requirement["scopeName"].string ?? "", requirement["values"].items)
        if !scopeNames.contains(name) { faults.add(.invalid(place.child("scopeName"), requirement["scopeName"], "unsupported scope")) }
        if scopeNames.contains(name), name != "PriorityClass", name != "VolumeAttributesClass", requirement["operator"] != "Exists" {
            let text =
                "must be 'Exist' only operator when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity"
            faults.add(.invalid(place.child("operator"), requirement["operator"], text))
        }
        switch requirement["operator"].string ?? "" {
        case "In", "NotIn":
            let text = "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector"
            if values.isEmpty { faults.add(.required(place.child("values"), text)) }
        case "Exists", "DoesNotExist":
            let text = "must be no value when `operator` is 'Exists' or 'DoesNotExist' for scope selector"
            if !values.isEmpty { faults.add(.invalid(place.child("values"), requirement["values"], text)) }
        default: faults.add(.invalid(place.child("operator"), requirement["operator"], "not a valid selector operator"))
        }
    }
}
