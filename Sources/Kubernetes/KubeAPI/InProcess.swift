import Documents
import KubeModel
package import Reconcile
package import Storage

/// Writes of controllers in this process: the same pipeline without a wire.
extension APIServer: ChangeWriter {
    package func apply(_ change: Change, by actor: String) async throws(ChangeError) -> Revision {
        do {
            return try await perform(change, WriteOptions(user: Self.user(of: actor), fieldManager: FieldManagers.name(actor: actor)))
        } catch let status as KubeStatus {
            throw Self.changeError(status)
        } catch {
            throw .unavailable("\(error)")
        }
    }

    /// A controller acts as its service account in kube-system. Source: upstream's --use-service-account-credentials.
    static func user(of actor: String) -> UserInfo {
        UserInfo(
            "system:serviceaccount:kube-system:\(actor)",
            groups: ["system:serviceaccounts", "system:serviceaccounts:kube-system", "system:authenticated", "system:masters"])
    }

    private func perform(_ change: Change, _ options: WriteOptions) async throws -> Revision {
        let warnings = Warnings()
        switch change {
        case .create(let kind, let document):
            let target = Target(try info(kind), namespace: document["metadata"]["namespace"].string ?? "")
            func shaped() throws -> Value {
                var shaped = try self.shaped(document, kind, options)
                if !shaped["metadata"]["resourceVersion"].isNull { shaped["metadata"]["resourceVersion"] = .null }
                return shaped
            }
            if let written = try await createLike(target, document, options, shaped: shaped) { return revision(of: written) }
            return try await revision(of: create(target, try shaped(), options, warnings))
        case .update(let kind, let document):
            return try await put(document, kind, "", options, warnings)
        case .updateStatus(let kind, let document):
            return try await put(document, kind, "status", options, warnings)
        case .patch(let kind, let namespace, let name, let value, let subresource):
            let target = Target(try info(kind), namespace: namespace ?? "", name: name, subresource: subresource ?? "")
            return try await patch(target, value, options, warnings)
        case .strategicPatch(let kind, let namespace, let name, let value, let subresource):
            let target = Target(try info(kind), namespace: namespace ?? "", name: name, subresource: subresource ?? "")
            return try await revision(of: patch(target, .strategic(value), options, warnings))
        case .delete(let kind, let namespace, let name, let uid, let grace):
            var deletion = DeleteOptions()
            (deletion.uid, deletion.gracePeriodSeconds, deletion.cascadesByDefault) = (uid, grace, true)
            let target = Target(try info(kind), namespace: namespace ?? "", name: name)
            let deleted = try await delete(target, deletion, user: options.user, warnings)
            return revision(of: deleted.document)
        }
    }

    private func put(
        _ document: Value, _ kind: Kind, _ subresource: String, _ options: WriteOptions, _ warnings: Warnings
    ) async throws -> Revision {
        let document = try shaped(document, kind, options)
        let metadata = document["metadata"]
        let target = Target(
            try info(kind), namespace: metadata["namespace"].string ?? "", name: metadata["name"].string ?? "", subresource: subresource)
        let guarded = !["", "0"].contains(metadata["resourceVersion"].string ?? "")
        return try await revision(of: update(target, options, warnings, retries: guarded ? 0 : Self.updateAttempts) { _ in document })
    }

    /// Subresources that take documents of their own kind get the value as that document rather than as a patch.
    private func patch(_ target: Target, _ value: Value, _ options: WriteOptions, _ warnings: Warnings) async throws -> Revision {
        switch target.subresource {
        case "binding": return try await revision(of: bind(target, labelled(value), options, warnings))
        case "scale":
            return try await revision(
                of: scale(target, options, warnings, retries: Self.updateAttempts) { MergePatch.apply(value, to: $0) })
        case "eviction":
            let deletion = value["deleteOptions"].isNull ? DeleteOptions() : try DeleteOptions(value["deleteOptions"], Query())
            try await evict(target, deletion, user: options.user, warnings)
            return realm.head
        default: return try await revision(of: patch(target, .merge(value), options, warnings))
        }
    }

    private func info(_ kind: Kind) throws(KubeStatus) -> KindInfo {
        // Custom documents may still be stored in a version that is served no more.
        guard let info = kinds.find(kind) ?? kinds.find(prefix: kind.prefix) else { throw .noSuchResource }
        return info
    }
    private func shaped(_ document: Value, _ kind: Kind, _ options: WriteOptions) throws(KubeStatus) -> Value {
        var document = document
        document["apiVersion"] = .string(kind.apiVersion)
        document["kind"] = .string(kind.name)
        try shape(&document, try info(kind), options, Warnings())
        return document
    }
    private func revision(of written: Written) -> Revision {
        switch written {
        case .stored(let entry): entry.revision
        case .draft(let value), .removed(let value): value["metadata"]["resourceVersion"].string.flatMap(Revision.init) ?? realm.head
        }
    }

    private static func changeError(_ status: KubeStatus) -> ChangeError {
        switch status.reason {
        case .conflict: .conflict(status.message)
        case .alreadyExists: .alreadyExists(status.message)
        case .notFound: .notFound(status.message)
        case .invalid, .badRequest, .requestEntityTooLarge: .invalid(status.message)
        case .forbidden, .unauthorized: .forbidden(status.message)
        default: .unavailable(status.message)
        }
    }
}
