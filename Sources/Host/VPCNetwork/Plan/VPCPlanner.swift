import AWSServices
import Linux

/// Makes a plan of a state: texts are read once, here.
struct VPCPlanner {
    struct Subnet {
        var state: SubnetState
        var block: IPv4Prefix
        var table: UInt32 { Fabric.table(block) }
        /// The first address, at which machines find their gateway.
        var gateway: IPv4Address { IPv4Address(block.network.address.number + 1) }
    }
    struct Interface {
        var state: InterfaceState
        var subnet: Subnet
        var mac: MACAddress
        var primary: IPv4Address
        /// All private addresses, the primary one first.
        var addresses: [IPv4Address]
        /// Pairs of private and public addresses.
        var published: [(inside: IPv4Address, outside: IPv4Address)]
        var port: String { Fabric.port(state.id) }
        var isPort: Bool { if case .instance = state.owner { true } else { false } }
        var isRegion: Bool { state.owner == .region }
    }
    struct NATGateway {
        var inside: IPv4Address
        var outside: IPv4Address
        /// Whether its own subnet leads out.
        var works: Bool
    }

    let state: VPCState
    var blocks: [IPv4Prefix] = []
    var subnets: [String: Subnet] = [:]
    var interfaces: [Interface] = []
    var gateways: [String: NATGateway] = [:]

    /// - Throws: `VPCStateError`.
    static func plan(_ state: VPCState) throws(VPCStateError) -> VPCPlan {
        let planner = try VPCPlanner(state)
        var plan = VPCPlan()
        planner.planLinks(&plan)
        planner.planRoutes(&plan)
        plan.firewall = planner.firewall()
        return plan
    }

    private init(_ state: VPCState) throws(VPCStateError) {
        self.state = state
        try Self.checkID(state.id, of: "VPC")
        for text in state.blocks { blocks.append(try Self.prefix(text, of: state.id).network) }
        for subnet in state.subnets {
            subnets[subnet.id] = Subnet(state: subnet, block: try Self.prefix(subnet.block, of: subnet.id).network)
        }
        for interface in state.interfaces { interfaces.append(try read(interface)) }
        for gateway in state.natGateways {
            guard let subnet = subnets[gateway.subnetID] else { throw .unknown(gateway.subnetID, of: gateway.id) }
            let leadsOut = state.hasInternetGateway && subnet.state.routes.contains(RouteState("0.0.0.0/0", .internetGateway))
            gateways[gateway.id] = NATGateway(
                inside: try Self.address(gateway.privateAddress, of: gateway.id),
                outside: try Self.address(gateway.publicAddress, of: gateway.id), works: leadsOut)
        }
        for group in state.groups { try Self.checkID(group.id, of: state.id) }
    }

    private func read(_ interface: InterfaceState) throws(VPCStateError) -> Interface {
        let id = interface.id
        try Self.checkID(id, of: state.id)
        for group in interface.groupIDs { try Self.checkID(group, of: id) }
        if case .instance(let instance, _) = interface.owner { try Self.checkID(instance, of: id) }
        guard let subnet = subnets[interface.subnetID] else { throw .unknown(interface.subnetID, of: id) }
        guard let mac = MACAddress(interface.mac) else { throw .malformed(interface.mac, of: id) }
        var addresses: [IPv4Address] = []
        for text in interface.addresses { addresses.append(try Self.address(text, of: id)) }
        guard let primary = addresses.first else { throw .malformed("", of: id) }
        var published: [(inside: IPv4Address, outside: IPv4Address)] = []
        for (inside, outside) in interface.publicAddresses {
            published.append((try Self.address(inside, of: id), try Self.address(outside, of: id)))
        }
        return Interface(state: interface, subnet: subnet, mac: mac, primary: primary, addresses: addresses, published: published)
    }

    static func address(_ text: String, of owner: String) throws(VPCStateError) -> IPv4Address {
        guard let address = IPv4Address(text) else { throw .malformed(text, of: owner) }
        return address
    }
    static func prefix(_ text: String, of owner: String) throws(VPCStateError) -> IPv4Prefix {
        guard let prefix = IPv4Prefix(text) else { throw .malformed(text, of: owner) }
        return prefix
    }
    /// Ids become names of links, files and sets.
    private static func checkID(_ id: String, of owner: String) throws(VPCStateError) {
        let isPlain = id.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte) || byte == 0x2d
        }
        guard isPlain, !id.isEmpty, id.utf8.count <= 40 else { throw .malformed(id, of: owner) }
    }

    /// Whether anything of the VPC may leave it.
    var hasUplink: Bool { state.hasInternetGateway }
    /// The services' addresses, with the resolver at the first block's base plus two.
    var services: [IPv4Address] { Fabric.services + (blocks.first.map { [IPv4Address($0.address.number + 2)] } ?? []) }
}
