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

    /// The tapes and what they say of the metadata, where they are known beforehand: dozens ask for them.
    private let read: Read?

    private final class Read: Sendable {
        let documents: (old: Document?, new: Document?)
        let facts: (old: WorldFacts?, new: WorldFacts?)
        let isOwned: Bool
        init(_ old: Document?, _ new: Document?, keepsMetadata: Bool) {
            let fresh = new.map(WorldFacts.init)
            (documents, facts) = ((old, new), (keepsMetadata && fresh != nil ? fresh : old.map(WorldFacts.init), fresh))
            isOwned = facts.old?.owners.isEmpty == false || facts.new?.owners.isEmpty == false
        }
    }

    /// The change of a key; with `isLookedAt` the tapes are read at once, for all who will ask.
    init(
        key: String, prefix: String? = nil, before: WorldEntry?, after: WorldEntry?, keepsMetadata: Bool = false, isLookedAt: Bool = false
    ) {
        (self.key, self.prefix) = (key, prefix ?? WorldDocuments.prefix(of: key))
        (self.before, self.after, self.keepsMetadata) = (before, after, keepsMetadata)
        read = isLookedAt ? Read(before?.document, after?.document, keepsMetadata: keepsMetadata) : nil
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
        if let read { return (read.documents.old?.root, read.documents.new?.root) }
        return (before?.document?.root, after?.document?.root)
    }
    /// Those of the two that are there.
    package var present: [Node] {
        let (old, new) = nodes
        return [new, old].compactMap { $0 }
    }
    /// The namespace of the document, empty for those of none.
    package var namespace: String { WorldDocuments.namespace(of: key, prefix) ?? "" }
    /// The name of the document.
    package var name: String { (nodes.new ?? nodes.old)?["metadata"]?["name"]?.string ?? "" }
    /// Whether the document is there now.
    package var isThere: Bool { after != nil }
    /// Whether the document was not there before.
    package var isNew: Bool { before == nil }
    /// What is known of the metadata before and after; nil where there is no document.
    var facts: (old: WorldFacts?, new: WorldFacts?) {
        read?.facts ?? (before?.document.map(WorldFacts.init), after?.document.map(WorldFacts.init))
    }
    /// The uids of the documents before and after; nil where there is none.
    package var uids: (old: String?, new: String?) { (facts.old?.uid, facts.new?.uid) }
    /// Whether the document has owners, or had some before.
    package var isOwned: Bool {
        read?.isOwned ?? present.contains { ($0["metadata"]?["ownerReferences"]?.count ?? 0) > 0 }
    }
    /// The uids of the owners that it has, or had before it went.
    package var owners: [String] { (isThere ? facts.new : facts.old)?.owners ?? [] }
    /// Whether the deletion of the document was asked for.
    package var isDeleting: Bool { facts.new?.isDeleting ?? false }
}
