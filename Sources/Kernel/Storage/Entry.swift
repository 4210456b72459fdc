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
    package var bytes: [UInt8] { textRevision == revision ? text : served() }
    /// The JSON at `textRevision`, which a deleted document shares with its last version: few look at it again.
    private let text: [UInt8]
    private let textRevision: Revision
    /// Where the resource version stands in the JSON, nil when there is none.
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
        /// What the cache counts for it; 0 for one that it does not know of.
        var weight = 0

        /// The tape, made when there is none.
        mutating func tape(_ bytes: [UInt8]) -> Document? {
            isUsed = true
            if tape == nil { tape = try? Document(bytes, limits: .own) }
            return tape
        }
        /// Forgets both; tells what they weighed.
        mutating func forget() -> Int {
            defer { (tree, tape, isUsed, weight) = (nil, nil, false, 0) }
            return weight
        }
        /// What the cache has to be told that it weighs more, in bytes, about: a tape weighs as much as its text, a tree twice that besides.
        mutating func growth(_ length: Int) -> TreeCache.Growth {
            let before = weight
            weight = length * (tree == nil ? 1 : 3) + 512
            return TreeCache.Growth(bytes: weight - before, isNew: before == 0)
        }
    }

    init(key: String, revision: Revision, created: Revision, bytes: [UInt8], gap: Int?, comma: Bool) {
        (self.key, self.revision, self.created) = (key, revision, created)
        (text, textRevision, self.gap, self.comma) = (bytes, revision, gap, comma)
    }
    private init(_ entry: Entry, deletedAt revision: Revision) {
        (key, self.revision, created) = (entry.key, revision, entry.created)
        (text, gap, comma) = (entry.text, entry.gap, entry.comma)
        // Without a resource version it stays as it is.
        textRevision = entry.gap == nil ? revision : entry.textRevision
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
        let (value, owners, growth) = decoded.withLock { decoded in
            let document = decoded.tree == nil ? decoded.tape(bytes) : nil
            decoded.isUsed = true
            if let tree = decoded.tree { return (tree, decoded.owners, TreeCache.Growth.none) }
            let owners = document?.root["metadata"]?["managedFields"]
            let value = document?.root.value(without: owners) ?? .null
            (decoded.tree, decoded.owners) = (value, owners?.range)
            return (value, owners?.range, decoded.growth(text.count))
        }
        TreeCache.shared.kept(self, growth)
        return (value, owners.map { Array(bytes[$0]) })
    }
    /// The whole document as a tree, made anew; null when the bytes are not JSON.
    package var whole: Value { (try? JSON.parse(bytes, limits: .own)) ?? .null }
    /// The document as a tape over its bytes: quicker than a tree for those who look at few fields; nil when they are not JSON. Kept as
    /// trees are, for an event is looked at by many.
    package var document: Document? {
        let (document, growth) = readTape()
        TreeCache.shared.kept(self, growth)
        return document
    }

    /// The tape, and what a cache that keeps it is to count.
    func readTape() -> (document: Document?, growth: TreeCache.Growth) {
        decoded.withLock { decoded in (decoded.tape(bytes), decoded.growth(text.count)) }
    }
    /// The document's metadata, for those who look at nothing else; nil when there is none. Where the document has no tape, this is one of
    /// the metadata alone, without resource version and `managedFields`, which is a fraction of the work and is not kept.
    package var metadata: Node? {
        let tape = decoded.withLock { decoded in
            decoded.isUsed = true
            return decoded.tape
        }
        if tape == nil, let text = metadataText, let metadata = try? Document(text, limits: .own) { return metadata.root }
        return (tape ?? document)?.root["metadata"]
    }

    /// Forgets tree and tape unless they were read since the last call; tells what they weighed, nil when they stay.
    func forgetTreeIfUnused() -> Int? {
        decoded.withLock { decoded in
            if decoded.isUsed {
                decoded.isUsed = false
                return nil
            }
            return decoded.forget()
        }
    }
    /// Forgets tree and tape; tells what they weighed.
    func forgetTree() -> Int { decoded.withLock { $0.forget() } }
    /// What tree and tape weigh in memory, in bytes, about.
    var treeWeight: Int { decoded.withLock { $0.weight } }

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
    /// The metadata without resource version and `managedFields`; nil where these are not there in the order that the API server writes.
    private var metadataText: [UInt8]? {
        guard let gap, comma else { return nil }
        return bytes.span(from: versionEnd(gap)) { rest in
            guard let end = Self.ownersMember.withUnsafeBufferPointer({ Self.end(of: $0, in: rest) }) else { return nil }
            // Without the comma before `managedFields`. Where that is not metadata's the text ends too late to be JSON.
            let length = max(0, end - Self.ownersMember.count - 1)
            var text: [UInt8] = []
            text.reserveCapacity(length + 2)
            text.append(UInt8(ascii: "{"))
            text += rest[..<length]
            text.append(UInt8(ascii: "}"))
            return text
        }
    }
    private static let ownersMember = Array("\"managedFields\":[".utf8)
    /// Where the resource version, which stands in the gap, ends.
    private func versionEnd(_ gap: Int) -> Int { gap + Encoded.resourceVersion(revision, comma: comma).count }

    /// What the entry weighs in memory and in a journal, in bytes, about.
    var weight: Int { key.utf8.count + text.count + 64 }

    /// The same document at the revision of its deletion.
    func deleted(at revision: Revision) -> Entry { Entry(self, deletedAt: revision) }

    /// The JSON with the entry's own revision in the place of the text's.
    private func served() -> [UInt8] {
        guard let gap else { return text }
        let end = gap + Encoded.resourceVersion(textRevision, comma: comma).count
        let member = Encoded.resourceVersion(revision, comma: comma)
        var result: [UInt8] = []
        result.reserveCapacity(text.count + member.count)
        result += text[..<gap]
        result += member
        result += text[end...]
        return result
    }
}

extension [UInt8] {
    /// Calls back with the bytes from a place on, without copying them.
    fileprivate func span<Result>(from start: Int, _ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        withUnsafeBufferPointer { body(UnsafeBufferPointer(rebasing: $0[Swift.min(start, $0.count)...])) }
    }
}
