import AWSProtocol
import Control
import Documents

/// Internet gateways and NAT gateways.
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
        guard records.get(PublicAddress.self, address["PublicIp"].string ?? "")?.spec.interfaceId == nil else {
            throw AWSError(
                "Resource.AlreadyAssociated", "Elastic IP address [\(address["AllocationId"].string ?? "")] is already associated")
        }
        let id = newID(.natGateway)
        guard let place = records.get(Subnet.self, subnet["SubnetId"].string ?? "") else {
            throw EC2Type.subnet.notFound(subnet["SubnetId"].string ?? "")
        }
        var wish = NetworkInterfaces.Wish(id: newID(.networkInterface), subnet: place)
        (wish.description, wish.type, wish.requester) = ("Interface for NAT Gateway \(id)", "nat_gateway", "amazon-nat")
        if let address = input["PrivateIpAddress"].string { wish.addresses = [address] }
        let interface = try await interfaces.ensure(wish)
        let association = "eipassoc-" + records.random.hex(17)
        _ = try await records.update(PublicAddress.self, address["PublicIp"].string ?? "") { held in
            (held.spec.interfaceId, held.spec.privateAddress) = (interface.id, interface.spec.addresses?.first)
            held.spec.associationId = association
        }
        let gateway = try await create(
            .natGateway, id: id,
            [
                "SubnetId": subnet["SubnetId"], "VpcId": subnet["VpcId"], "State": "available", "ConnectivityType": "public",
                "CreateTime": .string(context.now.text),
                "NatGatewayAddresses": [
                    [
                        "AllocationId": address["AllocationId"], "PublicIp": address["PublicIp"], "AssociationId": .string(association),
                        "NetworkInterfaceId": .string(interface.id), "PrivateIp": .string(interface.spec.addresses?.first ?? ""),
                        "IsPrimary": true, "Status": "succeeded",
                    ]
                ],
            ], tags: try tags(input, for: .natGateway))
        return ["NatGateway": gateway]
    }
    func deleteNatGateway(_ input: Value, _ context: OperationContext) async throws -> Value {
        let id = input["NatGatewayId"].string ?? ""
        let gateway = try resource(.natGateway, id)["spec"]
        try await records.delete(EC2Type.natGateway.kind, id)
        for address in gateway["NatGatewayAddresses"].items {
            if let interface = address["NetworkInterfaceId"].string { try await interfaces.remove(interface) }
        }
        return ["NatGatewayId": .string(id)]
    }
}
