package import Documents

extension Encoded {
    /// The document's JSON without `metadata.resourceVersion`, and where that member goes: behind the opening brace of `metadata`.
    /// A document without a metadata object carries no resource version.
    ///
    /// `metadata.managedFields` comes last, wherever the tree has it: `Entry.hasSameMetadata` looks at what is before. `owners` is its JSON,
    /// which then takes the place of what the tree has there.
    package init(document: Value, owners: [UInt8]? = nil) {
        var writer = JSONWriter()
        guard case .object(let members) = document else {
            writer.append(document)
            self.init(bytes: writer.bytes, gap: nil, comma: false)
            return
        }
        var gap: Int?
        var comma = false
        writer.append(UInt8(ascii: "{"))
        for position in members.indices {
            if position > 0 { writer.append(UInt8(ascii: ",")) }
            writer.append(string: members[position].key)
            writer.append(UInt8(ascii: ":"))
            if members[position].key == "metadata", case .object(let metadata) = members[position].value {
                gap = writer.count + 1
                comma = Self.append(metadata, owners, to: &writer)
            } else {
                writer.append(members[position].value)
            }
        }
        writer.append(UInt8(ascii: "}"))
        self.init(bytes: writer.bytes, gap: gap, comma: comma)
    }
    /// Appends metadata without its resource version; tells whether anything is in it.
    private static func append(_ metadata: Object, _ owners: [UInt8]?, to writer: inout JSONWriter) -> Bool {
        let start = writer.count + 1
        writer.append(UInt8(ascii: "{"))
        for index in metadata.indices {
            let key = metadata[index].key
            guard key != "resourceVersion", key != "managedFields" else { continue }
            if writer.count > start { writer.append(UInt8(ascii: ",")) }
            writer.append(string: key)
            writer.append(UInt8(ascii: ":"))
            writer.append(metadata[index].value)
        }
        let present = owners == nil ? metadata["managedFields"] : nil
        if owners != nil || present != nil {
            if writer.count > start { writer.append(UInt8(ascii: ",")) }
            writer.append(words: "\"managedFields\":")
        }
        if let owners { owners.withUnsafeBufferPointer { writer.append($0) } } else if let present { writer.append(present) }
        let isFilled = writer.count > start
        writer.append(UInt8(ascii: "}"))
        return isFilled
    }

    /// A stored document with another status and other owners, the rest of its bytes copied: what `init(document:owners:)` makes of the
    /// tree. Nil for a document that this program has not written as it stands. `document` is that of the entry.
    package init?(_ entry: Entry, _ document: Document, status: Value, owners: [UInt8]?) {
        let root = document.root
        guard let gap = entry.gap, let metadata = root["metadata"], metadata.isObject, metadata.range.lowerBound + 1 == gap else {
            return nil
        }
        let (text, list) = (entry.bytes, metadata["managedFields"])
        guard (list == nil) == (owners == nil) else { return nil }
        var edits = [(range: gap..<gap + Encoded.resourceVersion(entry.revision, comma: entry.comma).count, part: Part.version)]
        if let list {
            guard list.range.upperBound + 1 == metadata.range.upperBound else { return nil }
            edits.append((list.range, .owners))
        }
        if let present = root["status"] {
            let isFirst = present.range.lowerBound < gap
            edits.insert((present.range, .status), at: isFirst ? 0 : edits.count)
        }
        var writer = JSONWriter(capacity: text.count + 1024)
        var (at, place, isPresent) = (0, 0, false)
        text.withUnsafeBufferPointer { text in
            for (range, part) in edits {
                writer.append(UnsafeBufferPointer(rebasing: text[at..<range.lowerBound]))
                switch part {
                case .version: place = writer.count
                case .owners: owners?.withUnsafeBufferPointer { writer.append($0) }
                case .status:
                    isPresent = true
                    writer.append(status)
                }
                at = range.upperBound
            }
            guard !isPresent else { return writer.append(UnsafeBufferPointer(rebasing: text[at...])) }
            writer.append(UnsafeBufferPointer(rebasing: text[at..<text.count - 1]))
            writer.append(words: ",\"status\":")
            writer.append(status)
            writer.append(UInt8(ascii: "}"))
        }
        self.init(bytes: writer.bytes, gap: place, comma: entry.comma)
    }
    private enum Part { case version, owners, status }

    /// A stored document with some of its bytes replaced, given in their order. Nil for one without a resource version, or when
    /// something before or in that is to be replaced.
    package init?(_ entry: Entry, _ edits: [(range: Range<Int>, text: [UInt8])]) {
        guard let gap = entry.gap else { return nil }
        var at = gap + Encoded.resourceVersion(entry.revision, comma: entry.comma).count
        var bytes: [UInt8] = []
        bytes.reserveCapacity(entry.bytes.count + edits.reduce(0) { $0 + $1.text.count - $1.range.count })
        bytes += entry.bytes[..<gap]
        for (range, text) in edits {
            guard range.lowerBound >= at, range.upperBound <= entry.bytes.count else { return nil }
            bytes += entry.bytes[at..<range.lowerBound]
            bytes += text
            at = range.upperBound
        }
        bytes += entry.bytes[at...]
        self.init(bytes: bytes, gap: gap, comma: entry.comma)
    }

    /// The document as it is served: with its resource version in the gap.
    func spliced(at revision: Revision) -> [UInt8] {
        guard let gap else { return bytes }
        let member = Encoded.resourceVersion(revision, comma: comma)
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count + member.count)
        result += bytes[..<gap]
        result += member
        result += bytes[gap...]
        return result
    }

    /// The member that is spliced in: `"resourceVersion":"7"`, with a comma when another member follows.
    static func resourceVersion(_ revision: Revision, comma: Bool) -> [UInt8] {
        var member: [UInt8] = []
        member.reserveCapacity(name.count + 24)
        member += name
        let start = member.count
        var rest = revision.magnitude
        repeat {
            member.append(UInt8(ascii: "0") + UInt8(rest % 10))
            rest /= 10
        } while rest > 0
        member[start...].reverse()
        member.append(UInt8(ascii: "\""))
        if comma { member.append(UInt8(ascii: ",")) }
        return member
    }
    private static let name = Array("\"resourceVersion\":\"".utf8)
}
