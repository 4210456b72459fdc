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
        let groups = (data["SecurityGroupIds"].array ?? []) + (data["NetworkInterfaces"][0]["Groups"].array ?? [])
        spec.securityGroupIds = groups.compactMap(\.string)
        let profile = data["IamInstanceProfile"]
        spec.instanceProfile = profile["Name"].string ?? profile["Arn"].string?.split(separator: "/").last.map(String.init)
        spec.userData = data["UserData"].string
        let interface = data["NetworkInterfaces"].items.first { ($0["DeviceIndex"].int ?? 0) == 0 } ?? .null
        spec.privateAddress = data["PrivateIpAddress"].string ?? interface["PrivateIpAddress"].string
        spec.associatePublicAddress = interface["AssociatePublicIpAddress"].bool
        spec.volumeSize = data["BlockDeviceMappings"].items.compactMap { $0["Ebs"]["VolumeSize"].int }.first
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
    static func describe(_ instance: Instance, _ interfaces: InterfaceShapes) -> Value {
        let spec = instance.spec
        let type = InstanceTypes.find(spec.instanceType ?? "")
        let state = instance.status.state ?? "pending"
        var shape: Value = [
            "InstanceId": instance.metadata.value["name"], "ImageId": spec.value["ImageId"], "InstanceType": spec.value["InstanceType"],
            "State": Self.state(state), "LaunchTime": spec.value["LaunchTime"], "Architecture": .string(type?.arch ?? "x86_64"),
            "Placement": ["AvailabilityZone": spec.value["AvailabilityZone"], "Tenancy": "default", "GroupName": ""],
            "Hypervisor": .string(type?.hypervisor == "nitro" ? "xen" : type?.hypervisor ?? "xen"), "VirtualizationType": "hvm",
            "Monitoring": ["State": "disabled"], "RootDeviceType": "ebs", "RootDeviceName": "/dev/xvda", "EbsOptimized": false,
            "AmiLaunchIndex": 0, "ProductCodes": [], "Tags": .array(tags(of: instance)),
            "PrivateDnsName": .string(spec.privateDNSName ?? ""), "PublicDnsName": "",
            "StateTransitionReason": .string(instance.status.reason ?? ""),
        ]
        if let reason = instance.status.stateReason { shape["StateReason"] = reason }
        if let key = spec.keyName { shape["KeyName"] = .string(key) }
        if let profile = spec.instanceProfile {
            shape["IamInstanceProfile"] = ["Arn": .string("arn:aws:iam::\(interfaces.account):instance-profile/\(profile)")]
        }
        guard state != "terminated" else { return shape }
        shape["VpcId"] = spec.value["VpcId"]
        shape["SubnetId"] = spec.value["SubnetId"]
        let attached = interfaces.of(instance: instance.metadata.name ?? "")
        guard let primary = attached.first, primary.spec.attachment.deviceIndex == 0 else {
            shape["SecurityGroups"] = interfaces.groups(spec.securityGroupIds ?? [])
            return shape
        }
        let address = primary.spec.addresses?.first ?? ""
        shape["SecurityGroups"] = interfaces.groups(primary.spec.groupIds ?? [])
        shape["PrivateIpAddress"] = .string(address)
        shape["PrivateDnsName"] = .string(NetworkInterfaces.dnsName(address, region: interfaces.region))
        shape["SourceDestCheck"] = .bool(primary.spec.checksSourceAndDestination ?? true)
        shape["NetworkInterfaces"] = .array(attached.map(interfaces.describeAttached))
        if let open = interfaces.publicAddress(of: primary) {
            shape["PublicIpAddress"] = .string(open)
            shape["PublicDnsName"] = .string(NetworkInterfaces.publicDNSName(open, region: interfaces.region))
        }
        return shape
    }
    /// The instance's tags with those that Auto Scaling adds.
    private static func tags(of instance: Instance) -> [Value] {
        var tags = instance.spec.tags ?? []
        if let group = instance.spec.autoScalingGroup { tags.append(["Key": "aws:autoscaling:groupName", "Value": .string(group)]) }
        return tags
    }
}
