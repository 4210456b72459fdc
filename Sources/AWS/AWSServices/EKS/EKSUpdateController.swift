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
        }
    ]
    package static let writes: Set<Kind> = [EKSUpdateFields.kind, EKSClusterFields.kind, NodegroupFields.kind]
    package init() {}

    package func reconcile(_ update: EKSUpdate, in world: World) -> Plan {
        guard update.status.status == "InProgress" else { return Plan() }
        let patch = update.spec.patch ?? [:]
        let name = update.metadata.namespace ?? ""
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
        wanted.status.status = "ACTIVE"
        var plan = close(update, "Successful")
        if wanted != cluster { plan.changes.insert(.update(EKSClusterFields.kind, wanted.value), at: 0) }
        return plan
    }
    private func close(_ update: EKSUpdate, _ status: String) -> Plan {
        var done = update
        done.status.status = status
        return Plan([.updateStatus(EKSUpdateFields.kind, done.value)])
    }
}
