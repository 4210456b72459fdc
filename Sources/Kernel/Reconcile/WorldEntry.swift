import Documents
import Storage

/// One document of a world: an entry of the store, of which nothing is decoded until somebody looks, or a value that was given.
enum WorldEntry: Sendable {
    case stored(Entry)
    case given(GivenDocument)

    /// The document as a tree.
    var value: Value {
        switch self {
        case .stored(let entry): entry.value
        case .given(let document): document.value
        }
    }
    var key: String {
        switch self {
        case .stored(let entry): entry.key
        case .given(let document): document.key
        }
    }
    var revision: Revision {
        switch self {
        case .stored(let entry): entry.revision
        case .given(let document): document.revision
        }
    }
    /// Whether this is a later version of `other` with the same metadata; false means nothing.
    func hasSameMetadata(as other: WorldEntry) -> Bool {
        guard case .stored(let mine) = self, case .stored(let theirs) = other else { return false }
        return mine.hasSameMetadata(as: theirs)
    }
    /// The document as a tape.
    var document: Document? {
        switch self {
        case .stored(let entry): entry.document
        case .given(let document): try? Document(JSON.encode(document.value))
        }
    }
}

/// A document of a world that is not a store's.
final class GivenDocument: Sendable {
    let key: String
    let revision: Revision
    let value: Value
    init(key: String, revision: Revision, value: Value) { (self.key, self.revision, self.value) = (key, revision, value) }
}

/// What a world knows of every document without decoding it.
struct WorldFacts: Sendable, Hashable {
    /// The document's own uid.
    var uid: String?
    /// The uids of its owners.
    var owners: [String] = []
    /// Whether its deletion was asked for.
    var isDeleting = false

    init() {}
    init(_ document: Document) {
        guard let metadata = document.root["metadata"] else { return }
        uid = metadata["uid"]?.string
        isDeleting = metadata["deletionTimestamp"].map { !$0.isNull } ?? false
        if let references = metadata["ownerReferences"] { owners = references.items.compactMap { $0["uid"]?.string } }
    }
}
