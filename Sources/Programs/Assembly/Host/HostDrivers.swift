import AWSServices
import Control
import LinuxMachine
import Network

/// The drivers of machines and networks that a system's regions get: real ones over a host, or simulated ones.
struct HostDrivers: Sendable {
    let machines: any MachineDriver
    let network: any NetworkDriver

    init(
        _ host: RealHost?, simulated: SimulatedMachines, _ directory: DirectoryBox, _ endpoint: any HTTPHandler, _ services: TaskBag,
        _ hosting: Hosting, _ clock: any WallClock, _ random: RandomSource
    ) {
        guard let host, case .listening(let loops) = hosting else {
            (machines, network) = (simulated, NoNetwork())
            return
        }
        let doors = VPCDoors(
            directory: directory, endpoint: endpoint, loops: loops, clock: clock, random: random,
            namespace: { host.namespace(ofVPC: $0) })
        network = ServedNetwork(fabric: host.fabric, services: services) { doors.all(of: $0) }
        machines = MachineChoice(real: host.machines, simulated: simulated)
        host.machines.onFailure { instance, reason in
            services.run("failure/\(instance)", FailureReport(directory: directory, instance: instance, reason: reason))
        }
    }
}

/// Tells the region of an instance that its machine has ended.
private struct FailureReport: Service {
    let directory: DirectoryBox
    let instance: String
    let reason: String

    func run() async throws {
        for region in directory.get()?.openRegions ?? [] {
            if try await InstanceFailure(records: region.records).report(instance, reason) { return }
        }
    }
}
