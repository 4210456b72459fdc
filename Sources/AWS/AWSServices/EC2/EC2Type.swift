import AWSProtocol
import Documents

/// What the handlers need to know of a kind of EC2 resource: a row of the table below.
struct EC2Type: Sendable {
    let kind: Kind
    /// The type's name in tag specifications, as `vpc`; ids begin with it or with `idPrefix`.
    let name: String
    let idPrefix: String
    /// The member of the shape with the id, the output member of the describe operation, and its input member with ids.
    let idMember: String, listMember: String, idsMember: String
    /// Error code and text for an id that is not there; `%` stands for the id.
    let notFoundCode: String, notFoundText: String
    /// Filters besides those for tags: filter name to path in the shape.
    let filters: [String: String]

    private init(
        _ kind: Kind, _ name: String, _ idPrefix: String, _ idMember: String, _ listMember: String, _ idsMember: String, _ code: String,
        _ text: String, _ filters: [String: String]
    ) {
        (self.kind, self.name, self.idPrefix, self.idMember, self.listMember) = (kind, name, idPrefix, idMember, listMember)
        (self.idsMember, notFoundCode, notFoundText, self.filters) = (idsMember, code, text, filters)
    }

    static let vpc = EC2Type(
        VPCFields.kind, "vpc", "vpc-", "VpcId", "Vpcs", "VpcIds", "InvalidVpcID.NotFound", "The vpc ID '%' does not exist",
        [
            "vpc-id": "VpcId", "cidr": "CidrBlock", "is-default": "IsDefault", "isDefault": "IsDefault", "state": "State",
            "owner-id": "OwnerId",
        ])
    static let subnet = EC2Type(
        SubnetFields.kind, "subnet", "subnet-", "SubnetId", "Subnets", "SubnetIds", "InvalidSubnetID.NotFound",
        "The subnet ID '%' does not exist",
        [
            "subnet-id": "SubnetId", "vpc-id": "VpcId", "availability-zone": "AvailabilityZone", "availabilityZone": "AvailabilityZone",
            "cidr-block": "CidrBlock", "state": "State", "default-for-az": "DefaultForAz", "map-public-ip-on-launch": "MapPublicIpOnLaunch",
        ])
    static let internetGateway = EC2Type(
        Kind(group: "ec2", "InternetGateway", prefix: "ec2/internet-gateways/", namespaced: false), "internet-gateway", "igw-",
        "InternetGatewayId", "InternetGateways", "InternetGatewayIds", "InvalidInternetGatewayID.NotFound",
        "The internetGateway ID '%' does not exist", ["internet-gateway-id": "InternetGatewayId", "attachment.vpc-id": "Attachments.VpcId"])
    static let natGateway = EC2Type(
        Kind(group: "ec2", "NatGateway", prefix: "ec2/nat-gateways/", namespaced: false), "natgateway", "nat-", "NatGatewayId",
        "NatGateways",
        "NatGatewayIds", "NatGatewayNotFound", "The Nat Gateway % was not found",
        ["vpc-id": "VpcId", "subnet-id": "SubnetId", "state": "State", "nat-gateway-id": "NatGatewayId"])
    static let address = EC2Type(
        Kind(group: "ec2", "Address", prefix: "ec2/addresses/", namespaced: false), "elastic-ip", "eipalloc-", "AllocationId", "Addresses",
        "AllocationIds", "InvalidAllocationID.NotFound", "The allocation ID '%' does not exist",
        [
            "allocation-id": "AllocationId", "public-ip": "PublicIp", "domain": "Domain", "association-id": "AssociationId",
            "instance-id": "InstanceId", "network-interface-id": "NetworkInterfaceId", "private-ip-address": "PrivateIpAddress",
        ])
    static let routeTable = EC2Type(
        Kind(group: "ec2", "RouteTable", prefix: "ec2/route-tables/", namespaced: false), "route-table", "rtb-", "RouteTableId",
        "RouteTables",
        "RouteTableIds", "InvalidRouteTableID.NotFound", "The routeTable ID '%' does not exist",
        [
            "vpc-id": "VpcId", "route-table-id": "RouteTableId", "association.subnet-id": "Associations.SubnetId",
            "association.main": "Associations.Main",
        ])
    static let securityGroup = EC2Type(
        SecurityGroupFields.kind, "security-group", "sg-", "GroupId", "SecurityGroups", "GroupIds", "InvalidGroup.NotFound",
        "The security group '%' does not exist",
        ["group-id": "GroupId", "group-name": "GroupName", "vpc-id": "VpcId", "description": "Description", "owner-id": "OwnerId"])
    static let keyPair = EC2Type(
        KeyPairFields.kind, "key-pair", "key-", "KeyPairId", "KeyPairs", "KeyPairIds", "InvalidKeyPair.NotFound",
        "The key pair '%' does not exist", ["key-name": "KeyName", "key-pair-id": "KeyPairId", "fingerprint": "KeyFingerprint"])
    static let launchTemplate = EC2Type(
        LaunchTemplateFields.kind, "launch-template", "lt-", "LaunchTemplateId", "LaunchTemplates", "LaunchTemplateIds",
        "InvalidLaunchTemplateId.NotFound", "The specified launch template, with template ID %, does not exist.",
        ["launch-template-name": "LaunchTemplateName"])
    static let instance = EC2Type(
        InstanceFields.kind, "instance", "i-", "InstanceId", "Instances", "InstanceIds", "InvalidInstanceID.NotFound",
        "The instance ID '%' does not exist",
        [
            "instance-id": "InstanceId", "instance-type": "InstanceType", "vpc-id": "VpcId", "subnet-id": "SubnetId", "key-name": "KeyName",
            "availability-zone": "Placement.AvailabilityZone", "instance-state-name": "State.Name",
            "private-ip-address": "PrivateIpAddress",
            "private-dns-name": "PrivateDnsName", "image-id": "ImageId", "instance.group-id": "SecurityGroups.GroupId",
            "iam-instance-profile.arn": "IamInstanceProfile.Arn", "instance-lifecycle": "InstanceLifecycle",
            "ip-address": "PublicIpAddress", "dns-name": "PublicDnsName", "instance.group-name": "SecurityGroups.GroupName",
            "network-interface.network-interface-id": "NetworkInterfaces.NetworkInterfaceId",
            "network-interface.addresses.private-ip-address": "NetworkInterfaces.PrivateIpAddresses.PrivateIpAddress",
            "network-interface.vpc-id": "NetworkInterfaces.VpcId", "network-interface.subnet-id": "NetworkInterfaces.SubnetId",
        ])
    static let networkInterface = EC2Type(
        NetworkInterfaceFields.kind, "network-interface", "eni-", "NetworkInterfaceId", "NetworkInterfaces", "NetworkInterfaceIds",
        "InvalidNetworkInterfaceID.NotFound", "The networkInterface ID '%' does not exist",
        [
            "network-interface-id": "NetworkInterfaceId", "subnet-id": "SubnetId", "vpc-id": "VpcId", "status": "Status",
            "availability-zone": "AvailabilityZone", "description": "Description", "mac-address": "MacAddress", "owner-id": "OwnerId",
            "private-ip-address": "PrivateIpAddress", "private-dns-name": "PrivateDnsName", "requester-id": "RequesterId",
            "requester-managed": "RequesterManaged", "source-dest-check": "SourceDestCheck", "interface-type": "InterfaceType",
            "group-id": "Groups.GroupId", "group-name": "Groups.GroupName", "addresses.primary": "PrivateIpAddresses.Primary",
            "addresses.private-ip-address": "PrivateIpAddresses.PrivateIpAddress",
            "addresses.association.public-ip": "PrivateIpAddresses.Association.PublicIp",
            "association.allocation-id": "Association.AllocationId", "association.association-id": "Association.AssociationId",
            "association.public-ip": "Association.PublicIp", "association.ip-owner-id": "Association.IpOwnerId",
            "association.public-dns-name": "Association.PublicDnsName", "attachment.attachment-id": "Attachment.AttachmentId",
            "attachment.instance-id": "Attachment.InstanceId", "attachment.device-index": "Attachment.DeviceIndex",
            "attachment.status": "Attachment.Status", "attachment.attach-time": "Attachment.AttachTime",
            "attachment.delete-on-termination": "Attachment.DeleteOnTermination",
            "attachment.instance-owner-id": "Attachment.InstanceOwnerId",
        ])
    static let all = [
        vpc, subnet, internetGateway, natGateway, address, routeTable, securityGroup, keyPair, launchTemplate, instance, networkInterface,
    ]

    /// The error for an id that is not there.
    func notFound(_ id: String) -> AWSError { AWSError(notFoundCode, notFoundText.replacing("%", with: id)) }
}
