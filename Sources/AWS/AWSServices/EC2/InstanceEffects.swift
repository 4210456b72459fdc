import Control
import Documents
package import Reconcile

/// What is done for instances outside the region's documents: machines, addresses, nodes.
package struct InstanceEffects: EffectPerformer {
    package static let launch = "instance.launch", drain = "instance.drain", terminate = "instance.terminate"

    let region: String
    let records: Records
    let machines: any MachineDriver
    let nodes: NodeSteward
    /// The ARN of an instance profile's role.
    let profileRole: @Sendable (_ profile: String) -> String?

    package init(
        region: String, records: Records, machines: any MachineDriver, nodes: NodeSteward,
        profileRole: @escaping @Sendable (String) -> String?
    ) {
        (self.region, self.records, self.machines, self.nodes, self.profileRole) = (region, records, machines, nodes, profileRole)
    }

    package func perform(_ effect: Effect) async throws -> [Change] {
        let id = String(effect.subject.dropFirst(InstanceFields.kind.prefix.count))
        guard let instance = records.get(Instance.self, id) else { return [] }
        switch (effect.name, instance.status.state) {
        case (Self.launch, "pending"): return try await launch(instance, id)
        case (Self.drain, "draining"):
            try await nodes.drain(instance)
            return [patch(id, ["status": ["state": "shutting-down"]])]
        case (Self.terminate, "shutting-down"):
            await machines.terminate(instanceID: id)
            try await nodes.remove(instance)
            try await releaseAddress(of: instance)
            return [patch(id, ["status": ["state": "terminated", "ended": .string(records.clock.now.text)]])]
        case (Self.terminate, "stopping"):
            await machines.terminate(instanceID: id)
            return [patch(id, ["status": ["state": "stopped"]])]
        default: return []
        }
    }
    /// Starts the machines of all instances that run; for the start of the program.
    package func resume() async throws {
        for instance in records.list(Instance.self) where ["running", "draining"].contains(instance.status.state ?? "") {
            guard let address = instance.spec.privateAddress else { continue }
            try await machines.launch(machine(instance, address: address))
        }
    }

    private func launch(_ instance: Instance, _ id: String) async throws -> [Change] {
        let address: String
        if let held = instance.spec.privateAddress { address = held } else { address = try await claimAddress(for: instance) }
        try await machines.launch(machine(instance, address: address))
        return [
            patch(
                id,
                [
                    "spec": ["PrivateIpAddress": .string(address), "PrivateDnsName": .string(dnsName(address))],
                    "status": ["state": "running"],
                ])
        ]
    }
    private func patch(_ id: String, _ patch: Value) -> Change { .patch(InstanceFields.kind, namespace: nil, name: id, patch) }
    private func dnsName(_ address: String) -> String {
        let host = "ip-" + address.replacing(".", with: "-")
        return region == "us-east-1" ? "\(host).ec2.internal" : "\(host).\(region).compute.internal"
    }

    /// Claims a free address of the subnet by creating its document; the first four and the last are AWS's.
    /// - Throws: `ChangeError` when the subnet is full.
    private func claimAddress(for instance: Instance) async throws -> String {
        let id = instance.metadata.name ?? ""
        guard let subnet = records.get(Subnet.self, instance.spec.subnetId ?? ""), let block = IPv4Network(subnet.spec.cidrBlock ?? "")
        else {
            throw ChangeError.notFound("subnet \(instance.spec.subnetId ?? "")")
        }
        let name = subnet.metadata.name ?? ""
        let claims = records.list(PrivateAddress.self, in: name)
        if let held = claims.first(where: { $0.spec.instanceId == id })?.metadata.name { return held }
        let taken = Set(claims.compactMap(\.metadata.name))
        let start = records.random.int(in: 4..<max(5, block.count - 1))
        for step in 0..<block.count {
            let index = (start + step) % block.count
            guard (4..<block.count - 1).contains(index) else { continue }
            let address = IPv4Network.text(block[index])
            guard !taken.contains(address) else { continue }
            var claim = PrivateAddress()
            (claim.metadata.name, claim.metadata.namespace, claim.spec.instanceId) = (address, name, id)
            do {
                _ = try await records.create(claim)
                return address
            } catch ChangeError.alreadyExists { continue }
        }
        throw ChangeError.unavailable("InsufficientFreeAddressesInSubnet: subnet \(name) has no free addresses")
    }
    private func releaseAddress(of instance: Instance) async throws {
        guard let subnet = instance.spec.subnetId, let address = instance.spec.privateAddress else { return }
        try await records.delete(PrivateAddress.self, address, in: subnet)
    }

    /// What the machine is made of: its type and network from the instance, its cluster from EKS or from the user data.
    private func machine(_ instance: Instance, address: String) -> MachineSpec {
        let spec = instance.spec
        let data = spec.userData.flatMap(NodeUserData.init)
        let cluster = spec.node?["cluster"].string ?? data?.cluster
        let document = cluster.flatMap { records.get(EKSCluster.self, $0) }
        let version = spec.node?["version"].string ?? document?.spec.version ?? EKSVersion.standard.name
        let role = spec.node?["roleArn"].string ?? spec.instanceProfile.flatMap(profileRole) ?? ""
        return MachineSpec(
            instanceID: instance.metadata.name ?? "", instanceType: spec.instanceType ?? "", region: region,
            availabilityZone: spec.availabilityZone ?? "", privateAddress: address, privateDNSName: dnsName(address),
            clusterID: document?.metadata.uid, roleARN: role, labels: spec.node?["labels"].strings ?? data?.labels ?? [:],
            taints: spec.node?["taints"].items.compactMap(\.string) ?? data?.taints ?? [],
            kubeletVersion: "v\(EKSVersion.named(version)?.patch ?? EKSVersion.standard.patch)-eks-a1b2c3d")
    }
}
