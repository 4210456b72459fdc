package import Documents

/// One document of the world that has changed.
package struct WorldChange: Sendable {
    package let key: String
    /// The kind's part of the key.
    let prefix: String
    private let before: WorldEntry?
    private let after: WorldEntry?
    /// Whether nothing of the metadata has changed but the resource version and `managedFields`; false means nothing.
    package let keepsMetadata: Bool

    /// Whether nothing of the spec has changed either: of most documents only the status can have. False means nothing.
    package let keepsSpec: Bool
    /// The namespace of the document, empty for those of none.
    package let namespace: String

    /// What is known of both documents beforehand: dozens ask for it.
    private let read: Read?

    /// What a change was found to be when it was taken in.
    final class Read: Sendable {
        /// The tapes; nil where nobody is known to look.
        let documents: (old: Document?, new: Document?)?
        let facts: (old: WorldFacts?, new: WorldFacts?)
        let keepsMetadata: Bool
        let keepsSpec: Bool
        let isOwned: Bool

        /// A look at two versions, at their tapes when `isLookedAt`, else at no more than their metadata.
        init(_ before: WorldEntry?, _ after: WorldEntry?, keepsMetadata: Bool, isLookedAt: Bool) {
            let documents = isLookedAt ? (old: before?.document, new: after?.document) : nil
            self.documents = documents
            self.keepsMetadata = keepsMetadata
            keepsSpec = keepsMetadata && WorldFacts.isSame(documents?.old?.root["spec"], documents?.new?.root["spec"])
            let fresh = after.map { WorldFacts($0.metadata) }
            facts = (keepsMetadata && fresh != nil ? fresh : before.map { WorldFacts($0.metadata) }, fresh)
            isOwned = facts.old?.owners.isEmpty == false || facts.new?.owners.isEmpty == false
        }
    }

    /// The change of a key, of which something was read or of which only this is known: whether it keeps the metadata.
    init(key: String, prefix: String? = nil, before: WorldEntry?, after: WorldEntry?, read: Read? = nil, keepsMetadata: Bool = false) {
        (self.key, self.before, self.after, self.read) = (key, before, after, read)
        self.prefix = prefix ?? WorldDocuments.prefix(of: key)
        namespace = WorldDocuments.namespace(of: key, self.prefix) ?? ""
        (self.keepsMetadata, keepsSpec) = (read?.keepsMetadata ?? keepsMetadata, read?.keepsSpec ?? false)
    }
    /// The change of the document at `key`.
    package init(key: String, old: Value?, new: Value?) {
        self.init(
            key: key, before: old.map { .given(GivenDocument(key: key, revision: 0, value: $0)) },
            after: new.map { .given(GivenDocument(key: key, revision: 0, value: $0)) })
    }

    /// The document before, decoded when it is asked for; nil when it is new.
    package var old: Value? { before?.value }
    /// The document after, decoded when it is asked for; nil when it is gone.
    package var new: Value? { after?.value }
    /// The same as tapes, for those who look at few fields.
    package var nodes: (old: Node?, new: Node?) {
        if let documents = read?.documents { return (documents.old?.root, documents.new?.root) }
        return (before?.document?.root, after?.document?.root)
    }
    /// Those of the two that are there.
    package var present: [Node] {
        let (old, new) = nodes
        return [new, old].compactMap { $0 }
    }
    /// Whether this is the document of that name.
    package func isNamed(_ name: String) -> Bool {
        let (key, name) = (key.utf8, name.utf8)
        return key.count > name.count && key.suffix(name.count + 1).first == UInt8(ascii: "/") && key.suffix(name.count).elementsEqual(name)
    }
    /// The name of the document.
    package var name: String { (nodes.new ?? nodes.old)?["metadata"]?["name"]?.string ?? "" }
    /// Whether the document is there now.
    package var isThere: Bool { after != nil }
    /// Whether the document was not there before.
    package var isNew: Bool { before == nil }
    /// What is known of the metadata before and after; nil where there is no document.
    var facts: (old: WorldFacts?, new: WorldFacts?) {
        read?.facts ?? (before.map { WorldFacts($0.metadata) }, after.map { WorldFacts($0.metadata) })
    }
    /// The uids of the documents before and after; nil where there is none.
    package var uids: (old: String?, new: String?) { (facts.old?.uid, facts.new?.uid) }
    /// Whether the document has owners, or had some before.
    package var isOwned: Bool {
        read?.isOwned ?? [before, after].contains { ($0?.metadata?["ownerReferences"]?.count ?? 0) > 0 }
    }
    /// The uids of the owners that it has, or had before it went.
    package var owners: [String] { (isThere ? facts.new : facts.old)?.owners ?? [] }
    /// The keys of the controlling owners of a kind that it has and had.
    package func controllers(of kind: Kind) -> (old: String?, new: String?) {
        let (old, new) = facts
        return (old?.controller?.key(kind, in: namespace), new?.controller?.key(kind, in: namespace))
    }
    /// Whether the deletion of the document was asked for.
    package var isDeleting: Bool { facts.new?.isDeleting ?? false }
}
