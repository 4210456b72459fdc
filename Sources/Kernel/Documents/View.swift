/// A type that a document's field can be read as.
package protocol Convertible: Sendable {
    init?(_ value: Value)
    var value: Value { get }
}
extension String: Convertible {
    package init?(_ value: Value) {
        guard let text = value.string else { return nil }
        self = text
    }
    package var value: Value { .string(self) }
}
extension Int: Convertible {
    package init?(_ value: Value) {
        guard let number = value.int else { return nil }
        self = number
    }
    package var value: Value { .int(Int64(self)) }
}
extension Bool: Convertible {
    package init?(_ value: Value) {
        guard let truth = value.bool else { return nil }
        self = truth
    }
    package var value: Value { .bool(self) }
}
extension Value: Convertible {
    package init?(_ value: Value) {
        guard !value.isNull else { return nil }
        self = value
    }
    package var value: Value { self }
}
extension Array: Convertible where Element: Convertible {
    package init?(_ value: Value) {
        guard let items = value.array else { return nil }
        self = items.compactMap(Element.init)
    }
    package var value: Value { .array(map(\.value)) }
}
extension Dictionary: Convertible where Key == String, Value: Convertible {
    package init?(_ value: Documents.Value) {
        guard let object = value.object else { return nil }
        self = [:]
        for member in object { if let converted = Value(member.value) { self[member.key] = converted } }
    }
    package var value: Documents.Value {
        .object(Object(sorted { $0.key < $1.key }.map { Object.Member($0.key, $0.value.value) }))
    }
}

/// One field of an object type: its wire name and Swift type.
package struct Field<Owner, Content: Convertible>: Sendable {
    package let name: String
    /// The field with the given name on the wire.
    package init(_ name: String) { self.name = name }
}

/// The fields of one object type that the code uses: `let nodeName = Field<Self, String>("nodeName")`.
package protocol Fields: Sendable { init() }

/// A typed lens over a document. Unknown fields survive every read and write.
@dynamicMemberLookup package struct View<F: Fields>: Convertible, Hashable {
    package var value: Value
    /// An empty object.
    package init() { value = .object([:]) }
    package init?(_ value: Value) {
        guard case .object = value else { return nil }
        self.value = value
    }
    /// A scalar or list field; nil when absent or of another type. Setting nil removes it.
    package subscript<T>(dynamicMember field: KeyPath<F, Field<F, T>>) -> T? {
        get { T(value[F()[keyPath: field].name]) }
        set { value[F()[keyPath: field].name] = newValue?.value ?? .null }
    }
    /// A nested object; empty when absent.
    package subscript<G>(dynamicMember field: KeyPath<F, Field<F, View<G>>>) -> View<G> {
        get { View<G>(value[F()[keyPath: field].name]) ?? View<G>() }
        set { value[F()[keyPath: field].name] = newValue.value }
    }
}

/// A stored kind: what it is called and where its documents live in a realm.
package struct Kind: Sendable, Hashable, CustomStringConvertible {
    /// API group, empty for the core group.
    package let group: String
    /// API version, as in `v1`.
    package let version: String
    /// Kind name, as in `Pod`.
    package let name: String
    /// Key prefix of its documents, ending in a slash, as in `core/pods/`.
    package let prefix: String
    /// Whether a document's key has a namespace part before the name.
    package let namespaced: Bool
    package init(group: String = "", version: String = "v1", _ name: String, prefix: String, namespaced: Bool = true) {
        (self.group, self.version, self.name, self.prefix, self.namespaced) = (group, version, name, prefix, namespaced)
    }
    /// `v1` or `apps/v1`.
    package var apiVersion: String { group.isEmpty ? version : "\(group)/\(version)" }
    package var description: String { name }
    /// The key of a document: `core/pods/default/web`.
    package func key(_ namespace: String?, _ name: String) -> String {
        if namespaced, let namespace { "\(prefix)\(namespace)/\(name)" } else { "\(prefix)\(name)" }
    }
    /// The key of a document by its metadata.
    package func key(of document: Value) -> String {
        key(document["metadata"]["namespace"].string, document["metadata"]["name"].string ?? "")
    }
}

/// The fields of a kind that is stored: every document has metadata of the same shape, in clusters and in the region alike.
package protocol KindFields: Fields {
    static var kind: Kind { get }
    var metadata: Field<Self, View<MetadataFields>> { get }
}

/// The metadata of every document. Source: Kubernetes API reference, ObjectMeta.
package struct MetadataFields: Fields {
    package init() {}
    package let name = Field<Self, String>("name"), namespace = Field<Self, String>("namespace"), uid = Field<Self, String>("uid")
    package let generateName = Field<Self, String>("generateName"), resourceVersion = Field<Self, String>("resourceVersion")
    package let generation = Field<Self, Int>("generation")
    package let labels = Field<Self, [String: String]>("labels"), annotations = Field<Self, [String: String]>("annotations")
    package let creationTimestamp = Field<Self, String>("creationTimestamp")
    package let deletionTimestamp = Field<Self, String>("deletionTimestamp")
    package let deletionGracePeriodSeconds = Field<Self, Int>("deletionGracePeriodSeconds")
    package let finalizers = Field<Self, [String]>("finalizers")
    package let ownerReferences = Field<Self, [View<OwnerReferenceFields>]>("ownerReferences")
}

/// A reference to the owner of a document. Source: Kubernetes API reference, OwnerReference.
package struct OwnerReferenceFields: Fields {
    package init() {}
    package let apiVersion = Field<Self, String>("apiVersion"), kind = Field<Self, String>("kind"), name = Field<Self, String>("name")
    package let uid = Field<Self, String>("uid"), controller = Field<Self, Bool>("controller")
    package let blockOwnerDeletion = Field<Self, Bool>("blockOwnerDeletion")
}
