package import AWSServices
import Linux
import Synchronization

/// VPCs as network namespaces of this host: every interface is a routed port, security groups are nftables. Needs root.
package final class VPCFabric: NetworkDriver {
    private struct State: @unchecked Sendable {
        var host: HostSide
        var sides: [String: VPCSide] = [:]
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
            var side = state.sides[vpc.id]
            if side?.identity != NetworkNamespaces.identity(path) { side = nil }
            let carrier = try side ?? VPCSide(vpc.id, in: directory)
            state.sides[vpc.id] = carrier
            let before = carrier.instances
            try carrier.apply(plan) { publicAddresses in
                if let publicAddresses {
                    try state.host.connect(vpc.id, namespace: path, publicAddresses: publicAddresses)
                } else {
                    try state.host.disconnect(vpc.id)
                }
            }
            for instance in before.subtracting(plan.instances) { NetworkNamespaces.remove(directory.namespace(instance)) }
        }
    }

    /// Takes the VPC's network down with the namespaces of its instances; nothing happens when there is none.
    package func remove(vpcID: String) async {
        try? await blocking { directory, state in
            for instance in state.sides.removeValue(forKey: vpcID)?.instances ?? [] {
                NetworkNamespaces.remove(directory.namespace(instance))
            }
            NetworkNamespaces.remove(directory.namespace(vpcID))
            try state.host.disconnect(vpcID)
        }
    }

    /// Removes the namespaces and links of VPCs and instances whose ids are not among these, at the start of a server.
    package func sweep(keeping ids: Set<String>) async {
        try? await blocking { directory, state in
            for id in directory.namespaces() where !ids.contains(id) {
                state.sides[id] = nil
                NetworkNamespaces.remove(directory.namespace(id))
            }
            let kept = Set(ids.map { directory.uplink($0) })
            for name in try state.host.uplinks() where !kept.contains(name) { try state.host.netlink.deleteLink(name) }
            try state.host.closeTableIfUnused()
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
