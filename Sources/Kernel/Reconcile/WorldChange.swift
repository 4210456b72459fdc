package import Documents

/// One document of the world that has changed.
package struct WorldChange: Sendable {
    package let key: String
    private let before: WorldEntry?
    private let after: WorldEntry?
    /// Whether nothing of the metadata has changed but the resource version and `managedFields`; false means nothing.
    package let keepsMetadata: Bool

    init(key: String, before: WorldEntry?, after: WorldEntry?, keepsMetadata: Bool = false) {
        (self.key, self.before, self.after, self.keepsMetadata) = (key, before, after, keepsMetadata)
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
    package var nodes: (old: Node?, new: Node?) { (before?.document?.root, after?.document?.root) }
    /// Those of the two that are there.
    package var present: [Node] { [after?.document, before?.document].compactMap { $0?.root } }
    /// The namespace of the document, empty for those of none.
    package var namespace: String { WorldDocuments.namespace(of: key, WorldDocuments.prefix(of: key)) ?? "" }
    /// The name of the document.
    package var name: String { (after ?? before)?.document?.root["metadata"]?["name"]?.string ?? "" }
    /// Whether the document is there now.
    package var isThere: Bool { after != nil }
    /// Whether the document was not there before.
    package var isNew: Bool { before == nil }
    private var newFacts: WorldFacts { after?.document.map(WorldFacts.init) ?? WorldFacts() }
    private var oldFacts: WorldFacts { before?.document.map(WorldFacts.init) ?? WorldFacts() }
    /// The uids of the documents before and after; nil where there is none.
    package var uids: (old: String?, new: String?) { (oldFacts.uid, newFacts.uid) }
    /// The uids of the owners that it has, or had before it went.
    package var owners: [String] { isThere ? newFacts.owners : oldFacts.owners }
    /// Whether the deletion of the document was asked for.
    package var isDeleting: Bool { newFacts.isDeleting }
}
