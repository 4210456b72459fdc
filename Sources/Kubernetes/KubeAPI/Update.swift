import Control
import Documents
import KubeModel
import Network
import Storage

extension APIServer {
    /// Answers PUT of a document or of its status.
    func update(_ context: RequestContext, _ target: Target) async throws -> HTTPResponse {
        let options = try WriteOptions(context)
        if let renewed = try await renew(context, target, options) { return renewed }
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
    /// - Parameter whole: whether the transformation gets `metadata.managedFields` too.
    /// - Throws: `KubeStatus`.
    func update(
        _ target: Target, _ options: WriteOptions, _ warnings: Warnings, retries: Int, whole: Bool = false,
        transform: (Value) async throws -> Value
    ) async throws -> Written {
        for attempt in 0... {
            guard let entry = realm.get(target.key) else { throw KubeStatus.notFound(target.info, target.name) }
            let parts = entry.parts
            let old = target.info.served(parts.value)
            let wanted = try await transform(whole ? Owners.join(old, parts.owners) : old)
            if let version = wanted["metadata"]["resourceVersion"].string, !version.isEmpty, version != "0", version != "\(entry.revision)"
            {
                throw KubeStatus.conflict(target.info, target.name)
            }
            do {
                return try await replace(entry, old: old, owners: parts.owners, with: wanted, target, options, warnings)
            } catch let status as KubeStatus where status.reason == .conflict && attempt < retries {
                // The other's write may not be durable yet, and so not be in a snapshot.
                await realm.settled()
                guard realm.get(target.key)?.revision != entry.revision else { throw status }
            }
        }
        throw KubeStatus.conflict(target.info, target.name)
    }

    /// Puts a document in the place of a stored one: prepared, admitted, validated.
    private func replace(
        _ entry: Entry, old: Value, owners stored: [UInt8]?, with wanted: Value, _ target: Target, _ options: WriteOptions,
        _ warnings: Warnings
    ) async throws -> Written {
        let (info, rules) = (target.info, KindRules.of(target.info))
        if let uid = wanted["metadata"]["uid"].string, !uid.isEmpty, uid != old["metadata"]["uid"].string {
            throw KubeStatus.conflict(
                info, target.name,
                "Precondition failed: UID in precondition: \(uid), UID in object meta: \(old["metadata"]["uid"].string ?? "")")
        }
        var new = wanted
        var owners = sentOwners(Owners.take(from: &new), stored, target, options)
        new["metadata"] = Metadata.update(new["metadata"], old: old["metadata"])
        rules.separate(&new, old: old, target)
        if target.subresource.isEmpty {
            rules.prepareUpdate?(&new, old, Preparation(user: options.user, now: clock.now))
        }
        rules.bumpGeneration(&new, old: old, target)
        if new != old || owners != stored {
            if !options.isApply { owners = noted(owners, new, old: old, target, by: options.fieldManager) }
            new = try await admit(.update, target, new: new, old: old, options: options, warnings: warnings)
        }
        guard new != old || owners != stored else { return .stored(entry) }
        let access = ClaimAccess(target, options, authority)?.errors(new, old: old) ?? []
        let errors = access + validate(new, old: old, target)
        guard errors.isEmpty else { throw KubeStatus.invalid(info, target.name, errors) }
        let goes = rules.isGone(new)
        return try await services.reserving(new, old: old, target, dryRun: options.dryRun) { [owners] new in
            guard !options.dryRun else { return .draft(Owners.join(info.stored(new), owners)) }
            if goes {
                var last = Owners.join(info.stored(new), owners)
                last["metadata"]["resourceVersion"] = .string("\(try await remove(target, at: entry.revision).revision)")
                return .removed(last)
            }
            let document = Encoded(document: info.stored(new), owners: owners)
            return .stored(try await commit(target, .put(document), if: .revision(entry.revision)))
        }
    }

    /// The owners that an update begins with: those that an apply found, those that a client sends where it may, else the stored ones.
    private func sentOwners(_ sent: Value, _ stored: [UInt8]?, _ target: Target, _ options: WriteOptions) -> [UInt8]? {
        if options.isApply { return Owners.text(of: sent) }
        return target.subresource.isEmpty ? ManagedFields.sent(sent, text: stored) : stored
    }

    /// Deletes a document for good. Returns its last state at the revision of the deletion.
    func remove(_ target: Target, at revision: Revision) async throws(KubeStatus) -> Entry {
        let entry = try await commit(target, .delete, if: .revision(revision))
        if target.info.storage.prefix == ServiceAllocator.prefix { await services.release(entry.value, target) }
        return entry
    }
}
