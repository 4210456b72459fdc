/// What has happened in the cluster, as far as it may let a waiting pod find a node.
enum ClusterEvent {
    case nodeAdded(SchedulingNode)
    /// A node's document says something else than before.
    case nodeChanged(SchedulingNode, before: SeenNode)
    /// A pod is on a node, or has other labels there.
    case podPlaced(SchedulingPod)
    /// A pod has left its node, or asks for less there.
    case podGone(SchedulingPod)
    /// A nomination has ended, or labels of namespaces have changed: room of a kind that nothing more is known of.
    case room
    /// A claim of a namespace, by `namespace/name`.
    case claim(String)
    case volume, storageClass, csiNode, csiDriver, storageCapacity
    /// A ResourceClaim by `namespace/name`; slices of devices; a class of them, by the extended resources that it stands for.
    case resourceClaim(String)
    case devices
    case deviceClass(Set<String>)
    case nodeGone

    /// Which plugins may change their mind.
    var plugins: [Plugin] {
        switch self {
        case .nodeAdded, .nodeChanged:
            [
                .nodeUnschedulable, .taintToleration, .nodeAffinity, .nodePorts, .nodeResourcesFit, .nodeVolumeLimits, .volumeBinding,
                .volumeZone,
                .podTopologySpread, .interPodAffinity, .dynamicResources, .nodeDeclaredFeatures,
            ]
        case .podPlaced: [.podTopologySpread, .interPodAffinity]
        case .podGone:
            [
                .nodePorts, .nodeResourcesFit, .volumeRestrictions, .nodeVolumeLimits, .podTopologySpread, .interPodAffinity,
                .dynamicResources,
            ]
        case .room: [.nodePorts, .nodeResourcesFit, .volumeRestrictions, .nodeVolumeLimits, .podTopologySpread, .interPodAffinity]
        case .claim: [.volumeBinding, .volumeRestrictions, .volumeZone, .nodeVolumeLimits]
        case .volume, .storageClass: [.volumeBinding, .volumeZone, .nodeVolumeLimits]
        case .csiNode: [.volumeBinding, .nodeVolumeLimits]
        case .csiDriver, .storageCapacity: [.volumeBinding]
        case .resourceClaim, .devices: [.dynamicResources]
        case .deviceClass: [.dynamicResources, .nodeResourcesFit]
        case .nodeGone: [.podTopologySpread]
        }
    }

    /// Whether a plugin that refused a pod may now let it pass. Source: the queueing hints of upstream's plugins.
    func helps(
        _ pod: SchedulingPod, refusedBy plugin: Plugin, _ namespaces: NamespaceLabels, _ classes: [String: String]
    ) -> Bool {
        switch self {
        case .nodeAdded(let node): return Self.suits(node, pod, plugin, classes)
        case .nodeChanged(let node, let before): return Self.changed(node, before, plugin) && Self.suits(node, pod, plugin, classes)
        case .deviceClass(let resources): return plugin != .nodeResourcesFit || !resources.isDisjoint(with: pod.shape.asks.names)
        case .podPlaced(let other): return Self.isCompany(other, of: pod, plugin, namespaces)
        case .podGone(let other):
            switch plugin {
            case .nodePorts: return other.shape.ports.contains { there in pod.shape.ports.contains { $0.conflicts(with: there) } }
            case .volumeRestrictions, .nodeVolumeLimits: return other.demands?.content.hasVolumes ?? false
            case .podTopologySpread, .interPodAffinity: return Self.isCompany(other, of: pod, plugin, namespaces)
            default: return true
            }
        case .claim(let path): return pod.demands?.content.claims.contains { "\(pod.namespace)/\($0.name)" == path } ?? false
        case .resourceClaim, .room, .volume, .storageClass, .csiNode, .csiDriver, .storageCapacity, .devices, .nodeGone: return true
        }
    }

    private static func changed(_ node: SchedulingNode, _ before: SeenNode, _ plugin: Plugin) -> Bool {
        switch plugin {
        case .nodeUnschedulable: return before.unschedulable && !node.unschedulable
        case .taintToleration: return before.taints != node.repelling + node.discouraging
        case .nodeResourcesFit: return before.allocatable != node.allocatable || before.allowedPods != node.allowedPods
        case .nodePorts: return false
        case .nodeDeclaredFeatures: return before.features != node.features
        case .podTopologySpread: return before.labels != node.labels || before.taints != node.repelling + node.discouraging
        case .dynamicResources:
            return before.labels != node.labels || before.allocatable.extended != node.allocatable.extended
        default: return before.labels != node.labels
        }
    }
    /// Whether a new node, or one as it is now, could satisfy the plugin.
    private static func suits(_ node: SchedulingNode, _ pod: SchedulingPod, _ plugin: Plugin, _ classes: [String: String]) -> Bool {
        let shape = pod.shape
        switch plugin {
        case .nodeUnschedulable: return !node.unschedulable || shape.tolerates(.unschedulable)
        case .taintToleration: return !node.repels(shape)
        case .nodeDeclaredFeatures: return node.features.isSuperset(of: shape.features)
        case .nodeAffinity:
            if let pinned = pod.demands?.content.pinned { return pinned == node.name }
            return shape.nodeSelector.allSatisfy { node.labels[$0.key] == $0.value }
                && (shape.nodeTerms?.contains { $0.matches(node) } ?? true)
        case .nodeResourcesFit:
            let (wanted, all) = (shape.requests, node.allocatable)
            return node.allowedPods > 0 && wanted.cpu <= all.cpu && wanted.memory <= all.memory && wanted.storage <= all.storage
                && wanted.extended.allSatisfy { name, amount in
                    let offered = all.extended[name] ?? 0
                    return amount <= offered || offered == 0 && classes[name] != nil
                }
        case .podTopologySpread: return shape.spreads.isEmpty || shape.spreads.allSatisfy { node.domain($0.topologyKey) != nil }
        case .interPodAffinity: return (shape.near + shape.far).allSatisfy { node.domain($0.topologyKey) != nil }
        default: return true
        }
    }
    /// Whether a pod that comes or goes is one of those that the waiting one counts, wants, or avoids, or one that avoids it.
    private static func isCompany(
        _ other: SchedulingPod, of pod: SchedulingPod, _ plugin: Plugin, _ namespaces: NamespaceLabels
    ) -> Bool {
        let shape = pod.shape
        if plugin == .podTopologySpread {
            if shape.spreads.isEmpty { return other.namespace == pod.namespace }
            return shape.spreads.contains { $0.counted.counts(other.group, namespaces) }
        }
        return (shape.near + shape.far).contains { $0.selection.selects(other.group, namespaces) }
            || other.shape.far.contains { $0.selection.selects(pod.group, namespaces) }
    }
}
