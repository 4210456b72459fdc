import AWSProtocol
import Control
import Documents

/// `delete nodegroup`: empties the nodes of their pods, then takes the nodegroup with all that was made for it.
enum DeleteNodegroup {
    static let command = Command(
        "nodegroup", aliases: ["ng"], help: "Delete a nodegroup",
        flags: [
            Flag("cluster", "EKS cluster name"), Flag("name", short: "n", "Name of the nodegroup to delete"), GetCommands.region,
            Flag("drain", .toggle, "Drain and cordon all nodes in the nodegroup before deletion", standard: "true"),
        ]
    ) { arguments, session in
        guard let cluster = arguments["cluster"] else { throw UsageError("--cluster must be set") }
        guard let name = try CreateCluster.oneName(arguments) else { throw UsageError("--name must be set") }
        let region = session.region(of: cluster, asked: arguments["region"])
        let aws = try session.aws(region)
        guard let group = try await Nodegroups(cluster: cluster, aws: aws).all().first(where: { $0.name == name }) else {
            throw UsageError("Nodegroup with name \(name) not found")
        }
        let deletion = NodegroupDeletion(cluster: cluster, aws: aws, session: session)
        session.info("deleting nodegroup \"\(name)\" in cluster \"\(cluster)\"")
        if !group.managed, !arguments.has("drain") || arguments.isOn("drain") { try await deletion.empty(group) }
        try await group.managed ? deletion.deleteManaged([name]) : deletion.deleteUnmanaged([group.autoScalingGroup])
        try await deletion.clean(nodegroup: name)
        session.success("deleted 1 nodegroup from cluster \"\(cluster)\"")
    }
}

/// Takes nodegroups away, and what belongs to them alone.
struct NodegroupDeletion: Sendable {
    let cluster: String
    let aws: AWSClient
    let session: Session
    private var resources: ClusterResources { ClusterResources(cluster: cluster, aws: aws, session: session) }

    /// Lets the group shrink to nothing, which drains its nodes.
    func empty(_ group: NodegroupSummary) async throws {
        let name: Value = .string(group.autoScalingGroup)
        _ = try await aws.call("autoscaling", "UpdateAutoScalingGroup", ["AutoScalingGroupName": name, "MinSize": 0, "DesiredCapacity": 0])
        try await resources.waitUntilGone("the nodes of \"\(group.name)\"") {
            try await aws.call("autoscaling", "DescribeAutoScalingGroups", ["AutoScalingGroupNames": [name]])["AutoScalingGroups"][0][
                "Instances"][0]
        }
    }
    /// Deletes managed nodegroups and waits until they are gone.
    func deleteManaged(_ names: [String]) async throws {
        for name in names {
            try await aws.callUnlessGone("eks", "DeleteNodegroup", ["clusterName": .string(cluster), "nodegroupName": .string(name)])
        }
        for name in names {
            try await resources.waitUntilGone("nodegroup \"\(name)\"") {
                try await aws.call("eks", "DescribeNodegroup", ["clusterName": .string(cluster), "nodegroupName": .string(name)])
            }
        }
    }
    /// Deletes Auto Scaling groups with their instances and waits until they are gone.
    func deleteUnmanaged(_ groups: [String]) async throws {
        for name in groups {
            try await aws.callUnlessGone(
                "autoscaling", "DeleteAutoScalingGroup", ["AutoScalingGroupName": .string(name), "ForceDelete": true])
        }
        for name in groups {
            try await resources.waitUntilGone("Auto Scaling group \"\(name)\"") {
                try await aws.call("autoscaling", "DescribeAutoScalingGroups", ["AutoScalingGroupNames": [.string(name)]])[
                    "AutoScalingGroups"][0]
            }
        }
    }

    /// Deletes the launch template, security group, access entry and roles of one nodegroup.
    func clean(nodegroup name: String) async throws {
        let mine: Value = [
            "Filters": .array(
                resources.filter.items + [["Name": .string("tag:\(ClusterResources.nodegroupTag)"), "Values": [.string(name)]]])
        ]
        for template in try await aws.all("ec2", "DescribeLaunchTemplates", "LaunchTemplates", mine) {
            try await aws.callUnlessGone("ec2", "DeleteLaunchTemplate", ["LaunchTemplateId": template["LaunchTemplateId"]])
        }
        for group in try await aws.all("ec2", "DescribeSecurityGroups", "SecurityGroups", mine) {
            try await aws.callUnlessGone("ec2", "DeleteSecurityGroup", ["GroupId": group["GroupId"]])
        }
        for role in try await RoleDeletion(aws: aws).roles(of: cluster, nodegroup: name) {
            do {
                try await aws.callUnlessGone("eks", "DeleteAccessEntry", ["clusterName": .string(cluster), "principalArn": role["Arn"]])
            } catch let error as AWSError where error.code == "InvalidRequestException" {}
            try await RoleDeletion(aws: aws).delete(role["RoleName"].string ?? "")
        }
    }
}
