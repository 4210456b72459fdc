import Control
package import Documents
package import KubeModel
package import Reconcile

/// Keeps pods that have names, storage and an order. Source: kubernetes, pkg/controller/statefulset.
package struct StatefulSetController: Controller {
    package typealias Primary = StatefulSetFields
    package static let name = "statefulset-controller"
    package static let watches = [
        Watch.owned(Pod.self, by: StatefulSet.self),
        Watch.orphans(Pod.self) { pod, _ in
            guard let name = pod["metadata"]?["name"]?.string, let (parent, _) = StatefulSetPods.parent(of: name) else { return [] }
            return [StatefulSetFields.kind.key(pod.namespace, parent)]
        },
        Watch.owned(ControllerRevision.self, by: StatefulSet.self),
        // A pod may wait for the end of an old claim of its name.
        Watch(prefix: PersistentVolumeClaimFields.kind.prefix) { change, world in
            guard change.new == nil, let old = change.old else { return [] }
            return world.keys(StatefulSetFields.kind, in: old["metadata"]["namespace"].string)
        },
    ]
    package static let writes: Set<Kind> = [
        StatefulSetFields.kind, PodFields.kind, PersistentVolumeClaimFields.kind, ControllerRevisionFields.kind, EventFields.kind,
    ]
    package static let indexes = [KubeIndexes.orphanPods, KubeIndexes.orphanRevisions]
    package init() {}

    package func reconcile(_ set: StatefulSet, in world: World) throws -> Plan {
        guard !set.selector.isEverything else {
            var plan = Plan()
            plan.tell(
                .warning("SelectingAll", "This StatefulSet is selecting all pods. A non-empty selector is required."), about: set,
                from: Self.name, in: world)
            return plan
        }
        let orphans = world.indexed(Pod.self, KubeIndexes.orphanPods.name, set.namespace)
        let candidates = (world.owned(Pod.self, by: set.uid) + orphans).filter { StatefulSetPods.parent(of: $0.name)?.name == set.name }
        let claim = Claim(candidates, for: set, set.selector)
        // What is adopted or released counts from the next time on.
        guard claim.changes.isEmpty else { return Plan(claim.changes) }
        let history = RevisionHistory(
            of: set, template: set.spec.template, selector: set.selector, hashLabel: "controller.kubernetes.io/hash",
            collisionCount: set.status.collisionCount, in: world)
        guard !history.collides else {
            var updated = set
            updated.status.collisionCount = (set.status.collisionCount ?? 0) + 1
            return Plan([.updateStatus(StatefulSetFields.kind, updated.value)])
        }
        var sync = StatefulSetSync(set, claim.owned, history, in: world)
        return sync.plan().allowed(in: set.namespace, of: world)
    }

    package func refused(_ change: Change, _ error: ChangeError, for set: StatefulSet, in world: World) -> Plan {
        let (verb, reason): (String, String)
        switch change {
        case .create: (verb, reason) = ("create", "FailedCreate")
        case .delete: (verb, reason) = ("delete", "FailedDelete")
        default: return Plan()
        }
        guard change.kind == PodFields.kind else { return Plan() }
        let name = change.key.split(separator: "/").last ?? ""
        var plan = Plan()
        plan.tell(
            .warning(reason, "\(verb) Pod \(name) in StatefulSet \(set.name) failed error: \(error.text)"), about: set, from: Self.name,
            in: world)
        return plan
    }
}

extension View where F == StatefulSetFields {
    var selector: LabelSelector { LabelSelector(value["spec"]["selector"]) }
    var firstOrdinal: Int { self.spec.ordinals?["start"].int ?? 0 }
    var replicas: Int { self.spec.replicas ?? 1 }
    /// Whether one pod waits for the other.
    var isOrdered: Bool { self.spec.podManagementPolicy != "Parallel" }
    var isRolling: Bool { self.spec.updateStrategy.type ?? "RollingUpdate" == "RollingUpdate" }
    /// Pods of lower ordinals keep the former template.
    var firstUpdated: Int { isRolling ? firstOrdinal + (self.spec.updateStrategy.rollingUpdate.partition ?? 0) : firstOrdinal }
    /// How many pods may be away at a time during an update.
    var maxUnavailable: Int {
        max(1, self.spec.updateStrategy.rollingUpdate.maxUnavailable?.scaled(to: replicas, roundUp: true) ?? 1)
    }
    func deletesClaims(when moment: String) -> Bool {
        self.spec.persistentVolumeClaimRetentionPolicy?[moment].string == "Delete"
    }
}
