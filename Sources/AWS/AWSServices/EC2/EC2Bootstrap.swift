import Control
import Documents

extension EC2Service {
    /// Whether everything is there that `bootstrap` makes.
    package var isBootstrapped: Bool {
        guard let id = records.list(EC2Type.vpc.kind).first(where: { $0["spec"]["IsDefault"].bool == true })?["spec"]["VpcId"].string else {
            return false
        }
        return records.list(EC2Type.routeTable.kind).contains { table in
            table["spec"]["VpcId"].string == id
                && table["spec"]["Routes"].items.contains { !$0["GatewayId"].isNull && $0["GatewayId"] != "local" }
        }
    }
    /// Makes what every AWS account has in a region from the start: a default VPC with a public subnet in each zone.
    /// May be repeated: what an interrupted run left is completed.
    package func bootstrap() async throws {
        guard let block = IPv4Network("172.31.0.0/16") else { return }
        let vpcs = records.list(EC2Type.vpc.kind).map { $0["spec"] }
        var vpc = vpcs.first { $0["IsDefault"].bool == true }
        if vpc == nil { vpc = try await makeVpc(block, isDefault: true, tags: []) }
        let id = vpc?["VpcId"].string ?? ""
        let subnets = records.list(Subnet.self).filter { $0.spec.vpcId == id }
        for (index, zone) in Regions.zones(of: region).enumerated() where !subnets.contains(where: { $0.spec.availabilityZone == zone }) {
            guard let part = IPv4Network("172.31.\(index * 16).0/20") else { continue }
            _ = try await makeSubnet(part, zone, vpc: id, isDefault: true, tags: [])
        }
        let gateways = records.list(EC2Type.internetGateway.kind)
        if !gateways.contains(where: { $0["spec"]["Attachments"][0]["VpcId"].string == id }) {
            let gateway = try await create(
                .internetGateway, id: newID(.internetGateway),
                ["Attachments": [["State": "available", "VpcId": .string(id)]], "OwnerId": .string(account)], tags: [])
            for table in records.list(EC2Type.routeTable.kind) where table["spec"]["VpcId"].string == id {
                try await change(.routeTable, table["spec"]["RouteTableId"].string ?? "") { table in
                    table["Routes"] = .array(
                        table["Routes"].items + [
                            [
                                "DestinationCidrBlock": "0.0.0.0/0", "GatewayId": gateway["InternetGatewayId"], "State": "active",
                                "Origin": "CreateRoute",
                            ]
                        ])
                }
            }
        }
    }
}
