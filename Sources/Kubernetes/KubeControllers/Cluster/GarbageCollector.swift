package import Documents
import KubeModel
package import Reconcile

/// Any document at all.
package struct AnyDocumentFields: KindFields {
    package init() {}
    package static let kind = Kind.anyDocument
    package let metadata = Field<Self, View<MetadataFields>>("metadata")
}

/// Deletes what has lost its owners, and sees deletions in the foreground and with orphans through.
///
/// Source: kubernetes, pkg/controller/garbagecollector.
package struct GarbageCollector: Controller {
    package typealias Primary = AnyDocumentFields
    package static let name = "generic-garbage-collector"
    package static let watches = [
        Watch(prefix: "") { change, world in
            if change.keepsMetadata { return [] }
            let uids = change.uids
            let gone = !change.isThere || !change.isNew && uids.old != uids.new
            guard gone || change.isDeleting && (change.new.map(isWaitingForDependents) ?? false) else { return [] }
            // Owners wait for their dependents' end, and dependents follow their owners.
            let owners = change.owners.compactMap(world.key)
            return Array(Set(owners + world.dependents(of: (gone ? uids.old : uids.new) ?? "")))
        }
    ]
    /// Custom kinds too, which nobody knows beforehand.
    package static let writes: Set<Kind> = [.anyDocument]
    private static let kinds = Dictionary(
        KindTable.kubernetes.filter(\.isStored).map { ($0.storage.prefix, $0.storage) }, uniquingKeysWith: { first, _ in first })
    /// Only what is to go, or has an owner that is not there or is to go. Whoever goes later wakes its dependents.
    package static func concerns(_ change: WorldChange, in world: World) -> Bool {
        guard change.isThere, !change.keepsMetadata else { return false }
        return change.isDeleting || !change.owners.allSatisfy { stands($0, for: change, in: world) }
    }
    private static func stands(_ uid: String, for change: WorldChange, in world: World) -> Bool {
        guard let owner = world.key(uid: uid).flatMap(world.document)?["metadata"] else { return false }
        let namespace = owner["namespace"]?.string
        return (namespace == nil || namespace == change.namespace) && owner["deletionTimestamp"]?.isNull ?? true
    }
    private static let (orphan, foreground) = ("orphan", "foregroundDeletion")
    package init() {}

    package func reconcile(_ object: View<AnyDocumentFields>, in world: World) throws -> Plan {
        guard let kind = Self.kind(of: object.value, in: world) else { return Plan() }
        let metadata = object.value["metadata"]
        if !metadata["deletionTimestamp"].isNull {
            let finalizers = metadata["finalizers"].items.compactMap(\.string)
            if finalizers.contains(Self.orphan) { return orphanDependents(object.value, kind, in: world) }
            if finalizers.contains(Self.foreground) { return deleteDependents(object.value, kind, in: world) }
            return Plan()
        }
        return followOwners(object.value, kind, in: world)
    }

    private func followOwners(_ document: Value, _ kind: Kind, in world: World) -> Plan {
        let references = document["metadata"]["ownerReferences"].items
        if references.isEmpty { return Plan() }
        let namespace = document["metadata"]["namespace"].string
        let owners = references.map { owner($0, of: namespace, in: world) }
        let solid = owners.contains { $0.map { !Self.isWaitingForDependents($0) } ?? false }
        if solid {
            let rest = zip(references, owners).filter { $0.1.map { !Self.isWaitingForDependents($0) } ?? false }.map(\.0)
            return rest.count == references.count ? Plan() : Plan([setOwners(document, kind, rest)])
        }
        // An owner that waits for its dependents wants theirs gone first as well.
        let waiting = owners.contains { $0 != nil }
        let hasDependents = !world.dependents(of: document["metadata"]["uid"].string ?? "").isEmpty
        var plan = Plan(deletion(document, kind, inForeground: waiting && hasDependents))
        tellOfStrangers(document, references, in: world, &plan)
        return plan
    }

    /// An owner in another namespace is none. Source: graph_builder.go, reportInvalidNamespaceOwnerRef.
    private func tellOfStrangers(_ document: Value, _ references: [Value], in world: World, _ plan: inout Plan) {
        guard let object = View<AnyDocumentFields>(document) else { return }
        let namespace = document["metadata"]["namespace"].string ?? ""
        for reference in references {
            guard let uid = reference["uid"].string, let owner = world.key(uid: uid).flatMap(world.value),
                let its = owner["metadata"]["namespace"].string, its != namespace
            else { continue }
            let (version, kind, name) = (
                reference["apiVersion"].string ?? "", reference["kind"].string ?? "", reference["name"].string ?? ""
            )
            let text = "ownerRef [\(version)/\(kind), namespace: \(namespace), name: \(name), uid: \(uid)] does not exist in namespace"
            let note = EventNote.warning("OwnerRefInvalidNamespace", "\(text) \(namespace.quoted)")
            plan.tell(note, about: object, from: "garbage-collector-controller", in: world)
        }
    }

    /// The owner that a reference means, when it is there: in the same namespace or in none.
    private func owner(_ reference: Value, of namespace: String?, in world: World) -> Value? {
        guard let uid = reference["uid"].string, let key = world.key(uid: uid), let owner = world.value(key) else { return nil }
        let its = owner["metadata"]["namespace"].string
        return its == nil || its == namespace ? owner : nil
    }

    private func orphanDependents(_ owner: Value, _ kind: Kind, in world: World) -> Plan {
        let uid = owner["metadata"]["uid"].string ?? ""
        var changes: [Change] = []
        for document in world.dependents(of: uid).compactMap(world.value) {
            guard let kind = Self.kind(of: document, in: world) else { continue }
            let rest = document["metadata"]["ownerReferences"].items.filter { $0["uid"].string != uid }
            changes.append(setOwners(document, kind, rest))
        }
        return Plan(changes + [setFinalizers(owner, kind, without: Self.orphan)])
    }

    private func deleteDependents(_ owner: Value, _ kind: Kind, in world: World) -> Plan {
        let uid = owner["metadata"]["uid"].string ?? ""
        let dependents = world.dependents(of: uid).compactMap(world.value)
        let blocking = dependents.contains { dependent in
            dependent["metadata"]["ownerReferences"].items.contains { $0["uid"].string == uid && $0["blockOwnerDeletion"].bool == true }
        }
        if !blocking { return Plan([setFinalizers(owner, kind, without: Self.foreground)]) }
        // Each dependent decides for itself whether another owner keeps it.
        return Plan()
    }

    private func deletion(_ document: Value, _ kind: Kind, inForeground: Bool) -> [Change] {
        let metadata = document["metadata"]
        let delete = Change.delete(
            kind, namespace: metadata["namespace"].string, name: metadata["name"].string ?? "", uid: metadata["uid"].string)
        guard inForeground else { return [delete] }
        let finalizers = metadata["finalizers"].items
        if finalizers.contains(.string(Self.foreground)) { return [delete] }
        return [patch(document, kind, ["finalizers": .array(finalizers + [.string(Self.foreground)])]), delete]
    }
    private func setOwners(_ document: Value, _ kind: Kind, _ references: [Value]) -> Change {
        patch(document, kind, ["ownerReferences": references.isEmpty ? .null : .array(references)])
    }
    private func setFinalizers(_ document: Value, _ kind: Kind, without finalizer: String) -> Change {
        let rest = document["metadata"]["finalizers"].items.filter { $0.string != finalizer }
        return patch(document, kind, ["finalizers": rest.isEmpty ? .null : .array(rest)])
    }
    private func patch(_ document: Value, _ kind: Kind, _ change: Value) -> Change {
        let metadata = document["metadata"]
        var patch = change
        patch["uid"] = metadata["uid"]
        patch["resourceVersion"] = metadata["resourceVersion"]
        return .patch(kind, namespace: metadata["namespace"].string, name: metadata["name"].string ?? "", ["metadata": patch])
    }

    private static func isWaitingForDependents(_ document: Value) -> Bool {
        !document["metadata"]["deletionTimestamp"].isNull && document["metadata"]["finalizers"].items.contains(.string(foreground))
    }
    private static func kind(of document: Value, in world: World) -> Kind? {
        guard let version = document["apiVersion"].string, let name = document["kind"].string else { return nil }
        if let info = KindTable.kubernetes.find(apiVersion: version, kind: name) { return kinds[info.storage.prefix] }
        return document["metadata"]["uid"].string.flatMap(world.key).flatMap { CustomKeys.kind(of: document, at: $0) }
    }
}

/// The kinds of custom documents, by where they lie.
enum CustomKeys {
    /// nil for a key of another form than `group/plural/…`.
    static func kind(of document: Value, at key: String) -> Kind? {
        let parts = key.split(separator: "/", maxSplits: 2).map(String.init)
        let version = document["apiVersion"].string?.split(separator: "/").last.map(String.init) ?? ""
        guard parts.count == 3, parts[0].contains("."), let name = document["kind"].string else { return nil }
        return Kind(
            group: parts[0], version: version, name, prefix: "\(parts[0])/\(parts[1])/",
            namespaced: document["metadata"]["namespace"].string != nil)
    }
}
