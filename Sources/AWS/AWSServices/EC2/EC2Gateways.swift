import AWSProtocol
import Control
import Documents

/// Internet gateways, NAT gateways and elastic addresses.
extension EC2Service {
    func createInternetGateway(_ input: Value, _ context: OperationContext) async throws -> Value {
        let gateway = try await create(
            .internetGateway, id: newID(.internetGateway), ["Attachments": [], "OwnerId": .string(account)],
            tags: try tags(input, for: .internetGateway))
        return ["InternetGateway": gateway]
    }
    func attachInternetGateway(_ input: Value, _ context: OperationContext) async throws -> Value {
        let vpc = try resource(.vpc, input["VpcId"].string)["spec"]["VpcId"]
        let taken = records.list(EC2Type.internetGateway.kind).contains { $0["spec"]["Attachments"][0]["VpcId"] == vpc }
        try await change(.internetGateway, input["InternetGatewayId"].string ?? "") { gateway in
            guard !taken, gateway["Attachments"].items.isEmpty else {
                throw AWSError(
                    "Resource.AlreadyAssociated",
                    "resource \(input["InternetGatewayId"].string ?? "") is already attached to network \(vpc.string ?? "")")
            }
            gateway["Attachments"] = [["State": "available", "VpcId": vpc]]
        }
        return [:]
    }
    func detachInternetGateway(_ input: Value, _ context: OperationContext) async throws -> Value {
        try await change(.internetGateway, input["InternetGatewayId"].string ?? "") { gateway in
            guard gateway["Attachments"][0]["VpcId"] == input["VpcId"] else {
                throw AWSError(
                    "Gateway.NotAttached",
                    "resource \(input["InternetGatewayId"].string ?? "") is not attached to network \(input["VpcId"].string ?? "")")
            }
            gateway["Attachments"] = []
        }
        return [:]
    }
    func deleteInternetGateway(_ input: Value, _ context: OperationContext) async throws -> Value {
        let id = input["InternetGatewayId"].string ?? ""
        guard try resource(.internetGateway, id)["spec"]["Attachments"].items.isEmpty else {
            throw AWSError("DependencyViolation", "The internetGateway '\(id)' has dependencies and cannot be deleted.")
        }
        try await records.delete(EC2Type.internetGateway.kind, id)
        return [:]
    }

    func createNatGateway(_ input: Value, _ context: OperationContext) async throws -> Value {
        let subnet = try resource(.subnet, input["SubnetId"].string)["spec"]
        let address = try resource(.address, input["AllocationId"].string)["spec"]
        guard associations[address["AllocationId"].string ?? ""] == nil else {
            throw AWSError(
                "Resource.AlreadyAssociated", "Elastic IP address [\(address["AllocationId"].string ?? "")] is already associated")
        }
        let id = newID(.natGateway)
        let association = "eipassoc-" + records.random.hex(17)
        let gateway = try await create(
            .natGateway, id: id,
            [
                "SubnetId": subnet["SubnetId"], "VpcId": subnet["VpcId"], "State": "available", "ConnectivityType": "public",
                "CreateTime": .string(context.now.text),
                "NatGatewayAddresses": [
                    [
                        "AllocationId": address["AllocationId"], "PublicIp": address["PublicIp"],
                        "AssociationId": .string(association),
                    ]
                ],
            ], tags: try tags(input, for: .natGateway))
        return ["NatGateway": gateway]
    }
    func deleteNatGateway(_ input: Value, _ context: OperationContext) async throws -> Value {
        let id = input["NatGatewayId"].string ?? ""
        _ = try resource(.natGateway, id)
        try await records.delete(EC2Type.natGateway.kind, id)
        return ["NatGatewayId": .string(id)]
    }

    /// The association of each address that a NAT gateway holds, by allocation. It follows from the gateways alone, so that no crash
    /// leaves an address in use by nobody.
    private var associations: [String: Value] {
        let held = records.list(EC2Type.natGateway.kind).flatMap { $0["spec"]["NatGatewayAddresses"].items }
        return Dictionary(held.map { ($0["AllocationId"].string ?? "", $0["AssociationId"]) }) { $1 }
    }
    func describeAddresses(_ input: Value, _ context: OperationContext) async throws -> Value {
        let associations = associations
        let shapes = records.list(EC2Type.address.kind).map { document -> Value in
            var shape = document["spec"]
            shape["AssociationId"] = associations[shape["AllocationId"].string ?? ""] ?? .null
            return shape
        }
        return try describe(.address, input, shapes: shapes)
    }
    func allocateAddress(_ input: Value, _ context: OperationContext) async throws -> Value {
        let taken = Set(records.list(EC2Type.address.kind).compactMap { $0["spec"]["PublicIp"].string })
        guard let address = (1..<65_000).lazy.map({ IPv4Network.text(0x3412_0000 + UInt32($0)) }).first(where: { !taken.contains($0) })
        else {
            throw AWSError("AddressLimitExceeded", "The maximum number of addresses has been reached.")
        }
        return try await create(
            .address, id: newID(.address),
            ["PublicIp": .string(address), "PublicIpv4Pool": "amazon", "Domain": "vpc", "NetworkBorderGroup": .string(region)],
            tags: try tags(input, for: .address))
    }
    func releaseAddress(_ input: Value, _ context: OperationContext) async throws -> Value {
        let id = input["AllocationId"].string ?? ""
        _ = try resource(.address, id)
        guard associations[id] == nil else {
            throw AWSError("InvalidIPAddress.InUse", "Address is in use.")
        }
        try await records.delete(EC2Type.address.kind, id)
        return [:]
    }
}
