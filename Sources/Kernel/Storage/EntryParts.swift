package import Documents

/// A stored document in two parts: what it says, and the text of who owns what of it, which is long and seldom looked into.
package struct EntryParts: Sendable {
    /// The document without `metadata.managedFields`; null when the bytes are not JSON.
    package let content: Value
    /// The JSON of `metadata.managedFields`; nil when it is absent.
    package let owners: [UInt8]?
}

extension Entry {
    /// The document in two parts, read anew.
    package var parts: EntryParts {
        guard let document = try? Document(bytes, limits: .own) else { return EntryParts(content: .null, owners: nil) }
        let owners = document.root["metadata"]?["managedFields"]
        return EntryParts(content: document.root.value(without: owners), owners: owners.map { Array($0.bytes) })
    }
}
