package import Documents

/// Which objects a quota is about. Source: Kubernetes documentation, "Quota scopes".
package enum QuotaScopes {
    private struct Scope {
        let name: String
        let operation: String
        var values: [String] = []
    }

    /// Whether the quota counts the object. One with scopes counts pods, and claims when the scope is about their attributes class.
    package static func match(_ spec: Value, _ object: Value, group: String, resource: String) -> Bool {
        guard !spec["scopes"].isNull || !spec["scopeSelector"].isNull else { return true }
        let named = spec["scopes"].items.map { Scope(name: $0.string ?? "", operation: "Exists") }
        let selected = spec["scopeSelector"]["matchExpressions"].items.map { expression in
            Scope(
                name: expression["scopeName"].string ?? "", operation: expression["operator"].string ?? "",
                values: expression["values"].items.compactMap(\.string))
        }
        return (named + selected).allSatisfy { scope in
            guard group.isEmpty else { return false }
            switch resource {
            case "pods": return matches(scope, pod: object["spec"])
            case "persistentvolumeclaims": return scope.name == "VolumeAttributesClass" && matches(scope, claim: object)
            default: return false
            }
        }
    }

    private static func matches(_ scope: Scope, pod spec: Value) -> Bool {
        switch scope.name {
        case "Terminating": (spec["activeDeadlineSeconds"].int ?? -1) >= 0
        case "NotTerminating": (spec["activeDeadlineSeconds"].int ?? -1) < 0
        case "BestEffort": isBestEffort(spec)
        case "NotBestEffort": !isBestEffort(spec)
        case "PriorityClass": selects(scope, [spec["priorityClassName"].string ?? ""])
        case "CrossNamespacePodAffinity": reachesOtherNamespaces(spec["affinity"])
        default: false
        }
    }
    private static func matches(_ scope: Scope, claim: Value) -> Bool {
        let status = claim["status"]
        let names = [
            claim["spec"]["volumeAttributesClassName"], status["currentVolumeAttributesClassName"],
            status["modifyVolumeStatus"]["targetVolumeAttributesClassName"],
        ].compactMap(\.string)
        return selects(scope, names.isEmpty ? [""] : names)
    }
    /// Whether the operator accepts any of the names; the empty name stands for none.
    private static func selects(_ scope: Scope, _ names: [String]) -> Bool {
        switch scope.operation {
        case "In": names.contains { !$0.isEmpty && scope.values.contains($0) }
        case "NotIn": !names.contains { scope.values.contains($0) }
        case "DoesNotExist": names.allSatisfy(\.isEmpty)
        default: names.contains { !$0.isEmpty }
        }
    }
    /// A pod of which no container asks for cpu or memory.
    private static func isBestEffort(_ spec: Value) -> Bool {
        func asks(_ resources: Value) -> Bool {
            ["requests", "limits"].contains { field in
                ["cpu", "memory"].contains { (Quantity(resources[field][$0]) ?? .zero).sign > 0 }
            }
        }
        let containers = spec["initContainers"].items + spec["containers"].items
        return !asks(spec["resources"]) && !containers.contains { asks($0["resources"]) }
    }
    private static func reachesOtherNamespaces(_ affinity: Value) -> Bool {
        ["podAffinity", "podAntiAffinity"].contains { kind in
            let required = affinity[kind]["requiredDuringSchedulingIgnoredDuringExecution"].items
            let preferred = affinity[kind]["preferredDuringSchedulingIgnoredDuringExecution"].items.map { $0["podAffinityTerm"] }
            return (required + preferred).contains { !$0["namespaces"].items.isEmpty || !$0["namespaceSelector"].isNull }
        }
    }
}
