package import Documents

/// One document of the world that has changed.
package struct WorldChange: Sendable {
    package let key: String
    private let before: WorldEntry?
    private let after: WorldEntry?
    private let oldDocument: Document?
    private let newDocument: Document?
    /// What was known of the document before.
    let oldFacts: WorldFacts
    private let newFacts: WorldFacts

    init(key: String, before: WorldEntry?, _ oldDocument: Document?, after: WorldEntry?, _ newDocument: Document?) {
        (self.key, self.before, self.after, self.oldDocument, self.newDocument) = (key, before, after, oldDocument, newDocument)
        oldFacts = oldDocument.map(WorldFacts.init) ?? WorldFacts()
        newFacts = newDocument.map(WorldFacts.init) ?? WorldFacts()
    }
    /// The change of the document at `key`.
    package init(key: String, old: Value?, new: Value?) {
        let before = old.map { WorldEntry.given(GivenDocument(key: key, revision: 0, value: $0)) }
        let after = new.map { WorldEntry.given(GivenDocument(key: key, revision: 0, value: $0)) }
        self.init(key: key, before: before, before?.document, after: after, after?.document)
    }

    /// The document before, decoded when it is asked for; nil when it is new.
    package var old: Value? { before?.value }
    /// The document after, decoded when it is asked for; nil when it is gone.
    package var new: Value? { after?.value }
    /// The same as tapes, for those who look at few fields.
    package var nodes: (old: Node?, new: Node?) { (oldDocument?.root, newDocument?.root) }
    /// Those of the two that are there.
    package var present: [Node] { [newDocument, oldDocument].compactMap { $0?.root } }
    /// The namespace of the document, empty for those of none.
    package var namespace: String { (newDocument ?? oldDocument)?.root["metadata"]?["namespace"]?.string ?? "" }
    /// The name of the document.
    package var name: String { (newDocument ?? oldDocument)?.root["metadata"]?["name"]?.string ?? "" }
    /// Whether the document is there now.
    package var isThere: Bool { after != nil }
    /// Whether the document was not there before.
    package var isNew: Bool { before == nil }
    /// What is known of the document after.
    var facts: WorldFacts { newFacts }
    /// The uids of the documents before and after; nil where there is none.
    package var uids: (old: String?, new: String?) { (oldFacts.uid, newFacts.uid) }
    /// The uids of the owners that it has, or had before it went.
    package var owners: [String] { isThere ? newFacts.owners : oldFacts.owners }
    /// Whether the deletion of the document was asked for.
    package var isDeleting: Bool { newFacts.isDeleting }
}
