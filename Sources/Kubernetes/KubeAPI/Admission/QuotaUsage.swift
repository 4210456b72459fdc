import Documents
import KubeModel
import Storage

/// What objects use of a quota. Source: upstream's quota evaluators.
enum QuotaUsage {
    private static let counted: Set<String> = [
        "pods", "services", "secrets", "configmaps", "persistentvolumeclaims", "replicationcontrollers", "resourcequotas",
    ]

    /// The use of one object, by the names that quotas write.
    static func of(_ object: Value, group: String, resource: String) -> Amounts {
        var usage = Amounts()
        usage["count/\(resource)\(group.isEmpty ? "" : ".\(group)")"] = Quantity(1)
        guard group.isEmpty, counted.contains(resource) else { return usage }
        switch resource {
        case "pods":
            // A pod that has ended holds nothing but its name.
            guard !["Succeeded", "Failed"].contains(object["status"]["phase"].string) else { return usage }
            let totals = PodResources(object["spec"])
            for (name, amount) in totals.requests.sorted {
                usage["requests.\(name)"] = amount
                if ["cpu", "memory", "ephemeral-storage"].contains(name) { usage[name] = amount }
            }
            for (name, amount) in totals.limits.sorted { usage["limits.\(name)"] = amount }
        case "services":
            let type = object["spec"]["type"].string
            if type == "LoadBalancer" { usage["services.loadbalancers"] = Quantity(1) }
            if type == "LoadBalancer" || type == "NodePort" { usage["services.nodeports"] = Quantity(object["spec"]["ports"].items.count) }
        case "persistentvolumeclaims":
            let storage = Quantity(object["spec"]["resources"]["requests"]["storage"])
            usage["requests.storage"] = storage
            if let name = object["spec"]["storageClassName"].string {
                usage["\(name).storageclass.storage.k8s.io/requests.storage"] = storage
                usage["\(name).storageclass.storage.k8s.io/persistentvolumeclaims"] = Quantity(1)
            }
        default: break
        }
        usage[resource] = Quantity(1)
        return usage
    }

    /// What a namespace uses of one resource of a quota, with what is reserved.
    static func used(
        _ name: String, _ spec: Value, _ namespace: String, _ snapshot: Snapshot, reserved: [(key: String, object: Value)]
    ) -> Quantity {
        let (group, resource) = source(of: name)
        let prefix = "\(group.isEmpty ? "core" : group)/\(resource)/\(namespace)/"
        var total = Quantity.zero
        func add(_ object: Value) {
            guard QuotaScopes.match(spec, object, isPod: resource == "pods" && group.isEmpty) else { return }
            total += of(object, group: group, resource: resource)[name] ?? .zero
        }
        snapshot.forEach(prefix: prefix) { add($0.value) }
        for (key, object) in reserved where key.hasPrefix(prefix) { add(object) }
        return total
    }

    /// Which objects use a resource.
    private static func source(of name: String) -> (group: String, resource: String) {
        if name.hasPrefix("count/") {
            let parts = name.dropFirst(6).split(separator: ".", maxSplits: 1).map(String.init)
            return (parts.count > 1 ? parts[1] : "", parts.first ?? "")
        }
        if counted.contains(name) { return ("", name) }
        if name.hasPrefix("services.") { return ("", "services") }
        if name == "requests.storage" || name.contains(".storageclass.storage.k8s.io/") { return ("", "persistentvolumeclaims") }
        return ("", "pods")
    }
}

/// Which pods a quota is about. Source: Kubernetes documentation, "Quota scopes".
enum QuotaScopes {
    /// Whether the quota counts the object; one without scopes counts all, one with scopes only pods.
    static func match(_ spec: Value, _ object: Value, isPod: Bool) -> Bool {
        let named = spec["scopes"].items.compactMap(\.string).map { (scope: $0, operation: "Exists", values: [String]()) }
        let selected = spec["scopeSelector"]["matchExpressions"].items.map { expression in
            (
                scope: expression["scopeName"].string ?? "", operation: expression["operator"].string ?? "",
                values: expression["values"].items.compactMap(\.string)
            )
        }
        let scopes = named + selected
        guard !scopes.isEmpty else { return true }
        guard isPod else { return false }
        return scopes.allSatisfy { matches($0.scope, $0.operation, $0.values, object["spec"]) }
    }

    private static func matches(_ scope: String, _ operation: String, _ values: [String], _ spec: Value) -> Bool {
        switch scope {
        case "Terminating": return (spec["activeDeadlineSeconds"].int ?? -1) >= 0
        case "NotTerminating": return (spec["activeDeadlineSeconds"].int ?? -1) < 0
        case "BestEffort": return isBestEffort(spec)
        case "NotBestEffort": return !isBestEffort(spec)
        case "PriorityClass":
            let name = spec["priorityClassName"].string ?? ""
            switch operation {
            case "In": return values.contains(name)
            case "NotIn": return !values.contains(name)
            case "DoesNotExist": return name.isEmpty
            default: return !name.isEmpty
            }
        default: return false
        }
    }
    private static func isBestEffort(_ spec: Value) -> Bool {
        spec.podContainers.allSatisfy {
            ($0["resources"]["requests"].object ?? [:]).isEmpty && ($0["resources"]["limits"].object ?? [:]).isEmpty
        }
    }
}
