package import Documents

/// Amounts by the names of their resources.
package struct Amounts: Sendable, Hashable {
    private var amounts: [String: Quantity] = [:]
    /// None.
    package init() {}
    /// Reads `{"cpu": "100m", …}`; what is no amount is left out.
    package init(_ value: Value) {
        for member in value.object ?? [:] { amounts[member.key] = Quantity(member.value) }
    }
    /// The amount of a resource; nil when it is not stated.
    package subscript(name: String) -> Quantity? {
        get { amounts[name] }
        set { amounts[name] = newValue }
    }
    /// By name.
    package var sorted: [(key: String, value: Quantity)] { amounts.sorted { $0.key < $1.key } }
    package static func += (left: inout Amounts, right: Amounts) {
        for (name, amount) in right.amounts { left.amounts[name] = (left.amounts[name] ?? .zero) + amount }
    }
    /// These without the resources that `keeps` refuses.
    package func filter(_ keeps: (String) -> Bool) -> Amounts {
        var result = self
        result.amounts = amounts.filter { keeps($0.key) }
        return result
    }
    /// As a document writes them, in order of their names.
    package var value: Value { .object(Object(sorted.map { Object.Member($0.key, $0.value.value) })) }
    /// The larger amount of each resource.
    package func larger(_ other: Amounts) -> Amounts {
        var result = self
        for (name, amount) in other.amounts { result.amounts[name] = max(result.amounts[name] ?? .zero, amount) }
        return result
    }
}

/// What a pod asks for as a whole: its containers together, or the largest moment of its initialisation, and its overhead.
/// Source: Kubernetes documentation, "Resource sharing within containers".
package struct PodResources: Sendable {
    package let requests: Amounts
    package let limits: Amounts

    /// The totals of a pod's spec.
    package init(_ spec: Value) {
        requests = Self.total(spec, "requests")
        limits = Self.total(spec, "limits")
    }

    private static func total(_ spec: Value, _ field: String) -> Amounts {
        var running = Amounts()
        for container in spec["containers"].items { running += Amounts(container["resources"][field]) }
        var sidecars = Amounts()
        var peak = Amounts()
        for container in spec["initContainers"].items {
            let own = Amounts(container["resources"][field])
            if container["restartPolicy"] == "Always" {
                sidecars += own
                peak = peak.larger(sidecars)
            } else {
                var moment = sidecars
                moment += own
                peak = peak.larger(moment)
            }
        }
        running += sidecars
        var total = running.larger(peak)
        // What the pod states as a whole goes before the sum.
        for (name, amount) in Amounts(spec["resources"][field]).sorted { total[name] = amount }
        total += Amounts(spec["overhead"])
        return total
    }
}
