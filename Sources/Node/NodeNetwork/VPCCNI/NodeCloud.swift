package import Linux

/// What the address manager needs of the cloud. Every call may be repeated.
package protocol NodeCloud: Sendable {
    /// Who this node is. - Throws: when the metadata service does not answer.
    func identity() async throws -> NodeIdentity
    /// What the instance type allows.
    func limits(_ instanceType: String) async throws -> AddressLimits
    /// The attached interfaces with their secondary addresses, by EC2's own record.
    func interfaces(of instance: String) async throws -> [CloudInterface]
    /// Gives an interface that many more addresses; returns them.
    func assign(_ count: Int, to interface: String) async throws -> [IPv4Address]
    /// Gives addresses back.
    func unassign(_ addresses: [IPv4Address], from interface: String) async throws
    /// Makes an interface with that many secondary addresses like the given one, and attaches it.
    func attach(deviceIndex: Int, count: Int, like first: CloudInterface, to instance: String) async throws
    /// Detaches and deletes an interface.
    func detach(_ interface: CloudInterface) async throws
}

/// The node's own facts, from its identity document and its metadata.
package struct NodeIdentity: Sendable, Hashable {
    package var instance: String
    package var instanceType: String
    package var region: String
    /// The first interface's.
    package var mac: MACAddress
    package var primary: IPv4Address
    /// The VPC's blocks, whose addresses are reached without translation.
    package var vpcBlocks: [IPv4Prefix]
    package init(
        instance: String, instanceType: String, region: String, mac: MACAddress, primary: IPv4Address, vpcBlocks: [IPv4Prefix]
    ) {
        (self.instance, self.instanceType, self.region) = (instance, instanceType, region)
        (self.mac, self.primary, self.vpcBlocks) = (mac, primary, vpcBlocks)
    }
}

/// An interface as the cloud describes it.
package struct CloudInterface: Sendable, Hashable {
    package var interface: AddressPool.Interface
    package var addresses: [IPv4Address]
    package var subnetID: String
    package var groupIDs: [String]
    package init(_ interface: AddressPool.Interface, addresses: [IPv4Address], subnetID: String, groupIDs: [String]) {
        (self.interface, self.addresses, self.subnetID, self.groupIDs) = (interface, addresses, subnetID, groupIDs)
    }
}

/// The cloud did something else than was asked of it.
package struct CloudError: Error, Sendable, Hashable, CustomStringConvertible {
    package let description: String
    package init(_ description: String) { self.description = description }
}
