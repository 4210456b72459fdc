import AWSProtocol
import Control
import Documents

/// Creates one nodegroup of a cluster.
struct NodegroupBuilder: Sendable {
    let group: NodegroupConfig
    let config: ClusterConfig
    let network: ClusterNetwork
    /// The `Cluster` shape of the running cluster.
    let cluster: Value
    let aws: AWSClient
    let session: Session

    private var resources: ClusterResources { ClusterResources(cluster: config.name, aws: aws, session: session) }
    private var roles: RoleBuilder { RoleBuilder(cluster: config.name, aws: aws, random: session.random) }
    private var tags: [String: String] {
        config.tags.merging(group.tags) { $1 }.merging(resources.tags) { $1 }.merging([
            ClusterResources.nodegroupTag: group.name, ClusterResources.nodegroupTypeTag: group.managed ? "managed" : "unmanaged",
        ]) { $1 }
    }
    private var labels: [String: String] {
        group.labels.merging([ClusterResources.clusterTag: config.name, ClusterResources.nodegroupTag: group.name]) { $1 }
    }
    /// The subnets that the group's zones and `privateNetworking` leave.
    private var subnets: [String] {
        (group.privateNetworking ? network.privateSubnets : network.publicSubnets)
            .filter { group.availabilityZones.isEmpty || group.availabilityZones.contains(network.zones[$0] ?? "") }
    }

    /// A nodegroup that EKS manages.
    func createManaged() async throws {
        session.info("creating managed nodegroup \"\(group.name)\"")
        let role = try await roles.nodeRole(nodegroup: group.name, withProfile: false)
        let effects = ["NoSchedule": "NO_SCHEDULE", "NoExecute": "NO_EXECUTE", "PreferNoSchedule": "PREFER_NO_SCHEDULE"]
        var input: Value = [
            "clusterName": .string(config.name), "nodegroupName": .string(group.name), "nodeRole": .string(role.arn),
            "subnets": .array(subnets.map(Value.string)), "instanceTypes": .array(group.instanceTypes.map(Value.string)),
            "scalingConfig": [
                "minSize": .int(Int64(group.minimum)), "maxSize": .int(Int64(max(group.maximum, 1))),
                "desiredSize": .int(Int64(group.desired)),
            ],
            "labels": Value(labels), "tags": Value(tags), "diskSize": .int(Int64(group.volumeSize ?? 80)),
            "capacityType": group.spot ? "SPOT" : "ON_DEMAND",
        ]
        if !group.taints.isEmpty {
            input["taints"] = .array(
                group.taints.map { taint in
                    var taint = taint
                    taint["effect"] = .string(effects[taint["effect"].string ?? ""] ?? "")
                    return taint
                })
        }
        if let key = group.sshKey { input["remoteAccess"] = ["ec2SshKey": .string(key)] }
        _ = try await aws.call("eks", "CreateNodegroup", input)
        _ = try await resources.wait(for: "nodegroup \"\(group.name)\"", "ACTIVE") {
            try await aws.call("eks", "DescribeNodegroup", ["clusterName": .string(config.name), "nodegroupName": .string(group.name)])[
                "nodegroup"]
        }
        session.success("created 1 managed nodegroup in cluster \"\(config.name)\"")
    }

    /// A nodegroup of our own: a role, an access entry, a launch template and an Auto Scaling group.
    func createUnmanaged() async throws {
        session.info("creating nodegroup \"\(group.name)\"")
        let role = try await roles.nodeRole(nodegroup: group.name, withProfile: true)
        try await letNodesJoin(role.arn)
        let security = try await securityGroup()
        let name = "eksctl-\(config.name)-nodegroup-\(group.name)"
        let template = try await launchTemplate(name, profile: role.profile, security: security)
        let asgName = "\(name)-NodeGroup-\(session.random.hex(12).uppercased())"
        var all = tags
        all["Name"] = "\(config.name)-\(group.name)-Node"
        all["kubernetes.io/cluster/\(config.name)"] = "owned"
        _ = try await aws.call(
            "autoscaling", "CreateAutoScalingGroup",
            [
                "AutoScalingGroupName": .string(asgName), "MinSize": .int(Int64(group.minimum)), "MaxSize": .int(Int64(group.maximum)),
                "DesiredCapacity": .int(Int64(group.desired)), "VPCZoneIdentifier": .string(subnets.joined(separator: ",")),
                "LaunchTemplate": ["LaunchTemplateId": .string(template), "Version": "$Latest"],
                "Tags": .array(
                    all.sorted { $0.key < $1.key }.map {
                        [
                            "Key": .string($0.key), "Value": .string($0.value), "PropagateAtLaunch": true, "ResourceId": .string(asgName),
                            "ResourceType": "auto-scaling-group",
                        ]
                    }),
            ])
        session.success("created 1 nodegroup in cluster \"\(config.name)\"")
    }

