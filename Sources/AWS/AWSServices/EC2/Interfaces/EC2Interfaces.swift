import AWSProtocol
import Control
import Documents

/// Network interfaces as users make, describe, change and delete them. Source: EC2 API reference.
extension EC2Service {
    var interfaceOperations: [String: OperationHandler] {
        [
            "CreateNetworkInterface": createNetworkInterface, "DeleteNetworkInterface": deleteNetworkInterface,
            "DescribeNetworkInterfaces": describeNetworkInterfaces, "ModifyNetworkInterfaceAttribute": modifyNetworkInterfaceAttribute,
            "DescribeNetworkInterfaceAttribute": describeNetworkInterfaceAttribute, "AttachNetworkInterface": attachNetworkInterface,
            "DetachNetworkInterface": detachNetworkInterface, "AssignPrivateIpAddresses": assignPrivateAddresses,
            "UnassignPrivateIpAddresses": unassignPrivateAddresses,
            "ModifyInstanceAttribute": modifyInstanceAttribute,
        ]
    }
    var interfaces: NetworkInterfaces { NetworkInterfaces(region: region, records: records) }
    var interfaceShapes: InterfaceShapes { InterfaceShapes(records, region: region, account: account) }

    /// An interface that the caller may change.
    /// - Throws: its NotFound error, or `AuthFailure` for an interface that a service keeps for itself.
    func interface(_ id: String?) throws -> NetworkInterface {
        guard let found = NetworkInterface(try resource(.networkInterface, id)) else { throw EC2Type.networkInterface.notFound(id ?? "") }
        guard found.spec.requester == nil else {
            throw AWSError("AuthFailure", "You do not have permission to access the specified resource.")
        }
        return found
    }

    func createNetworkInterface(_ input: Value, _ context: OperationContext) async throws -> Value {
        try refuseDryRun(input)
        guard let subnet = Subnet(try resource(.subnet, input["SubnetId"].string)) else {
            throw EC2Type.subnet.notFound(input["SubnetId"].string ?? "")
        }
        var wish = NetworkInterfaces.Wish(id: newID(.networkInterface), subnet: subnet)
        wish.description = input["Description"].string ?? ""
        wish.groupIds = try groups(input["Groups"], vpc: subnet.spec.vpcId)
        wish.tags = try tags(input, for: .networkInterface).items
        let listed = input["PrivateIpAddresses"].items
        let primary = input["PrivateIpAddress"].string ?? listed.first { $0["Primary"].bool == true }?["PrivateIpAddress"].string
        let others = listed.compactMap { $0["PrivateIpAddress"].string }.filter { $0 != primary }
        guard listed.isEmpty || input["SecondaryPrivateIpAddressCount"].isNull else {
            throw AWSError(
                "InvalidParameterCombination",
                "secondaryPrivateIpAddressCount and privateIpAddresses cannot be specified in the same request")
        }
        if let primary { wish.addresses = [primary] + others } else if !others.isEmpty { wish.addresses = others }
        wish.secondaryCount = max(0, input["SecondaryPrivateIpAddressCount"].int ?? 0)
        let made = try await interfaces.ensure(wish)
        return ["NetworkInterface": interfaceShapes.describe(made), "ClientToken": input["ClientToken"]]
    }
    /// The security groups asked for, or the VPC's default one.
    func groups(_ input: Value, vpc: String?) throws -> [String] {
        let ids = input.items.compactMap(\.string)
        for id in ids {
            let group = SecurityGroup(try resource(.securityGroup, id))
            guard group?.spec.vpcId == vpc else {
                throw AWSError("InvalidParameterValue", "You have specified two resources that belong to different networks.")
            }
        }
        return ids.isEmpty ? interfaces.defaultGroup(of: vpc).map { [$0] } ?? [] : ids
    }

    func deleteNetworkInterface(_ input: Value, _ context: OperationContext) async throws -> Value {
        try refuseDryRun(input)
        let found = try interface(input["NetworkInterfaceId"].string)
        guard found.instanceID == nil else {
            throw AWSError("InvalidParameterValue", "Network interface '\(found.id)' is currently in use.")
        }
        try await interfaces.remove(found.id)
        return [:]
    }

