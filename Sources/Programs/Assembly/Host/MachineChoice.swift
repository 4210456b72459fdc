import AWSServices
import Control

/// Gives each instance the machine it shall have: a real one where they can be had, unless it was asked for a simulated one.
final class MachineChoice: MachineDriver {
    private let real: any MachineDriver
    private let simulated: any MachineDriver

    init(real: any MachineDriver, simulated: any MachineDriver) { (self.real, self.simulated) = (real, simulated) }

    func launch(_ spec: MachineSpec) async throws { try await (spec.isSimulated ? simulated : real).launch(spec) }
    func terminate(instanceID: String) async {
        await simulated.terminate(instanceID: instanceID)
        await real.terminate(instanceID: instanceID)
    }
    func stop(instanceID: String) async {
        await simulated.stop(instanceID: instanceID)
        await real.stop(instanceID: instanceID)
    }
    func onFailure(_ report: @escaping @Sendable (_ instanceID: String, _ reason: String) -> Void) { real.onFailure(report) }
}
