import Documents

/// The network of a VPC as it follows from the region's documents.
package enum VPCStates {
    /// The state of a VPC; nil when there is none of that id, or nothing in it that has an address.
    package static func state(of id: String, in records: Records) -> VPCState? {
        guard let vpc = records.get(EC2Type.vpc.kind, id)?["spec"] else { return nil }
        let inside = { (kind: Kind) in records.list(kind).map { $0["spec"] }.filter { $0["VpcId"].string == id } }
        var blocks = vpc["CidrBlockAssociationSet"].items.compactMap { $0["CidrBlock"].string }
        if blocks.isEmpty { blocks = [vpc["CidrBlock"].string ?? ""] }
        var state = VPCState(id: id, blocks: blocks)
        let tables = inside(EC2Type.routeTable.kind)
        let gateways = inside(EC2Type.natGateway.kind)
        state.hasInternetGateway = records.list(EC2Type.internetGateway.kind).contains {
            $0["spec"]["Attachments"][0]["VpcId"].string == id
        }
        state.subnets = inside(SubnetFields.kind).map { subnet($0, tables, gateways, state.hasInternetGateway) }
        state.natGateways = gateways.compactMap(gateway)
        let publics = records.list(PublicAddress.self).reduce(into: [String: [String: String]]()) { table, address in
            guard let interface = address.spec.interfaceId, let own = address.spec.privateAddress else { return }
            table[interface, default: [:]][own] = address.metadata.name
        }
        let interfaces = records.list(NetworkInterface.self).filter { $0.spec.vpcId == id && $0.spec.type != "nat_gateway" }
        state.interfaces = interfaces.compactMap { interface($0, publics[$0.id] ?? [:], records) }
        guard !state.interfaces.isEmpty || !state.natGateways.isEmpty else { return nil }
        state.groups = records.list(SecurityGroup.self).filter { $0.spec.vpcId == id }.map(group)
        return state
    }

    private static func subnet(_ subnet: Value, _ tables: [Value], _ gateways: [Value], _ hasInternet: Bool) -> SubnetState {
        let id = subnet["SubnetId"].string ?? ""
        var state = SubnetState(
            id: id, block: subnet["CidrBlock"].string ?? "", availabilityZone: subnet["AvailabilityZone"].string ?? "")
        let own = tables.first { $0["Associations"].items.contains { $0["SubnetId"].string == id } }
        let table = own ?? tables.first { $0["Associations"].items.contains { $0["Main"].bool == true } }
        state.routes = (table?["Routes"].items ?? []).filter { $0["GatewayId"].string != "local" }.compactMap { route in
            guard let destination = route["DestinationCidrBlock"].string else { return nil }
            if route["GatewayId"].string != nil { return RouteState(destination, hasInternet ? .internetGateway : .blackhole) }
            if let gateway = route["NatGatewayId"].string {
                let stands = gateways.contains { $0["NatGatewayId"].string == gateway }
                return RouteState(destination, stands ? .natGateway(gateway) : .blackhole)
            }
            return RouteState(destination, route["NetworkInterfaceId"].string.map { .interface($0) } ?? .blackhole)
        }
        return state
    }
    private static func gateway(_ gateway: Value) -> NATGatewayState? {
        let address = gateway["NatGatewayAddresses"][0]
        guard let own = address["PrivateIp"].string, let open = address["PublicIp"].string else { return nil }
        return NATGatewayState(
            id: gateway["NatGatewayId"].string ?? "", subnetID: gateway["SubnetId"].string ?? "", privateAddress: own, publicAddress: open)
    }
    /// Interfaces of simulated machines are nowhere on the host and are left out.
    private static func interface(_ interface: NetworkInterface, _ publics: [String: String], _ records: Records) -> InterfaceState? {
        let spec = interface.spec
        let owner: InterfaceState.Owner
        if let id = interface.instanceID {
            guard let instance = records.get(Instance.self, id), !instance.isSimulated else { return nil }
            owner = .instance(id, deviceIndex: spec.attachment.deviceIndex ?? 0)
        } else {
            owner = spec.requester == nil ? .none : .region
        }
        var state = InterfaceState(
            id: interface.id, subnetID: spec.subnetId ?? "", owner: owner, mac: spec.mac ?? "", addresses: spec.addresses ?? [])
        (state.publicAddresses, state.groupIDs) = (publics, spec.groupIds ?? [])
        state.checksSourceAndDestination = spec.checksSourceAndDestination ?? true
        return state
    }

    private static func group(_ group: SecurityGroup) -> SecurityGroupState {
        var state = SecurityGroupState(id: group.metadata.name ?? "")
        state.ingress = (group.spec.ingress ?? []).flatMap(rules)
        state.egress = (group.spec.egress ?? []).flatMap(rules)
        return state
    }
    /// One rule per source of a permission. Source: EC2 API reference, IpPermission: ports count for TCP, UDP and ICMP alone.
    private static func rules(_ permission: Value) -> [SecurityGroupState.Rule] {
        let transport = name(permission["IpProtocol"].string ?? "-1")
        var ports: ClosedRange<Int>?
        if ["tcp", "udp", "icmp"].contains(transport), let from = permission["FromPort"].int, from >= 0 {
            ports = from...max(from, permission["ToPort"].int ?? from)
        }
        let blocks = permission["IpRanges"].items.compactMap { $0["CidrIp"].string }.map(SecurityGroupState.Rule.Peer.block)
        let groups = permission["UserIdGroupPairs"].items.compactMap { $0["GroupId"].string }.map(SecurityGroupState.Rule.Peer.group)
        return (blocks + groups).map { SecurityGroupState.Rule(ipProtocol: transport, ports: ports, peer: $0) }
    }
    private static func name(_ transport: String) -> String {
        ["6": "tcp", "17": "udp", "1": "icmp", "all": "-1"][transport.lowercased()] ?? transport.lowercased()
    }
}

extension View<InstanceFields> {
    /// Whether the user asked for a simulated machine where real ones can be had.
    package var isSimulated: Bool {
        (self.spec.tags ?? []).contains { $0["Key"].string == "eyrie.dev/machine" && $0["Value"].string == "simulated" }
    }
}
