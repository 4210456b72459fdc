import Documents
import KubeModel

/// Amounts by the names of their resources.
struct Amounts: Sendable, Hashable {
    private var amounts: [String: Quantity] = [:]
    init() {}
    /// Reads `{"cpu": "100m", …}`; what is no amount is left out.
    init(_ value: Value) {
        for member in value.object ?? [:] { amounts[member.key] = Quantity(member.value) }
    }
    subscript(name: String) -> Quantity? {
        get { amounts[name] }
        set { amounts[name] = newValue }
    }
    /// By name.
    var sorted: [(key: String, value: Quantity)] { amounts.sorted { $0.key < $1.key } }
    static func += (left: inout Amounts, right: Amounts) {
        for (name, amount) in right.amounts { left.amounts[name] = (left.amounts[name] ?? .zero) + amount }
    }
    /// The larger amount of each resource.
    func larger(_ other: Amounts) -> Amounts {
        var result = self
        for (name, amount) in other.amounts { result.amounts[name] = max(result.amounts[name] ?? .zero, amount) }
        return result
    }
}

/// What a pod asks for as a whole: its containers together, or the largest moment of its initialisation, and its overhead.
/// Source: Kubernetes documentation, "Resource sharing within containers".
struct PodResources: Sendable {
    let requests: Amounts
    let limits: Amounts

    init(_ spec: Value) {
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
