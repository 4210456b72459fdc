import Control
package import Documents
package import Reconcile

/// Carries updates out: writes what changes into the cluster, nodegroup or add-on once, and closes the update when that has taken effect.
/// Updates of the same thing take turns, so that each of them is at some time what holds: two servers may accept one each.
package struct EKSUpdateController: Controller {
    package typealias Primary = EKSUpdateFields
    package static let name = "eks-update"
    package static let watches: [Watch] = [
        .mapped(Nodegroup.self) { keys(Target(cluster: $0.metadata.namespace, nodegroup: $0.metadata.name), $1) },
        .mapped(EKSCluster.self) { keys(Target(cluster: $0.metadata.name), $1) },
        .mapped(Addon.self) { keys(Target(cluster: $0.metadata.namespace, addon: $0.metadata.name), $1) },
        // The next one's turn comes with the end of the one before.
        .mapped(EKSUpdate.self) { update, world in update.status.status == "InProgress" ? [] : keys(Target(of: update), world) },
    ]
    package static let writes: Set<Kind> = [EKSUpdateFields.kind, EKSClusterFields.kind, NodegroupFields.kind, AddonFields.kind]
    package init() {}

    package func reconcile(_ update: EKSUpdate, in world: World) -> Plan {
        let inProgress = Self.inProgress(Target(of: update), world)
        guard let turn = inProgress.min(by: { Self.order($0) < Self.order($1) }), turn.metadata.name == update.metadata.name else {
            return Plan()
        }
        let name = update.metadata.namespace ?? ""
        if let addonName = update.spec.addonName { return addon(update, world.get(Addon.self, addonName, in: name), world) }
        if let nodegroupName = update.spec.nodegroupName {
            return nodegroup(update, world.get(Nodegroup.self, nodegroupName, in: name), world)
        }
        return cluster(update, world.get(EKSCluster.self, name))
    }

    private func cluster(_ update: EKSUpdate, _ cluster: EKSCluster?) -> Plan {
        guard let cluster else { return close(update, "Failed") }
        let patch = update.spec.patch ?? [:]
        guard update.status.startedGeneration != nil else { return start(update, EKSClusterFields.kind, cluster.value, cluster.value) }
        // The control plane takes over what it is told at each start, running or not, and its status says what that was.
        let told = cluster.status.value["components"]
        if ControlPlaneComponents.members.contains(where: { !patch[$0].isNull && told[$0] != cluster.spec.value[$0] }) {
            return Plan([], effects: [Effect(EKSEffects.start, subject: EKSClusterFields.kind.key(of: cluster.value))])
        }
        var wanted = cluster
        wanted.status.status = "ACTIVE"
        var plan = close(update, "Successful")
        if wanted != cluster { plan.changes.insert(.update(EKSClusterFields.kind, wanted.value), at: 0) }
        return plan
    }
    private func nodegroup(_ update: EKSUpdate, _ nodegroup: Nodegroup?, _ world: World) -> Plan {
        guard let nodegroup else { return close(update, "Failed") }
        guard update.status.startedGeneration != nil else {
            var wanted = nodegroup
            (wanted.status.status, wanted.status.modifiedAt) = ("UPDATING", world.now.text)
            return start(update, NodegroupFields.kind, nodegroup.value, wanted.value)
        }
        let settled = nodegroup.status.appliedGeneration == nodegroup.metadata.generation
        return nodegroup.status.status == "ACTIVE" && settled ? close(update, "Successful") : Plan()
    }
    /// An add-on's update ends with its objects ready, or with what stands in their way.
    private func addon(_ update: EKSUpdate, _ addon: Addon?, _ world: World) -> Plan {
        guard let addon else { return close(update, "Failed") }
        guard update.status.startedGeneration != nil else {
            var wanted = addon
            (wanted.status.status, wanted.status.modifiedAt) = ("UPDATING", world.now.text)
            wanted.status.value["appliedGeneration"] = .null
            return start(update, AddonFields.kind, addon.value, wanted.value)
        }
        switch addon.status.status {
        case "ACTIVE" where addon.status.appliedGeneration == addon.metadata.generation: return close(update, "Successful")
        case "UPDATE_FAILED", "DEGRADED":
            let errors = (addon.status.issues ?? []).map { issue -> Value in
                ["errorCode": issue["code"], "errorMessage": issue["message"], "resourceIds": [.string(addon.metadata.name ?? "")]]
            }
            return close(update, "Failed", errors)
        default: return Plan()
        }
    }

    /// Writes the change into its target, and then that it is there: what others change afterwards is not changed back.
    private func start(_ update: EKSUpdate, _ kind: Kind, _ target: Value, _ marked: Value) -> Plan {
        var wanted = marked
        wanted["spec"] = MergePatch.apply(update.spec.patch ?? [:], to: target["spec"])
        var started = update
        started.status.startedGeneration = (target["metadata"]["generation"].int ?? 1) + (wanted["spec"] == target["spec"] ? 0 : 1)
        let mark = Change.updateStatus(EKSUpdateFields.kind, started.value)
        return Plan(wanted == target ? [mark] : [.update(kind, wanted), mark])
    }
    private func close(_ update: EKSUpdate, _ status: String, _ errors: [Value] = []) -> Plan {
        var done = update
        done.status.status = status
        if !errors.isEmpty { done.status.errors = errors }
        return Plan([.updateStatus(EKSUpdateFields.kind, done.value)])
    }

    // MARK: Turns

    /// What an update changes.
    private struct Target: Equatable {
        var cluster, nodegroup, addon: String?
        init(cluster: String?, nodegroup: String? = nil, addon: String? = nil) {
            (self.cluster, self.nodegroup, self.addon) = (cluster, nodegroup, addon)
        }
        init(of update: EKSUpdate) {
            self.init(cluster: update.metadata.namespace, nodegroup: update.spec.nodegroupName, addon: update.spec.addonName)
        }
    }
    private static func inProgress(_ target: Target, _ world: World) -> [EKSUpdate] {
        world.list(EKSUpdate.self, in: target.cluster).filter { $0.status.status == "InProgress" && Target(of: $0) == target }
    }
    private static func keys(_ target: Target, _ world: World) -> [String] {
        inProgress(target, world).map { EKSUpdateFields.kind.key(of: $0.value) }
    }
    /// Whoever has started goes on; then the oldest.
    private static func order(_ update: EKSUpdate) -> (Int, String, String) {
        (update.status.startedGeneration == nil ? 1 : 0, update.metadata.creationTimestamp ?? "", update.metadata.name ?? "")
    }
}
