package import Control
import Documents
package import Storage

/// Applies changes straight to a realm: the region's documents have no API pipeline of their own.
///
/// It keeps the metadata that every document has: uid, creation time, generation (which counts changes outside metadata and status),
/// finalizers and the deletion time. An update or status update with `metadata.resourceVersion` is refused when the document has moved
/// on; without, the last writer wins. A change that changes nothing writes nothing.
package struct RealmWriter: ChangeWriter {
    private let realm: Realm
    private let clock: any WallClock
    private let random: RandomSource
    /// How often a change without a guard is tried again when another writer was faster.
    private let attempts = 100

    /// A writer to the realm.
    package init(realm: Realm, clock: any WallClock, random: RandomSource) {
        (self.realm, self.clock, self.random) = (realm, clock, random)
    }

    package func apply(_ change: Change, by actor: String) async throws(ChangeError) -> Revision {
        if case .create(let kind, let document) = change { return try await create(kind, document) }
        let key = change.key
        for _ in 0..<attempts {
            guard let current = realm.snapshot().get(key) else { throw .notFound("\(change.kind) \(key) not found") }
            let write = try RealmWriter.write(change, current, now: clock.now)
            guard let write else { return current.revision }
            do throws(StorageError) { return try await realm.commit(write).revision } catch {
                guard case .conflict = error, !change.isGuarded else { throw ChangeError(error) }
                // The faster writer's document shows in a snapshot once it is durable.
                await realm.settled()
            }
        }
        throw .conflict("\(change.kind) \(key) changes all the time")
    }

    private func create(_ kind: Kind, _ document: Value) async throws(ChangeError) -> Revision {
        var document = document
        guard document.object != nil else { throw .invalid("a \(kind) must be an object") }
        if document["metadata"]["name"].isNull, let prefix = document["metadata"]["generateName"].string {
            document["metadata"]["name"] = .string(prefix + random.suffix(5))
        }
        guard let name = document["metadata"]["name"].string, !name.isEmpty, !name.contains("/") else {
            throw .invalid("a \(kind) needs a name")
        }
        if kind.namespaced, document["metadata"]["namespace"].string?.isEmpty ?? true {
            throw .invalid("\(kind) \(name) needs a namespace")
        }
        if document["apiVersion"].isNull { document["apiVersion"] = .string(kind.apiVersion) }
        if document["kind"].isNull { document["kind"] = .string(kind.name) }
        document["metadata"]["uid"] = .string(random.uuid())
        document["metadata"]["creationTimestamp"] = .string(clock.now.text)
        document["metadata"]["generation"] = 1
        document["metadata"]["deletionTimestamp"] = .null
        let write = Write(kind.key(of: document), .put(Encoded(document: document)), if: .absent)
        do throws(StorageError) { return try await realm.commit(write).revision } catch { throw ChangeError(error) }
    }

    /// The write that makes the change; nil when there is nothing to write.
    private static func write(_ change: Change, _ current: Entry, now: Timestamp) throws(ChangeError) -> Write? {
        var document = current.value
        switch change {
        case .create: return nil
        case .update(let kind, let wanted):
            try check(kind, wanted, current)
            document = wanted
        case .updateStatus(let kind, let wanted):
            try check(kind, wanted, current)
            document["status"] = wanted["status"]
        case .patch(let kind, _, _, let patch, let subresource):
            try check(kind, patch, current)
            let patched = MergePatch.apply(patch, to: document)
            guard patched.object != nil else { throw .invalid("a patch must leave an object") }
            if let subresource { document[subresource] = patched[subresource] } else { document = patched }
        case .strategicPatch(let kind, _, _, _, _): throw .invalid("lists of \(kind) have no keys to be merged by")
        case .delete(let kind, _, let name, let uid, _):
            if let uid, uid != document["metadata"]["uid"].string {
                throw .conflict("\(kind) \(name) has the uid \(document["metadata"]["uid"].string ?? ""), not \(uid)")
            }
            guard document["metadata"]["finalizers"].items.isEmpty else {
                guard document["metadata"]["deletionTimestamp"].isNull else { return nil }
                document["metadata"]["deletionTimestamp"] = .string(now.text)
                document["metadata"]["deletionGracePeriodSeconds"] = 0
                return put(document, over: current)
            }
            return Write(current.key, .delete, if: .revision(current.revision))
        }
        keepIdentity(&document, current.value)
        if document == current.value { return nil }
        let metadata = document["metadata"]
        if !metadata["deletionTimestamp"].isNull, metadata["finalizers"].items.isEmpty {
            return Write(current.key, .delete, if: .revision(current.revision))
        }
        return put(document, over: current)
    }

    private static func put(_ document: Value, over current: Entry) -> Write {
        Write(current.key, .put(Encoded(document: document)), if: .revision(current.revision))
    }

    private static func check(_ kind: Kind, _ wanted: Value, _ current: Entry) throws(ChangeError) {
        let metadata = wanted["metadata"]
        if let version = metadata["resourceVersion"].string, version != String(current.revision) {
            throw .conflict("\(kind) \(current.key) is at \(current.revision), not \(version)")
        }
        if let uid = metadata["uid"].string, uid != current.value["metadata"]["uid"].string {
            throw .conflict("\(kind) \(current.key) has another uid than \(uid)")
        }
    }

    /// Puts back what no writer may change, and counts the generation.
    private static func keepIdentity(_ document: inout Value, _ old: Value) {
        for field in ["name", "namespace", "uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "generation"] {
            document["metadata"][field] = old["metadata"][field]
        }
        document["metadata"]["resourceVersion"] = old["metadata"]["resourceVersion"]
        func desired(_ document: Value) -> Value {
            var document = document
            document["metadata"] = .null
            document["status"] = .null
            return document
        }
        if desired(document) != desired(old) {
            document["metadata"]["generation"] = .int(Int64(min(old["metadata"]["generation"].int ?? 0, Int.max - 1)) + 1)
        }
    }
}

extension Change {
    /// Whether it must not be made over a newer document.
    fileprivate var isGuarded: Bool {
        switch self {
        case .update(_, let document), .updateStatus(_, let document): document["metadata"]["resourceVersion"].string != nil
        case .patch(_, _, _, let patch, _), .strategicPatch(_, _, _, let patch, _): patch["metadata"]["resourceVersion"].string != nil
        case .create, .delete: false
        }
    }
}
extension ChangeError {
    /// What a refusal of the store means for a change.
    package init(_ error: StorageError) {
        switch error {
        case .exists(let key): self = .alreadyExists("\(key) already exists")
        case .absent(let key): self = .notFound("\(key) not found")
        case .conflict(let key, let current): self = .conflict("\(key) is at \(current)")
        case .tooLarge(let bytes, let limit): self = .invalid("the document has \(bytes) bytes, more than \(limit)")
        case .lapsed, .compacted, .unavailable, .fenced: self = .unavailable("\(error)")
        }
    }
}
