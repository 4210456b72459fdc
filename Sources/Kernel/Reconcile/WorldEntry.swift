import Documents
import Glibc
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
    /// The document's metadata, which costs less than the whole.
    var metadata: Node? {
        switch self {
        case .stored(let entry): entry.metadata
        case .given: document?.root["metadata"]
        }
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
    /// Which of the owners controls it.
    var controller: Controller?
    /// Whether its deletion was asked for.
    var isDeleting = false

    /// A controlling owner as a reference names it.
    struct Controller: Sendable, Hashable {
        let apiVersion: String
        let kind: String
        let name: String

        /// The key of the owner of a document in the namespace, when it is of the kind.
        func key(_ wanted: Kind, in namespace: String) -> String? {
            guard kind == wanted.name, wanted.group.isEmpty || apiVersion.hasPrefix(wanted.group + "/") else { return nil }
            return wanted.key(namespace.isEmpty ? nil : namespace, name)
        }
    }

    /// Whether two parts of documents have the same text, or neither is there.
    static func isSame(_ left: Node?, _ right: Node?) -> Bool {
        guard let left, let right else { return left == nil && right == nil }
        return left.bytes.withUnsafeBytes { left in
            right.bytes.withUnsafeBytes { right in
                guard left.count == right.count else { return false }
                guard let first = left.baseAddress, let second = right.baseAddress else { return true }
                return memcmp(first, second, left.count) == 0
            }
        }
    }

    init() {}
    /// What metadata says; nothing where there is none.
    init(_ metadata: Node?) {
        guard let metadata else { return }
        uid = metadata["uid"]?.string
        isDeleting = metadata["deletionTimestamp"].map { !$0.isNull } ?? false
        for reference in metadata["ownerReferences"]?.items ?? [] {
            if let uid = reference["uid"]?.string { owners.append(uid) }
            guard controller == nil, reference["controller"]?.bool == true, let name = reference["name"]?.string else { continue }
            controller = Controller(
                apiVersion: reference["apiVersion"]?.string ?? "", kind: reference["kind"]?.string ?? "", name: name)
        }
    }
}
