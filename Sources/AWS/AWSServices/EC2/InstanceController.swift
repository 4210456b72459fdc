import Control
package import Documents
package import Reconcile

/// Moves instances towards what their state asks: launches, stops and ends their machines, and forgets ended ones after an hour, as EC2 does.
package struct InstanceController: Controller {
    package typealias Primary = InstanceFields
    package static let name = "instance"
    package static let watches: [Watch] = []
    package static let writes: Set<Kind> = [InstanceFields.kind]
    /// How long a terminated instance is still described.
    static let memory = Duration.seconds(3600)
    package init() {}

    package func reconcile(_ instance: Instance, in world: World) -> Plan {
        let key = InstanceFields.kind.key(of: instance.value)
        switch instance.status.state ?? "pending" {
        case "pending": return Plan(effects: [Effect(InstanceEffects.launch, subject: key)])
        case "draining": return Plan(effects: [Effect(InstanceEffects.drain, subject: key)])
        case "shutting-down": return Plan(effects: [Effect(InstanceEffects.terminate, subject: key)])
        case "stopping": return Plan(effects: [Effect(InstanceEffects.stop, subject: key)])
        case "terminated":
            guard let ended = instance.status.ended.flatMap(Timestamp.init) else { return Plan() }
            let left = ended + Self.memory - world.now
            guard left <= .zero else { return Plan(revisit: left) }
            return Plan([.delete(InstanceFields.kind, namespace: nil, name: instance.metadata.name ?? "", uid: instance.metadata.uid)])
        default: return Plan()
        }
    }
}
