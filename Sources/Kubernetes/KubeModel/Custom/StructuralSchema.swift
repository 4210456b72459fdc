import Documents

/// One place of a custom document as its definition describes it. Source: apiextensions.k8s.io/v1, JSONSchemaProps; structural schemas.
///
/// The same form serves the parts of `allOf`, `anyOf`, `oneOf` and `not`, which have no type of their own.
final class StructuralSchema: Sendable {
    /// What members without a property of their own may hold.
    enum Additional: Sendable {
        case none, anything
        case values(StructuralSchema)
    }
    /// Of OpenAPI's types; empty when none is given.
    let type: String
    let nullable: Bool
    let properties: [String: StructuralSchema]
    let additional: Additional
    let items: StructuralSchema?
    /// Members that the schema does not name are kept. Source: x-kubernetes-preserve-unknown-fields.
    let preservesUnknown: Bool
    /// It is a whole document with metadata of its own. Source: x-kubernetes-embedded-resource.
    let isEmbedded: Bool
    /// Source: x-kubernetes-int-or-string.
    let isIntOrString: Bool
    /// Source: x-kubernetes-list-type; nil when it says nothing.
    let list: ListKind?
    /// Whether an object is owned as one. Source: x-kubernetes-map-type.
    let isAtomic: Bool
    /// What fills the place when it is left out; nil for nothing.
    let preset: Value?
    let rules: ValueRules
    /// The properties that have a default, by name.
    let presets: [(name: String, schema: StructuralSchema)]

    /// Reads a schema that has been validated; what it does not know it leaves out.
    init(_ schema: Value) {
        type = schema["type"].string ?? ""
        nullable = schema["nullable"] == true
        let members = schema["properties"].object ?? [:]
        properties = Dictionary(members.map { ($0.key, StructuralSchema($0.value)) }, uniquingKeysWith: { first, _ in first })
        switch schema["additionalProperties"] {
        case .object: additional = .values(StructuralSchema(schema["additionalProperties"]))
        case .bool(true): additional = .anything
        default: additional = .none
        }
        items = schema["items"].object == nil ? nil : StructuralSchema(schema["items"])
        preservesUnknown = schema["x-kubernetes-preserve-unknown-fields"] == true
        isEmbedded = schema["x-kubernetes-embedded-resource"] == true
        isIntOrString = schema["x-kubernetes-int-or-string"] == true
        switch schema["x-kubernetes-list-type"].string {
        case "set": list = .set
        case "map": list = .map(keys: schema["x-kubernetes-list-map-keys"].items.compactMap(\.string))
        case "atomic": list = .atomic
        default: list = nil
        }
        isAtomic = schema["x-kubernetes-map-type"] == "atomic"
        preset = schema["default"].isNull ? nil : Optional(schema["default"])
        rules = ValueRules(schema)
        presets = properties.filter { $0.value.preset != nil }.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// The schema of a member; nil for one that is not described.
    func member(_ name: String) -> StructuralSchema? {
        if let property = properties[name] { return property }
        if case .values(let inner) = additional { return inner }
        return nil
    }
}

/// What a value must satisfy besides its type. Source: OpenAPI 3.0, the validation keywords.
struct ValueRules: Sendable {
    let format: String
    let options: [Value]?
    let pattern: String?
    let minimum, maximum, multipleOf: Double?
    let exclusiveMinimum, exclusiveMaximum: Bool
    let minLength, maxLength, minItems, maxItems, minProperties, maxProperties: Int?
    let uniqueItems: Bool
    let required: [String]
    let allOf, anyOf, oneOf: [StructuralSchema]
    let not: [StructuralSchema]
    let regularExpression: RegularExpression?

    init(_ schema: Value) {
        format = schema["format"].string ?? ""
        options = schema["enum"].array.flatMap { $0.isEmpty ? nil : $0 }
        pattern = schema["pattern"].string.flatMap { $0.isEmpty ? nil : $0 }
        regularExpression = pattern.flatMap { try? RegularExpression($0) }
        (minimum, maximum, multipleOf) = (schema["minimum"].double, schema["maximum"].double, schema["multipleOf"].double)
        (exclusiveMinimum, exclusiveMaximum) = (schema["exclusiveMinimum"] == true, schema["exclusiveMaximum"] == true)
        (minLength, maxLength) = (schema["minLength"].int, schema["maxLength"].int)
        (minItems, maxItems) = (schema["minItems"].int, schema["maxItems"].int)
        (minProperties, maxProperties) = (schema["minProperties"].int, schema["maxProperties"].int)
        uniqueItems = schema["uniqueItems"] == true
        required = schema["required"].items.compactMap(\.string)
        let schemas = { (name: String) in schema[name].items.map { StructuralSchema($0) } }
        (allOf, anyOf, oneOf) = (schemas("allOf"), schemas("anyOf"), schemas("oneOf"))
        not = schema["not"].object == nil ? [] : [StructuralSchema(schema["not"])]
    }
}
