package import Documents
import Glibc
import Synchronization

/// One document as it was written at one revision. Immutable; shared by the index, the watches and every reader.
package final class Entry: Sendable {
    package let key: String
    /// The revision of this write; for a deleted entry that of the deletion.
    package let revision: Revision
    /// The revision at which the key was created.
    package let created: Revision
    /// The document's JSON as it is served, resource version included.
    package let bytes: [UInt8]
    /// Where the resource version stands in `bytes`, nil when there is none.
    let gap: Int?
    /// Whether a comma belongs to the resource version.
    let comma: Bool
    private let decoded = Mutex(Decoded())

    private struct Decoded {
        var tree: Value?
        /// Where `metadata.managedFields` stands in the bytes, as long as there is a tree.
        var owners: Range<Int>?
        var tape: Document?
        /// Whether it was read since the cache last looked.
        var isUsed = false
        /// Whether the cache knows of it.
        var isKept = false

        /// The tape, made when there is none.
        mutating func tape(_ bytes: [UInt8]) -> Document? {
            isUsed = true
            if tape == nil { tape = try? Document(bytes, limits: .own) }
            return tape
        }
        mutating func forget() { (tree, tape, isUsed, isKept) = (nil, nil, false, false) }
        /// Whether the cache has to be told, once.
        mutating func isNew() -> Bool {
            defer { isKept = true }
            return !isKept
        }
    }

    init(key: String, revision: Revision, created: Revision, bytes: [UInt8], gap: Int?, comma: Bool) {
        (self.key, self.revision, self.created) = (key, revision, created)
        (self.bytes, self.gap, self.comma) = (bytes, gap, comma)
    }

    /// The entry that a put of `document` makes.
    convenience init(key: String, revision: Revision, created: Revision, document: Encoded) {
        self.init(
            key: key, revision: revision, created: created, bytes: document.spliced(at: revision), gap: document.gap, comma: document.comma)
    }

    /// The document as a tree without `metadata.managedFields`, which is long and which next to nobody looks at; null when the bytes
    /// are not JSON. Decoded at the first call and kept for as long as the trees of all entries leave room.
    package var value: Value { parts.value }
    /// The tree, and the JSON of `metadata.managedFields`; nil when that is absent.
    package var parts: (value: Value, owners: [UInt8]?) {
        let (value, owners, isNew) = decoded.withLock { decoded in
            let document = decoded.tree == nil ? decoded.tape(bytes) : nil
            decoded.isUsed = true
            if let tree = decoded.tree { return (tree, decoded.owners, false) }
            let owners = document?.root["metadata"]?["managedFields"]
            let value = document?.root.value(without: owners) ?? .null
            (decoded.tree, decoded.owners) = (value, owners?.range)
            return (value, owners?.range, decoded.isNew())
        }
        if isNew { TreeCache.shared.kept(self) }
        return (value, owners.map { Array(bytes[$0]) })
    }
    /// The whole document as a tree, made anew; null when the bytes are not JSON.
    package var whole: Value { (try? JSON.parse(bytes, limits: .own)) ?? .null }
    /// The document as a tape over its bytes: quicker than a tree for those who look at few fields; nil when they are not JSON. Kept as
    /// trees are, for an event is looked at by many.
    package var document: Document? {
        let (document, isNew) = decoded.withLock { decoded in (decoded.tape(bytes), decoded.isNew()) }
        if isNew { TreeCache.shared.kept(self) }
        return document
    }

    /// Forgets tree and tape unless they were read since the last call; tells whether they are gone.
    func forgetTreeIfUnused() -> Bool {
        decoded.withLock { decoded in
            if decoded.isUsed {
                decoded.isUsed = false
                return false
            }
            decoded.forget()
            return true
        }
    }
    /// Forgets tree and tape.
    func forgetTree() { decoded.withLock { $0.forget() } }
    /// What the tree weighs in memory, in bytes, about.
    var treeWeight: Int { bytes.count * 3 + 512 }

    /// Whether another version of the document has the same metadata but for the resource version and `managedFields`: told by the bytes,
    /// where the API server has written both, which puts `managedFields` last. False means nothing.
    package func hasSameMetadata(as other: Entry) -> Bool {
        guard let gap, gap == other.gap, comma, other.comma else { return false }
        let (mine, theirs) = (versionEnd(gap), other.versionEnd(gap))
        return bytes.span(from: mine) { mine in
            other.bytes.span(from: theirs) { theirs in
                // The first `"managedFields":[` cannot be text, for quotes in texts are escaped.
                guard let end = Self.ownersMember.withUnsafeBufferPointer({ Self.end(of: $0, in: mine) }), end <= theirs.count,
                    let mine = mine.baseAddress, let theirs = theirs.baseAddress
                else { return false }
                return memcmp(mine, theirs, end) == 0
            }
        }
    }
    /// How far the first `text` in the bytes reaches. Looks for its capital, of which there are few.
    private static func end(of text: UnsafeBufferPointer<UInt8>, in bytes: UnsafeBufferPointer<UInt8>) -> Int? {
        guard let start = bytes.baseAddress, let wanted = text.baseAddress, let capital = text.firstIndex(of: UInt8(ascii: "F"))
        else { return nil }
        var place = capital
        while place < bytes.count, let found = memchr(start + place, Int32(UInt8(ascii: "F")), bytes.count - place) {
            place = UnsafeRawPointer(found) - UnsafeRawPointer(start)
            let first = place - capital
            if first + text.count <= bytes.count, memcmp(start + first, wanted, text.count) == 0 { return first + text.count }
            place += 1
        }
        return nil
    }
    private static let ownersMember = Array("\"managedFields\":[".utf8)
    /// Where the resource version, which stands in the gap, ends.
    private func versionEnd(_ gap: Int) -> Int { gap + Encoded.resourceVersion(revision, comma: comma).count }

    /// What the entry weighs in memory and in a journal, in bytes, about.
    var weight: Int { key.utf8.count + bytes.count + 64 }

    /// The same document at the revision of its deletion.
    func deleted(at revision: Revision) -> Entry {
        guard let gap else { return Entry(key: key, revision: revision, created: created, bytes: bytes, gap: nil, comma: false) }
        let end = gap + Encoded.resourceVersion(self.revision, comma: comma).count
        let member = Encoded.resourceVersion(revision, comma: comma)
        let bytes = Array(bytes[..<gap]) + member + bytes[end...]
        return Entry(key: key, revision: revision, created: created, bytes: bytes, gap: gap, comma: comma)
    }
}

extension [UInt8] {
    /// Calls back with the bytes from a place on, without copying them.
    fileprivate func span<Result>(from start: Int, _ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        withUnsafeBufferPointer { body(UnsafeBufferPointer(rebasing: $0[Swift.min(start, $0.count)...])) }
    }
}
