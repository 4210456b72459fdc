import AWSProtocol
import Control
import Documents

/// Route tables.
extension EC2Service {
    var routeOperations: [String: OperationHandler] {
        [
            "CreateRouteTable": createRouteTable, "DeleteRouteTable": deleteRouteTable, "AssociateRouteTable": associateRouteTable,
            "DisassociateRouteTable": disassociateRouteTable, "CreateRoute": createRoute, "DeleteRoute": deleteRoute,
            "DescribeRouteTables": { input, _ in try describe(.routeTable, input) },
        ]
    }
    func makeRouteTable(vpc: String, block: String, main: Bool, tags: Value) async throws -> Value {
        let id = newID(.routeTable)
        let association: Value = [
            "RouteTableAssociationId": .string("rtbassoc-" + records.random.hex(17)), "RouteTableId": .string(id), "Main": true,
            "AssociationState": ["State": "associated"],
        ]
        return try await create(
            .routeTable, id: id,
            [
                "VpcId": .string(vpc), "OwnerId": .string(account), "Associations": main ? [association] : [], "PropagatingVgws": [],
                "Routes": [
                    ["DestinationCidrBlock": .string(block), "GatewayId": "local", "State": "active", "Origin": "CreateRouteTable"]
                ],
            ], tags: tags)
    }
    func createRouteTable(_ input: Value, _ context: OperationContext) async throws -> Value {
        let vpc = try resource(.vpc, input["VpcId"].string)["spec"]
        return [
            "RouteTable": try await makeRouteTable(
                vpc: vpc["VpcId"].string ?? "", block: vpc["CidrBlock"].string ?? "", main: false, tags: try tags(input, for: .routeTable))
        ]
    }
    func deleteRouteTable(_ input: Value, _ context: OperationContext) async throws -> Value {
        let id = input["RouteTableId"].string ?? ""
        guard try resource(.routeTable, id)["spec"]["Associations"].items.isEmpty else {
            throw AWSError("DependencyViolation", "The routeTable '\(id)' has dependencies and cannot be deleted.")
        }
        try await records.delete(EC2Type.routeTable.kind, id)
        return [:]
    }
    func associateRouteTable(_ input: Value, _ context: OperationContext) async throws -> Value {
        let subnet = try resource(.subnet, input["SubnetId"].string)["spec"]["SubnetId"]
        let table = input["RouteTableId"].string ?? ""
        _ = try resource(.routeTable, table)
        if records.list(EC2Type.routeTable.kind).contains(where: { $0["spec"]["Associations"].items.contains { $0["SubnetId"] == subnet } })
        {
            throw AWSError(
                "Resource.AlreadyAssociated",
                "the specified association for route table \(table) conflicts with an existing association")
        }
        let id = "rtbassoc-" + records.random.hex(17)
        try await change(.routeTable, table) { table in
            table["Associations"] = .array(
                table["Associations"].items + [
                    [
                        "RouteTableAssociationId": .string(id), "RouteTableId": table["RouteTableId"], "SubnetId": subnet, "Main": false,
                        "AssociationState": ["State": "associated"],
                    ]
                ])
        }
        return ["AssociationId": .string(id), "AssociationState": ["State": "associated"]]
    }
    func disassociateRouteTable(_ input: Value, _ context: OperationContext) async throws -> Value {
        let id = input["AssociationId"].string ?? ""
        let found = records.list(EC2Type.routeTable.kind).first {
            $0["spec"]["Associations"].items.contains { $0["RouteTableAssociationId"].string == id }
        }
        guard let found else { throw AWSError("InvalidAssociationID.NotFound", "The association ID '\(id)' does not exist") }
        try await change(.routeTable, found["spec"]["RouteTableId"].string ?? "") { table in
            table["Associations"] = .array(table["Associations"].items.filter { $0["RouteTableAssociationId"].string != id })
        }
        return [:]
    }
    func createRoute(_ input: Value, _ context: OperationContext) async throws -> Value {
        guard let destination = input["DestinationCidrBlock"].string, IPv4Network(destination) != nil else {
            throw AWSError(
                "InvalidParameterValue",
                "Value (\(input["DestinationCidrBlock"].string ?? "")) for parameter destinationCidrBlock is invalid. This is not a valid CIDR block."
            )
        }
        var route: Value = ["DestinationCidrBlock": .string(destination), "State": "active", "Origin": "CreateRoute"]
        if let id = input["GatewayId"].string {
            _ = try resource(.internetGateway, id)
            route["GatewayId"] = .string(id)
        } else if let id = input["NatGatewayId"].string {
            _ = try resource(.natGateway, id)
            route["NatGatewayId"] = .string(id)
        } else {
            throw AWSError("MissingParameter", "The request must contain exactly one of gatewayId, natGatewayId, …")
        }
        try await change(.routeTable, input["RouteTableId"].string ?? "") { table in
            guard !table["Routes"].items.contains(where: { $0["DestinationCidrBlock"].string == destination }) else {
                throw AWSError("RouteAlreadyExists", "The route identified by \(destination) already exists.")
            }
            table["Routes"] = .array(table["Routes"].items + [route])
        }
        return ["Return": true]
    }
    func deleteRoute(_ input: Value, _ context: OperationContext) async throws -> Value {
        let destination = input["DestinationCidrBlock"].string ?? ""
        try await change(.routeTable, input["RouteTableId"].string ?? "") { table in
            let kept = table["Routes"].items.filter { $0["DestinationCidrBlock"].string != destination }
            guard kept.count < table["Routes"].items.count else {
                throw AWSError(
                    "InvalidRoute.NotFound",
                    "no route with destination-cidr-block \(destination) in route table \(table["RouteTableId"].string ?? "")")
            }
            table["Routes"] = .array(kept)
        }
        return [:]
    }
}
