/// All that a VPC's network is, as one value: whoever carries it out brings the host from whatever it is to this.
package struct VPCState: Sendable, Hashable {
    package var id: String
    /// `192.168.0.0/16`, the primary block first.
    package var blocks: [String]
    package var subnets: [SubnetState] = []
    package var interfaces: [InterfaceState] = []
    package var groups: [SecurityGroupState] = []
    package var hasInternetGateway = false
    package var natGateways: [NATGatewayState] = []
    package init(id: String, blocks: [String]) { (self.id, self.blocks) = (id, blocks) }
}

/// A subnet with the routes of its table.
package struct SubnetState: Sendable, Hashable {
    package var id: String
    package var block: String
    package var availabilityZone: String
    /// Without the VPC's own blocks, which are always local; the longest prefix wins.
    package var routes: [RouteState] = []
    package init(id: String, block: String, availabilityZone: String) {
        (self.id, self.block, self.availabilityZone) = (id, block, availabilityZone)
    }
}

/// One row of a route table.
package struct RouteState: Sendable, Hashable {
    package enum Target: Sendable, Hashable {
        case internetGateway
        case natGateway(String)
        /// An elastic network interface by its id.
        case interface(String)
        case blackhole
    }
    /// A block in CIDR notation.
    package var destination: String
    /// Where packets for the destination go.
    package var target: Target
    package init(_ destination: String, _ target: Target) { (self.destination, self.target) = (destination, target) }
}

/// An elastic network interface.
package struct InterfaceState: Sendable, Hashable {
    package enum Owner: Sendable, Hashable {
        /// Attached to an instance at a device index: `eth<index>` in the machine.
        case instance(String, deviceIndex: Int)
        /// The region itself answers on it: a cluster's API server, a load balancer.
        case region
        /// Attached to nothing.
        case none
    }
    package var id: String
    /// The subnet of all its addresses.
    package var subnetID: String
    /// Who has it.
    package var owner: Owner
    /// `02:42:ac:1f:00:05`
    package var mac: String
    /// The primary private address first, then the secondary ones.
    package var addresses: [String]
    /// Public addresses by the private address that each stands for.
    package var publicAddresses: [String: String] = [:]
    package var groupIDs: [String] = []
    package var checksSourceAndDestination = true
    package init(id: String, subnetID: String, owner: Owner, mac: String, addresses: [String]) {
        (self.id, self.subnetID, self.owner, self.mac, self.addresses) = (id, subnetID, owner, mac, addresses)
    }
}

/// A security group: what it lets in and out; all else is dropped, answers always pass.
package struct SecurityGroupState: Sendable, Hashable {
    package struct Rule: Sendable, Hashable {
        package enum Peer: Sendable, Hashable {
            case block(String)
            case group(String)
        }
        /// `tcp`, `udp`, `icmp`, a protocol number, or `-1` for all.
        package var ipProtocol: String
        /// Ports (for ICMP type and code); nil for all.
        package var ports: ClosedRange<Int>?
        package var peer: Peer
        package init(ipProtocol: String, ports: ClosedRange<Int>?, peer: Peer) {
            (self.ipProtocol, self.ports, self.peer) = (ipProtocol, ports, peer)
        }
    }
    package var id: String
    /// What may come in, and what may go out.
    package var ingress: [Rule] = [], egress: [Rule] = []
    package init(id: String) { self.id = id }
}

/// A NAT gateway: it speaks to the outside for subnets without public addresses.
package struct NATGatewayState: Sendable, Hashable {
    package var id: String
    package var subnetID: String
    package var privateAddress: String
    package var publicAddress: String
    package init(id: String, subnetID: String, privateAddress: String, publicAddress: String) {
        (self.id, self.subnetID, self.privateAddress, self.publicAddress) = (id, subnetID, privateAddress, publicAddress)
    }
}

/// Carries VPC networks out on this host. Every call may be repeated.
package protocol NetworkDriver: Sendable {
    /// Makes the VPC's network what the value says, also after a restart that remembers nothing.
    func apply(_ vpc: VPCState) async throws
    /// Takes the VPC's network down; nothing happens when there is none.
    func remove(vpcID: String) async
}

/// For regions whose machines are all simulated: nothing has to be carried out.
package struct NoNetwork: NetworkDriver {
    package init() {}
    package func apply(_ vpc: VPCState) async throws {}
    package func remove(vpcID: String) async {}
}
