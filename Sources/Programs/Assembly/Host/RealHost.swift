import AWSServices
import Control
import Documents
import Glibc
import LinuxMachine
import Network
import VPCNetwork

/// What real machines need of this host: their driver, the networks of VPCs, and where those are.
struct RealHost: Sendable {
    let machines: LinuxMachines
    let fabric: VPCFabric
    private let folders: MachineFolders

    /// - Parameter data: the data directory; disks are below it.
    /// - Throws: what this host lacks for networks.
    init(data: String) throws {
        folders = MachineFolders(data: data)
        (machines, fabric) = (LinuxMachines(folders: folders), try VPCFabric(runDirectory: folders.run))
    }

    /// The namespace of a VPC's network.
    func namespace(ofVPC id: String) -> NetworkNamespace { NetworkNamespace(path: folders.network(of: id)) }

    var namespaces: @Sendable (_ vpc: String) -> NetworkNamespace { { namespace(ofVPC: $0) } }

    /// Begins to make what the first machines of a region and Kubernetes version begin with, while their control plane starts.
    func preparing(_ services: TaskBag) -> @Sendable (_ region: String, _ version: String) -> Void {
        { region, version in
            services.run(
                "machines/preparation/\(region)/\(version)", MachinePreparation(machines: machines, region: region, version: version))
        }
    }

    /// Ends all machines and networks and leaves nothing of them on this host but the machines' disks.
    func powerOff() async {
        await machines.powerOffAll()
        await fabric.sweep(keeping: [])
        for folder in ["/machines", "/netns", ""] { rmdir(folders.run + folder) }
    }

    /// Removes the machines and networks of instances and VPCs that do not stand in these regions.
    func sweep(_ regions: [Region]) async {
        let instances = regions.flatMap { $0.records.list(Instance.self) }.filter { $0.status.state != "terminated" }
        await machines.sweep(keeping: Set(instances.compactMap(\.metadata.name)))
        let networks = regions.flatMap { $0.records.list(NetworkInterface.self) }.compactMap(\.spec.vpcId)
        await fabric.sweep(keeping: Set(networks))
    }
}
