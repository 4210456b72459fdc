import Documents
import KubeModel
import Storage

extension APIServer {
    /// Deletes a document that goes at once, as its bytes say without being read as a tree; nil where more has to be thought of.
    /// - Throws: `KubeStatus`, as `delete`.
    func deleteAtOnce(
        _ entry: Entry, _ target: Target, _ options: DeleteOptions, user: UserInfo, _ warnings: Warnings
    ) async throws -> Deleted? {
        let rules = KindRules.of(target.info)
        guard !options.dryRun, !options.keepsDependents, rules.prepareDelete == nil, !rules.orphansByDefault,
            target.info.resource != "namespaces", let metadata = entry.metadata,
            metadata["finalizers"]?.count ?? 0 == 0, let uid = metadata["uid"]?.string, options.uid == nil || options.uid == uid,
            options.resourceVersion == nil || options.resourceVersion == "\(entry.revision)",
            target.info.resource != "pods" || PodRules.goesAtOnce(entry, options.gracePeriodSeconds)
        else { return nil }
        var request = AdmissionRequest(
            deletionOf: entry, kind: target.info.storage, resource: target.info.plural, subresource: target.subresource,
            namespace: target.namespace, name: target.name, user: user, snapshot: self.realm.snapshot())
        for plugin in admission where plugin.concerns(request) { try await plugin.admit(&request) }
        for text in request.warnings { warnings.add(text) }
        return Deleted(document: .stored(try await remove(target, at: entry.revision)), uid: uid, gone: true)
    }
}
