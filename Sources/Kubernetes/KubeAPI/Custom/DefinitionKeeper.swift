import Control
import Documents
import KubeModel
import Storage

/// Looks after the definitions: accepts their names, establishes them, and empties those that are being deleted.
///
/// Every process that serves the realm does so; writes are guarded, so that all may.
extension APIServer {
    /// Runs until cancelled.
    func keepDefinitions() async throws {
        let (signals, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let watch = try realm.watch(prefix: CustomDefinition.prefix, after: realm.head) { _ in continuation.yield() }
        defer { watch.cancel() }
        continuation.yield()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for await _ in signals { await self.reconcileDefinitions() }
                throw CancellationError()
            }
            group.addTask { [clock] in
                // Documents that finalizers hold go without a change of their definition.
                while true {
                    try await clock.sleep(for: .seconds(1))
                    if self.hasLeavingDefinitions { continuation.yield() }
                }
            }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    private var definitions: [Value] { realm.snapshot().range(prefix: CustomDefinition.prefix).map(\.value) }
    private var hasLeavingDefinitions: Bool { definitions.contains { !$0["metadata"]["deletionTimestamp"].isNull } }

    /// Brings every definition one step on. May be repeated.
    package func reconcileDefinitions() async {
        guard let info = kinds.find(apiVersion: "apiextensions.k8s.io/v1", plural: "customresourcedefinitions") else { return }
        for definition in definitions {
            let target = Target(info, name: definition["metadata"]["name"].string ?? "")
            if definition["metadata"]["deletionTimestamp"].isNull {
                await judge(definition, target)
            } else if definition["metadata"]["finalizers"].items.contains(.string(CustomDefinition.finalizer)) {
                await empty(definition, target)
            }
        }
    }

    private static let keeper = WriteOptions(
        user: UserInfo("system:apiserver", groups: ["system:masters", "system:authenticated"]), fieldManager: "kube-apiserver")

    private func judge(_ definition: Value, _ target: Target) async {
        // The others are read anew: what this loop accepted a moment ago counts.
        let wanted = DefinitionStatus(definition, among: definitions, now: clock.now).definition
        guard wanted != definition else { return }
        _ = try? await update(
            Target(target.info, name: target.name, subresource: "status"), Self.keeper, Warnings(), retries: 0
        ) { _ in wanted }
    }

    /// Deletes the documents of a definition, and lets it go when there are none. Source: apiextensions-apiserver, crd_finalizer.
    private func empty(_ definition: Value, _ target: Target) async {
        let names = definition["status"]["acceptedNames"]
        let prefix = "\(definition["spec"]["group"].string ?? "")/\(names["plural"].string ?? "")/"
        let established = CustomDefinition.holds("Established", definition)
        let left = established ? realm.snapshot().range(prefix: prefix) : []
        guard !left.isEmpty else { return await letGo(target) }
        await mark(target, "True", "InstanceDeletionInProgress", "CustomResource deletion is in progress")
        guard let info = catalogue.table.find(prefix: prefix) ?? definitionInfo(definition) else { return }
        for entry in left {
            let metadata = entry.value["metadata"]
            guard metadata["deletionTimestamp"].isNull else { continue }
            let document = Target(info, namespace: metadata["namespace"].string ?? "", name: metadata["name"].string ?? "")
            var options = DeleteOptions()
            options.cascadesByDefault = true
            _ = try? await delete(document, options, user: Self.keeper.user, Warnings())
        }
        if realm.snapshot().count(prefix: prefix) == 0 { await letGo(target) }
    }

    /// What a definition that serves nothing still has documents of.
    private func definitionInfo(_ definition: Value) -> KindInfo? {
        var served = definition
        served["spec"]["versions"] = .array(
            definition["spec"]["versions"].items.map { version in
                var version = version
                version["served"] = true
                return version
            })
        return CustomDefinition.kinds(served, since: 0).first
    }

    private func letGo(_ target: Target) async {
        await mark(target, "False", "InstanceDeletionCompleted", "removed all instances")
        _ = try? await update(target, Self.keeper, Warnings(), retries: Self.updateAttempts) { old in
            var new = old
            let rest = old["metadata"]["finalizers"].items.filter { $0.string != CustomDefinition.finalizer }
            new["metadata"]["finalizers"] = rest.isEmpty ? .null : .array(rest)
            new["metadata"]["resourceVersion"] = .null
            return new
        }
    }

    private func mark(_ target: Target, _ status: String, _ reason: String, _ message: String) async {
        let part = Target(target.info, name: target.name, subresource: "status")
        _ = try? await update(part, Self.keeper, Warnings(), retries: Self.updateAttempts) { [clock] old in
            var new = old
            DefinitionStatus.set("Terminating", status, reason, message, in: &new, now: clock.now)
            new["metadata"]["resourceVersion"] = .null
            return new
        }
    }
}
