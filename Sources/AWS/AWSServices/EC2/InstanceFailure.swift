import Documents

/// Takes note of machines that ended although nobody asked EC2 for it.
package struct InstanceFailure: Sendable {
    private let records: Records
    package init(records: Records) { self.records = records }

    /// A machine that was shut down from inside ends as the client's; any other end is the server's fault. Source: EC2, StateReason.
    /// Lets the instance end, as EC2 does when the host fails; its group then replaces it. Nothing happens for one that ends already.
    /// - Returns: whether the instance is one of this region's.
    /// - Throws: `ChangeError`.
    package func report(_ id: String, _ reason: String) async throws -> Bool {
        guard records.get(Instance.self, id) != nil else { return false }
        _ = try await records.update(Instance.self, id) { instance in
            guard ["pending", "running", "draining"].contains(instance.status.state ?? "") else { return }
            let inside = reason.contains("InstanceInitiatedShutdown")
            let code = inside ? "Client.InstanceInitiatedShutdown" : "Server.InternalError"
            instance.status.state = "shutting-down"
            instance.status.reason = inside ? "" : "Server.InternalError: \(reason)"
            instance.status.stateReason = [
                "Code": .string(code),
                "Message": .string("\(code): \(inside ? "Instance initiated shutdown" : "Internal error on launch")"),
            ]
        }
        return true
    }
}
