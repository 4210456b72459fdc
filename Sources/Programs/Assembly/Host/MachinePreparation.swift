import Control
import LinuxMachine

/// Makes the disks that machines begin with before the first is launched; a launch that comes earlier waits for the same.
struct MachinePreparation: Service {
    let machines: LinuxMachines
    let region: String
    /// Kubernetes minor version, `1.36`.
    let version: String
    /// GiB: of managed nodegroups, and of eksctl's own.
    private static let sizes = [80, 20]

    /// Ends when they are there. What fails is told again by the launch that needs it.
    func run() async throws {
        do {
            try await machines.prepare(region: region, kubeletVersion: "v\(version).0", gibibytes: Self.sizes)
        } catch { Log("machines").warning("cannot make disks ahead", ["error": "\(error)"]) }
    }
}
