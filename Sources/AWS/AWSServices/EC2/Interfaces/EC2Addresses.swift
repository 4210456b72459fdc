import AWSProtocol
import Control
import Documents

/// Elastic IP addresses. Source: EC2 API reference.
extension EC2Service {
    var addressOperations: [String: OperationHandler] {
        [
            "AllocateAddress": allocateAddress, "ReleaseAddress": releaseAddress, "DescribeAddresses": describeAddresses,
            "AssociateAddress": associateAddress, "DisassociateAddress": disassociateAddress,
        ]
    }
    private func held(_ address: Value) -> PublicAddress? { records.get(PublicAddress.self, address["PublicIp"].string ?? "") }

    func describeAddresses(_ input: Value, _ context: OperationContext) async throws -> Value {
        let shapes = records.list(EC2Type.address.kind).map { document -> Value in
            var shape = document["spec"]
            guard let owner = held(shape)?.spec, let interface = owner.interfaceId.flatMap({ records.get(NetworkInterface.self, $0) })
            else { return shape }
            shape["AssociationId"] = owner.value["AssociationId"]
            shape["NetworkInterfaceId"] = .string(interface.id)
            shape["NetworkInterfaceOwnerId"] = .string(account)
            shape["PrivateIpAddress"] = owner.value["PrivateIpAddress"]
            if let instance = interface.instanceID { shape["InstanceId"] = .string(instance) }
            return shape
        }
        return try describe(.address, input, shapes: shapes)
    }
    func allocateAddress(_ input: Value, _ context: OperationContext) async throws -> Value {
        try refuseDryRun(input)
        let id = newID(.address)
        var owner = View<AddressOwnerFields>()
        owner.allocationId = id
        let tags = try tags(input, for: .address)
        let address = try await interfaces.claims.claimPublic(owner)
        return try await create(
            .address, id: id,
            ["PublicIp": .string(address), "PublicIpv4Pool": "amazon", "Domain": "vpc", "NetworkBorderGroup": .string(region)],
            tags: tags)
    }
    func releaseAddress(_ input: Value, _ context: OperationContext) async throws -> Value {
        let id = input["AllocationId"].string ?? ""
        let address = try resource(.address, id)["spec"]
        guard held(address)?.spec.interfaceId == nil else { throw AWSError("InvalidIPAddress.InUse", "Address is in use.") }
        try await records.delete(EC2Type.address.kind, id)
        try await records.delete(PublicAddress.self, address["PublicIp"].string ?? "")
        return [:]
    }

    func associateAddress(_ input: Value, _ context: OperationContext) async throws -> Value {
        try refuseDryRun(input)
        let address = try resource(.address, input["AllocationId"].string)["spec"]
        let id: String
        if let instance = input["InstanceId"].string, input["NetworkInterfaceId"].isNull {
            _ = try resource(.instance, instance)
            id = NetworkInterfaces.primaryID(of: instance)
        } else {
            id = input["NetworkInterfaceId"].string ?? ""
        }
        let target = try interface(id)
        let own = input["PrivateIpAddress"].string ?? target.spec.addresses?.first ?? ""
        guard target.spec.addresses?.contains(own) == true else {
            throw AWSError("InvalidParameterValue", "Private address \(own) is not assigned to interface \(id)")
        }
        let standing = records.list(PublicAddress.self).filter { $0.spec.interfaceId == id && $0.spec.privateAddress == own }
        let mayMove = input["AllowReassociation"].bool ?? true
        guard mayMove || standing.allSatisfy({ $0.spec.allocationId == nil }) else {
            throw AWSError("Resource.AlreadyAssociated", "resource \(id) is already associated with address \(own)")
        }
        for other in standing { try await interfaces.free(other) }
        let association = "eipassoc-0" + records.random.hex(16)
        _ = try await records.update(PublicAddress.self, address["PublicIp"].string ?? "") { held in
            guard held.spec.interfaceId == nil || mayMove else {
                throw AWSError("Resource.AlreadyAssociated", "Elastic IP address [\(address["AllocationId"].string ?? "")] is in use")
            }
            (held.spec.interfaceId, held.spec.privateAddress, held.spec.associationId) = (id, own, association)
        }
        await settle(vpc: target.spec.vpcId)
        return ["AssociationId": .string(association)]
    }
    func disassociateAddress(_ input: Value, _ context: OperationContext) async throws -> Value {
        try refuseDryRun(input)
        let id = input["AssociationId"].string ?? ""
        guard let held = records.list(PublicAddress.self).first(where: { $0.spec.associationId == id }) else {
            throw AWSError("InvalidAssociationID.NotFound", "The association ID '\(id)' does not exist")
        }
        let target = try interface(held.spec.interfaceId)
        try await interfaces.free(held)
        await settle(vpc: target.spec.vpcId)
        return [:]
    }
}
