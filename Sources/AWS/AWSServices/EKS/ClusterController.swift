import Control
package import Documents
package import Reconcile

/// Brings clusters up and takes them down. Source: EKS user guide, cluster life cycle.
package struct ClusterController: Controller {
    package typealias Primary = EKSClusterFields
    package static let name = "eks-cluster"
    package static let finalizer = "eks.amazonaws.com/control-plane"
    package static let watches: [Watch] = [
        .mapped(EKSUpdate.self) { update, _ in update.metadata.namespace.map { [EKSClusterFields.kind.key(nil, $0)] } ?? [] }
    ]
    package static let writes: Set<Kind> = [
        EKSClusterFields.kind, SecurityGroupFields.kind, AccessEntryFields.kind, EKSUpdateFields.kind, AddonFields.kind,
        NodegroupFields.kind,
    ]
    let account: String
    package init(account: String) { self.account = account }

    package func reconcile(_ cluster: EKSCluster, in world: World) -> Plan {
        if cluster.metadata.deletionTimestamp != nil { return farewell(cluster, world) }
        if cluster.status.status == "UPDATING" { return settle(cluster, world) }
        guard cluster.status.status == "CREATING" else { return Plan() }
        var plan = Plan()
        securityGroup(of: cluster, world, &plan)
        creatorEntry(of: cluster, world, &plan)
        plan.effects.append(Effect(EKSEffects.start, subject: EKSClusterFields.kind.key(of: cluster.value)))
        return plan
    }

    /// The security group that the control plane and managed nodes share, under the id that the cluster chose.
    private func securityGroup(of cluster: EKSCluster, _ world: World, _ plan: inout Plan) {
        let config = cluster.spec.resourcesVpcConfig
        guard let id = config.clusterSecurityGroupId, world.get(SecurityGroup.self, id) == nil else { return }
        let name = cluster.metadata.name ?? ""
        var group = SecurityGroup()
        group.metadata.name = id
        group.spec.value = SecurityGroupShape.new(
            id: id, name: "eks-cluster-sg-\(name)-\(id.dropFirst(3).prefix(8))",
            description:
                "EKS created security group applied to ENI that is attached to EKS Control Plane master nodes, as well as any managed workloads.",
            vpc: config.vpcId ?? "", account: account, fromItself: true)
        group.spec.tags = [
            ["Key": "Name", "Value": .string("eks-cluster-sg-\(name)")],
            ["Key": .string("kubernetes.io/cluster/\(name)"), "Value": "owned"],
            ["Key": "aws:eks:cluster-name", "Value": .string(name)],
        ]
        plan.changes.append(.create(SecurityGroupFields.kind, group.value))
    }
    /// The creator's entry with the cluster-admin policy, where the cluster has entries and the creator did not decline.
    private func creatorEntry(of cluster: EKSCluster, _ world: World, _ plan: inout Plan) {
        let access = cluster.spec.accessConfig
        guard access.authenticationMode != "CONFIG_MAP", access.bootstrapClusterCreatorAdminPermissions != false,
            let creator = cluster.spec.creator,
            world.get(AccessEntry.self, AccessEntry.name(of: creator), in: cluster.metadata.name) == nil
        else { return }
        var entry = AccessEntry()
        (entry.metadata.name, entry.metadata.namespace) = (AccessEntry.name(of: creator), cluster.metadata.name)
        entry.spec.principalArn = creator
        entry.spec.type = "STANDARD"
        entry.spec.username = AccessEntryDefaults.username(creator, type: "STANDARD")
        (entry.spec.kubernetesGroups, entry.spec.tags, entry.spec.modifiedAt) = ([], [:], world.now.text)
        var policy = View<AssociatedPolicyFields>()
        policy.policyArn = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"
        (policy.accessScope.type, policy.accessScope.namespaces) = ("cluster", [])
        (policy.associatedAt, policy.modifiedAt) = (world.now.text, world.now.text)
        entry.spec.policies = [policy]
        plan.changes.append(.create(AccessEntryFields.kind, entry.value))
    }

    /// A cluster shows UPDATING for no longer than an update of it is in progress, whoever was faster to write what.
    private func settle(_ cluster: EKSCluster, _ world: World) -> Plan {
        let updates = world.list(EKSUpdate.self, in: cluster.metadata.name)
        if updates.contains(where: { $0.status.status == "InProgress" && $0.spec.nodegroupName == nil && $0.spec.addonName == nil }) {
            return Plan()
        }
        var settled = cluster
        settled.status.status = "ACTIVE"
        return Plan([.updateStatus(EKSClusterFields.kind, settled.value)])
    }

    /// Takes away what belongs to the cluster, then has its control plane destroyed; the finalizer goes with that.
    private func farewell(_ cluster: EKSCluster, _ world: World) -> Plan {
        let name = cluster.metadata.name ?? ""
        var plan = Plan(effects: [Effect(EKSEffects.destroy, subject: EKSClusterFields.kind.key(of: cluster.value))])
        for entry in world.list(AccessEntry.self, in: name) { plan.changes.append(deletion(AccessEntryFields.kind, entry.metadata)) }
        // One that was asked for in the moment of the deletion.
        for nodegroup in world.list(Nodegroup.self, in: name) where nodegroup.metadata.deletionTimestamp == nil {
            plan.changes.append(deletion(NodegroupFields.kind, nodegroup.metadata))
        }
        for addon in world.list(Addon.self, in: name) where addon.metadata.deletionTimestamp == nil {
            plan.changes.append(deletion(AddonFields.kind, addon.metadata))
        }
        for update in world.list(EKSUpdate.self, in: name) { plan.changes.append(deletion(EKSUpdateFields.kind, update.metadata)) }
        if let id = cluster.spec.resourcesVpcConfig.clusterSecurityGroupId, let group = world.get(SecurityGroup.self, id) {
            plan.changes.append(deletion(SecurityGroupFields.kind, group.metadata))
        }
        return plan
    }
    private func deletion(_ kind: Kind, _ metadata: View<MetadataFields>) -> Change {
        .delete(kind, namespace: metadata.namespace, name: metadata.name ?? "", uid: metadata.uid)
    }
}
