/// Why a node does not take a pod. Source: the reasons of upstream's scheduler plugins.
enum Rejection: Sendable, Hashable {
    case insufficient(String, beyondNode: Bool)
    case tooManyPods
    case unschedulable
    case taint
    case nodeName
    case nodeAffinity
    case ports
    case spread
    case spreadLabel
    case podAffinity
    case podAntiAffinity
    case othersAntiAffinity

    /// As it stands in the message.
    var text: String {
        switch self {
        case .insufficient(let resource, _): "Insufficient \(resource)"
        case .tooManyPods: "Too many pods"
        case .unschedulable: "node(s) were unschedulable"
        case .taint: "node(s) had untolerated taint(s)"
        case .nodeName: "node(s) didn't match the requested node name"
        case .nodeAffinity: "node(s) didn't match Pod's node affinity/selector"
        case .ports: "node(s) didn't have free ports for the requested pod ports"
        case .spread: "node(s) didn't match pod topology spread constraints"
        case .spreadLabel: "node(s) didn't match pod topology spread constraints (missing required label)"
        case .podAffinity: "node(s) didn't match pod affinity rules"
        case .podAntiAffinity: "node(s) didn't match pod anti-affinity rules"
        case .othersAntiAffinity: "node(s) didn't satisfy existing pods anti-affinity rules"
        }
    }
    /// Whether the end of other pods could help.
    var isResolvable: Bool {
        switch self {
        case .insufficient(_, let beyondNode): !beyondNode
        case .tooManyPods, .ports, .spread, .podAntiAffinity, .othersAntiAffinity: true
        case .unschedulable, .taint, .nodeName, .nodeAffinity, .spreadLabel, .podAffinity: false
        }
    }
    /// Whether the start of another pod could help.
    var needsCompany: Bool { self == .podAffinity || self == .spread }
}

/// Why no node takes a pod.
struct Diagnosis {
    private(set) var nodes = 0
    /// Nodes on which the end of other pods could help.
    private(set) var resolvable: [SchedulingNode] = []
    private var reasons: [String: Int] = [:]
    /// Whether the start of another pod could help.
    private(set) var waitsForCompany = false
    /// Why preemption does not help; nil when it does, or was not tried.
    var preemption: String?

    /// Whether the end of another pod could help.
    var waitsForRoom: Bool { !resolvable.isEmpty }

    /// That many nodes are none of those that the pod names.
    mutating func leaveOut(_ count: Int) {
        guard count > 0 else { return }
        nodes += count
        reasons["node(s) didn't satisfy plugin(s) [NodeAffinity]"] = count
    }
    /// One more node, with all that it objects to.
    mutating func add(_ node: SchedulingNode, _ rejections: [Rejection]) {
        nodes += 1
        for rejection in rejections { reasons[rejection.text, default: 0] += 1 }
        if rejections.allSatisfy(\.isResolvable) { resolvable.append(node) }
        if rejections.contains(where: \.needsCompany) { waitsForCompany = true }
    }

    /// The text of events and conditions. Source: upstream's FitError, with what its PostFilter says behind it.
    var message: String {
        let first = Self.text(nodes: nodes, reasons)
        return preemption.map { "\(first) preemption: \($0)" } ?? first
    }
    static func text(nodes: Int, _ reasons: [String: Int]) -> String {
        guard nodes > 0 else { return "no nodes available to schedule pods" }
        let listed = reasons.map { "\($0.value) \($0.key)" }.sorted().joined(separator: ", ")
        return "0/\(nodes) nodes are available: \(listed)."
    }
}
