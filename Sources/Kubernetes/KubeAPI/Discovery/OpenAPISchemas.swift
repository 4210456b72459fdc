import Documents
import KubeModel

/// The object types in OpenAPI's words. Source: OpenAPI 2.0 and 3.0; Kubernetes' x-kubernetes extensions.
struct OpenAPISchemas: Sendable {
    enum Edition: Sendable {
        case v2, v3
        var prefix: String { self == .v2 ? "#/definitions/" : "#/components/schemas/" }
    }
    let schema: Schema
    let edition: Edition
    /// The kinds whose documents have the type of that name.
    let kindsOfType: [String: [Value]]
    /// Custom kinds by the names of their types and of their lists' types.
    private let custom: [String: KindInfo]

    init(_ schema: Schema, _ kinds: KindTable, _ edition: Edition) {
        (self.schema, self.edition) = (schema, edition)
        var found: [String: [Value]] = [:]
        let rows = kinds.filter { $0.custom != nil }
        custom = Dictionary(rows.flatMap { [($0.typeName, $0), ("\($0.typeName)List", $0)] }, uniquingKeysWith: { first, _ in first })
        for row in kinds {
            found[row.typeName, default: []].append(Self.kind(row.group, row.version, row.kind))
            if row.verbs.contains("list") {
                found["\(row.typeName)List", default: []].append(Self.kind(row.group, row.version, row.listKind))
            }
            for part in row.subresources where !part.typeName.isEmpty {
                let kind = Self.kind(part.group, part.version, part.kind)
                if found[part.typeName]?.contains(kind) != true { found[part.typeName, default: []].append(kind) }
            }
        }
        found["\(Self.meta).Status"] = [Self.kind("", "v1", "Status")]
        found["\(Self.meta).DeleteOptions"] = kinds.groups.flatMap { group in
            group.versions.map { Self.kind(group.group, $0, "DeleteOptions") }
        }
        kindsOfType = found
    }

    static let meta = "io.k8s.apimachinery.pkg.apis.meta.v1"
    private static let quantity = "io.k8s.apimachinery.pkg.api.resource.Quantity"
    private static let intOrString = "io.k8s.apimachinery.pkg.util.intstr.IntOrString"

    static func kind(_ group: String, _ version: String, _ kind: String) -> Value {
        ["group": .string(group), "kind": .string(kind), "version": .string(version)]
    }
    func reference(_ name: String) -> Value { ["$ref": .string(edition.prefix + name)] }

    /// The types of these names and all that they refer to, by name.
    func closure(_ names: [String]) -> Value {
        var found: [String: Value] = [:]
        var waiting = names
        while let name = waiting.popLast() {
            guard found[name] == nil else { continue }
            if let info = custom[name], let kind = info.custom {
                let words = CustomOpenAPI(edition: edition)
                found[name] = name == info.typeName ? words.document(info, kind) : words.list(info)
                waiting += ["\(Self.meta).ObjectMeta", "\(Self.meta).ListMeta"]
                continue
            }
            guard let type = schema.type(name) else {
                found[name] = scalar(name)
                continue
            }
            found[name] = definition(type)
            for field in type.fields { waiting += references(field.type) }
        }
        return .object(Object(found.sorted { $0.key < $1.key }.map { Object.Member($0.key, $0.value) }))
    }

    private func references(_ type: FieldType) -> [String] {
        switch type {
        case .object(let id): [schema[id].name]
        case .list(let element), .map(let element): references(element)
        case .time: ["\(Self.meta).Time"]
        case .microTime: ["\(Self.meta).MicroTime"]
        case .quantity: [Self.quantity]
        case .intOrString: [Self.intOrString]
        default: []
        }
    }

    /// The types that are written as a text or number.
    private func scalar(_ name: String) -> Value {
        switch name {
        case "\(Self.meta).Time", "\(Self.meta).MicroTime": ["type": "string", "format": "date-time"]
        case Self.quantity: edition == .v2 ? ["type": "string"] : ["oneOf": [["type": "string"], ["type": "number"]]]
        case Self.intOrString:
            edition == .v2
                ? ["type": "string", "format": "int-or-string"]
                : ["format": "int-or-string", "oneOf": [["type": "integer"], ["type": "string"]]]
        default: ["type": "object"]
        }
    }

    private func definition(_ type: ObjectType) -> Value {
        var definition: Value = ["type": "object"]
        let required = type.fields.filter(\.required).map(\.name)
        if !required.isEmpty { definition["required"] = required.value }
        let properties = type.fields.map { Object.Member($0.name, property($0)) }
        if !properties.isEmpty { definition["properties"] = .object(Object(properties)) }
        if type.atomic { definition["x-kubernetes-map-type"] = "atomic" }
        if let kinds = kindsOfType[type.name] { definition["x-kubernetes-group-version-kind"] = .array(kinds) }
        return definition
    }

    private func property(_ field: SchemaField) -> Value {
        var property = value(field.type)
        let strategies = (field.patch.merges ? ["merge"] : []) + (field.patch.retainsKeys ? ["retainKeys"] : [])
        // In OpenAPI 3.0 nothing may stand beside a reference.
        if edition == .v3, !property["$ref"].isNull { property = ["allOf": [property]] }
        if !strategies.isEmpty { property["x-kubernetes-patch-strategy"] = .string(strategies.joined(separator: ",")) }
        if let key = field.patch.mergeKey { property["x-kubernetes-patch-merge-key"] = .string(key) }
        if field.atomic { property["x-kubernetes-map-type"] = "atomic" }
        if case .list = field.type {
            switch field.list {
            case .atomic: property["x-kubernetes-list-type"] = "atomic"
            case .set: property["x-kubernetes-list-type"] = "set"
            case .map(let keys):
                property["x-kubernetes-list-type"] = "map"
                property["x-kubernetes-list-map-keys"] = keys.value
            }
        }
        return property
    }

    private func value(_ type: FieldType) -> Value {
        switch type {
        case .string: ["type": "string"]
        case .bool: ["type": "boolean"]
        case .int32: ["type": "integer", "format": "int32"]
        case .int64: ["type": "integer", "format": "int64"]
        case .double: ["type": "number", "format": "double"]
        case .bytes: ["type": "string", "format": "byte"]
        case .any: [:]
        case .anyObject: ["type": "object"]
        case .list(let element): ["type": "array", "items": value(element)]
        case .map(let element): ["type": "object", "additionalProperties": value(element)]
        case .time, .microTime, .quantity, .intOrString, .object: reference(references(type).first ?? "")
        }
    }
}
