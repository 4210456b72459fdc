import Documents
import KubeModel
import Storage

// Kinds that are served in more than one group or version are stored in one of them.
extension KindInfo {
    /// A stored document as this group and version shows it.
    func served(_ entry: Entry) -> Value { served(entry.whole) }
    /// Whether the stored bytes are what is served.
    func isServed(asStoredAt revision: Revision) -> Bool { !needsConversion && (custom?.isCurrent(revision) ?? true) }
    /// A stored document as this group and version shows it.
    func served(_ stored: Value) -> Value {
        if let custom { return custom.served(stored, as: self) }
        return needsConversion ? Conversion.fromStorage(self, stored) : stored
    }
    /// The JSON of a stored document as this group and version shows it.
    func servedBytes(_ entry: Entry) -> [UInt8] { isServed(asStoredAt: entry.revision) ? entry.bytes : JSON.encode(served(entry.whole)) }
    /// A document of this group and version as it is stored.
    func stored(_ document: Value) -> Value {
        if custom != nil {
            var document = document
            document["apiVersion"] = .string(storage.apiVersion)
            return document
        }
        return Conversion.toStorage(self, document)
    }
}

/// The metadata of a document alone. Source: Kubernetes API reference, PartialObjectMetadata.
enum PartialMetadata {
    static func document(_ value: Value) -> Value {
        ["kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": value["metadata"]]
    }
}
