package import Documents

extension Encoded {
    /// The document's JSON without `metadata.resourceVersion`, and where that member goes: behind the opening brace of `metadata`.
    /// A document without a metadata object carries no resource version.
    package init(document: Value) {
        guard case .object(let members) = document else {
            self.init(bytes: JSON.encode(document), gap: nil, comma: false)
            return
        }
        var bytes: [UInt8] = [UInt8(ascii: "{")]
        var gap: Int?
        var comma = false
        for (position, member) in members.enumerated() {
            if position > 0 { bytes.append(UInt8(ascii: ",")) }
            bytes += JSON.encode(.string(member.key))
            bytes.append(UInt8(ascii: ":"))
            if member.key == "metadata", case .object(var metadata) = member.value {
                metadata["resourceVersion"] = nil
                gap = bytes.count + 1
                comma = !metadata.isEmpty
                bytes += JSON.encode(.object(metadata))
            } else {
                bytes += JSON.encode(member.value)
            }
        }
        bytes.append(UInt8(ascii: "}"))
        self.init(bytes: bytes, gap: gap, comma: comma)
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
        Array("\"resourceVersion\":\"\(revision)\"\(comma ? "," : "")".utf8)
    }
}
