import Documents
import KubeModel
import Storage

extension APIServer {
    /// Writes one document and waits until that is durable.
    /// - Throws: `KubeStatus`: AlreadyExists, NotFound, Conflict, RequestEntityTooLarge, ServiceUnavailable.
    func commit(
        _ target: Target, _ operation: Write.Operation, if precondition: Precondition, given premise: Premise? = nil
    ) async throws(KubeStatus) -> Entry {
        do {
            return try await realm.commit(Write(target.key, operation, if: precondition, given: premise))
        } catch {
            throw Self.status(error, target)
        }
    }

    static func status(_ error: StorageError, _ target: Target) -> KubeStatus {
        switch error {
        case .exists: .alreadyExists(target.info, target.name)
        case .absent: .notFound(target.info, target.name)
        case .conflict: .conflict(target.info, target.name)
        case .lapsed: .serviceUnavailable("what was reserved for the request has run out, please try again")
        case .compacted: .expired("The resourceVersion for the provided list is too old.")
        case .tooLarge(_, let limit): .tooLarge(limit: limit)
        case .unavailable(let reason): .serviceUnavailable("the store takes no writes: \(reason)")
        case .fenced(let realm): .serviceUnavailable("this server leads \(realm) no longer")
        }
    }

    /// Runs the admission plugins over a write and returns the document as they leave it. What they add they write out with its
    /// defaults, as upstream's own do.
    /// - Throws: `KubeStatus`.
    func admit(
        _ operation: AdmissionOperation, _ target: Target, new: consuming Value, old: Value, options: WriteOptions,
        warnings: Warnings
    ) async throws -> Value {
        guard !admission.isEmpty else { return new }
        return try await admitted(operation, target, new: new, old: old, options: options, warnings: warnings).object
    }

    /// The same as a request, which tells more than the document.
    func admitted(
        _ operation: AdmissionOperation, _ target: Target, new: consuming Value, old: Value, options: WriteOptions,
        warnings: Warnings, sketch: PrototypeSketch? = nil
    ) async throws -> AdmissionRequest {
        var request = AdmissionRequest(
            operation, kind: target.info.storage, resource: target.info.plural, subresource: target.subresource,
            namespace: target.namespace, name: target.name, object: new, old: old, user: options.user, dryRun: options.dryRun,
            snapshot: self.realm.snapshot())
        for plugin in admission where plugin.concerns(request) { try await plugin.admit(&request) }
        for text in request.warnings { warnings.add(text) }
        sketch?.note(request, admission)
        return request
    }
}
