package import Documents

/// An elastic network interface.
package struct NetworkInterfaceFields: KindFields {
    package static let kind = Kind(group: "ec2", "NetworkInterface", prefix: "ec2/network-interfaces/", namespaced: false)
    package init() {}
    package let metadata = Field<Self, View<MetadataFields>>("metadata"), spec = Field<Self, View<NetworkInterfaceSpecFields>>("spec")
}
/// An elastic network interface as a document.
package typealias NetworkInterface = View<NetworkInterfaceFields>
/// The desired part of an interface.
package struct NetworkInterfaceSpecFields: Fields {
    package init() {}
    package let interfaceId = Field<Self, String>("NetworkInterfaceId"), subnetId = Field<Self, String>("SubnetId")
    package let vpcId = Field<Self, String>("VpcId"), availabilityZone = Field<Self, String>("AvailabilityZone")
    package let mac = Field<Self, String>("MacAddress"), description = Field<Self, String>("Description")
    /// `interface` or `nat_gateway`.
    package let type = Field<Self, String>("InterfaceType")
    /// The primary private address first, then the secondary ones.
    package let addresses = Field<Self, [String]>("Addresses")
    package let groupIds = Field<Self, [String]>("GroupIds"), tags = Field<Self, [Value]>("Tags")
    package let checksSourceAndDestination = Field<Self, Bool>("SourceDestCheck")
    /// The AWS service that made the interface for itself and answers on it, as `amazon-eks`; nil for a user's.
    package let requester = Field<Self, String>("RequesterId")
    package let attachment = Field<Self, View<InterfaceAttachmentFields>>("Attachment")
}
/// Where an interface is attached; empty when nowhere.
package struct InterfaceAttachmentFields: Fields {
    package init() {}
    package let id = Field<Self, String>("AttachmentId"), instanceId = Field<Self, String>("InstanceId")
    package let deviceIndex = Field<Self, Int>("DeviceIndex"), attachTime = Field<Self, String>("AttachTime")
    package let deleteOnTermination = Field<Self, Bool>("DeleteOnTermination")
}
extension View<NetworkInterfaceFields> {
    /// The interface's id.
    var id: String { self.metadata.name ?? "" }
    /// The instance that it is attached to; nil when none.
    var instanceID: String? { self.spec.attachment.instanceId }
}

/// An address of a subnet that an interface holds, kept under the subnet's id; its own name is the address.
package struct PrivateAddressFields: KindFields {
    package static let kind = Kind(group: "ec2", "PrivateAddress", prefix: "ec2/private-addresses/")
    package init() {}
    package let metadata = Field<Self, View<MetadataFields>>("metadata"), spec = Field<Self, View<AddressOwnerFields>>("spec")
}
/// A private address as a document.
package typealias PrivateAddress = View<PrivateAddressFields>

/// A public address that the region has given away; its name is the address.
package struct PublicAddressFields: KindFields {
    package static let kind = Kind(group: "ec2", "PublicAddress", prefix: "ec2/public-addresses/", namespaced: false)
    package init() {}
    package let metadata = Field<Self, View<MetadataFields>>("metadata"), spec = Field<Self, View<AddressOwnerFields>>("spec")
}
/// A public address as a document.
package typealias PublicAddress = View<PublicAddressFields>

/// Who holds an address.
package struct AddressOwnerFields: Fields {
    package init() {}
    package let interfaceId = Field<Self, String>("NetworkInterfaceId")
    /// The private address that a public one stands for.
    package let privateAddress = Field<Self, String>("PrivateIpAddress")
    /// The Elastic IP that a public address belongs to; nil when it goes with its interface.
    package let allocationId = Field<Self, String>("AllocationId"), associationId = Field<Self, String>("AssociationId")
}