    func describeNetworkInterfaces(_ input: Value, _ context: OperationContext) async throws -> Value {
        guard input["NetworkInterfaceIds"].isNull || input["MaxResults"].isNull else {
            throw AWSError(
                "InvalidParameterCombination", "The parameter NetworkInterfaceIds cannot be used with the parameter MaxResults")
        }
        let shapes = interfaceShapes
        return try describe(.networkInterface, input, shapes: shapes.all.map(shapes.describe))
    }

    func modifyNetworkInterfaceAttribute(_ input: Value, _ context: OperationContext) async throws -> Value {
        try refuseDryRun(input)
        let found = try interface(input["NetworkInterfaceId"].string)
        let ids = input["Groups"].isNull ? nil : try groups(input["Groups"], vpc: found.spec.vpcId)
        let attachment = input["Attachment"]
        if !attachment.isNull, attachment["AttachmentId"].string != found.spec.attachment.id {
            throw Self.noAttachment(attachment["AttachmentId"].string ?? "")
        }
        _ = try await records.update(NetworkInterface.self, found.id) { interface in
            if let ids { interface.spec.groupIds = ids }
            if let check = input["SourceDestCheck"]["Value"].bool { interface.spec.checksSourceAndDestination = check }
            if let text = input["Description"]["Value"].string { interface.spec.description = text }
            if let ends = attachment["DeleteOnTermination"].bool, interface.instanceID != nil {
                interface.spec.attachment.deleteOnTermination = ends
            }
        }
        if let ids, found.spec.attachment.deviceIndex == 0, let instance = found.instanceID {
            _ = try await records.update(Instance.self, instance) { $0.spec.securityGroupIds = ids }
        }
        await settle(vpc: found.spec.vpcId)
        return [:]
    }
    func describeNetworkInterfaceAttribute(_ input: Value, _ context: OperationContext) async throws -> Value {
        guard let found = NetworkInterface(try resource(.networkInterface, input["NetworkInterfaceId"].string)) else {
            throw EC2Type.networkInterface.notFound(input["NetworkInterfaceId"].string ?? "")
        }
        let shape = interfaceShapes.describe(found)
        var output: Value = ["NetworkInterfaceId": .string(found.id)]
        switch input["Attribute"].string ?? "" {
        case "description": output["Description"] = ["Value": shape["Description"]]
        case "groupSet": output["Groups"] = shape["Groups"]
        case "sourceDestCheck": output["SourceDestCheck"] = ["Value": shape["SourceDestCheck"]]
        case "attachment": output["Attachment"] = shape["Attachment"]
        case let other: throw AWSError("InvalidParameterValue", "Value (\(other)) for parameter attribute is invalid.")
        }
        return output
    }

    /// The attributes that are its primary interface's: security groups, and the check of source and destination.
    func modifyInstanceAttribute(_ input: Value, _ context: OperationContext) async throws -> Value {
        let id = input["InstanceId"].string ?? ""
        _ = try resource(.instance, id)
        let given = input.object?.filter { !$0.value.isNull && !["InstanceId", "DryRun"].contains($0.key) }.map(\.key) ?? []
        if let other = given.first(where: { !["Groups", "SourceDestCheck"].contains($0) }) {
            throw AWSError("InvalidParameterCombination", "Changing the attribute \(other) is not supported yet")
        }
        var change = input
        (change["InstanceId"], change["NetworkInterfaceId"]) = (.null, .string(NetworkInterfaces.primaryID(of: id)))
        return try await modifyNetworkInterfaceAttribute(change, context)
    }

    /// Has the network brought up to date before a request that changed it is answered; what fails is tried again by the reconciler.
    func settle(vpc: String?) async {
        guard let vpc, let network else { return }
        try? await network.apply(vpc)
    }
    static func noAttachment(_ id: String) -> AWSError {
        AWSError("InvalidAttachmentID.NotFound", "The network interface attachment '\(id)' does not exist")
    }
}
