import Control
import Documents
import KubeModel
import Network
import Storage

extension APIServer {
    /// Answers PUT of a document or of its status.
    func update(_ context: RequestContext, _ target: Target) async throws -> HTTPResponse {
        let options = try WriteOptions(context)
        let document = try await decodeDocument(context, options, target.info)
        return try await replace(context, target, document, options)
    }

    private func replace(_ context: RequestContext, _ target: Target, _ document: Value, _ options: WriteOptions) async throws
        -> HTTPResponse
    {
        let metadata = document["metadata"]
        try Self.checkIdentity(metadata, target)
        let rules = KindRules.of(target.info)
        let version = metadata["resourceVersion"].string ?? ""
        let guarded = !version.isEmpty && version != "0"
        if !guarded, rules.needsVersion, target.subresource.isEmpty {
            throw KubeStatus.invalid(
                target.info, target.name,
                [.invalid(FieldPath("metadata", "resourceVersion"), 0, "must be specified for an update")])
        }
        do {
            let written = try await update(target, options, context.warnings, retries: guarded ? 0 : Self.updateAttempts) { _ in document }
            return present(context, 200, written, target.info)
        } catch let status as KubeStatus where status.reason == .notFound && rules.createsOnUpdate && target.subresource.isEmpty {
            guard status.details?.kind == target.info.plural else { throw status }
            guard !guarded else { throw status }
            try authorize(attributes(of: target, .create, context.user))
            let written = try await create(target, document, options, context.warnings)
            return present(context, 201, written, target.info)
        }
    }
    /// How often an unguarded update is tried again after a conflict.
    static let updateAttempts = 256

    /// - Throws: `KubeStatus` BadRequest when the document's name or namespace is another than the path's.
    static func checkIdentity(_ metadata: Value, _ target: Target) throws(KubeStatus) {
        if let name = metadata["name"].string, !name.isEmpty, name != target.name {
            throw .badRequest("the name of the object (\(name)) does not match the name on the URL (\(target.name))")
        }
        if let namespace = metadata["namespace"].string, !namespace.isEmpty, namespace != target.namespace {
            throw .badRequest(
                "the namespace of the object (\(namespace)) does not match the namespace on the URL (\(target.namespace))")
        }
    }

    func attributes(of target: Target, _ verb: Verb, _ user: UserInfo) -> RequestAttributes {
        var attributes = RequestAttributes(user: user, verb: verb.rawValue)
        (attributes.group, attributes.version, attributes.resource) = (target.info.group, target.info.version, target.info.plural)
        (attributes.subresource, attributes.namespace, attributes.name) = (target.subresource, target.namespace, target.name)
        return attributes
    }

    /// Changes a stored document: `transform` turns the document as it is (in the version of `target`) into the one that is wanted.
    ///
    /// With a resource version in the outcome the change is guarded by it; else it is tried again on the newest document.
    /// - Throws: `KubeStatus`.
    func update(
        _ target: Target, _ options: WriteOptions, _ warnings: Warnings, retries: Int,
        transform: (Value) async throws -> Value
    ) async throws -> Written {
        for attempt in 0... {
            let snapshot = realm.snapshot()
            guard let entry = snapshot.get(target.key) else { throw KubeStatus.notFound(target.info, target.name) }
            let stored = entry.value
            let old = target.info.served(stored)
            let wanted = try await transform(old)
            if let version = wanted["metadata"]["resourceVersion"].string, !version.isEmpty, version != "0", version != "\(entry.revision)"
            {
                throw KubeStatus.conflict(target.info, target.name)
            }
            do {
                return try await replace(entry, old: old, with: wanted, target, options, snapshot, warnings)
            } catch let status as KubeStatus where status.reason == .conflict && attempt < retries {
                // The other's write may not be durable yet, and so not be in a snapshot.
                await realm.settled()
                guard realm.snapshot().get(target.key)?.revision != entry.revision else { throw status }
            }
        }
        throw KubeStatus.conflict(target.info, target.name)
    }

    /// Puts a document in the place of a stored one: prepared, admitted, validated.
    private func replace(
        _ entry: Entry, old: Value, with wanted: Value, _ target: Target, _ options: WriteOptions, _ snapshot: Snapshot,
        _ warnings: Warnings
    ) async throws -> Written {
        let (info, rules) = (target.info, KindRules.of(target.info))
        if let uid = wanted["metadata"]["uid"].string, !uid.isEmpty, uid != old["metadata"]["uid"].string {
            throw KubeStatus.conflict(
                info, target.name,
                "Precondition failed: UID in precondition: \(uid), UID in object meta: \(old["metadata"]["uid"].string ?? "")")
        }
        var new = wanted
        new["metadata"] = Metadata.update(wanted["metadata"], old: old["metadata"])
        let owners = old["metadata"]["managedFields"]
        if !options.isApply {
            let sent = new["metadata"]["managedFields"]
            new["metadata"]["managedFields"] = target.subresource.isEmpty ? ManagedFields.sent(sent, stored: owners) : owners
        }
        rules.separate(&new, old: old, target)
        if target.subresource.isEmpty {
            rules.prepareUpdate?(&new, old, Preparation(user: options.user, now: clock.now))
        }
        rules.bumpGeneration(&new, old: old, target)
        if new != old {
            if !options.isApply { noteOwners(&new, old: old, target, by: options.fieldManager) }
            new = try await admit(.update, target, new: new, old: old, options: options, snapshot: snapshot, warnings: warnings)
        }
        guard new != old else { return .stored(entry) }
        let errors = validate(new, old: old, target)
        guard errors.isEmpty else { throw KubeStatus.invalid(info, target.name, errors) }
        let goes = rules.isGone(new)
        return try await services.reserving(new, old: old, target, dryRun: options.dryRun) { new in
            if goes {
                guard !options.dryRun else { return .draft(info.stored(new)) }
                return .removed(try await remove(target, at: entry.revision, last: info.stored(new)))
            }
            guard !options.dryRun else { return .draft(info.stored(new)) }
            return .stored(try await commit(target, .put(Encoded(document: info.stored(new))), if: .revision(entry.revision)))
        }
    }

    /// Deletes a document for good. Returns its last state at the revision of the deletion.
    func remove(_ target: Target, at revision: Revision, last: Value) async throws(KubeStatus) -> Value {
        let entry = try await commit(target, .delete, if: .revision(revision))
        services.release(entry.value, target)
        var last = last
        last["metadata"]["resourceVersion"] = .string("\(entry.revision)")
        return last
    }
}
