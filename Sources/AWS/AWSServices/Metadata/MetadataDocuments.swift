import Control
import Documents

/// The tree of an instance's metadata. Source: EC2 user guide, "Instance metadata categories".
enum MetadataDocuments {
    /// What the tree tells besides the instance and its interfaces.
    struct Facts {
        let region: String
        let account: String
        /// Blocks by subnet id.
        var subnetBlocks: [String: String] = [:]
        var vpcBlocks: [String] = []
        /// Public addresses by the private ones.
        var publicAddresses: [String: String] = [:]
        var groupNames: [String: String] = [:]
        init(region: String, account: String) { (self.region, self.account) = (region, account) }
    }

    /// The text of a leaf, or the list of a folder, whose own folders end in a slash; nil when there is nothing.
    static func find(_ path: [String], in tree: Value) -> String? {
        let found = tree[path: path]
        guard let folder = found.object else { return found.string }
        return folder.map { $0.value.object == nil ? $0.key : $0.key + "/" }.sorted().joined(separator: "\n")
    }

    static func tree(of asker: MetadataService.Asker, facts: Facts) -> Value {
        let spec = asker.instance.spec
        let zone = spec.availabilityZone ?? ""
        let name = NetworkInterfaces.dnsName(asker.address, region: facts.region)
        var interfaces: Value = [:]
        for interface in asker.interfaces { interfaces[interface.spec.mac ?? ""] = describe(interface, facts) }
        var tree: Value = [
            "ami-id": .string(spec.imageId ?? ""), "ami-launch-index": "0", "ami-manifest-path": "(unknown)",
            "block-device-mapping": ["ami": "/dev/xvda", "root": "/dev/xvda"], "hostname": .string(name),
            "instance-action": "none", "instance-id": .string(asker.id), "instance-life-cycle": "on-demand",
            "instance-type": .string(spec.instanceType ?? ""), "local-hostname": .string(name), "local-ipv4": .string(asker.address),
            "mac": .string(asker.interfaces.first?.spec.mac ?? ""), "network": ["interfaces": ["macs": interfaces]],
            "placement": [
                "availability-zone": .string(zone), "availability-zone-id": .string(Regions.zoneID(zone, in: facts.region)),
                "region": .string(facts.region),
            ],
            "profile": "default-hvm", "reservation-id": .string(spec.reservationId ?? ""),
            "security-groups": .string(groupNames(asker.interfaces.first, facts)),
            "services": ["domain": "amazonaws.com", "partition": "aws"], "system": "nitro",
        ]
        if let open = facts.publicAddresses[asker.address] {
            tree["public-ipv4"] = .string(open)
            tree["public-hostname"] = .string(NetworkInterfaces.publicDNSName(open, region: facts.region))
        }
        if let key = spec.keyName { tree["public-keys"] = ["0": ["openssh-key": .string(key)]] }
        return tree
    }
    private static func groupNames(_ interface: NetworkInterface?, _ facts: Facts) -> String {
        (interface?.spec.groupIds ?? []).compactMap { facts.groupNames[$0] }.joined(separator: "\n")
    }
    private static func describe(_ interface: NetworkInterface, _ facts: Facts) -> Value {
        let spec = interface.spec
        let addresses = spec.addresses ?? []
        let name = NetworkInterfaces.dnsName(addresses.first ?? "", region: facts.region)
        var tree: Value = [
            "device-number": .string("\(spec.attachment.deviceIndex ?? 0)"), "network-card": "0", "interface-id": .string(interface.id),
            "local-hostname": .string(name), "local-ipv4s": .string(addresses.joined(separator: "\n")),
            "mac": .string(spec.mac ?? ""), "owner-id": .string(facts.account), "security-groups": .string(groupNames(interface, facts)),
            "security-group-ids": .string((spec.groupIds ?? []).joined(separator: "\n")), "subnet-id": .string(spec.subnetId ?? ""),
            "subnet-ipv4-cidr-block": .string(facts.subnetBlocks[spec.subnetId ?? ""] ?? ""), "vpc-id": .string(spec.vpcId ?? ""),
            "vpc-ipv4-cidr-block": .string(facts.vpcBlocks.first ?? ""),
            "vpc-ipv4-cidr-blocks": .string(facts.vpcBlocks.joined(separator: "\n")),
        ]
        var associations: Value = [:]
        for own in addresses { if let open = facts.publicAddresses[own] { associations[open] = .string(own) } }
        if associations.object?.isEmpty == false {
            let open = addresses.compactMap { facts.publicAddresses[$0] }
            tree["ipv4-associations"] = associations
            tree["public-ipv4s"] = .string(open.joined(separator: "\n"))
            tree["public-hostname"] = .string(NetworkInterfaces.publicDNSName(open.first ?? "", region: facts.region))
        }
        return tree
    }

    /// The instance identity document. Source: EC2 user guide, "Instance identity documents".
    static func identity(of asker: MetadataService.Asker, region: String, account: String) -> Value {
        let spec = asker.instance.spec
        return [
            "accountId": .string(account), "architecture": .string(InstanceTypes.find(spec.instanceType ?? "")?.arch ?? "x86_64"),
            "availabilityZone": .string(spec.availabilityZone ?? ""), "imageId": .string(spec.imageId ?? ""),
            "instanceId": .string(asker.id), "instanceType": .string(spec.instanceType ?? ""),
            "pendingTime": .string(spec.launchTime ?? ""), "privateIp": .string(asker.address), "region": .string(region),
            "version": "2017-09-30",
        ]
    }
}
