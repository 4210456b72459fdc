import Control
import Documents
package import Reconcile

/// What is done for instances outside the region's documents: machines, addresses, nodes.
package struct InstanceEffects: EffectPerformer {
    package static let launch = "instance.launch", drain = "instance.drain", terminate = "instance.terminate"
    package static let stop = "instance.stop"

    let region: String
    let records: Records
    let machines: any MachineDriver
    let nodes: NodeSteward
    let network: VPCNetworks
    /// The ARN of an instance profile's role.
    let profileRole: @Sendable (_ profile: String) -> String?

    package init(
        region: String, records: Records, machines: any MachineDriver, nodes: NodeSteward, network: VPCNetworks,
        profileRole: @escaping @Sendable (String) -> String?
    ) {
        (self.region, self.records, self.machines, self.nodes) = (region, records, machines, nodes)
        (self.network, self.profileRole) = (network, profileRole)
    }

    package func perform(_ effect: Effect) async throws -> [Change] {
        let id = String(effect.subject.dropFirst(InstanceFields.kind.prefix.count))
        guard let instance = records.get(Instance.self, id) else { return [] }
        switch (effect.name, instance.status.state) {
        case (Self.launch, "pending"): return try await launch(instance, id)
        case (Self.drain, "draining"):
            try await nodes.drain(instance)
            return move(id, from: "draining", ["status": ["state": "shutting-down"]])
        case (Self.terminate, "shutting-down"):
            await machines.terminate(instanceID: id)
            try await nodes.remove(instance)
            try await interfaces.release(instance: id)
            return move(id, from: "shutting-down", ["status": ["state": "terminated", "ended": .string(records.clock.now.text)]])
        case (Self.stop, "stopping"):
            await machines.stop(instanceID: id)
            return move(id, from: "stopping", ["status": ["state": "stopped"]])
        default: return []
        }
    }
    /// Starts the machines of all instances that run; for the start of the program.
    package func resume() async throws {
        for instance in records.list(Instance.self) where ["running", "draining"].contains(instance.status.state ?? "") {
            let interface = try await interfaces.primary(of: instance)
            try await network.apply(instance.spec.vpcId ?? "")
            try await machines.launch(machine(instance, address: interface.spec.addresses?.first ?? ""))
        }
    }
    /// Ends the machines of all instances here and keeps their disks, since another server leads the region from now on.
    package func standDown() async {
        for instance in records.list(Instance.self) where instance.status.state != "terminated" {
            await machines.stop(instanceID: instance.metadata.name ?? "")
        }
    }
    private var interfaces: NetworkInterfaces { NetworkInterfaces(region: region, records: records) }

    /// The primary interface first, then its place in the network, then the machine.
    private func launch(_ instance: Instance, _ id: String) async throws -> [Change] {
        let address = try await interfaces.primary(of: instance).spec.addresses?.first ?? ""
        try await network.apply(instance.spec.vpcId ?? "")
        try await machines.launch(machine(instance, address: address))
        let name = NetworkInterfaces.dnsName(address, region: region)
        let spec: Value = ["PrivateIpAddress": .string(address), "PrivateDnsName": .string(name)]
        let changes = move(id, from: "pending", ["spec": spec, "status": ["state": "running"]])
        if changes.isEmpty { try await takeBack(id) }
        return changes
    }
    /// An instance that was ended while it was launched may have got its machine after its end.
    private func takeBack(_ id: String) async throws {
        switch records.get(Instance.self, id)?.status.state {
        case "stopping", "stopped": await machines.stop(instanceID: id)
        case "shutting-down", "terminated", nil:
            await machines.terminate(instanceID: id)
            try await interfaces.release(instance: id)
        default: break
        }
    }
    /// Moves an instance on from a state, unless somebody has moved it on meanwhile; who does so at this moment makes the write fail.
    private func move(_ id: String, from state: String, _ patch: Value) -> [Change] {
        guard let now = records.get(Instance.self, id), now.status.state == state else { return [] }
        var patch = patch
        patch["metadata"]["resourceVersion"] = now.value["metadata"]["resourceVersion"]
        return [.patch(InstanceFields.kind, namespace: nil, name: id, patch)]
    }

    /// What the machine is made of: its type and network from the instance, its cluster from EKS or from the user data.
    private func machine(_ instance: Instance, address: String) -> MachineSpec {
        let spec = instance.spec
        let data = spec.userData.flatMap(NodeUserData.init)
        let cluster = spec.node?["cluster"].string ?? data?.cluster
        let document = cluster.flatMap { records.get(EKSCluster.self, $0) }
        let version = spec.node?["version"].string ?? document?.spec.version ?? EKSVersion.standard.name
        let role = spec.node?["roleArn"].string ?? spec.instanceProfile.flatMap(profileRole) ?? ""
        var machine = MachineSpec(
            instanceID: instance.metadata.name ?? "", instanceType: spec.instanceType ?? "", region: region,
            availabilityZone: spec.availabilityZone ?? "", privateAddress: address,
            privateDNSName: NetworkInterfaces.dnsName(address, region: region),
            clusterID: document?.metadata.uid, roleARN: role, labels: spec.node?["labels"].strings ?? data?.labels ?? [:],
            taints: spec.node?["taints"].items.compactMap(\.string) ?? data?.taints ?? [],
            kubeletVersion: "v\(EKSVersion.named(version)?.patch ?? EKSVersion.standard.patch)-eks-a1b2c3d")
        (machine.vpcID, machine.diskGiB, machine.isSimulated) = (spec.vpcId ?? "", spec.volumeSize ?? 20, instance.isSimulated)
        return machine
    }
}
