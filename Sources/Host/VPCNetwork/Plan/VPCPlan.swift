import Linux

/// What a VPC's namespaces hold, as values that can be compared: links, addresses, routes, rules, neighbours and the firewall.
struct VPCPlan: Sendable, Hashable {
    var ports: Set<PlannedPort> = []
    /// Addresses that the VPC's own namespace answers on: services, gateways of subnets, interfaces of the region.
    var localAddresses: Set<IPv4Address> = []
    var routes: Set<PlannedRoute> = []
    var rules: Set<PolicyRule> = []
    var neighbours: Set<PlannedNeighbour> = []
    var firewall = Firewall()
    /// Public addresses that the host sends to this VPC; nil when it has no way out.
    var publicAddresses: Set<IPv4Address>?
    /// The instances that have an interface here.
    var instances: Set<String> = []
}

/// An interface of an instance: a pair of links between the VPC's namespace and the machine's.
struct PlannedPort: Sendable, Hashable {
    /// The end in the VPC.
    var name: String
    var instance: String
    /// The end in the machine: `eth0`.
    var device: String
    var mac: MACAddress
    /// The primary address with the subnet's prefix.
    var address: IPv4Prefix
    /// Where the machine's default route leads; nil on interfaces beyond the first.
    var gateway: IPv4Address?
}

/// A route by the name of its link.
struct PlannedRoute: Sendable, Hashable {
    var destination: IPv4Prefix
    var kind = Route.Kind.unicast
    var gateway: IPv4Address?
    var link: String?
    var table: UInt32 = 254
}

/// A permanent neighbour by the name of its link.
struct PlannedNeighbour: Sendable, Hashable {
    var address: IPv4Address
    var mac: MACAddress
    var link: String
}

/// Numbers and names that the whole fabric shares.
enum Fabric {
    /// The link from a VPC to the host, as the VPC sees it.
    static let uplink = "wan"
    /// Ends of that link: addresses that no network uses otherwise. Source: RFC 7335.
    static let hostAddress = IPv4Address(0xc000_0001), vpcAddress = IPv4Address(0xc000_0002)
    static let hostMAC = MACAddress(octets: [2, 0, 0, 0, 0, 1]), vpcMAC = MACAddress(octets: [2, 0, 0, 0, 0, 2])
    /// What machines see behind every address that is not theirs.
    static let portMAC = MACAddress(octets: [2, 0, 0, 0, 0, 3])
    static let portMTU = 9001, uplinkMTU = 1500
    /// Instance metadata, resolver, AWS endpoint.
    static let services: [IPv4Address] = [0xa9fe_a9fe, 0xa9fe_a9fd, 0xa9fe_a9fc].map { IPv4Address($0) }
    /// Where public addresses come from.
    static let publicBlock = IPv4Prefix(IPv4Address(0xc612_0000), 15)
    /// Marks our routes among others (`rtm_protocol`).
    static let routeOrigin: UInt8 = 98
    /// Behind the main table, whose routes within the VPC come first.
    static let subnetRulePriority: UInt32 = 32800, regionRulePriority: UInt32 = 32801

    /// The port of an interface: `p` and the last ten characters of its id.
    static func port(_ interfaceID: String) -> String { "p" + interfaceID.suffix(10) }
    /// Table and mark of a subnet, made of its block's first address.
    static func table(_ block: IPv4Prefix) -> UInt32 {
        let number = block.network.address.number
        return number >> 8 | number << 24
    }
}
