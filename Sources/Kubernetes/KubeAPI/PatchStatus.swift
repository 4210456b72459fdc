import Control
import Documents
import KubeModel
import Storage

/// A patch of nothing but a document's status: what it makes of the status is all that has to be looked at, for every other part
/// stays as it is stored and is copied as it stands.
struct StatusPatch: Sendable {
    /// Parts of statuses that are compared with the spec.
    private static let checked: Set = ["resourceClaimStatuses", "extendedResourceClaimStatus"]
    private enum Form: Sendable { case merge, strategic }
    private let form: Form
    /// The patch's member `status`, under that name.
    private let change: Value
    /// The uid and the resource version that the patch names; nil for none.
    private let uid: String?
    private let version: String?

    /// Nil for a patch that looks at or changes anything else.
    init?(_ patch: DocumentPatch, _ info: KindInfo) {
        let value: Value
        switch patch {
        case .json: return nil
        case .merge(let patch): (form, value) = (.merge, patch)
        case .strategic(let patch): (form, value) = (.strategic, patch)
        }
        guard case .object(let members) = value else { return nil }
        var (status, uid, version): (Value?, String?, String?) = (nil, nil, nil)
        for member in members {
            switch (member.key, member.value) {
            case ("status", .object(let parts)):
                if parts.contains(where: { Self.checked.contains($0.key) }) { return nil }
                status = member.value
            case ("metadata", .object(let metadata)):
                for part in metadata {
                    guard let text = part.value.string, !text.isEmpty else { return nil }
                    switch part.key {
                    case "uid": uid = text
                    case "resourceVersion": version = text
                    default: return nil
                    }
                }
            case ("apiVersion", .string(info.apiVersion)), ("kind", .string(info.kind)): continue
            default: return nil
            }
        }
        guard let status else { return nil }
        (change, self.uid, self.version) = (["status": status], uid, version)
    }

    /// The status in the shape of its type and defaulted; nil where anything is to be said about the patch.
    func apply(to stored: Document, _ info: KindInfo, _ schema: Schema, _ type: ObjectType) -> (old: Value, new: Value)? {
        let root = stored.root
        if let uid { guard root["metadata"]?["uid"]?.string == uid else { return nil } }
        if let version { guard root["metadata"]?["resourceVersion"]?.string == version else { return nil } }
        let status = root["status"]?.value ?? .null
        let old: Value = status.isNull ? [:] : ["status": status]
        let patched: Value
        switch form {
        case .merge: patched = MergePatch.apply(change, to: old)
        case .strategic:
            guard let merged = try? StrategicMerge.apply(change, to: old, type: type, schema: schema) else { return nil }
            patched = merged
        }
        if patched == old { return (old, old) }
        guard case .object(let id)? = type.field("status")?.type,
            let checked = try? schema.check(patched, as: info, mode: .strict), checked.value.object?.count == 1
        else { return nil }
        var new = checked.value["status"]
        Defaulting.apply(schema[id], to: &new)
        return (old, ["status": new])
    }
}

extension APIServer {
    /// The kinds whose status has nothing to do with what else is in them.
    private func hasPlainStatus(_ info: KindInfo) -> Bool {
        info.custom == nil && !info.needsConversion && info.storage.prefix != ServiceAllocator.prefix && info.plural != "resourceclaims"
    }

    /// Patches the status of the newest document as `patch` does, without reading or checking the rest of it; nil where that has to
    /// be done after all. Tried again when somebody else was quicker.
    func patchStatus(_ target: Target, _ patch: DocumentPatch, _ options: WriteOptions, _ warnings: Warnings) async throws -> Written? {
        guard target.subresource == "status", !options.dryRun, hasPlainStatus(target.info), let type = schema.type(of: target.info),
            let patch = StatusPatch(patch, target.info)
        else { return nil }
        for attempt in 0... {
            guard let entry = realm.get(target.key) else { throw KubeStatus.notFound(target.info, target.name) }
            do {
                return try await patchStatus(entry, patch, type, target, options, warnings)
            } catch let status as KubeStatus where status.reason == .conflict && attempt < Self.updateAttempts {
                // The other's write may not be durable yet, and so not be in a snapshot.
                await realm.settled()
                guard realm.get(target.key)?.revision != entry.revision else { throw status }
            }
        }
        return nil
    }

    /// Whether a document cannot be gone with this write: it is not being deleted, or has seconds left to end in.
    private static func stays(_ metadata: Node) -> Bool {
        metadata["deletionTimestamp"] == nil || (metadata["deletionGracePeriodSeconds"]?.int ?? 0) > 0
    }

    private func patchStatus(
        _ entry: Entry, _ patch: StatusPatch, _ type: ObjectType, _ target: Target, _ options: WriteOptions,
        _ warnings: Warnings
    ) async throws -> Written? {
        guard let document = entry.document, let metadata = document.root["metadata"], Self.stays(metadata),
            let (old, new) = patch.apply(to: document, target.info, schema, type)
        else { return nil }
        guard new != old else { return .stored(entry) }
        let list = metadata["managedFields"]
        var owners: [UInt8]?
        if let list {
            let changes = FieldChanges(from: old, to: new, type: type, schema: schema)
            let manager = FieldManager(
                options.fieldManager, .update, apiVersion: target.info.apiVersion, subresource: target.subresource)
            owners = ManagedFields.updated(list: list, changes, by: manager, at: clock.now.text)
            if owners == nil { return nil }
        }
        let status = new["status"]
        var request = AdmissionRequest(
            statusUpdate: StatusUpdate(entry: entry, status: status), kind: target.info.storage, resource: target.info.plural,
            namespace: target.namespace, name: target.name, user: options.user, snapshot: self.realm.snapshot())
        for plugin in admission where plugin.concerns(request) { try await plugin.admit(&request) }
        guard !request.isEdited, let document = Encoded(entry, document, status: status, owners: owners) else { return nil }
        for text in request.warnings { warnings.add(text) }
        return .stored(try await commit(target, .put(document), if: .revision(entry.revision)))
    }
}
