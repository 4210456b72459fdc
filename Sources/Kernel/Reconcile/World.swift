package import Control
package import Documents
package import Storage

/// Everything a controller may look at: the documents of a realm at one revision, and the time.
package struct World: Sendable {
    package let now: Timestamp
    let documents: WorldDocuments

    /// The revision that this shows.
    package var revision: Revision { documents.revision }

    /// The document of that key; nil when there is none.
    package func value(_ key: String) -> Value? { documents.entry(key)?.value }
    /// The same as a tape, for those who look at few fields.
    package func document(_ key: String) -> Node? { documents.entry(key)?.document?.root }
    /// Whether there is a document of that key.
    package func contains(_ key: String) -> Bool { documents.entry(key) != nil }
    /// The document of that name; nil when there is none.
    package func get<F: KindFields>(_: View<F>.Type, _ name: String, in namespace: String? = nil) -> View<F>? {
        value(F.kind.key(namespace, name)).flatMap(View<F>.init)
    }
    /// The document of that key; nil when there is none.
    package func get<F: KindFields>(_: View<F>.Type, key: String) -> View<F>? { value(key).flatMap(View<F>.init) }
    /// The documents of a kind, of one namespace when given, in key order.
    package func list<F: KindFields>(_: View<F>.Type, in namespace: String? = nil) -> [View<F>] {
        keys(F.kind, in: namespace).compactMap { value($0).flatMap(View<F>.init) }
    }
    /// The keys of a kind's documents, of one namespace when given, in order.
    package func keys(_ kind: Kind, in namespace: String? = nil) -> [String] {
        guard let kind = documents.kinds[kind.prefix] else { return [] }
        return namespace.map { kind.namespaces[$0, default: []].sortedTexts } ?? kind.entries.keys.map(\.text).sorted()
    }
    /// Whether a namespace has documents of a kind.
    package func contains(_ kind: Kind, in namespace: String) -> Bool {
        documents.kinds[kind.prefix]?.namespaces[namespace]?.isEmpty == false
    }
    /// How many documents a kind has.
    package func count(_ kind: Kind) -> Int { documents.kinds[kind.prefix]?.entries.count ?? 0 }
    /// The documents of a kind that name the uid among their owners, in key order.
    package func owned<F: KindFields>(_: View<F>.Type, by uid: String) -> [View<F>] {
        dependents(of: uid).filter { $0.hasPrefix(F.kind.prefix) }.compactMap { value($0).flatMap(View<F>.init) }
    }
    /// The keys of documents of any kind that name the uid among their owners, in order.
    package func dependents(of uid: String) -> [String] { documents.owners[uid, default: []].sortedTexts }
    /// The same of one kind, in no order, each with the revision of its document: for those who remember what they have read.
    package func dependents(of uid: String, _ kind: Kind) -> [(key: String, revision: Revision)] {
        guard let entries = documents.kinds[kind.prefix]?.entries else { return [] }
        return documents.owners[uid, default: []].compactMap { key in entries[key].map { (key.text, $0.revision) } }
    }
    /// The keys of a kind's documents in order, each with the revision of its document.
    package func revisions(_ kind: Kind) -> [(key: String, revision: Revision)] {
        guard let entries = documents.kinds[kind.prefix]?.entries else { return [] }
        return entries.map { ($0.key.text, $0.value.revision) }.sorted { $0.key < $1.key }
    }
    /// The documents that an index has under a text, in key order.
    package func indexed<F: KindFields>(_: View<F>.Type, _ index: String, _ text: String) -> [View<F>] {
        keys(index, text).compactMap { value($0).flatMap(View<F>.init) }
    }
    /// The keys that an index has under a text, in order.
    package func keys(_ index: String, _ text: String) -> [String] { documents.keys(index, text)?.sortedTexts ?? [] }
    /// The texts under which an index has documents, in order.
    package func texts(_ index: String) -> [String] { documents.texts(index).sorted() }
    /// The first key, in order, that an index has under a text.
    package func first(_ index: String, _ text: String) -> String? { documents.keys(index, text)?.map(\.text).min() }
    /// How many documents an index has under a text.
    package func count(_ index: String, _ text: String) -> Int { documents.keys(index, text)?.count ?? 0 }
    /// The key prefixes of the kinds that have documents, in order.
    package var prefixes: [String] { documents.kinds.filter { !$0.value.entries.isEmpty }.keys.sorted() }
    /// The keys under a prefix from `prefixes`, of one namespace when given, in order.
    package func keys(prefix: String, in namespace: String? = nil) -> [String] {
        guard let kind = documents.kinds[prefix] else { return [] }
        return namespace.map { kind.namespaces[$0, default: []].sortedTexts } ?? kind.entries.keys.map(\.text).sorted()
    }
    /// Whether a uid belongs to a document that is there.
    package func exists(uid: String) -> Bool { documents.uids[uid] != nil }
    /// The key of the document with the uid; nil when there is none.
    package func key(uid: String) -> String? { documents.uids[uid] }

    /// A world of these documents, at a revision beyond theirs; for tests of single plans.
    package init(_ values: [(Kind, Value)], now: Timestamp, indexes: [WorldIndex] = []) {
        self.now = now
        var documents = WorldDocuments(indexes: indexes)
        for (position, (kind, value)) in values.enumerated() {
            documents.put(.given(GivenDocument(key: kind.key(of: value), revision: Revision(position + 1), value: value)))
        }
        self.documents = documents
    }
    init(_ documents: WorldDocuments, now: Timestamp) { (self.documents, self.now) = (documents, now) }
}
