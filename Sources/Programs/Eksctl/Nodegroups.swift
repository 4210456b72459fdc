import AWSProtocol
import Documents

/// One nodegroup as `get nodegroup` shows it, managed or not.
struct NodegroupSummary: Sendable {
    var name: String
    var cluster: String
    var managed: Bool
    var status: String
    var created: Value
    var minimum: Int
    var maximum: Int
    var desired: Int
    var instanceType: String
    var image: String
    var autoScalingGroup: String
    var role: String
    var version: String

    /// The form of `-o json`.
    var document: Value {
        [
            "StackName": .string("eksctl-\(cluster)-nodegroup-\(name)"), "Cluster": .string(cluster), "Name": .string(name),
            "Status": .string(status), "MaxSize": .int(Int64(maximum)), "MinSize": .int(Int64(minimum)),
            "DesiredCapacity": .int(Int64(desired)),
            "InstanceType": .string(instanceType), "ImageID": .string(image), "CreationTime": created, "NodeInstanceRoleARN": .string(role),
            "AutoScalingGroupName": .string(autoScalingGroup), "Version": .string(version),
            "NodeGroupType": managed ? "managed" : "unmanaged",
        ]
    }
}

/// Finds a cluster's nodegroups: managed ones by EKS, others by the tags of their Auto Scaling groups.
struct Nodegroups: Sendable {
    let cluster: String
    let aws: AWSClient

    func all() async throws -> [NodegroupSummary] {
        var groups: [NodegroupSummary] = []
        for name in try await aws.all("eks", "ListNodegroups", "nodegroups", ["clusterName": .string(cluster)]).compactMap(\.string) {
            groups.append(
                summary(
                    managed: try await aws.call(
                        "eks", "DescribeNodegroup", ["clusterName": .string(cluster), "nodegroupName": .string(name)])["nodegroup"]))
        }
        for group in try await unmanaged() { groups.append(try await summary(group)) }
        return groups.sorted { $0.name < $1.name }
    }
    /// The Auto Scaling groups (their shape) of nodegroups that EKS does not manage.
    func unmanaged() async throws -> [Value] {
        let filter: Value = ["Filters": [["Name": .string("tag:\(ClusterResources.clusterTag)"), "Values": [.string(cluster)]]]]
        return try await aws.all("autoscaling", "DescribeAutoScalingGroups", "AutoScalingGroups", filter)
            .filter { tag($0, ClusterResources.nodegroupTypeTag) == "unmanaged" }
    }
    func tag(_ group: Value, _ key: String) -> String? { group["Tags"].items.first { $0["Key"].string == key }?["Value"].string }

    private func summary(_ group: Value) async throws -> NodegroupSummary {
        let template = try await aws.call(
            "ec2", "DescribeLaunchTemplateVersions",
            ["LaunchTemplateId": group["LaunchTemplate"]["LaunchTemplateId"], "Versions": ["$Latest"]])["LaunchTemplateVersions"][0][
                "LaunchTemplateData"]
        return NodegroupSummary(
            name: tag(group, ClusterResources.nodegroupTag) ?? "", cluster: cluster, managed: false,
            status: group["Status"].isNull ? "CREATE_COMPLETE" : "DELETE_IN_PROGRESS", created: group["CreatedTime"],
            minimum: group["MinSize"].int ?? 0, maximum: group["MaxSize"].int ?? 0, desired: group["DesiredCapacity"].int ?? 0,
            instanceType: template["InstanceType"].string ?? "", image: template["ImageId"].string ?? "",
            autoScalingGroup: group["AutoScalingGroupName"].string ?? "", role: template["IamInstanceProfile"]["Name"].string ?? "",
            version: "")
    }
    private func summary(managed group: Value) -> NodegroupSummary {
        let sizes = group["scalingConfig"]
        return NodegroupSummary(
            name: group["nodegroupName"].string ?? "", cluster: cluster, managed: true, status: group["status"].string ?? "",
            created: group["createdAt"], minimum: sizes["minSize"].int ?? 0, maximum: sizes["maxSize"].int ?? 0,
            desired: sizes["desiredSize"].int ?? 0, instanceType: group["instanceTypes"].items.compactMap(\.string).joined(separator: ","),
            image: group["amiType"].string ?? "", autoScalingGroup: group["resources"]["autoScalingGroups"][0]["name"].string ?? "",
            role: group["nodeRole"].string ?? "", version: group["version"].string ?? "")
    }
}
