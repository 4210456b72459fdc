import Control
import Documents
import KubeModel
import Storage

/// What the status of a flow schema says: whether the priority level that it names is there. Source: upstream's config controller of API
/// priority and fairness, condition `Dangling`.
extension APIServer {
    private static let flowKeeper = WriteOptions(user: keeper.user, fieldManager: "api-priority-and-fairness-config-consumer-v1")

    /// Runs until cancelled.
    func keepFlowSchemas() async throws {
        let (signals, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let watch = try realm.watch(prefix: FlowBootstrap.prefix, after: realm.head) { _ in continuation.yield() }
        defer { watch.cancel() }
        continuation.yield()
        for await _ in signals { await reconcileFlowSchemas() }
        try Task.checkCancellation()
    }

    /// Brings the conditions of all schemas up to date. Every server of a realm may do so: writes are guarded.
    func reconcileFlowSchemas() async {
        guard let info = kinds.find(apiVersion: "flowcontrol.apiserver.k8s.io/v1", plural: "flowschemas") else { return }
        let snapshot = realm.snapshot()
        for entry in snapshot.range(prefix: FlowBootstrap.schemaKind.prefix) {
            let schema = entry.value
            let level = schema["spec"]["priorityLevelConfiguration"]["name"].string ?? ""
            let isThere = snapshot.get(FlowBootstrap.levelKind.prefix + level) != nil
            let message =
                "This FlowSchema references the PriorityLevelConfiguration object named \(level.quoted) "
                + (isThere ? "and it exists" : "but there is no such object")
            let condition = schema["status"]["conditions"].items.first { $0["type"] == "Dangling" } ?? .null
            let (status, reason) = isThere ? ("False", "Found") : ("True", "NotFound")
            guard condition["status"].string != status || condition["message"].string != message else { continue }
            let target = Target(info, name: schema["metadata"]["name"].string ?? "", subresource: "status")
            _ = try? await update(target, Self.flowKeeper, Warnings(), retries: 0) { [clock] old in
                var new = old
                DefinitionStatus.set("Dangling", status, reason, message, in: &new, now: clock.now)
                return new
            }
        }
    }
}
