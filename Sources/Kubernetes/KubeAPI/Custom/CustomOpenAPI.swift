import Documents
import KubeModel

/// Custom kinds in OpenAPI's words: what their definitions say, with what every document has.
/// Source: apiextensions-apiserver, controller/openapi/builder.
struct CustomOpenAPI {
    let edition: OpenAPISchemas.Edition
    private static let meta = OpenAPISchemas.meta

    /// The type of a kind's documents.
    func document(_ info: KindInfo, _ custom: CustomKind) -> Value {
        var definition = withCommonMembers(edited(custom.published))
        definition["x-kubernetes-group-version-kind"] = [OpenAPISchemas.kind(info.group, info.version, info.kind)]
        return definition
    }

    /// The type of a kind's lists.
    func list(_ info: KindInfo) -> Value {
        let items: Value = [
            "description": .string("List of \(info.plural). More info: \(Self.conventions)"), "type": "array",
            "items": reference(info.typeName),
        ]
        return [
            "description": .string("\(info.kind)List is a list of \(info.kind)"), "type": "object", "required": ["items"],
            "properties": [
                "apiVersion": Self.apiVersion, "items": items, "kind": Self.kind,
                "metadata": described(
                    reference("\(Self.meta).ListMeta"), "Standard list metadata. More info: \(Self.conventions)#types-kinds"),
            ],
            "x-kubernetes-group-version-kind": [OpenAPISchemas.kind(info.group, info.version, info.listKind)],
        ]
    }

    private func reference(_ name: String) -> Value { ["$ref": .string(edition.prefix + name)] }
    private func described(_ reference: Value, _ text: String) -> Value {
        // In OpenAPI 3.0 nothing may stand beside a reference.
        var result: Value = edition == .v3 ? ["allOf": [reference]] : reference
        result["description"] = .string(text)
        return result
    }

    private static let conventions = "https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md"
    private static let apiVersion: Value = [
        "description": .string(
            "APIVersion defines the versioned schema of this representation of an object. Servers should convert recognized schemas to "
                + "the latest internal value, and may reject unrecognized values. More info: \(conventions)#resources"),
        "type": "string",
    ]
    private static let kind: Value = [
        "description": .string(
            "Kind is a string value representing the REST resource this object represents. Servers may infer this from the endpoint the "
                + "client submits requests to. Cannot be updated. In CamelCase. More info: \(conventions)#types-kinds"),
        "type": "string",
    ]

    private func withCommonMembers(_ schema: Value) -> Value {
        var schema = schema
        schema["properties"]["apiVersion"] = Self.apiVersion
        schema["properties"]["kind"] = Self.kind
        schema["properties"]["metadata"] = described(
            reference("\(Self.meta).ObjectMeta"), "Standard object's metadata. More info: \(Self.conventions)#metadata")
        return schema
    }

    /// A schema as the edition can say it. OpenAPI 2.0 knows neither null nor alternatives.
    private func edited(_ schema: Value) -> Value {
        guard var members = schema.object else { return schema }
        let isFree = schema["x-kubernetes-preserve-unknown-fields"] == true
        if edition == .v2 {
            for name in ["oneOf", "anyOf", "allOf", "not", "nullable"] { members[name] = nil }
            if schema["nullable"] == true || schema["x-kubernetes-int-or-string"] == true { members["type"] = nil }
            if isFree { for name in ["items", "properties"] { members[name] = nil } }
        }
        if let properties = members["properties"]?.object {
            members["properties"] = .object(Object(properties.map { Object.Member($0.key, edited($0.value)) }))
        }
        for name in ["items", "additionalProperties"] { if let inner = members[name] { members[name] = edited(inner) } }
        let result = Value.object(members)
        return schema["x-kubernetes-embedded-resource"] == true && !(edition == .v2 && isFree) ? withCommonMembers(result) : result
    }
}
