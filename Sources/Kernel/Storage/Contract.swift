/// A position in a realm's history: grows by one with every write, never repeats.
package typealias Revision = Int64

/// The encoded form of a document, with the place where its resource version goes.
///
/// The revision is known only when the write is sequenced, so the bytes come without it and the store splices
/// `"resourceVersion":"<revision>"` (and a comma when `comma` says so) in at `gap`.
package struct Encoded: Sendable {
    package let bytes: [UInt8]
    /// Offset inside the metadata object, directly behind its opening brace; nil when the document carries no resource version.
    package let gap: Int?
    /// Whether another member follows in the metadata object.
    package let comma: Bool
    package init(bytes: [UInt8], gap: Int?, comma: Bool) { (self.bytes, self.gap, self.comma) = (bytes, gap, comma) }
}

/// What a write requires of the document that is there.
package enum Precondition: Sendable, Hashable {
    case none, absent, exists
    /// The document's last revision.
    case revision(Revision)
}

/// A document that must stand at a revision for another one to be written: what the write was decided upon.
package struct Premise: Sendable, Hashable {
    package let key: String
    package let revision: Revision
    package init(_ entry: Entry) { (key, revision) = (entry.key, entry.revision) }
}

/// One write to one key.
package struct Write: Sendable {
    package enum Operation: Sendable {
        case put(Encoded)
        case delete
    }
    /// The key, what happens to it, and what must be true of it.
    package let key: String
    package let operation: Operation
    package let precondition: Precondition
    package let premise: Premise?
    package init(_ key: String, _ operation: Operation, if precondition: Precondition, given premise: Premise? = nil) {
        (self.key, self.operation, self.precondition, self.premise) = (key, operation, precondition, premise)
    }

    /// Whether the write fits what is there, which `find` tells of its premise.
    /// - Throws: `StorageError.exists`, `.absent`, `.conflict` or `.lapsed`.
    func check(against current: Entry?, _ find: (String) -> Entry?) throws(StorageError) {
        if let premise, find(premise.key)?.revision != premise.revision { throw .lapsed(key: premise.key) }
        switch (precondition, current) {
        case (.absent, .some): throw .exists(key: key)
        case (.exists, nil), (.revision, nil): throw .absent(key: key)
        case (.revision(let revision), .some(let current)) where current.revision != revision:
            throw .conflict(key: key, current: current.revision)
        default: break
        }
    }
}

/// Why a write or read was refused.
package enum StorageError: Error, Sendable, Hashable {
    /// The key exists although the write required its absence.
    case exists(key: String)
    /// The key does not exist.
    case absent(key: String)
    /// The document is at another revision than the write required.
    case conflict(key: String, current: Revision)
    /// The document that the write was decided upon (`Premise`) has changed or is gone.
    case lapsed(key: String)
    /// The asked-for revision has been compacted away.
    case compacted(oldest: Revision)
    /// The document is larger than the store takes.
    case tooLarge(bytes: Int, limit: Int)
    /// The journal failed; the realm serves reads only.
    case unavailable(String)
    /// The leadership under which the write was made (`Fence`) is lost.
    case fenced(realm: String)
}
