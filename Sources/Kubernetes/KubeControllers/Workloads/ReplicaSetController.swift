import Control
package import Documents
package import KubeModel
package import Reconcile

/// Keeps as many pods alive as `spec.replicas` asks for, and reports how many there are.
package struct ReplicaSetController: Controller {
    package typealias Primary = ReplicaSetFields
    package static let name = "replicaset-controller"
    package static let watches = [
        Watch.owned(Pod.self, by: ReplicaSet.self),
        Watch.orphans(Pod.self) { pod, world in
            world.list(ReplicaSet.self, in: pod.namespace).filter { $0.selector.matches(labels: pod["metadata"]?["labels"]) }.map(\.key)
        },
    ]
    package static let writes: Set<Kind> = [ReplicaSetFields.kind, PodFields.kind, EventFields.kind]
    package static let indexes = [KubeIndexes.orphanPods, PodTally.owned, PodTally.index]
    package init() {}

    package func reconcile(_ set: ReplicaSet, in world: World) throws -> Plan {
        let siblings = set.controllerUID.map { world.owned(ReplicaSet.self, by: $0) } ?? [set]
        var keeper = ReplicaKeeper(set, set.selector, siblings: siblings.map(\.uid), component: Self.name, in: world)
        return keeper.plan().allowed(in: set.namespace, of: world)
    }

    package func refused(_ change: Change, _ error: ChangeError, for set: ReplicaSet, in world: World) -> Plan {
        ReplicaKeeper(set, set.selector, siblings: [set.uid], component: Self.name, in: world).failure(change, error)
    }
}

extension View where F == ReplicaSetFields {
    var selector: LabelSelector { LabelSelector(value["spec"]["selector"]) }
}
extension ChangeError {
    /// What the writer said.
    var text: String {
        switch self {
        case .conflict(let text), .alreadyExists(let text), .notFound(let text), .invalid(let text), .forbidden(let text),
            .unavailable(let text):
            text
        }
    }
}
