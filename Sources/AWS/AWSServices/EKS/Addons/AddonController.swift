import Control
package import Documents
package import Reconcile

/// Brings add-ons to what their documents say, and follows how their workloads fare.
package struct AddonController: Controller {
    package typealias Primary = AddonFields
    package static let name = "eks-addon"
    package static let finalizer = "eks.amazonaws.com/addon"
    package static let watches: [Watch] = [
        .mapped(EKSCluster.self) { cluster, world in world.keys(AddonFields.kind, in: cluster.metadata.name) }
    ]
    package static let writes: Set<Kind> = [AddonFields.kind]
    package init() {}

    package func reconcile(_ addon: Addon, in world: World) -> Plan {
        let key = AddonFields.kind.key(of: addon.value)
        let cluster = world.get(EKSCluster.self, addon.metadata.namespace ?? "")
        if addon.metadata.deletionTimestamp != nil {
            guard let cluster, cluster.metadata.deletionTimestamp == nil, addon.spec.preserves != true else { return released(addon) }
            return Plan(effects: [Effect(AddonEffects.remove, subject: key)])
        }
        guard cluster?.status.endpoint != nil else { return Plan() }
        switch addon.status.status ?? "CREATING" {
        case "CREATING", "UPDATING":
            if addon.status.appliedGeneration != addon.metadata.generation {
                return Plan(effects: [Effect(AddonEffects.apply, subject: key)])
            }
            let since = addon.status.modifiedAt.flatMap(Timestamp.init) ?? world.now
            return Plan(effects: [Effect(AddonEffects.settle, subject: key)], revisit: pause(world.now - since))
        case "ACTIVE", "DEGRADED": return Plan(effects: [Effect(AddonEffects.settle, subject: key)], revisit: .seconds(30))
        default: return Plan()
        }
    }
    /// Looks soon at first and ever less often.
    private func pause(_ age: Duration) -> Duration { age < .seconds(60) ? .milliseconds(250) : .seconds(5) }
    private func released(_ addon: Addon) -> Plan {
        var done = addon
        done.metadata.finalizers = addon.metadata.finalizers?.filter { $0 != Self.finalizer }
        return Plan([.update(AddonFields.kind, done.value)])
    }
}
