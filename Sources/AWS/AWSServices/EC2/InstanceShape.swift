import Control
import Documents

/// The documents and shapes of instances.
enum InstanceShape {
    /// A new instance from launch data (the members of a launch template's data).
    static func document(
        id: String, data: Value, subnet: Subnet, now: Timestamp, group: String?, node: Value, tags: [Value], reservation: String
    ) -> Instance {
        var instance = Instance()
        instance.metadata.name = id
        var spec = View<InstanceSpecFields>()
        spec.instanceType = data["InstanceType"].string ?? "m1.small"
        spec.imageId = data["ImageId"].string
        spec.keyName = data["KeyName"].string
        spec.subnetId = subnet.metadata.name
        spec.vpcId = subnet.spec.vpcId
        spec.availabilityZone = subnet.spec.availabilityZone
        let groups = data["SecurityGroupIds"].array ?? data["NetworkInterfaces"][0]["Groups"].items
        spec.securityGroupIds = groups.compactMap(\.string)
        let profile = data["IamInstanceProfile"]
        spec.instanceProfile = profile["Name"].string ?? profile["Arn"].string?.split(separator: "/").last.map(String.init)
        spec.userData = data["UserData"].string
        spec.tags = tags
        spec.launchTime = now.text
        spec.autoScalingGroup = group
        spec.reservationId = reservation
        if !node.isNull { spec.node = node }
        instance.spec = spec
        instance.status.state = "pending"
        return instance
    }

    /// The `InstanceState` shape of a state; draining is running to the outside.
    static func state(_ name: String) -> Value {
        let codes: [String: Int64] = ["pending": 0, "running": 16, "shutting-down": 32, "terminated": 48, "stopping": 64, "stopped": 80]
        let name = name == "draining" ? "running" : name
        return ["Code": .int(codes[name] ?? 0), "Name": .string(name)]
    }

    /// The `Instance` shape.
    static func describe(_ instance: Instance, _ records: Records, _ account: String) -> Value {
        let spec = instance.spec
        let type = InstanceTypes.find(spec.instanceType ?? "")
        let state = instance.status.state ?? "pending"
        let groups = (spec.securityGroupIds ?? []).map { id -> Value in
            ["GroupId": .string(id), "GroupName": .string(records.get(SecurityGroup.self, id)?.spec.groupName ?? "")]
        }
        var shape: Value = [
            "InstanceId": instance.metadata.value["name"], "ImageId": spec.value["ImageId"], "InstanceType": spec.value["InstanceType"],
            "State": Self.state(state), "LaunchTime": spec.value["LaunchTime"], "Architecture": .string(type?.arch ?? "x86_64"),
            "Placement": ["AvailabilityZone": spec.value["AvailabilityZone"], "Tenancy": "default", "GroupName": ""],
            "Hypervisor": .string(type?.hypervisor == "nitro" ? "xen" : type?.hypervisor ?? "xen"), "VirtualizationType": "hvm",
            "Monitoring": ["State": "disabled"], "RootDeviceType": "ebs", "RootDeviceName": "/dev/xvda", "EbsOptimized": false,
            "AmiLaunchIndex": 0, "ProductCodes": [], "SourceDestCheck": true, "Tags": .array(tags(of: instance)),
            "PrivateDnsName": .string(spec.privateDNSName ?? ""), "PublicDnsName": "",
            "StateTransitionReason": .string(instance.status.reason ?? ""),
        ]
        if let key = spec.keyName { shape["KeyName"] = .string(key) }
        if let profile = spec.instanceProfile {
            shape["IamInstanceProfile"] = ["Arn": .string("arn:aws:iam::\(account):instance-profile/\(profile)")]
        }
        guard state != "terminated" else { return shape }
        shape["VpcId"] = spec.value["VpcId"]
        shape["SubnetId"] = spec.value["SubnetId"]
        shape["SecurityGroups"] = .array(groups)
        if spec.privateAddress != nil {
            shape["PrivateIpAddress"] = spec.value["PrivateIpAddress"]
            shape["NetworkInterfaces"] = [interface(instance)]
        }
        return shape
    }
    /// The instance's tags with those that Auto Scaling adds.
    private static func tags(of instance: Instance) -> [Value] {
        var tags = instance.spec.tags ?? []
        if let group = instance.spec.autoScalingGroup { tags.append(["Key": "aws:autoscaling:groupName", "Value": .string(group)]) }
        return tags
    }
    /// The shape of the instance's primary network interface.
    static func interface(_ instance: Instance) -> Value {
        let (id, spec) = (instance.metadata.name ?? "", instance.spec)
        return [
            "NetworkInterfaceId": .string("eni-" + id.dropFirst(2)), "SubnetId": spec.value["SubnetId"], "VpcId": spec.value["VpcId"],
            "PrivateIpAddress": spec.value["PrivateIpAddress"], "PrivateDnsName": spec.value["PrivateDnsName"], "Status": "in-use",
            "InterfaceType": "interface", "SourceDestCheck": true,
            "Groups": .array((spec.securityGroupIds ?? []).map { ["GroupId": .string($0)] }),
            "PrivateIpAddresses": [
                ["Primary": true, "PrivateIpAddress": spec.value["PrivateIpAddress"], "PrivateDnsName": spec.value["PrivateDnsName"]]
            ],
            "Attachment": [
                "AttachmentId": .string("eni-attach-" + id.dropFirst(2)), "DeviceIndex": 0, "InstanceId": .string(id), "Status": "attached",
                "DeleteOnTermination": true,
            ],
        ]
    }
}
