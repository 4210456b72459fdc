import Documents

/// Tells interfaces in EC2's shapes; looks shared facts up once.
struct InterfaceShapes {
    let region: String
    let account: String
    private let groupNames: [String: String]
    /// Public addresses by interface, then by the private address.
    private let publicAddresses: [String: [String: PublicAddress]]
    private let byInstance: [String: [NetworkInterface]]
    let all: [NetworkInterface]

    init(_ records: Records, region: String, account: String) {
        (self.region, self.account) = (region, account)
        groupNames = Dictionary(records.list(SecurityGroup.self).map { ($0.metadata.name ?? "", $0.spec.groupName ?? "") }) { $1 }
        publicAddresses = records.list(PublicAddress.self).reduce(into: [:]) { table, address in
            guard let interface = address.spec.interfaceId, let own = address.spec.privateAddress else { return }
            table[interface, default: [:]][own] = address
        }
        all = records.list(NetworkInterface.self)
        byInstance = Dictionary(grouping: all.filter { $0.instanceID != nil }) { $0.instanceID ?? "" }.mapValues { interfaces in
            interfaces.sorted { $0.spec.attachment.deviceIndex ?? 0 < $1.spec.attachment.deviceIndex ?? 0 }
        }
    }

    /// The interfaces of an instance by device index.
    func of(instance id: String) -> [NetworkInterface] { byInstance[id] ?? [] }
    func groups(_ ids: [String]) -> Value {
        .array(ids.map { ["GroupId": .string($0), "GroupName": .string(groupNames[$0] ?? "")] })
    }
    /// The public address of an interface's primary address; nil when it has none.
    func publicAddress(of interface: NetworkInterface) -> String? {
        publicAddresses[interface.id]?[interface.spec.addresses?.first ?? ""]?.metadata.name
    }

    /// The `NetworkInterface` shape.
    func describe(_ interface: NetworkInterface) -> Value {
        let spec = interface.spec
        var shape = common(interface)
        shape["AvailabilityZone"] = spec.value["AvailabilityZone"]
        shape["TagSet"] = .array(spec.tags ?? [])
        shape["RequesterManaged"] = .bool(spec.requester != nil)
        if let requester = spec.requester { shape["RequesterId"] = .string(requester) }
        var attachment = spec.attachment.value
        if interface.instanceID != nil {
            attachment["InstanceOwnerId"] = .string(account)
        } else if spec.requester != nil {
            attachment = [
                "AttachmentId": .string("eni-attach-" + interface.id.dropFirst(4)), "DeviceIndex": 1, "InstanceOwnerId": "amazon-aws",
                "DeleteOnTermination": false,
            ]
        }
        shape["Status"] = attachment["AttachmentId"].isNull ? "available" : "in-use"
        if !attachment["AttachmentId"].isNull {
            attachment["Status"] = "attached"
            attachment["NetworkCardIndex"] = 0
            shape["Attachment"] = attachment
        }
        return shape
    }
    /// The `InstanceNetworkInterface` shape.
    func describeAttached(_ interface: NetworkInterface) -> Value {
        var shape = common(interface)
        shape["Status"] = "in-use"
        var attachment = interface.spec.attachment.value
        attachment["InstanceId"] = .null
        attachment["Status"] = "attached"
        attachment["NetworkCardIndex"] = 0
        shape["Attachment"] = attachment
        return shape
    }
    private func common(_ interface: NetworkInterface) -> Value {
        let spec = interface.spec
        let addresses = spec.addresses ?? []
        let primary = addresses.first ?? ""
        var shape: Value = [
            "NetworkInterfaceId": .string(interface.id), "SubnetId": spec.value["SubnetId"], "VpcId": spec.value["VpcId"],
            "Description": .string(spec.description ?? ""), "OwnerId": .string(account), "MacAddress": spec.value["MacAddress"],
            "PrivateIpAddress": .string(primary), "PrivateDnsName": .string(NetworkInterfaces.dnsName(primary, region: region)),
            "InterfaceType": .string(spec.type ?? "interface"), "SourceDestCheck": .bool(spec.checksSourceAndDestination ?? true),
            "Groups": groups(spec.groupIds ?? []), "Ipv6Addresses": [],
            "PrivateIpAddresses": .array(addresses.map { describe(address: $0, isPrimary: $0 == primary, of: interface) }),
        ]
        if let association = association(of: interface, primary) { shape["Association"] = association }
        return shape
    }
    private func describe(address: String, isPrimary: Bool, of interface: NetworkInterface) -> Value {
        var shape: Value = [
            "Primary": .bool(isPrimary), "PrivateIpAddress": .string(address),
            "PrivateDnsName": .string(NetworkInterfaces.dnsName(address, region: region)),
        ]
        if let association = association(of: interface, address) { shape["Association"] = association }
        return shape
    }
    private func association(of interface: NetworkInterface, _ address: String) -> Value? {
        guard let held = publicAddresses[interface.id]?[address], let name = held.metadata.name else { return nil }
        var shape: Value = [
            "PublicIp": .string(name), "PublicDnsName": .string(NetworkInterfaces.publicDNSName(name, region: region)),
            "IpOwnerId": held.spec.allocationId == nil ? "amazon" : .string(account),
        ]
        if let allocation = held.spec.allocationId {
            shape["AllocationId"] = .string(allocation)
            shape["AssociationId"] = .string(held.spec.associationId ?? "")
        }
        return shape
    }
}
