import AWSProtocol
import Control
import Documents

/// VPCs, subnets, internet gateways, NAT gateways and elastic addresses.
extension EC2Service {
    var networkOperations: [String: OperationHandler] {
        [
            "CreateVpc": createVpc, "DeleteVpc": deleteVpc, "DescribeVpcs": { input, _ in try describe(.vpc, input) },
            "ModifyVpcAttribute": modifyVpcAttribute, "DescribeVpcAttribute": describeVpcAttribute, "CreateSubnet": createSubnet,
            "DeleteSubnet": deleteSubnet, "DescribeSubnets": describeSubnets, "ModifySubnetAttribute": modifySubnetAttribute,
            "CreateInternetGateway": createInternetGateway, "DeleteInternetGateway": deleteInternetGateway,
            "AttachInternetGateway": attachInternetGateway, "DetachInternetGateway": detachInternetGateway,
            "DescribeInternetGateways": { input, _ in try describe(.internetGateway, input) }, "CreateNatGateway": createNatGateway,
            "DeleteNatGateway": deleteNatGateway, "DescribeNatGateways": { input, _ in try describe(.natGateway, input) },
        ]
    }

    func createVpc(_ input: Value, _ context: OperationContext) async throws -> Value {
        try refuseDryRun(input)
        let text = input["CidrBlock"].string ?? ""
        guard let block = IPv4Network(text) else {
            throw AWSError("InvalidParameterValue", "Value (\(text)) for parameter cidrBlock is invalid. This is not a valid CIDR block.")
        }
        guard (16...28).contains(block.length) else { throw AWSError("InvalidVpc.Range", "The CIDR '\(text)' is invalid.") }
        return ["Vpc": try await makeVpc(block, isDefault: false, tags: try tags(input, for: .vpc))]
    }
    /// A VPC with its default security group and main route table.
    func makeVpc(_ block: IPv4Network, isDefault: Bool, tags: Value) async throws -> Value {
        let id = newID(.vpc)
        let vpc = try await create(
            .vpc, id: id,
            [
                "CidrBlock": .string("\(block)"), "DhcpOptionsId": "default", "State": "available", "OwnerId": .string(account),
                "InstanceTenancy": "default", "IsDefault": .bool(isDefault), "EnableDnsSupport": true,
                "EnableDnsHostnames": .bool(isDefault),
                "CidrBlockAssociationSet": [
                    [
                        "AssociationId": .string("vpc-cidr-assoc-" + records.random.hex(17)), "CidrBlock": .string("\(block)"),
                        "CidrBlockState": ["State": "associated"],
                    ]
                ],
            ], tags: tags)
        _ = try await makeSecurityGroup("default", "default VPC security group", vpc: id, tags: [], fromItself: true)
        _ = try await makeRouteTable(vpc: id, block: "\(block)", main: true, tags: [])
        return vpc
    }
    func deleteVpc(_ input: Value, _ context: OperationContext) async throws -> Value {
        let id = input["VpcId"].string ?? ""
        _ = try resource(.vpc, id)
        func inside(_ type: EC2Type) -> [Value] { records.list(type.kind).map { $0["spec"] }.filter { $0["VpcId"].string == id } }
        let groups = inside(.securityGroup)
        let tables = inside(.routeTable)
        let attached = records.list(EC2Type.internetGateway.kind).contains { $0["spec"]["Attachments"][0]["VpcId"].string == id }
        let mains = tables.filter { $0["Associations"].items.contains { $0["Main"].bool == true } }
        guard inside(.subnet).isEmpty, !attached, groups.allSatisfy({ $0["GroupName"].string == "default" }), tables.count == mains.count
        else {
            throw AWSError("DependencyViolation", "The vpc '\(id)' has dependencies and cannot be deleted.")
        }
        for group in groups { try await records.delete(EC2Type.securityGroup.kind, group["GroupId"].string ?? "") }
        for table in tables { try await records.delete(EC2Type.routeTable.kind, table["RouteTableId"].string ?? "") }
        try await records.delete(EC2Type.vpc.kind, id)
        return [:]
    }
    func modifyVpcAttribute(_ input: Value, _ context: OperationContext) async throws -> Value {
        try await change(.vpc, input["VpcId"].string ?? "") { vpc in
            for attribute in ["EnableDnsSupport", "EnableDnsHostnames"] {
                if let on = input[attribute]["Value"].bool { vpc[attribute] = .bool(on) }
            }
        }
        return [:]
    }
    func describeVpcAttribute(_ input: Value, _ context: OperationContext) async throws -> Value {
        let vpc = try resource(.vpc, input["VpcId"].string)["spec"]
        let members = ["enableDnsSupport": "EnableDnsSupport", "enableDnsHostnames": "EnableDnsHostnames"]
        guard let member = members[input["Attribute"].string ?? ""] else {
            throw AWSError("InvalidParameterValue", "Value (\(input["Attribute"].string ?? "")) for parameter attribute is invalid.")
        }
        var output: Value = ["VpcId": vpc["VpcId"]]
        output[member] = ["Value": .bool(vpc[member].bool ?? false)]
        return output
    }

