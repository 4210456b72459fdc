/// The plugins of the scheduler, in the order of upstream's defaults.
package enum Plugin: String, CaseIterable, Sendable {
    case schedulingGates = "SchedulingGates"
    case prioritySort = "PrioritySort"
    case nodeUnschedulable = "NodeUnschedulable"
    case nodeName = "NodeName"
    case taintToleration = "TaintToleration"
    case nodeAffinity = "NodeAffinity"
    case nodePorts = "NodePorts"
    case nodeResourcesFit = "NodeResourcesFit"
    case volumeRestrictions = "VolumeRestrictions"
    case nodeVolumeLimits = "NodeVolumeLimits"
    case volumeBinding = "VolumeBinding"
    case volumeZone = "VolumeZone"
    case podTopologySpread = "PodTopologySpread"
    case interPodAffinity = "InterPodAffinity"
    case dynamicResources = "DynamicResources"
    case nodeDeclaredFeatures = "NodeDeclaredFeatures"
    case defaultPreemption = "DefaultPreemption"
    case nodeResourcesBalancedAllocation = "NodeResourcesBalancedAllocation"
    case imageLocality = "ImageLocality"
    case defaultBinder = "DefaultBinder"

    /// The weight of its score where none is given; 0 for those that score nothing.
    var weight: Int {
        switch self {
        case .taintToleration: 3
        case .nodeAffinity, .podTopologySpread, .interPodAffinity, .dynamicResources: 2
        case .nodeResourcesFit, .nodeResourcesBalancedAllocation, .imageLocality: 1
        default: 0
        }
    }
    /// Where the scheduler asks it.
    var points: Set<ExtensionPoint> {
        switch self {
        case .schedulingGates: [.preEnqueue]
        case .prioritySort: [.queueSort]
        case .nodeUnschedulable, .nodeName: [.filter]
        case .taintToleration: [.filter, .preScore, .score]
        case .nodeAffinity, .podTopologySpread, .interPodAffinity, .nodeResourcesFit: [.preFilter, .filter, .preScore, .score]
        case .nodePorts, .nodeDeclaredFeatures, .volumeRestrictions, .nodeVolumeLimits, .volumeZone: [.preFilter, .filter]
        case .volumeBinding: [.preFilter, .filter, .reserve, .preBind, .preScore, .score]
        case .dynamicResources: [.preEnqueue, .preFilter, .filter, .postFilter, .score, .reserve, .preBind]
        case .defaultPreemption: [.preEnqueue, .postFilter]
        case .nodeResourcesBalancedAllocation: [.preScore, .score]
        case .imageLocality: [.score]
        case .defaultBinder: [.bind]
        }
    }
}

/// The places of a scheduling cycle where plugins are asked.
package enum ExtensionPoint: String, CaseIterable, Sendable {
    case preEnqueue, queueSort, preFilter, filter, postFilter, preScore, score, reserve, permit, preBind, bind, postBind
}

/// Some of the plugins.
struct PluginSet: OptionSet, Sendable, Hashable {
    let rawValue: UInt32
    init(rawValue: UInt32) { self.rawValue = rawValue }
    init(_ plugin: Plugin) { rawValue = 1 << Plugin.numbers[plugin, default: 31] }
    init(_ plugins: some Sequence<Plugin>) { self = plugins.reduce(into: []) { $0.insert(PluginSet($1)) } }
    func contains(_ plugin: Plugin) -> Bool { contains(PluginSet(plugin)) }
    /// The plugins, in order.
    var plugins: [Plugin] { Plugin.allCases.filter(contains) }
}
extension Plugin {
    fileprivate static let numbers = Dictionary(uniqueKeysWithValues: allCases.enumerated().map { ($1, UInt32($0)) })
}
