import Control
package import Documents
package import KubeModel
package import Reconcile

/// Keeps one pod on each node that suits. Source: kubernetes, pkg/controller/daemon.
package struct DaemonSetController: Controller {
    package typealias Primary = DaemonSetFields
    package static let name = "daemonset-controller"
    package static let watches = [
        Watch.owned(Pod.self, by: DaemonSet.self),
        Watch.orphans(Pod.self) { pod, world in
            world.list(DaemonSet.self, in: pod.namespace).filter { $0.selector.matches(labels: pod["metadata"]?["labels"]) }.map(\.key)
        },
        Watch.owned(ControllerRevision.self, by: DaemonSet.self),
        // Heartbeats concern nobody.
        Watch(prefix: NodeFields.kind.prefix) { change, world in
            guard let old = change.nodes.old, let new = change.nodes.new else { return world.keys(DaemonSetFields.kind) }
            let same =
                old["metadata"]?["labels"]?.bytes == new["metadata"]?["labels"]?.bytes
                && old["spec"]?["taints"]?.bytes == new["spec"]?["taints"]?.bytes
            return same ? [] : world.keys(DaemonSetFields.kind)
        },
    ]
    package static let writes: Set<Kind> = [
        DaemonSetFields.kind, PodFields.kind, ControllerRevisionFields.kind, EventFields.kind,
    ]
    package static let indexes = [KubeIndexes.orphanPods, KubeIndexes.orphanRevisions]
    private let memory = DaemonMemory()
    package init() {}

    package func reconcile(_ set: DaemonSet, in world: World) throws -> Plan {
        guard !set.selector.isEverything else { return selectingAll(set, in: world) }
        guard !set.isDeleting else { return Plan() }
        let (pods, strangers, nodes) = memory.look(set, in: world)
        let orphans = world.indexed(Pod.self, KubeIndexes.orphanPods.name, set.namespace)
        let candidates = strangers.compactMap { world.get(Pod.self, key: $0) } + orphans
        let claim = Claim(candidates, for: set, set.selector)
        // What is adopted or released counts from the next time on.
        guard claim.changes.isEmpty else { return Plan(claim.changes) }
        let history = RevisionHistory(
            of: set, template: set.spec.template, selector: set.selector, hashLabel: DaemonSetPods.hashLabel,
            collisionCount: set.status.collisionCount, in: world)
        guard !history.collides else { return collision(set) }
        let hash = history.current.metadata.labels?[DaemonSetPods.hashLabel] ?? ""
        var sync = DaemonSetSync(set, pods, on: nodes, hash: hash, in: world)
        sync.manage()
        if sync.plan.changes.isEmpty, set.spec.updateStrategy.type ?? "RollingUpdate" == "RollingUpdate" { sync.rollOn() }
        var plan = sync.plan
        plan.changes.insert(contentsOf: history.changes, at: 0)
        let live = Set(pods.compactMap(\.hash))
        plan.changes += history.truncation(limit: set.spec.revisionHistoryLimit ?? 10, countsLive: true) { revision in
            live.contains(revision.metadata.labels?[DaemonSetPods.hashLabel] ?? "")
        }
        let status = sync.status()
        if status != set.status {
            var updated = set
            updated.status = status
            plan.changes.append(.updateStatus(DaemonSetFields.kind, updated.value))
        }
        if status.numberReady ?? 0 != status.numberAvailable ?? 0, let delay = sync.nextAvailability { plan.revisit(in: delay) }
        return plan.allowed(in: set.namespace, of: world)
    }

    package func removed(_ key: String, in world: World) throws -> Plan {
        memory.forget(key)
        return Plan()
    }

    private func selectingAll(_ set: DaemonSet, in world: World) -> Plan {
        var plan = Plan()
        plan.tell(
            .warning("SelectingAll", "This daemon set is selecting all pods. A non-empty selector is required."), about: set,
            from: Self.name, in: world)
        return plan
    }
    /// The next hash is another one.
    private func collision(_ set: DaemonSet) -> Plan {
        var updated = set
        updated.status.collisionCount = (set.status.collisionCount ?? 0) + 1
        return Plan([.updateStatus(DaemonSetFields.kind, updated.value)])
    }

    package func refused(_ change: Change, _ error: ChangeError, for set: DaemonSet, in world: World) -> Plan {
        guard let note = EventNote.refusal(ofPod: change, error) else { return Plan() }
        var plan = Plan()
        plan.tell(note, about: set, from: Self.name, in: world)
        return plan
    }
}

extension View where F == DaemonSetFields {
    var selector: LabelSelector { LabelSelector(value["spec"]["selector"]) }
}
