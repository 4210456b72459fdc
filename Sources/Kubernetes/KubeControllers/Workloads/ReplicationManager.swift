import Control
package import Documents
package import KubeModel
package import Reconcile

/// Keeps as many pods alive as a ReplicationController asks for. Source: kubernetes, pkg/controller/replication.
package struct ReplicationManager: Controller {
    package typealias Primary = ReplicationControllerFields
    package static let name = "replication-controller"
    package static let watches = [
        Watch.owned(Pod.self, by: ReplicationController.self),
        Watch.orphans(Pod.self) { pod, world in
            world.list(ReplicationController.self, in: pod.namespace).filter { $0.podSelector.matches(labels: pod["metadata"]?["labels"]) }
                .map(\.key)
        },
    ]
    package static let writes: Set<Kind> = [ReplicationControllerFields.kind, PodFields.kind, EventFields.kind]
    package static let indexes = [KubeIndexes.orphanPods, PodTally.owned, PodTally.index]
    package init() {}

    package func reconcile(_ controller: ReplicationController, in world: World) throws -> Plan {
        var keeper = ReplicaKeeper(
            controller, controller.podSelector, siblings: [controller.uid], component: Self.name, in: world)
        return keeper.plan().allowed(in: controller.namespace, of: world)
    }

    package func refused(_ change: Change, _ error: ChangeError, for controller: ReplicationController, in world: World) -> Plan {
        ReplicaKeeper(controller, controller.podSelector, siblings: [controller.uid], component: Self.name, in: world)
            .failure(change, error)
    }
}

extension View where F == ReplicationControllerFields {
    /// A map of labels, unlike the selectors of younger kinds; without any it selects nothing.
    var podSelector: LabelSelector {
        let labels = value["spec"]["selector"].strings
        return labels.isEmpty ? .nothing : LabelSelector(labels: labels)
    }
}
