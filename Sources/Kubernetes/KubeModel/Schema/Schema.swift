/// What a place in a document may hold. Source: Kubernetes OpenAPI v2 with its extensions.
package indirect enum FieldType: Sendable, Hashable {
    case string, bool, int32, int64, double
    /// Base64 text.
    case bytes
    /// RFC 3339 in whole seconds, and with microseconds.
    case time, microTime
    case quantity, intOrString
    /// Any JSON value, and any JSON object; neither is looked into.
    case any, anyObject
    case object(TypeID)
    case list(FieldType)
    /// An object with keys of the user's choice.
    case map(FieldType)
}

/// The place of an object type in its schema.
package struct TypeID: Sendable, Hashable {
    package let index: Int
    init(_ index: Int) { self.index = index }
}

/// How the elements of a list are told apart. Source: x-kubernetes-list-type.
package enum ListKind: Sendable, Hashable {
    case atomic, set
    /// By the values of these fields.
    case map(keys: [String])
}

/// How a strategic merge patch treats a field. Source: x-kubernetes-patch-strategy and x-kubernetes-patch-merge-key.
package struct PatchRule: Sendable, Hashable {
    /// Elements are merged rather than the list replaced.
    package var merges = false
    /// The field that tells the elements of a merged list apart; nil for lists of scalars.
    package var mergeKey: String?
    /// `$retainKeys` clears the members that it does not list.
    package var retainsKeys = false
}

/// One field of an object type.
package struct SchemaField: Sendable, Hashable {
    package let name: String
    package let type: FieldType
    package var required = false
    package var list = ListKind.atomic
    /// Whether a map or object is owned and replaced as one. Source: x-kubernetes-map-type.
    package var atomic = false
    package var patch = PatchRule()
    init(_ name: String, _ type: FieldType) { (self.name, self.type) = (name, type) }
}

/// One object type of the API.
package struct ObjectType: Sendable {
    package let id: TypeID
    /// The name in OpenAPI, as in `io.k8s.api.core.v1.PodSpec`.
    package let name: String
    /// Whether it is owned and replaced as one. Source: x-kubernetes-map-type.
    package let atomic: Bool
    /// Sorted by name.
    package let fields: [SchemaField]
    /// The last part of the name, as in `PodSpec`.
    package var shortName: String { String(name[name.index(after: name.lastIndex(of: ".") ?? name.startIndex)...]) }
    /// The field of that name; nil when the type has none.
    package func field(_ name: String) -> SchemaField? {
        var low = 0
        var high = fields.count
        while low < high {
            let middle = (low + high) / 2
            if fields[middle].name < name { low = middle + 1 } else { high = middle }
        }
        return low < fields.count && fields[low].name == name ? fields[low] : nil
    }
}

/// The object types of an API, by their OpenAPI names.
package final class Schema: Sendable {
    /// The types of Kubernetes 1.36: every served kind, its lists and parts, and the meta types.
    package static let kubernetes = Schema(SchemaParser.parse(SchemaText.all))
    /// Every type; sorted by package.
    package let types: [ObjectType]
    /// Their fields, for walks along documents.
    let fields: FieldIndex
    private let byName: [String: Int]
    init(_ types: [ObjectType]) {
        (self.types, fields) = (types, FieldIndex(types))
        byName = Dictionary(types.map { ($0.name, $0.id.index) }, uniquingKeysWith: { first, _ in first })
    }
    /// The type of that OpenAPI name; nil when there is none.
    package func type(_ name: String) -> ObjectType? { byName[name].map { types[$0] } }
    /// The type that a field refers to.
    package subscript(id: TypeID) -> ObjectType { types[id.index] }
    /// The type of a kind's documents.
    /// A kind of this schema's own table always has one.
    package func type(of kind: KindInfo) -> ObjectType? { type(kind.typeName) }
    /// The field at a path of names, through lists and maps (a map takes one name); nil when there is none.
    package func field(_ path: [String], in type: ObjectType) -> SchemaField? {
        guard let first = path.first, let field = type.field(first) else { return nil }
        var (inner, rest) = (field.type, path.dropFirst())
        while !rest.isEmpty {
            switch inner {
            case .list(let element): inner = element
            case .map(let element): (inner, rest) = (element, rest.dropFirst())
            case .object(let id): return self.field(Array(rest), in: self[id])
            default: return nil
            }
        }
        return field
    }
}

/// The generated texts.
enum SchemaText {
    static var all: [StaticString] { [coreSchema, workloadsSchema, devicesSchema, platformSchema] }
}
