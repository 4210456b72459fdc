import AWSProtocol
import Control
import Cryptography
import Documents
import Reconcile

/// Makes and ends network interfaces for users, instances and the region's own services alike.
struct NetworkInterfaces: Sendable {
    let region: String
    let records: Records
    var claims: AddressClaims { AddressClaims(region: region, records: records) }

    /// What an interface is to be.
    struct Wish {
        var id: String
        var subnet: Subnet
        var description = ""
        var groupIds: [String] = []
        /// The primary address when the caller chose it, then secondary ones of the caller's choice.
        var addresses: [String] = []
        /// How many secondary addresses the region chooses.
        var secondaryCount = 0
        var type = "interface"
        var requester: String?
        var attachment = View<InterfaceAttachmentFields>()
        var tags: [Value] = []
        var isPublic = false
        init(id: String, subnet: Subnet) { (self.id, self.subnet) = (id, subnet) }
    }

    /// The interface of the wished id, made when there is none. Asked again after a crash it goes on with what was claimed.
    /// - Throws: `AWSError` when an address cannot be had.
    func ensure(_ wish: Wish) async throws -> NetworkInterface {
        if let standing = records.get(NetworkInterface.self, wish.id) {
            if wish.isPublic { try await ensurePublic(standing) }
            return standing
        }
        let subnet = wish.subnet.metadata.name ?? ""
        var interface = NetworkInterface()
        interface.metadata.name = wish.id
        interface.spec.interfaceId = wish.id
        (interface.spec.subnetId, interface.spec.vpcId) = (subnet, wish.subnet.spec.vpcId)
        interface.spec.availabilityZone = wish.subnet.spec.availabilityZone
        interface.spec.mac = Self.mac(of: wish.id)
        (interface.spec.description, interface.spec.type) = (wish.description, wish.type)
        (interface.spec.groupIds, interface.spec.tags) = (wish.groupIds, wish.tags)
        interface.spec.checksSourceAndDestination = wish.type != "nat_gateway"
        interface.spec.requester = wish.requester
        if wish.attachment.instanceId != nil { interface.spec.attachment = wish.attachment }
        let addresses = try await claimAddresses(wish)
        interface.spec.addresses = addresses
        do {
            let made = try await records.create(interface)
            if wish.isPublic { try await givePublic(made) }
            return made
        } catch ChangeError.alreadyExists {
            let standing = records.get(NetworkInterface.self, wish.id)
            try await claims.release(addresses.filter { standing?.spec.addresses?.contains($0) != true }, in: subnet)
            return standing ?? interface
        }
    }
    private func claimAddresses(_ wish: Wish) async throws -> [String] {
        let subnet = wish.subnet.metadata.name ?? ""
        var got: [String] = []
        do {
            for address in wish.addresses {
                guard try await claims.claim(address, in: wish.subnet, for: wish.id) else {
                    throw AWSError("InvalidIPAddress.InUse", "Address \(address) is in use.")
                }
                got.append(address)
            }
            return got
                + (try await claims.claim((wish.addresses.isEmpty ? 1 : 0) + wish.secondaryCount, in: wish.subnet, for: wish.id))
        } catch {
            try await claims.release(got, in: subnet)
            throw error
        }
    }
    private func ensurePublic(_ interface: NetworkInterface) async throws {
        if !records.list(PublicAddress.self).contains(where: { $0.spec.interfaceId == interface.id }) { try await givePublic(interface) }
    }
    private func givePublic(_ interface: NetworkInterface) async throws {
        guard let address = interface.spec.addresses?.first else { return }
        var owner = View<AddressOwnerFields>()
        (owner.interfaceId, owner.privateAddress) = (interface.id, address)
        _ = try await claims.claimPublic(owner)
    }

    /// Ends an interface and frees its addresses; Elastic IPs stay with their owner. Nothing happens when there is none.
    func remove(_ id: String) async throws {
        guard let interface = records.get(NetworkInterface.self, id) else { return }
        try await records.delete(NetworkInterface.self, id)
        for address in records.list(PublicAddress.self) where address.spec.interfaceId == id { try await free(address) }
        try await claims.release(interface.spec.addresses ?? [], in: interface.spec.subnetId ?? "")
    }
    /// Takes a public address from the interface that has it.
    func free(_ address: PublicAddress) async throws {
        let name = address.metadata.name ?? ""
        guard address.spec.allocationId != nil else { return try await records.delete(PublicAddress.self, name) }
        _ = try await records.update(PublicAddress.self, name) { address in
            (address.spec.interfaceId, address.spec.privateAddress, address.spec.associationId) = (nil, nil, nil)
        }
    }

    /// The primary interface of an instance, made when there is none.
    func primary(of instance: Instance) async throws -> NetworkInterface {
        let id = instance.metadata.name ?? ""
        guard let subnet = records.get(Subnet.self, instance.spec.subnetId ?? "") else {
            throw EC2Type.subnet.notFound(instance.spec.subnetId ?? "")
        }
        var wish = Wish(id: Self.primaryID(of: id), subnet: subnet)
        wish.groupIds = instance.spec.securityGroupIds ?? []
        if wish.groupIds.isEmpty { wish.groupIds = defaultGroup(of: subnet.spec.vpcId).map { [$0] } ?? [] }
        if let wished = instance.spec.privateAddress { wish.addresses = [wished] }
        wish.attachment.id = "eni-attach-" + id.dropFirst(2)
        (wish.attachment.instanceId, wish.attachment.deviceIndex, wish.attachment.deleteOnTermination) = (id, 0, true)
        wish.attachment.attachTime = records.clock.now.text
        wish.isPublic = instance.spec.associatePublicAddress ?? subnet.spec.mapPublicIp ?? false
        return try await ensure(wish)
    }
    /// Frees what a terminated instance had: interfaces go with it or are detached, as each attachment says.
    func release(instance id: String) async throws {
        for interface in records.list(NetworkInterface.self) where interface.instanceID == id {
            if interface.spec.attachment.deleteOnTermination == true {
                try await remove(interface.id)
            } else {
                _ = try await records.update(NetworkInterface.self, interface.id) { $0.spec.value["Attachment"] = .null }
            }
        }
    }
    func defaultGroup(of vpc: String?) -> String? {
        records.list(SecurityGroup.self).first { $0.spec.vpcId == vpc && $0.spec.groupName == "default" }?.metadata.name
    }

    /// The id of an instance's primary interface follows from the instance's.
    static func primaryID(of instance: String) -> String { "eni-" + instance.dropFirst(2) }
    /// A locally administered hardware address that follows from the interface's id.
    static func mac(of interface: String) -> String { "02:" + Hex.fingerprint(Array(SHA256.hash(interface).prefix(5))) }
    /// The private DNS name of an address. Source: VPC user guide, "DNS attributes in your VPC".
    static func dnsName(_ address: String, region: String) -> String {
        let host = "ip-" + address.replacing(".", with: "-")
        return region == "us-east-1" ? "\(host).ec2.internal" : "\(host).\(region).compute.internal"
    }
    /// The public DNS name of an address.
    static func publicDNSName(_ address: String, region: String) -> String {
        let host = "ec2-" + address.replacing(".", with: "-")
        return region == "us-east-1" ? "\(host).compute-1.amazonaws.com" : "\(host).\(region).compute.amazonaws.com"
    }
}