    /// Makes the node role known to the cluster: by an access entry, or in the aws-auth ConfigMap where the cluster has no entries.
    private func letNodesJoin(_ role: String) async throws {
        if config.authenticationMode == "CONFIG_MAP" {
            session.info("adding identity \"\(role)\" to auth ConfigMap")
            return try await ClusterNodes(cluster: cluster, region: config.region, session: session).addToAuth(role: role)
        }
        session.info("nodegroup \"\(group.name)\": adding EC2_LINUX access entry for \"\(role)\"")
        _ = try await aws.call(
            "eks", "CreateAccessEntry", ["clusterName": .string(config.name), "principalArn": .string(role), "type": "EC2_LINUX"])
    }
    private func tagList(_ tags: [String: String]) -> Value {
        .array(tags.sorted { $0.key < $1.key }.map { ["Key": .string($0.key), "Value": .string($0.value)] })
    }
    private func securityGroup() async throws -> String {
        let answer = try await aws.call(
            "ec2", "CreateSecurityGroup",
            [
                "GroupName": .string("eksctl-\(config.name)-nodegroup-\(group.name)-SG-\(session.random.hex(12))"),
                "Description": .string("Communication between the control plane and worker nodes in group \(group.name)"),
                "VpcId": .string(network.vpc), "TagSpecifications": [["ResourceType": "security-group", "Tags": tagList(tags)]],
            ])
        let id = answer["GroupId"].string ?? ""
        var permissions: [Value] = [
            [
                "IpProtocol": "tcp", "FromPort": 1025, "ToPort": 65535,
                "UserIdGroupPairs": [["GroupId": .string(network.controlPlaneGroup)]],
            ]
        ]
        if group.sshKey != nil {
            permissions.append(["IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [["CidrIp": "0.0.0.0/0"]]])
        }
        _ = try await aws.call("ec2", "AuthorizeSecurityGroupIngress", ["GroupId": .string(id), "IpPermissions": .array(permissions)])
        return id
    }

    private func launchTemplate(_ name: String, profile: String, security: String) async throws -> String {
        var data: Value = [
            "InstanceType": .string(group.instanceTypes[0]), "ImageId": "ami-0a1b2c3d4e5f60718",
            "IamInstanceProfile": ["Name": .string(profile)],
            "UserData": .string(NodeConfig.userData(cluster: cluster, labels: labels, taints: group.taints)),
            "BlockDeviceMappings": [
                ["DeviceName": "/dev/xvda", "Ebs": ["VolumeSize": .int(Int64(group.volumeSize ?? 80)), "VolumeType": "gp3"]]
            ],
            "MetadataOptions": ["HttpTokens": "required", "HttpPutResponseHopLimit": 2],
            "SecurityGroupIds": [
                .string(security), .string(network.sharedNodeGroup), cluster["resourcesVpcConfig"]["clusterSecurityGroupId"],
            ],
            "TagSpecifications": [
                ["ResourceType": "instance", "Tags": tagList(tags.merging(["Name": "\(config.name)-\(group.name)-Node"]) { $1 })]
            ],
        ]
        if let key = group.sshKey { data["KeyName"] = .string(key) }
        if group.spot { data["InstanceMarketOptions"] = ["MarketType": "spot"] }
        let answer = try await aws.call(
            "ec2", "CreateLaunchTemplate",
            [
                "LaunchTemplateName": .string(name), "LaunchTemplateData": data,
                "TagSpecifications": [["ResourceType": "launch-template", "Tags": tagList(tags)]],
            ])
        return answer["LaunchTemplate"]["LaunchTemplateId"].string ?? ""
    }
}
