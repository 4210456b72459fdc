import Control
import Documents
import Reconcile

/// Tells EC2 of machines that ended although nobody asked for it: their instances become terminated, with the reason.
package final class MachineFailures: Service {
    private struct Failure: Sendable {
        let instance: String
        let reason: String
    }
    private let mailbox = Mailbox<Failure>()
    private let regions: @Sendable () -> [Records]

    /// Listens to the machines; `regions` are the documents of those that are open.
    package init(machines: any MachineDriver, regions: @escaping @Sendable () -> [Records]) {
        self.regions = regions
        machines.onFailure { [mailbox] instance, reason in mailbox.post(Failure(instance: instance, reason: reason)) }
    }

    package func run() async throws {
        while !Task.isCancelled {
            for failure in await mailbox.receive() {
                for records in regions() where records.get(Instance.self, failure.instance) != nil {
                    try await Self.end(failure.instance, failure.reason, records)
                }
            }
        }
    }

    /// A machine that was shut down from inside ends as the client's; any other end is the server's fault.
    /// Source: EC2 API reference, StateReason.
    private static func end(_ id: String, _ reason: String, _ records: Records) async throws {
        _ = try await records.update(Instance.self, id) { instance in
            guard ["pending", "running", "draining"].contains(instance.status.state ?? "") else { return }
            let inside = reason.contains("InstanceInitiatedShutdown")
            let code = inside ? "Client.InstanceInitiatedShutdown" : "Server.InternalError"
            instance.status.state = "shutting-down"
            instance.status.reason = inside ? "" : "Server.InternalError: \(reason)"
            instance.status.stateReason = [
                "Code": .string(code),
                "Message": .string(inside ? "\(code): Instance initiated shutdown" : "\(code): Internal error on launch: \(reason)"),
            ]
        }
    }
}
