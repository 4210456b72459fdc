import Control
package import Documents
package import Reconcile

/// Carries out managed nodegroups through an Auto Scaling group each.
package struct NodegroupController: Controller {
    package typealias Primary = NodegroupFields
    package static let name = "eks-nodegroup"
    package static let finalizer = "eks.amazonaws.com/nodegroup"
    package static let watches: [Watch] = [
        .mapped(Instance.self) { instance, world in keys(ofGroup: instance.spec.autoScalingGroup, world) },
        .mapped(AutoScalingGroup.self) { group, world in keys(ofGroup: group.metadata.name, world) },
        // A restored one is there before its cluster runs.
        .mapped(EKSCluster.self) { cluster, world in world.keys(NodegroupFields.kind, in: cluster.metadata.name) },
    ]
    package static let writes: Set<Kind> = [NodegroupFields.kind, AutoScalingGroupFields.kind, AccessEntryFields.kind]
    /// How long the nodes of a new nodegroup may take to join.
    static let patience = Duration.seconds(25 * 60)
    package init() {}

    /// The nodegroups that an Auto Scaling group belongs to.
    private static func keys(ofGroup name: String?, _ world: World) -> [String] {
        guard let name else { return [] }
        return world.list(Nodegroup.self).filter { $0.status.autoScalingGroup == name }.map { NodegroupFields.kind.key(of: $0.value) }
    }

    package func reconcile(_ nodegroup: Nodegroup, in world: World) -> Plan {
        let key = NodegroupFields.kind.key(of: nodegroup.value)
        let standing = nodegroup.status.autoScalingGroup.flatMap { world.get(AutoScalingGroup.self, $0) }
        if nodegroup.metadata.deletionTimestamp != nil { return farewell(nodegroup, standing, key) }
        guard let cluster = world.get(EKSCluster.self, nodegroup.metadata.namespace ?? "") else {
            // Its cluster went in the moment in which it was asked for.
            return Plan([
                .delete(
                    NodegroupFields.kind, namespace: nodegroup.metadata.namespace, name: nodegroup.metadata.name ?? "",
                    uid: nodegroup.metadata.uid)
            ])
        }
        guard cluster.status.endpoint != nil else { return Plan() }
        var plan = Plan()
        nodeEntry(nodegroup, cluster, world, &plan)
        let wanted = group(nodegroup, cluster)
        if let standing {
            var updated = standing
            updated.spec.launch = wanted.spec.launch
            updated.spec.subnetIds = wanted.spec.subnetIds
            if nodegroup.spec.scalingConfig != nodegroup.status.appliedScaling {
                for member in ["minSize", "maxSize", "desiredCapacity"] { updated.spec.value[member] = wanted.spec.value[member] }
            } else if let resized = resized(nodegroup, as: standing) {
                plan.changes.append(.update(NodegroupFields.kind, resized.value))
                return plan
            }
            if updated != standing { plan.changes.append(.update(AutoScalingGroupFields.kind, updated.value)) }
        } else {
            plan.changes.append(.create(AutoScalingGroupFields.kind, wanted.value))
        }
        if nodegroup.spec.scalingConfig != nodegroup.status.appliedScaling {
            plan.changes.append(
                .patch(
                    NodegroupFields.kind, namespace: nodegroup.metadata.namespace, name: nodegroup.metadata.name ?? "",
                    ["status": ["appliedScaling": nodegroup.spec.scalingConfig.value]]))
        }
        let settled = nodegroup.status.status == "ACTIVE" && nodegroup.status.appliedGeneration == nodegroup.metadata.generation
        if !settled, nodegroup.status.status != "CREATE_FAILED" { settle(nodegroup, key, world, &plan) }
        return plan
    }

    /// The nodegroup with the sizes that somebody, such as an autoscaler, gave its Auto Scaling group; nil when they are its own.
    private func resized(_ nodegroup: Nodegroup, as group: AutoScalingGroup) -> Nodegroup? {
        var scaling = nodegroup.spec.scalingConfig
        (scaling.minSize, scaling.maxSize) = (group.spec.minSize, group.spec.maxSize)
        scaling.desiredSize = group.spec.desiredCapacity
        guard scaling != nodegroup.spec.scalingConfig else { return nil }
        var resized = nodegroup
        resized.spec.scalingConfig = scaling
        resized.status.appliedScaling = scaling
        return resized
    }

    /// Has the nodes looked at, soon at first and ever less often; nodes that do not come in time fail the nodegroup.
    /// Source: EKS user guide, nodegroup error codes, NodeCreationFailure.
    private func settle(_ nodegroup: Nodegroup, _ key: String, _ world: World, _ plan: inout Plan) {
        plan.effects.append(Effect(EKSEffects.settle, subject: key))
        let since = nodegroup.metadata.creationTimestamp.flatMap(Timestamp.init) ?? world.now
        let age = world.now - since
        plan.revisit = age < .seconds(60) ? .milliseconds(250) : .seconds(5)
        guard nodegroup.status.status == "CREATING", age > Self.patience else { return }
        var failed = nodegroup
        failed.status.status = "CREATE_FAILED"
        failed.status.issues = [
            [
                "code": "NodeCreationFailure", "message": "Instances failed to join the kubernetes cluster",
                "resourceIds": .array(
                    world.list(Instance.self).filter { $0.spec.autoScalingGroup == nodegroup.status.autoScalingGroup }
                        .compactMap { $0.metadata.name.map(Value.string) }),
            ]
        ]
        plan.changes.append(.updateStatus(NodegroupFields.kind, failed.value))
    }

    private func farewell(_ nodegroup: Nodegroup, _ standing: AutoScalingGroup?, _ key: String) -> Plan {
        if let standing {
            guard standing.metadata.deletionTimestamp == nil else { return Plan() }
            return Plan([
                .delete(AutoScalingGroupFields.kind, namespace: nil, name: standing.metadata.name ?? "", uid: standing.metadata.uid)
            ])
        }
        var done = nodegroup
        done.metadata.finalizers = nodegroup.metadata.finalizers?.filter { $0 != Self.finalizer }
        return Plan([.update(NodegroupFields.kind, done.value)])
    }
    /// The access entry by which EKS lets managed nodes join, where the cluster has entries.
    private func nodeEntry(_ nodegroup: Nodegroup, _ cluster: EKSCluster, _ world: World, _ plan: inout Plan) {
        guard cluster.spec.accessConfig.authenticationMode != "CONFIG_MAP", let role = nodegroup.spec.nodeRole,
            world.get(AccessEntry.self, AccessEntry.name(of: role), in: cluster.metadata.name) == nil
        else { return }
        var entry = AccessEntry()
        (entry.metadata.name, entry.metadata.namespace) = (AccessEntry.name(of: role), cluster.metadata.name)
        entry.spec.principalArn = role
        (entry.spec.type, entry.spec.username) = ("EC2_LINUX", AccessEntryDefaults.username(role, type: "EC2_LINUX"))
        (entry.spec.kubernetesGroups, entry.spec.tags) = (AccessEntryDefaults.groups(type: "EC2_LINUX"), [:])
        entry.spec.modifiedAt = world.now.text
        plan.changes.append(.create(AccessEntryFields.kind, entry.value))
    }

    /// The Auto Scaling group that the nodegroup asks for.
    private func group(_ nodegroup: Nodegroup, _ cluster: EKSCluster) -> AutoScalingGroup {
        let (spec, name) = (nodegroup.spec, nodegroup.metadata.name ?? "")
        let clusterName = cluster.metadata.name ?? ""
        var group = AutoScalingGroup()
        group.metadata.name = nodegroup.status.autoScalingGroup
        group.metadata.finalizers = [AutoScalingGroupController.finalizer]
        (group.spec.minSize, group.spec.maxSize) = (spec.scalingConfig.minSize, spec.scalingConfig.maxSize)
        group.spec.desiredCapacity = spec.scalingConfig.desiredSize
        group.spec.subnetIds = spec.subnets
        (group.spec.defaultCooldown, group.spec.healthCheckType, group.spec.healthCheckGracePeriod) = (300, "EC2", 15)
        group.spec.terminationPolicies = ["AllocationStrategy", "OldestLaunchTemplate", "OldestInstance"]
        var tags = [
            "eks:cluster-name": clusterName, "eks:nodegroup-name": name, "k8s.io/cluster-autoscaler/enabled": "true",
            "k8s.io/cluster-autoscaler/\(clusterName)": "owned", "kubernetes.io/cluster/\(clusterName)": "owned",
        ]
        tags["eyrie.dev/machine"] = spec.tags?["eyrie.dev/machine"]
        group.spec.tags = tags.sorted { $0.key < $1.key }.map { pair in
            var tag = View<GroupTagFields>()
            (tag.key, tag.content, tag.propagate) = (pair.key, pair.value, true)
            return tag
        }
        group.spec.launch = launch(nodegroup, cluster)
        return group
    }
    /// What the group's instances are launched with, in the members of a launch template's data, and EKS's own part for the node.
    private func launch(_ nodegroup: Nodegroup, _ cluster: EKSCluster) -> Value {
        let spec = nodegroup.spec
        var labels = spec.labels ?? [:]
        labels["eks.amazonaws.com/nodegroup"] = nodegroup.metadata.name
        labels["eks.amazonaws.com/nodegroup-image"] = "ami-0a1b2c3d4e5f60718"
        labels["eks.amazonaws.com/capacityType"] = spec.capacityType ?? "ON_DEMAND"
        let taints = (spec.taints ?? []).map { "\($0.key ?? "")=\($0.content ?? ""):\(Self.effect($0.effect))" }
        var data: Value = [
            "InstanceType": .string(spec.instanceTypes?.first ?? "t3.medium"), "ImageId": "ami-0a1b2c3d4e5f60718",
            "BlockDeviceMappings": [["DeviceName": "/dev/xvda", "Ebs": ["VolumeSize": .int(Int64(spec.diskSize ?? 20))]]],
            "SecurityGroupIds": [.string(cluster.spec.resourcesVpcConfig.clusterSecurityGroupId ?? "")],
            "Node": [
                "cluster": .string(cluster.metadata.name ?? ""), "roleArn": .string(spec.nodeRole ?? ""), "labels": Value(labels),
                "taints": .array(taints.map(Value.string)), "version": .string(spec.version ?? ""),
            ],
        ]
        if let key = spec.remoteAccess?["ec2SshKey"].string { data["KeyName"] = .string(key) }
        return data
    }
    /// A taint effect of EKS in Kubernetes' spelling.
    static func effect(_ effect: String?) -> String {
        switch effect {
        case "NO_EXECUTE": "NoExecute"
        case "PREFER_NO_SCHEDULE": "PreferNoSchedule"
        default: "NoSchedule"
        }
    }
}
