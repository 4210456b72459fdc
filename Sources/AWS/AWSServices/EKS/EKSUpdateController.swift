import Control
package import Documents
package import Reconcile

/// Carries updates out: writes what changes into the cluster or nodegroup, and closes the update when that has taken effect.
package struct EKSUpdateController: Controller {
    package typealias Primary = EKSUpdateFields
    package static let name = "eks-update"
    package static let watches: [Watch] = [
        .mapped(Nodegroup.self) { nodegroup, world in
            world.list(EKSUpdate.self, in: nodegroup.metadata.namespace)
                .filter { $0.spec.nodegroupName == nodegroup.metadata.name && $0.status.status == "InProgress" }
                .map { EKSUpdateFields.kind.key(of: $0.value) }
        },
        .mapped(EKSCluster.self) { cluster, world in
            world.list(EKSUpdate.self, in: cluster.metadata.name)
                .filter { $0.status.status == "InProgress" && $0.spec.nodegroupName == nil && $0.spec.addonName == nil }
                .map { EKSUpdateFields.kind.key(of: $0.value) }
        },
        .mapped(Addon.self) { addon, world in
            world.list(EKSUpdate.self, in: addon.metadata.namespace)
                .filter { $0.spec.addonName == addon.metadata.name && $0.status.status == "InProgress" }
                .map { EKSUpdateFields.kind.key(of: $0.value) }
        },
    ]
    package static let writes: Set<Kind> = [EKSUpdateFields.kind, EKSClusterFields.kind, NodegroupFields.kind, AddonFields.kind]
    package init() {}

    package func reconcile(_ update: EKSUpdate, in world: World) -> Plan {
        guard update.status.status == "InProgress" else { return Plan() }
        let patch = update.spec.patch ?? [:]
        let name = update.metadata.namespace ?? ""
        if let addonName = update.spec.addonName { return addon(update, world.get(Addon.self, addonName, in: name), patch, world) }
        if let nodegroupName = update.spec.nodegroupName {
            guard let nodegroup = world.get(Nodegroup.self, nodegroupName, in: name) else { return close(update, "Failed") }
            var wanted = nodegroup
            wanted.value["spec"] = MergePatch.apply(patch, to: nodegroup.value["spec"])
            if wanted != nodegroup {
                (wanted.status.status, wanted.status.modifiedAt) = ("UPDATING", world.now.text)
                return Plan([.update(NodegroupFields.kind, wanted.value)])
            }
            let settled = nodegroup.status.appliedGeneration == nodegroup.metadata.generation
            if nodegroup.status.status == "ACTIVE", settled { return close(update, "Successful") }
            return Plan()
        }
        guard let cluster = world.get(EKSCluster.self, name) else { return close(update, "Failed") }
        var wanted = cluster
        wanted.value["spec"] = MergePatch.apply(patch, to: cluster.value["spec"])
        // The control plane takes over what it is told at each start, running or not, and its status says what that was.
        let told = cluster.status.value["components"]
        if ControlPlaneComponents.members.contains(where: { !patch[$0].isNull && told[$0] != wanted.spec.value[$0] }) {
            let effect = Effect(EKSEffects.start, subject: EKSClusterFields.kind.key(of: cluster.value))
            return Plan(wanted == cluster ? [] : [.update(EKSClusterFields.kind, wanted.value)], effects: [effect])
        }
        wanted.status.status = "ACTIVE"
        var plan = close(update, "Successful")
        if wanted != cluster { plan.changes.insert(.update(EKSClusterFields.kind, wanted.value), at: 0) }
        return plan
    }
    /// An add-on's update ends with its objects ready, or with what stands in their way.
    private func addon(_ update: EKSUpdate, _ addon: Addon?, _ patch: Value, _ world: World) -> Plan {
        guard let addon else { return close(update, "Failed") }
        var wanted = addon
        wanted.value["spec"] = MergePatch.apply(patch, to: addon.value["spec"])
        let isNew = update.status.value["startedGeneration"].isNull
        if wanted != addon || isNew {
            var started = update
            started.status.value["startedGeneration"] = .int(Int64((addon.metadata.generation ?? 1) + (wanted == addon ? 0 : 1)))
            (wanted.status.status, wanted.status.modifiedAt) = ("UPDATING", world.now.text)
            if isNew { wanted.status.value["appliedGeneration"] = .null }
            return Plan([.update(AddonFields.kind, wanted.value), .updateStatus(EKSUpdateFields.kind, started.value)])
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
    private func close(_ update: EKSUpdate, _ status: String, _ errors: [Value] = []) -> Plan {
        var done = update
        done.status.status = status
        if !errors.isEmpty { done.status.errors = errors }
        return Plan([.updateStatus(EKSUpdateFields.kind, done.value)])
    }
}
