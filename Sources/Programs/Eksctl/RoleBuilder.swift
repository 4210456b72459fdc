import AWSProtocol
import Control
import Documents

/// Makes the IAM roles of a cluster and its nodegroups, named and equipped as eksctl does.
struct RoleBuilder: Sendable {
    let cluster: String
    let aws: AWSClient
    let random: RandomSource

    /// The control plane's role; returns its ARN.
    func clusterRole() async throws -> String {
        try await role(
            "eksctl-\(cluster)-cluster-ServiceRole-\(suffix)", service: "eks.amazonaws.com",
            policies: ["AmazonEKSClusterPolicy", "AmazonEKSVPCResourceController"])
    }
    /// A nodegroup's role and, for self-managed nodes, its instance profile; returns the role's ARN and the profile's name.
    func nodeRole(nodegroup: String, withProfile: Bool) async throws -> (arn: String, profile: String) {
        let name = "eksctl-\(cluster)-nodegroup-\(nodegroup)-NodeInstanceRole-\(suffix)"
        let arn = try await role(
            name, service: "ec2.amazonaws.com",
            policies: [
                "AmazonEC2ContainerRegistryPullOnly", "AmazonEKSWorkerNodePolicy", "AmazonEKS_CNI_Policy", "AmazonSSMManagedInstanceCore",
            ],
            tags: [ClusterResources.nodegroupTag: nodegroup])
        let profile = "eksctl-\(cluster)-nodegroup-\(nodegroup)-NodeInstanceProfile-\(suffix)"
        if withProfile {
            _ = try await aws.call("iam", "CreateInstanceProfile", ["InstanceProfileName": .string(profile)])
            _ = try await aws.call("iam", "AddRoleToInstanceProfile", ["InstanceProfileName": .string(profile), "RoleName": .string(name)])
        }
        return (arn, profile)
    }

    private var suffix: String { random.hex(12).uppercased() }
    private func role(_ name: String, service: String, policies: [String], tags: [String: String] = [:]) async throws -> String {
        let name = String(name.prefix(64))
        let trust: Value = [
            "Version": "2012-10-17",
            "Statement": [
                ["Effect": "Allow", "Principal": ["Service": .string(service)], "Action": ["sts:AssumeRole", "sts:TagSession"]]
            ],
        ]
        let all = tags.merging([ClusterResources.clusterTag: cluster]) { $1 }
        let answer = try await aws.call(
            "iam", "CreateRole",
            [
                "RoleName": .string(name), "AssumeRolePolicyDocument": .string(JSON.text(trust)),
                "Tags": .array(all.sorted { $0.key < $1.key }.map { ["Key": .string($0.key), "Value": .string($0.value)] }),
            ])
        for policy in policies {
            _ = try await aws.call(
                "iam", "AttachRolePolicy", ["RoleName": .string(name), "PolicyArn": .string("arn:aws:iam::aws:policy/\(policy)")])
        }
        return answer["Role"]["Arn"].string ?? ""
    }
}
