import AWSServices
import Control
import Documents
import Network
import SimulatedNode
import Synchronization

/// The machine driver for simulated machines: each is a node of its cluster that talks to the API server in this process.
final class SimulatedMachines: MachineDriver {
    private let clock: any WallClock
    private let random: RandomSource
    private let services: TaskBag
    private let stages: StageTable
    private let login: NodeLogin

    init(clock: any WallClock, random: RandomSource, services: TaskBag, stages: StageTable = StageTable(), login: NodeLogin) {
        (self.clock, self.random, self.services, self.stages, self.login) = (clock, random, services, stages, login)
    }

    func launch(_ spec: MachineSpec) async throws {
        guard spec.clusterID != nil else { return }
        services.run(name(spec.instanceID), SimulatedBoot(spec: spec, machines: self))
    }
    func terminate(instanceID: String) async { await services.stop(name(instanceID)) }
    func stop(instanceID: String) async { await terminate(instanceID: instanceID) }
    /// A simulated machine ends only when it is asked to.
    func onFailure(_ report: @escaping @Sendable (_ instanceID: String, _ reason: String) -> Void) {}
    private func name(_ id: String) -> String { "machine/\(id)" }

    /// The node agent of a machine, from boot on: it tries to log in until the cluster lets it, then runs.
    fileprivate func node(of spec: MachineSpec) async throws -> any Service {
        let log = Log("machines")
        log.debug("boot", ["instance": spec.instanceID, "role": spec.roleARN, "cluster": spec.clusterID ?? "none"])
        var pause = Duration.milliseconds(50)
        while true {
            if let transport = await login.transport(spec) {
                return SimulatedMachine(
                    spec: nodeSpec(spec), transport: transport, cloud: login.cloud(spec), clock: clock, random: random,
                    stages: stages, addresses: try addresses(of: spec))
            }
            log.debug("the cluster does not let the node in yet", ["node": spec.privateDNSName, "role": spec.roleARN])
            try await clock.sleep(for: pause)
            pause = min(pause * 2, .seconds(5))
        }
    }
    /// Addresses for the node's pods: made up, from a block that no simulated VPC uses, since nobody can reach these pods.
    private func addresses(of spec: MachineSpec) throws -> AddressPool {
        let node = IPv4Network.address(spec.privateAddress) ?? 0
        let first = IPv4Network.text(0x6440_0000 + (node & 0x3FFF) << 8 + 1)
        guard let pool = AddressPool(first: first, count: 254) else { throw HTTPError.malformed("no addresses from \(first)") }
        return pool
    }
    private func nodeSpec(_ spec: MachineSpec) -> SimulatedNodeSpec {
        let type = InstanceTypes.find(spec.instanceType)
        return SimulatedNodeSpec(
            instanceID: spec.instanceID, instanceType: spec.instanceType, region: spec.region, availabilityZone: spec.availabilityZone,
            privateAddress: spec.privateAddress, privateDNSName: spec.privateDNSName, virtualCPUs: type?.vcpus ?? 2,
            memoryMiB: type?.memoryMiB ?? 4096, architecture: type?.arch == "arm64" ? "arm64" : "amd64", maxPods: type?.maxPods ?? 17,
            blockVolumes: BlockVolumeLimit(spec.instanceType).allocatable(interfaces: 1), labels: spec.labels, taints: spec.taints,
            kubeletVersion: spec.kubeletVersion)
    }
}

/// One machine from its launch to its end.
private struct SimulatedBoot: Service {
    let spec: MachineSpec
    let machines: SimulatedMachines
    func run() async throws { try await machines.node(of: spec).run() }
}
