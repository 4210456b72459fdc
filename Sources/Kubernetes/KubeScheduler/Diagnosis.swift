/// Why a node does not take a pod. Source: the reasons of upstream's scheduler plugins.
enum Rejection: Sendable, Hashable {
    case insufficient(String, beyondNode: Bool)
    case tooManyPods
    case unschedulable
    case taint
    case nodeAffinity
    case enforcedNodeAffinity
    case features
    case ports
    case spread
    case spreadLabel
    case podAffinity
    case podAntiAffinity
    case othersAntiAffinity
    /// What another plugin says.
    case other(Plugin, String, isResolvable: Bool)

    /// As it stands in the message.
    var text: String {
        switch self {
        case .insufficient(let resource, _): "Insufficient \(resource)"
        case .tooManyPods: "Too many pods"
        case .unschedulable: "node(s) were unschedulable"
        case .taint: "node(s) had untolerated taint(s)"
        case .nodeAffinity: "node(s) didn't match Pod's node affinity/selector"
        case .enforcedNodeAffinity: "node(s) didn't match scheduler-enforced node affinity"
        case .features: "node(s) didn't match Pod's required features"
        case .ports: "node(s) didn't have free ports for the requested pod ports"
        case .spread: "node(s) didn't match pod topology spread constraints"
        case .spreadLabel: "node(s) didn't match pod topology spread constraints (missing required label)"
        case .podAffinity: "node(s) didn't match pod affinity rules"
        case .podAntiAffinity: "node(s) didn't match pod anti-affinity rules"
        case .othersAntiAffinity: "node(s) didn't satisfy existing pods anti-affinity rules"
        case .other(_, let text, _): text
        }
    }
    /// Who says it.
    var plugin: Plugin {
        switch self {
        case .insufficient, .tooManyPods: .nodeResourcesFit
        case .unschedulable: .nodeUnschedulable
        case .taint: .taintToleration
        case .nodeAffinity, .enforcedNodeAffinity: .nodeAffinity
        case .features: .nodeDeclaredFeatures
        case .ports: .nodePorts
        case .spread, .spreadLabel: .podTopologySpread
        case .podAffinity, .podAntiAffinity, .othersAntiAffinity: .interPodAffinity
        case .other(let plugin, _, _): plugin
        }
    }
    /// Whether the end of other pods could help.
    var isResolvable: Bool {
        switch self {
        case .insufficient(_, let beyondNode): !beyondNode
        case .tooManyPods, .ports, .spread, .podAntiAffinity, .othersAntiAffinity: true
        case .unschedulable, .taint, .nodeAffinity, .enforcedNodeAffinity, .features, .spreadLabel, .podAffinity: false
        case .other(_, _, let isResolvable): isResolvable
        }
    }
}

/// Why no node takes a pod.
struct Diagnosis {
    private(set) var nodes = 0
    /// Nodes on which the end of other pods could help.
    private(set) var resolvable: [Int32] = []
    private var reasons: [String: Int] = [:]
    /// What keeps the pod from all nodes alike, before they are looked at.
    private var beforehand: String?
    /// Who has refused.
    private(set) var plugins: PluginSet = []
    /// Why preemption does not help; nil when it does, or was not tried.
    var preemption: String?

    /// No node is looked at, for a reason that lies in the pod or its surroundings.
    mutating func refuse(_ rejection: Rejection, nodes count: Int) {
        nodes = count
        beforehand = rejection.text
        plugins.insert(PluginSet(rejection.plugin))
    }
    /// That many nodes are none of those that plugins have named beforehand.
    mutating func leaveOut(_ count: Int, by plugin: Plugin = .nodeAffinity) {
        guard count > 0 else { return }
        nodes += count
        reasons["node(s) didn't satisfy plugin(s) [\(plugin.rawValue)]", default: 0] += count
        plugins.insert(PluginSet(plugin))
    }
    /// One more node, with all that it objects to.
    mutating func add(_ slot: Int32, _ rejections: [Rejection]) {
        nodes += 1
        for rejection in rejections {
            reasons[rejection.text, default: 0] += 1
            plugins.insert(PluginSet(rejection.plugin))
        }
        if rejections.allSatisfy(\.isResolvable) { resolvable.append(slot) }
    }

    /// The text of events and conditions. Source: upstream's FitError, with what its PostFilter says behind it.
    var message: String {
        let first = beforehand.map { nodes > 0 ? "0/\(nodes) nodes are available: \($0)." : $0 } ?? Self.text(nodes: nodes, reasons)
        return preemption.map { "\(first) preemption: \($0)" } ?? first
    }
    static func text(nodes: Int, _ reasons: [String: Int]) -> String {
        guard nodes > 0 else { return "no nodes available to schedule pods" }
        let listed = reasons.map { "\($0.value) \($0.key)" }.sorted().joined(separator: ", ")
        return "0/\(nodes) nodes are available: \(listed)."
    }
}
