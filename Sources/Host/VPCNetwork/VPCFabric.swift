package import AWSServices
import Linux
import Synchronization

/// VPCs as network namespaces of this host: every interface is a routed port, security groups are nftables. Needs root.
package final class VPCFabric: NetworkDriver {
    private struct State: @unchecked Sendable {
        var host: HostSide
        var sides: [String: VPCSide] = [:]

        /// Links go one by one first: sockets that are open in the namespace would keep it, and them, alive.
        mutating func removeVPC(_ id: String, in directory: RunDirectory) throws {
            let path = directory.namespace(id)
            try host.disconnect(id)
            if NetworkNamespaces.exists(path) {
                let netlink = try Netlink(namespace: path)
                try netlink.perform(try netlink.links().filter { $0.kind == "veth" }.map { .deleteLink($0.name).ifPresent })
            }
            NetworkNamespaces.remove(path)
        }
    }
    private let directory: RunDirectory
    private let state: Mutex<State>

    /// - Parameter runDirectory: where namespaces are mounted, below `netns`.
    /// - Throws: when the kernel gives no routing socket or no nftables.
    package init(runDirectory: String) throws {
        directory = RunDirectory(runDirectory)
        state = Mutex(State(host: try HostSide(directory)))
    }

    /// Makes the VPC's network what the value says, also after a restart that remembers nothing.
    /// - Throws: `VPCStateError`, `NetlinkError`, `NftablesError`, `LinuxError`; what could be done is done, and the next call goes on.
    package func apply(_ vpc: VPCState) async throws {
        let plan = try VPCPlanner.plan(vpc)
        try await blocking { directory, state in
            let path = directory.namespace(vpc.id)
            var known = state.sides[vpc.id]
            if known?.identity != NetworkNamespaces.identity(path) { known = nil }
            let side = try known ?? VPCSide(vpc.id, in: directory)
            state.sides[vpc.id] = side
            let before = side.instances
            try side.apply(plan) { publicAddresses in
                if let publicAddresses {
                    try state.host.connect(vpc.id, namespace: path, publicAddresses: publicAddresses)
                } else {
                    try state.host.disconnect(vpc.id)
                }
            }
            for instance in before.subtracting(plan.instances) { NetworkNamespaces.remove(directory.namespace(instance)) }
            if known == nil { directory.removeDesertedMachines() }
        }
    }

    /// Takes the VPC's network down with the namespaces of its instances; nothing happens when there is none.
    package func remove(vpcID: String) async {
        try? await blocking { directory, state in
            let instances = state.sides.removeValue(forKey: vpcID)?.instances ?? []
            try state.removeVPC(vpcID, in: directory)
            for instance in instances { NetworkNamespaces.remove(directory.namespace(instance)) }
        }
    }

    /// At the start of a server: removes the networks of VPCs whose ids are not among these, then the namespaces of machines that have neither
    /// an interface nor a process.
    package func sweep(keeping vpcIDs: Set<String>) async {
        try? await blocking { directory, state in
            for id in directory.namespaces() where id.hasPrefix("vpc-") && !vpcIDs.contains(id) {
                state.sides[id] = nil
                try state.removeVPC(id, in: directory)
            }
            let kept = Set(vpcIDs.map { directory.uplink($0) })
            for name in try state.host.uplinks() where !kept.contains(name) { try state.host.netlink.deleteLink(name) }
            try state.host.closeTableIfUnused()
            directory.removeDesertedMachines()
        }
    }

    /// One piece of work at a time, on a thread that may block and visit namespaces.
    private func blocking(_ work: @escaping @Sendable (RunDirectory, inout State) throws -> Void) async throws {
        let result: Result<Void, any Error> = await onOwnThread("fabric") { [self] in
            state.withLock { state in Result { try work(directory, &state) } }
        }
        try result.get()
    }
}
