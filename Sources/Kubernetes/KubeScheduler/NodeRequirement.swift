import Documents

/// A condition on one label or on the name of a node. Source: kubernetes, component-helpers, nodeaffinity.
struct NodeRequirement: Sendable, Hashable {
    let key: String
    let comparison: String
    let values: [String]

    init(_ requirement: Value) {
        key = requirement["key"].string ?? ""
        comparison = requirement["operator"].string ?? ""
        values = requirement["values"].items.compactMap(\.string)
    }
    func holds(for value: String?) -> Bool {
        switch comparison {
        case "In": value.map(values.contains) ?? false
        case "NotIn": !(value.map(values.contains) ?? false)
        case "Exists": value != nil
        case "DoesNotExist": value == nil
        case "Gt": compare(value) { $0 > $1 }
        case "Lt": compare(value) { $0 < $1 }
        default: false
        }
    }
    private func compare(_ value: String?, _ order: (Int64, Int64) -> Bool) -> Bool {
        guard let left = value.flatMap({ Int64($0) }), let right = values.first.flatMap({ Int64($0) }) else { return false }
        return order(left, right)
    }
}

/// Requirements all of which must hold; a term without any matches no node.
struct NodeTerm: Sendable, Hashable {
    let labels: [NodeRequirement]
    let fields: [NodeRequirement]
    init(_ term: Value) {
        labels = term["matchExpressions"].items.map(NodeRequirement.init)
        fields = term["matchFields"].items.map(NodeRequirement.init)
    }
    /// The only nodes that can match; nil when it names none.
    var names: [String]? { fields.first { $0.key == "metadata.name" && $0.comparison == "In" }?.values }
    func matches(_ node: SchedulingNode) -> Bool {
        guard !labels.isEmpty || !fields.isEmpty else { return false }
        return labels.allSatisfy { $0.holds(for: node.labels[$0.key]) }
            && fields.allSatisfy { $0.holds(for: $0.key == "metadata.name" ? node.name : nil) }
    }
}

/// A taint of a node.
struct SchedulingTaint: Sendable, Hashable {
    let key: String
    let value: String
    let effect: String
    init(_ taint: Value) {
        (key, value, effect) = (taint["key"].string ?? "", taint["value"].string ?? "", taint["effect"].string ?? "")
    }
    init(key: String, effect: String) { (self.key, value, self.effect) = (key, "", effect) }
    /// Source: the taint that stands for `spec.unschedulable`.
    static let unschedulable = SchedulingTaint(key: "node.kubernetes.io/unschedulable", effect: "NoSchedule")
}

/// A taint that a pod puts up with.
struct SchedulingToleration: Sendable, Hashable {
    let key: String
    let comparison: String
    let value: String
    let effect: String
    init(_ toleration: Value) {
        (key, value, effect) = (toleration["key"].string ?? "", toleration["value"].string ?? "", toleration["effect"].string ?? "")
        comparison = toleration["operator"].string ?? ""
    }
    /// Source: Toleration.ToleratesTaint; `Gt` and `Lt` compare the taint's value with the toleration's as integers.
    func tolerates(_ taint: SchedulingTaint) -> Bool {
        guard effect.isEmpty || effect == taint.effect, key.isEmpty || key == taint.key else { return false }
        switch comparison {
        case "Exists": return true
        case "", "Equal": return !key.isEmpty && value == taint.value
        case "Gt", "Lt":
            guard let bound = Int64(value), let present = Int64(taint.value) else { return false }
            return comparison == "Gt" ? present > bound : present < bound
        default: return false
        }
    }
}
