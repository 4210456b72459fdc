/// The object types of a custom kind, for the ownership of fields: its own and those of metadata.
/// Source: apiextensions-apiserver, builder; structured-merge-diff's reading of OpenAPI.
struct CustomTypes {
    let schema: Schema
    /// The type of a document.
    let document: ObjectType
    /// A document as far as it is not the definition's: its version, kind and metadata.
    let frame: ObjectType

    init(_ root: StructuralSchema, name: String) {
        var builder = Builder()
        let meta = Schema.kubernetes.type("io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta")
        let metadata = meta.map { builder.copy($0) } ?? .anyObject
        let common = [SchemaField("apiVersion", .string), SchemaField("kind", .string), SchemaField("metadata", metadata)]
        let frame = builder.add("frame", common)
        let document = builder.object(root, name: name, common: common, metadata: metadata)
        schema = Schema(builder.types)
        (self.frame, self.document) = (schema[frame], schema[document])
    }

    private struct Builder {
        private(set) var types: [ObjectType] = []
        private var copied: [String: TypeID] = [:]

        mutating func add(_ name: String, _ fields: [SchemaField], atomic: Bool = false) -> TypeID {
            let id = TypeID(types.count)
            types.append(ObjectType(id: id, name: name, atomic: atomic, fields: fields.sorted { $0.name < $1.name }))
            return id
        }

        /// A built-in type with all that it refers to.
        mutating func copy(_ type: ObjectType) -> FieldType {
            if let id = copied[type.name] { return .object(id) }
            let id = add(type.name, [], atomic: type.atomic)
            copied[type.name] = id
            let fields = type.fields.map { field in
                var result = SchemaField(field.name, copy(field.type))
                (result.list, result.atomic, result.required) = (field.list, field.atomic, field.required)
                return result
            }
            types[id.index] = ObjectType(id: id, name: type.name, atomic: type.atomic, fields: fields)
            return .object(id)
        }
        private mutating func copy(_ type: FieldType) -> FieldType {
            switch type {
            case .object(let id): copy(Schema.kubernetes[id])
            case .list(let element): .list(copy(element))
            case .map(let element): .map(copy(element))
            default: type
            }
        }

        mutating func object(_ schema: StructuralSchema, name: String, common: [SchemaField] = [], metadata: FieldType) -> TypeID {
            var fields = common
            if schema.isEmbedded, common.isEmpty {
                fields = [SchemaField("apiVersion", .string), SchemaField("kind", .string), SchemaField("metadata", metadata)]
            }
            let known = Set(fields.map(\.name))
            for (member, property) in schema.properties.sorted(by: { $0.key < $1.key }) where !known.contains(member) {
                var field = SchemaField(member, type(property, name: "\(name).\(member)", metadata))
                field.list = property.list ?? .atomic
                field.atomic = property.isAtomic
                fields.append(field)
            }
            return add(name, fields, atomic: schema.isAtomic)
        }

        private mutating func type(_ schema: StructuralSchema, name: String, _ metadata: FieldType) -> FieldType {
            switch schema.type {
            case "string": return .string
            case "boolean": return .bool
            case "integer": return .int64
            case "number": return .double
            case "array": return .list(schema.items.map { type($0, name: "\(name).items", metadata) } ?? .any)
            default: break
            }
            if schema.isIntOrString { return .any }
            if case .values(let inner) = schema.additional { return .map(type(inner, name: "\(name).values", metadata)) }
            return .object(object(schema, name: name, metadata: metadata))
        }
    }
}