    func createSubnet(_ input: Value, _ context: OperationContext) async throws -> Value {
        let vpc = try resource(.vpc, input["VpcId"].string)["spec"]
        let text = input["CidrBlock"].string ?? ""
        guard let block = IPv4Network(text) else {
            throw AWSError("InvalidParameterValue", "Value (\(text)) for parameter cidrBlock is invalid. This is not a valid CIDR block.")
        }
        guard (16...28).contains(block.length), IPv4Network(vpc["CidrBlock"].string ?? "")?.contains(block) == true else {
            throw AWSError("InvalidSubnet.Range", "The CIDR '\(text)' is invalid.")
        }
        let conflict = AWSError("InvalidSubnet.Conflict", "The CIDR '\(text)' conflicts with another subnet")
        func overlaps(_ other: Value) -> Bool {
            other["VpcId"] == vpc["VpcId"] && IPv4Network(other["CidrBlock"].string ?? "")?.overlaps(block) == true
        }
        if records.list(EC2Type.subnet.kind).contains(where: { overlaps($0["spec"]) }) { throw conflict }
        let zones = Regions.zones(of: region)
        let zone =
            input["AvailabilityZone"].string ?? zones.first { Regions.zoneID($0, in: region) == input["AvailabilityZoneId"].string }
            ?? zones[0]
        guard zones.contains(zone) else {
            throw AWSError(
                "InvalidParameterValue",
                "Value (\(zone)) for parameter availabilityZone is invalid. Subnets can currently only be created in the following availability zones: \(zones.joined(separator: ", "))."
            )
        }
        let subnet = try await makeSubnet(
            block, zone, vpc: vpc["VpcId"].string ?? "", isDefault: false, tags: try tags(input, for: .subnet))
        if try await yields(.subnet, subnet["SubnetId"].string ?? "", where: overlaps) { throw conflict }
        return ["Subnet": counted(subnet)]
    }
    func makeSubnet(_ block: IPv4Network, _ zone: String, vpc: String, isDefault: Bool, tags: Value) async throws -> Value {
        let id = newID(.subnet)
        return try await create(
            .subnet, id: id,
            [
                "VpcId": .string(vpc), "CidrBlock": .string("\(block)"), "AvailabilityZone": .string(zone),
                "AvailabilityZoneId": .string(Regions.zoneID(zone, in: region)), "State": "available", "OwnerId": .string(account),
                "DefaultForAz": .bool(isDefault), "MapPublicIpOnLaunch": .bool(isDefault), "AssignIpv6AddressOnCreation": false,
                "Ipv6CidrBlockAssociationSet": [], "SubnetArn": .string("arn:aws:ec2:\(region):\(account):subnet/\(id)"),
            ], tags: tags)
    }
    /// The subnet's shape with the number of addresses that are left: all but the five that AWS keeps and those in use.
    private func counted(_ subnet: Value) -> Value {
        var subnet = subnet
        let used = records.names(PrivateAddressFields.kind, in: subnet["SubnetId"].string).count
        subnet["AvailableIpAddressCount"] = .int(Int64((IPv4Network(subnet["CidrBlock"].string ?? "")?.count ?? 5) - 5 - used))
        return subnet
    }
    func describeSubnets(_ input: Value, _ context: OperationContext) async throws -> Value {
        try describe(.subnet, input, shapes: records.list(EC2Type.subnet.kind).map { counted($0["spec"]) })
    }
    func deleteSubnet(_ input: Value, _ context: OperationContext) async throws -> Value {
        let id = input["SubnetId"].string ?? ""
        _ = try resource(.subnet, id)
        guard records.names(PrivateAddressFields.kind, in: id).isEmpty else {
            throw AWSError("DependencyViolation", "The subnet '\(id)' has dependencies and cannot be deleted.")
        }
        for table in records.list(EC2Type.routeTable.kind)
        where table["spec"]["Associations"].items.contains(where: { $0["SubnetId"].string == id }) {
            try await change(.routeTable, table["spec"]["RouteTableId"].string ?? "") { table in
                table["Associations"] = .array(table["Associations"].items.filter { $0["SubnetId"].string != id })
            }
        }
        try await records.delete(EC2Type.subnet.kind, id)
        return [:]
    }
    func modifySubnetAttribute(_ input: Value, _ context: OperationContext) async throws -> Value {
        try await change(.subnet, input["SubnetId"].string ?? "") { subnet in
            if let on = input["MapPublicIpOnLaunch"]["Value"].bool { subnet["MapPublicIpOnLaunch"] = .bool(on) }
        }
        return [:]
    }
}
