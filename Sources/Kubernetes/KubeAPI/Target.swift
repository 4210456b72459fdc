import Documents
import KubeModel
import Storage

/// The document that a request is about.
struct Target: Sendable {
    /// The kind in the group and version that the request names.
    let info: KindInfo
    var subresource = ""
    /// Empty for cluster-scoped kinds and for requests over all namespaces.
    var namespace = ""
    /// Empty for requests about a collection.
    var name = ""

    init(_ info: KindInfo, namespace: String = "", name: String = "", subresource: String = "") {
        (self.info, self.subresource, self.name) = (info, subresource, name)
        self.namespace = info.namespaced ? namespace : ""
    }
    /// The store's key of the document.
    var key: String { info.storage.key(info.namespaced ? namespace : nil, name) }
    /// The prefix of the keys of the collection.
    var prefix: String { namespace.isEmpty ? info.storage.prefix : "\(info.storage.prefix)\(namespace)/" }
    /// The same kind's document of another name.
    func named(_ name: String, namespace: String? = nil) -> Target {
        Target(info, namespace: namespace ?? self.namespace, name: name, subresource: subresource)
    }
}

/// What became of a write.
enum Written: Sendable {
    /// The document as it is stored now.
    case stored(Entry)
    /// The document as it would be stored; for dry runs.
    case draft(Value)
    /// The document is gone; this was its last state.
    case removed(Value)

    /// The document.
    var value: Value {
        switch self {
        case .stored(let entry): entry.whole
        case .draft(let value), .removed(let value): value
        }
    }
}
