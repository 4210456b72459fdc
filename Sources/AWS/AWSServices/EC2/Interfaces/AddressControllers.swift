import Control
package import Documents
package import Reconcile

/// Frees private addresses that no interface has any more, as a crash between claiming and attaching leaves them.
package struct PrivateAddressController: Controller {
    package typealias Primary = PrivateAddressFields
    package static let name = "private-address"
    package static let watches: [Watch] = []
    package static let writes: Set<Kind> = [PrivateAddressFields.kind]
    package init() {}

    package func reconcile(_ address: PrivateAddress, in world: World) -> Plan {
        let name = address.metadata.name ?? ""
        let holder = address.spec.interfaceId.flatMap { world.get(NetworkInterface.self, $0) }
        if holder?.spec.addresses?.contains(name) == true { return Plan() }
        return Abandoned.plan(PrivateAddressFields.kind, address.metadata, world)
    }
}

/// Frees public addresses that went with an interface which is gone.
package struct PublicAddressController: Controller {
    package typealias Primary = PublicAddressFields
    package static let name = "public-address"
    package static let watches: [Watch] = []
    package static let writes: Set<Kind> = [PublicAddressFields.kind]
    package init() {}

    package func reconcile(_ address: PublicAddress, in world: World) -> Plan {
        if let allocation = address.spec.allocationId {
            if world.value(EC2Type.address.kind.key(nil, allocation)) != nil { return Plan() }
        } else if address.spec.interfaceId.flatMap({ world.get(NetworkInterface.self, $0) }) != nil {
            return Plan()
        }
        return Abandoned.plan(PublicAddressFields.kind, address.metadata, world)
    }
}

/// Ends interfaces whose instance, NAT gateway or cluster is gone.
package struct InterfaceController: Controller {
    package typealias Primary = NetworkInterfaceFields
    package static let name = "network-interface"
    package static let watches: [Watch] = [
        Watch(prefix: InstanceFields.kind.prefix) { change, world in
            guard change.new == nil || change.new?["status"]["state"].string == "terminated" else { return [] }
            let id = String(change.key.dropFirst(InstanceFields.kind.prefix.count))
            return world.list(NetworkInterface.self).filter { $0.instanceID == id }.map { NetworkInterfaceFields.kind.key(of: $0.value) }
        }
    ]
    package static let writes: Set<Kind> = [NetworkInterfaceFields.kind]
    package init() {}

    package func reconcile(_ interface: NetworkInterface, in world: World) -> Plan {
        if let id = interface.instanceID {
            let instance = world.get(Instance.self, id)
            if let instance, instance.status.state != "terminated" { return Plan() }
            if interface.spec.attachment.deleteOnTermination == true {
                return Abandoned.plan(NetworkInterfaceFields.kind, interface.metadata, world)
            }
            var free = interface
            free.spec.value["Attachment"] = .null
            return Plan([.update(NetworkInterfaceFields.kind, free.value)])
        }
        guard interface.spec.type == "nat_gateway" else { return Plan() }
        let gateways = world.keys(EC2Type.natGateway.kind).compactMap(world.value)
        let stands = gateways.contains {
            $0["spec"]["NatGatewayAddresses"].items.contains { $0["NetworkInterfaceId"].string == interface.id }
        }
        return stands ? Plan() : Abandoned.plan(NetworkInterfaceFields.kind, interface.metadata, world)
    }
}

/// What nobody has is deleted once whoever made it has had the time to write that down.
private enum Abandoned {
    static let patience = Duration.seconds(60)

    static func plan(_ kind: Kind, _ metadata: View<MetadataFields>, _ world: World) -> Plan {
        let since = metadata.creationTimestamp.flatMap(Timestamp.init) ?? world.now
        let left = since + patience - world.now
        guard left <= .zero else { return Plan(revisit: left) }
        return Plan([.delete(kind, namespace: metadata.namespace, name: metadata.name ?? "", uid: metadata.uid)])
    }
}
