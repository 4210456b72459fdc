import Control
import Documents
import KubeClient
import Network
package import Reconcile

/// What is done for add-ons in their clusters.
package struct AddonEffects: EffectPerformer {
    package static let apply = "addon.apply", settle = "addon.settle", remove = "addon.remove"
    /// How long a workload may be unready before its add-on is degraded.
    private static let patience = Duration.seconds(60)

    let region: String
    let records: Records
    let clusters: any ControlPlaneHost

    package init(region: String, records: Records, clusters: any ControlPlaneHost) {
        (self.region, self.records, self.clusters) = (region, records, clusters)
    }

    package func perform(_ effect: Effect) async throws -> [Change] {
        let parts = effect.subject.dropFirst(AddonFields.kind.prefix.count).split(separator: "/").map(String.init)
        guard parts.count == 2, let addon = records.get(Addon.self, parts[1], in: parts[0]),
            let cluster = records.get(EKSCluster.self, parts[0])
        else { return [] }
        let client = try client(of: cluster)
        switch effect.name {
        case Self.apply: return try await apply(addon, cluster, client)
        case Self.settle: return try await settle(addon, client)
        case Self.remove:
            guard addon.metadata.deletionTimestamp != nil else { return [] }
            try await client.remove(try objects(of: addon, cluster).all())
            let left = (addon.metadata.finalizers ?? []).filter { $0 != AddonController.finalizer }
            return [patch(addon, ["metadata": ["finalizers": .array(left.map(Value.string))]])]
        default: return []
        }
    }
    /// Puts the add-ons that every cluster has from the start into a new one.
    func bootstrap(_ cluster: EKSCluster) async throws {
        let client = try client(of: cluster)
        for name in AddonTable.selfManaged {
            guard let version = AddonTable.named(name)?.standard(for: cluster.spec.version ?? "") else { continue }
            try await client.apply(
                try AddonObjects(addon: name, version: version, region: region, cluster: cluster).all(), mode: "OVERWRITE")
        }
    }

    private func client(of cluster: EKSCluster) throws -> AddonClient {
        guard let transport = clusters.transport(id: cluster.metadata.uid ?? "") else {
            throw ChangeError.unavailable("the control plane of \(cluster.metadata.name ?? "") does not run")
        }
        return AddonClient(client: KubeClient(transport: transport))
    }
    private func objects(of addon: Addon, _ cluster: EKSCluster) throws -> AddonObjects {
        let name = addon.metadata.name ?? ""
        let offer = AddonTable.named(name)
        guard let version = offer?.versions.first(where: { $0.name == addon.spec.version }) else {
            throw ChangeError.invalid("no version \(addon.spec.version ?? "") of \(name)")
        }
        return AddonObjects(
            addon: name, version: version, region: region, cluster: cluster,
            configuration: AddonConfiguration.document(addon.spec.configuration) ?? .null, roleARN: addon.spec.roleArn)
    }
    private func patch(_ addon: Addon, _ patch: Value) -> Change {
        .patch(AddonFields.kind, namespace: addon.metadata.namespace, name: addon.metadata.name ?? "", patch)
    }

    private func apply(_ addon: Addon, _ cluster: EKSCluster, _ client: AddonClient) async throws -> [Change] {
        do {
            try await client.apply(try objects(of: addon, cluster).all(), mode: addon.spec.resolveConflicts ?? "NONE")
        } catch let conflict as AddonClient.Conflict {
            let failed = addon.status.status == "UPDATING" ? "UPDATE_FAILED" : "CREATE_FAILED"
            let text =
                "Conflicts found when trying to apply. Will not continue due to resolve conflicts mode. Conflicts:\n"
                + conflict.texts.joined(separator: "\n")
            // An update that came meanwhile brings its own mode.
            return [
                seen(
                    addon,
                    ["status": ["status": .string(failed), "issues": [["code": "ConfigurationConflict", "message": .string(text)]]]])
            ]
        }
        return [patch(addon, ["status": ["appliedGeneration": .int(Int64(addon.metadata.generation ?? 1)), "unreadySince": .null]])]
    }
    /// A patch that is made only when the add-on is still as it was seen.
    private func seen(_ addon: Addon, _ change: Value) -> Change {
        var change = change
        change["metadata"] = ["resourceVersion": addon.metadata.value["resourceVersion"]]
        return patch(addon, change)
    }
    /// Brings the status up to what the workload shows; nothing is written while nothing has changed.
    private func settle(_ addon: Addon, _ client: AddonClient) async throws -> [Change] {
        let now = records.clock.now
        guard let problem = try await client.problem(of: addon.metadata.name ?? "") else {
            if addon.status.status == "ACTIVE", addon.status.unreadySince == nil { return [] }
            return [seen(addon, ["status": ["status": "ACTIVE", "issues": [], "unreadySince": .null, "modifiedAt": .string(now.text)]])]
        }
        guard let since = addon.status.unreadySince.flatMap(Timestamp.init) else {
            return [seen(addon, ["status": ["unreadySince": .string(now.text)]])]
        }
        guard now - since >= Self.patience, addon.status.status != "DEGRADED" else { return [] }
        return [seen(addon, ["status": ["status": "DEGRADED", "issues": [problem], "modifiedAt": .string(now.text)]])]
    }
}
