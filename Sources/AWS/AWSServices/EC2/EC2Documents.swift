package import Documents

// EC2's documents keep in `spec` the members of the service's own shapes, under the wire names, so that describing is reading.

/// A VPC.
package struct VPCFields: KindFields {
    package static let kind = Kind(group: "ec2", "VPC", prefix: "ec2/vpcs/", namespaced: false)
    package init() {}
    package let metadata = Field<Self, View<MetadataFields>>("metadata"), spec = Field<Self, View<VPCSpecFields>>("spec")
}
/// A VPC as a document.
package typealias VPC = View<VPCFields>
/// The desired part of a VPC.
package struct VPCSpecFields: Fields {
    package init() {}
    package let cidrBlock = Field<Self, String>("CidrBlock"), isDefault = Field<Self, Bool>("IsDefault")
}

/// A subnet.
package struct SubnetFields: KindFields {
    package static let kind = Kind(group: "ec2", "Subnet", prefix: "ec2/subnets/", namespaced: false)
    package init() {}
    package let metadata = Field<Self, View<MetadataFields>>("metadata"), spec = Field<Self, View<SubnetSpecFields>>("spec")
}
/// A subnet as a document.
package typealias Subnet = View<SubnetFields>
/// The desired part of a subnet.
package struct SubnetSpecFields: Fields {
    package init() {}
    package let vpcId = Field<Self, String>("VpcId"), availabilityZone = Field<Self, String>("AvailabilityZone")
    package let cidrBlock = Field<Self, String>("CidrBlock"), mapPublicIp = Field<Self, Bool>("MapPublicIpOnLaunch")
}

/// A security group.
package struct SecurityGroupFields: KindFields {
    package static let kind = Kind(group: "ec2", "SecurityGroup", prefix: "ec2/security-groups/", namespaced: false)
    package init() {}
    package let metadata = Field<Self, View<MetadataFields>>("metadata"), spec = Field<Self, View<SecurityGroupSpecFields>>("spec")
}
/// A security group as a document.
package typealias SecurityGroup = View<SecurityGroupFields>
/// The desired part of a security group.
package struct SecurityGroupSpecFields: Fields {
    package init() {}
    package let groupId = Field<Self, String>("GroupId"), groupName = Field<Self, String>("GroupName"), vpcId = Field<Self, String>("VpcId")
    package let description = Field<Self, String>("Description"), tags = Field<Self, [Value]>("Tags"),
        ownerId = Field<Self, String>("OwnerId")
    package let ingress = Field<Self, [Value]>("IpPermissions"), egress = Field<Self, [Value]>("IpPermissionsEgress")
}

/// A key pair; its name is the pair's.
package struct KeyPairFields: KindFields {
    package static let kind = Kind(group: "ec2", "KeyPair", prefix: "ec2/key-pairs/", namespaced: false)
    package init() {}
    package let metadata = Field<Self, View<MetadataFields>>("metadata"), spec = Field<Self, Value>("spec")
}
/// A key pair as a document.
package typealias KeyPair = View<KeyPairFields>

/// A launch template with all its versions.
package struct LaunchTemplateFields: KindFields {
    package static let kind = Kind(group: "ec2", "LaunchTemplate", prefix: "ec2/launch-templates/", namespaced: false)
    package init() {}
    package let metadata = Field<Self, View<MetadataFields>>("metadata"), spec = Field<Self, View<LaunchTemplateSpecFields>>("spec")
}
/// A launch template as a document.
package typealias LaunchTemplate = View<LaunchTemplateFields>
/// The desired part of a launch template.
package struct LaunchTemplateSpecFields: Fields {
    package init() {}
    package let name = Field<Self, String>("LaunchTemplateName"), standard = Field<Self, Int>("DefaultVersionNumber")
    package let latest = Field<Self, Int>("LatestVersionNumber"), versions = Field<Self, [View<TemplateVersionFields>]>("Versions")
}
/// The members of a template version.
package struct TemplateVersionFields: Fields {
    package init() {}
    package let number = Field<Self, Int>("VersionNumber"), data = Field<Self, Value>("LaunchTemplateData")
}

/// An instance.
package struct InstanceFields: KindFields {
    package static let kind = Kind(group: "ec2", "Instance", prefix: "ec2/instances/", namespaced: false)
    package init() {}
    package let metadata = Field<Self, View<MetadataFields>>("metadata")
    package let spec = Field<Self, View<InstanceSpecFields>>("spec"), status = Field<Self, View<InstanceStatusFields>>("status")
}
/// An instance as a document.
package typealias Instance = View<InstanceFields>
/// The desired part of an instance.
package struct InstanceSpecFields: Fields {
    package init() {}
    package let instanceType = Field<Self, String>("InstanceType"), imageId = Field<Self, String>("ImageId"),
        keyName = Field<Self, String>("KeyName")
    package let subnetId = Field<Self, String>("SubnetId"), vpcId = Field<Self, String>("VpcId")
    package let availabilityZone = Field<Self, String>("AvailabilityZone"), securityGroupIds = Field<Self, [String]>("SecurityGroupIds")
    package let instanceProfile = Field<Self, String>("InstanceProfile"), userData = Field<Self, String>("UserData")
    package let tags = Field<Self, [Value]>("Tags"), launchTime = Field<Self, String>("LaunchTime")
    package let privateAddress = Field<Self, String>("PrivateIpAddress"), privateDNSName = Field<Self, String>("PrivateDnsName")
    package let autoScalingGroup = Field<Self, String>("AutoScalingGroup"), reservationId = Field<Self, String>("ReservationId")
    /// Public addresses for the primary interface: as the subnet says when nil.
    package let associatePublicAddress = Field<Self, Bool>("AssociatePublicIpAddress")
    /// GiB of the root volume.
    package let volumeSize = Field<Self, Int>("VolumeSize")
    /// What EKS launches a managed node with: `cluster`, `roleArn`, `labels`, `taints`; other nodes say it in their user data.
    package let node = Field<Self, Value>("Node")
}
/// The reported part of an instance.
package struct InstanceStatusFields: Fields {
    package init() {}
    /// `pending`, `running`, `draining` (its pods move away), `shutting-down`, `terminated`, `stopping` or `stopped`.
    package let state = Field<Self, String>("state"), reason = Field<Self, String>("reason")
    /// Why the state changed, in EC2's words: `Code` and `Message`.
    package let stateReason = Field<Self, Value>("stateReason")
    /// Whether a drain goes past disruption budgets.
    package let isForced = Field<Self, Bool>("isForced")
    /// When the instance was terminated.
    package let ended = Field<Self, String>("ended")
}
