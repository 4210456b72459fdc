import Documents

/// What is wrong with the schema of a definition's version. Source: apiextensions-apiserver, validation and schema (structural schemas).
struct SchemaRules {
    /// The types of metadata, for documents inside defaults.
    private static let metaTypes = CustomTypes(StructuralSchema([:]), name: "")
    /// Where a schema stands.
    private enum Level { case root, item, field }
    private var errors: [FieldError] = []

    /// Checks the schema of a version, and its defaults when it is otherwise right.
    static func check(_ version: Value, _ path: FieldPath, _ faults: inout Faults) {
        let schema = version["schema"]["openAPIV3Schema"]
        guard schema.object != nil else { return }
        let place = path.child("schema").child("openAPIV3Schema")
        var rules = SchemaRules()
        rules.root(schema, hasStatus: version["subresources"]["status"].object != nil, place)
        rules.structure(schema, .root, place)
        rules.errors.sort { $0.description < $1.description }
        rules.words(schema, place, isRoot: true, inMetadata: false, forbidsDefaults: nil)
        if rules.errors.isEmpty { rules.defaults(StructuralSchema(schema), schema, place, isRoot: true) }
        faults.add(rules.errors)
    }

    private mutating func add(_ error: FieldError) { errors.append(error) }

    /// The members that a schema may have at its root when the status is a subresource.
    private static let rootMembers: Set = [
        "description", "type", "format", "title", "maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum", "maxLength", "minLength",
        "pattern", "maxItems", "minItems", "uniqueItems", "multipleOf", "required", "items", "properties", "externalDocs", "example",
        "x-kubernetes-preserve-unknown-fields", "x-kubernetes-validations",
    ]
    private static let rootNames =
        "[Description Type Format Title Maximum ExclusiveMaximum Minimum ExclusiveMinimum MaxLength MinLength Pattern MaxItems MinItems "
        + "UniqueItems MultipleOf Required Items Properties ExternalDocs Example XPreserveUnknownFields XValidations]"

    private mutating func root(_ schema: Value, hasStatus: Bool, _ path: FieldPath) {
        if hasStatus, let bad = schema.object?.first(where: { !Self.rootMembers.contains($0.key) && !$0.value.isBlank }), bad.value != false
        {
            let text = "only \(Self.rootNames) fields are allowed at the root of the schema if the status subresource is enabled"
            add(.invalid(path, schema, text))
        }
        if schema["nullable"] == true { add(.forbidden(path.child("nullable"), "nullable cannot be true at the root")) }
    }

    // MARK: Structure

    private mutating func structure(_ schema: Value, _ level: Level, _ path: FieldPath) {
        guard let members = schema.object else { return }
        let type = schema["type"].string ?? ""
        let isEmbedded = schema["x-kubernetes-embedded-resource"] == true
        let isIntOrString = schema["x-kubernetes-int-or-string"] == true
        let preserves = schema["x-kubernetes-preserve-unknown-fields"] == true
        if type == "array", members["items"] == nil { add(.required(path.child("items"), "must be specified")) }
        structure(schema["items"], .item, path.child("items"))
        for member in schema["properties"].object ?? [:] { structure(member.value, .field, path.child("properties").key(member.key)) }
        if let additional = members["additionalProperties"] {
            if level == .root { add(.forbidden(path.child("additionalProperties"), "must not be used at the root")) }
            structure(additional, .field, path.child("additionalProperties"))
            if isEmbedded {
                add(.forbidden(path.child("additionalProperties"), "must not be used if x-kubernetes-embedded-resource is set"))
            }
        }
        if isIntOrString {
            for (name, flag) in [("x-kubernetes-preserve-unknown-fields", preserves), ("x-kubernetes-embedded-resource", isEmbedded)]
            where flag {
                add(.invalid(path.child(name), true, "must be false if x-kubernetes-int-or-string is true"))
            }
        }
        let skipsAnyOf = Self.isIntOrString(schema["anyOf"])
        let skipsAllOf = Self.isIntOrString(schema["allOf"][0]["anyOf"])
        values(schema, skipsAnyOf: skipsAnyOf, skipsFirstAllOf: skipsAllOf, path)
        typed(type, level, isEmbedded: isEmbedded, isFree: isIntOrString || preserves, path)
        metadata(schema, level, isEmbedded: isEmbedded, path)
        if isEmbedded, !preserves, schema["properties"].isBlank {
            let text = "must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields"
            add(.required(path.child("properties"), text))
        }
    }
    private static func isIntOrString(_ list: Value) -> Bool { list == [["type": "integer"], ["type": "string"]] }

    private mutating func typed(_ type: String, _ level: Level, isEmbedded: Bool, isFree: Bool, _ path: FieldPath) {
        let place = path.child("type")
        if isEmbedded, type != "object" {
            let text = "must be object if x-kubernetes-embedded-resource is true"
            add(type.isEmpty ? .required(place, text) : .invalid(place, .string(type), text))
        } else if type.isEmpty, !isFree {
            switch level {
            case .root: add(.required(place, "must not be empty at the root"))
            case .item: add(.required(place, "must not be empty for specified array items"))
            case .field: add(.required(place, "must not be empty for specified object fields"))
            }
        }
        if level == .root, !type.isEmpty, type != "object" { add(.invalid(place, .string(type), "must be object at the root")) }
    }

    private mutating func metadata(_ schema: Value, _ level: Level, isEmbedded: Bool, _ path: FieldPath) {
        let properties = schema["properties"]
        if level == .root || isEmbedded {
            for name in ["kind", "apiVersion"] where !properties[name].isNull && properties[name]["type"] != "string" {
                let type = properties[name]["type"].string ?? ""
                add(.invalid(path.child("properties").key(name).child("type"), .string(type), "must be string"))
            }
            if !properties["metadata"].isNull, properties["metadata"]["type"] != "object" {
                let type = properties["metadata"]["type"].string ?? ""
                add(.invalid(path.child("properties").key("metadata").child("type"), .string(type), "must be object"))
            }
        }
        guard level == .root, let members = properties["metadata"].object else { return }
        let known = members["properties"]?.object?.keys ?? []
        let others = members.filter { !["type", "properties"].contains($0.key) && !$0.value.isBlank }
        if !Set(known).isSubset(of: ["name", "generateName"]) || !others.allSatisfy({ ["description", "title"].contains($0.key) }) {
            let text = "must not specify anything other than name and generateName, but metadata is implicitly specified"
            add(.forbidden(path.child("properties").key("metadata"), text))
        }
    }

    /// The rules of values, which may not add structure.
    private mutating func values(_ schema: Value, skipsAnyOf: Bool, skipsFirstAllOf: Bool, _ path: FieldPath) {
        if !skipsAnyOf {
            for (index, inner) in schema["anyOf"].items.enumerated() { nested(inner, path.child("anyOf").index(index)) }
        }
        for (index, inner) in schema["allOf"].items.enumerated() {
            nested(inner, path.child("allOf").index(index), skipsAnyOf: skipsFirstAllOf && index == 0)
        }
        for (index, inner) in schema["oneOf"].items.enumerated() { nested(inner, path.child("oneOf").index(index)) }
        nested(schema["not"], path.child("not"))
        guard let pattern = schema["pattern"].string, !pattern.isEmpty else { return }
        do { _ = try RegularExpression(pattern) } catch {
            let text = "must be a valid regular expression, but isn't: \(error.message)"
            add(.invalid(path.child("pattern"), .string(pattern), text))
        }
    }

    private static let forbiddenWhenNested = [
        ("type", "must be empty to be structural"), ("additionalProperties", "must be undefined to be structural"),
        ("default", "must be undefined to be structural"), ("title", "must be empty to be structural"),
        ("description", "must be empty to be structural"), ("nullable", "must be false to be structural"),
        ("externalDocs", "must be undefined to be structural"), ("x-kubernetes-preserve-unknown-fields", "must be false to be structural"),
        ("x-kubernetes-embedded-resource", "must be false to be structural"),
        ("x-kubernetes-int-or-string", "must be false to be structural"), ("x-kubernetes-list-map-keys", "must be empty to be structural"),
        ("x-kubernetes-list-type", "must be undefined to be structural"), ("x-kubernetes-map-type", "must be undefined to be structural"),
        ("x-kubernetes-validations", "must be empty to be structural"),
    ]

    private mutating func nested(_ schema: Value, _ path: FieldPath, skipsAnyOf: Bool = false) {
        guard let members = schema.object else { return }
        values(schema, skipsAnyOf: skipsAnyOf, skipsFirstAllOf: false, path)
        nested(schema["items"], path.child("items"))
        for member in schema["properties"].object ?? [:] { nested(member.value, path.child("properties").key(member.key)) }
        for (name, text) in Self.forbiddenWhenNested {
            guard let value = members[name], !value.isBlank, value != false || name == "additionalProperties" || name == "default" else {
                continue
            }
            add(.forbidden(path.child(name), text))
        }
        if !schema["properties"]["metadata"].isNull {
            add(.forbidden(path.child("properties").key("metadata"), "must not be specified in a nested context"))
        }
    }
}

// What single words of a schema demand.
extension SchemaRules {
    private static let types: Set = ["array", "boolean", "integer", "number", "object", "string"]

    private mutating func words(_ schema: Value, _ path: FieldPath, isRoot: Bool, inMetadata: Bool, forbidsDefaults: String?) {
        guard let members = schema.object else { return }
        let type = schema["type"].string ?? ""
        if type == "null" {
            errors.append(.forbidden(path.child("type"), "type cannot be set to null, use nullable as an alternative"))
        } else if !type.isEmpty, !Self.types.contains(type) {
            errors.append(.notSupported(path.child("type"), .string(type), Self.types.sorted()))
        }
        if let forbidsDefaults, members["default"] != nil {
            errors.append(.forbidden(path.child("default"), "must not be set \(forbidsDefaults)"))
        }
        for name in ["id", "additionalItems", "patternProperties", "definitions", "dependencies", "$ref"] {
            if let value = members[name], !value.isBlank { errors.append(.forbidden(path.child(name), "\(name) is not supported")) }
        }
        if members["items"]?.array != nil {
            errors.append(.forbidden(path.child("items"), "items must be a schema object and not an array"))
        }
        if inMetadata, schema["x-kubernetes-embedded-resource"] == true {
            errors.append(.forbidden(path.child("x-kubernetes-embedded-resource"), "must not be used inside of resource meta"))
        }
        if schema["uniqueItems"] == true {
            let text = "uniqueItems cannot be set to true since the runtime complexity becomes quadratic"
            errors.append(.forbidden(path.child("uniqueItems"), text))
        }
        if schema["x-kubernetes-preserve-unknown-fields"] == false {
            errors.append(.invalid(path.child("x-kubernetes-preserve-unknown-fields"), false, "must be true or undefined"))
        }
        if !schema["x-kubernetes-validations"].items.isEmpty {
            let text = "rules in CEL are not evaluated by this server, and a definition that relies on them is refused"
            errors.append(.forbidden(path.child("x-kubernetes-validations"), text))
        }
        lists(schema, type, path)
        below(schema, path, isRoot: isRoot, inMetadata: inMetadata, forbidsDefaults: forbidsDefaults)
    }

    private mutating func below(_ schema: Value, _ path: FieldPath, isRoot: Bool, inMetadata: Bool, forbidsDefaults: String?) {
        let additional = schema["additionalProperties"]
        if !additional.isNull {
            if !schema["properties"].isBlank, additional != true {
                let text = "additionalProperties and properties are mutual exclusive"
                errors.append(.forbidden(path.child("additionalProperties"), text))
            }
            let reason = inMetadata ? "inside additionalProperties applying to object metadata" : forbidsDefaults
            words(additional, path.child("additionalProperties"), isRoot: false, inMetadata: inMetadata, forbidsDefaults: reason)
        }
        let isDocument = isRoot || schema["x-kubernetes-embedded-resource"] == true
        for member in schema["properties"].object ?? [:] {
            let isMetadata = isDocument && CustomKind.common.contains(member.key)
            words(
                member.value, path.child("properties").key(member.key), isRoot: false, inMetadata: inMetadata || isMetadata,
                forbidsDefaults: isMetadata && isRoot ? "in top-level \(member.key)" : forbidsDefaults)
        }
        words(schema["not"], path.child("not"), isRoot: false, inMetadata: inMetadata, forbidsDefaults: forbidsDefaults)
        for name in ["allOf", "oneOf", "anyOf"] {
            for (index, inner) in schema[name].items.enumerated() {
                words(inner, path.child(name).index(index), isRoot: false, inMetadata: inMetadata, forbidsDefaults: forbidsDefaults)
            }
        }
        words(schema["items"], path.child("items"), isRoot: false, inMetadata: inMetadata, forbidsDefaults: forbidsDefaults)
    }

    private mutating func lists(_ schema: Value, _ type: String, _ path: FieldPath) {
        let (list, map, keys) = (schema["x-kubernetes-list-type"], schema["x-kubernetes-map-type"], schema["x-kubernetes-list-map-keys"])
        for (word, name, wanted) in [(map, "x-kubernetes-map-type", "object"), (list, "x-kubernetes-list-type", "array")]
        where !word.isNull && type != wanted {
            let text = "must be \(wanted) if \(name) is specified"
            errors.append(type.isEmpty ? .required(path.child("type"), text) : .invalid(path.child("type"), .string(type), text))
        }
        if let text = map.string, !["atomic", "granular"].contains(text) {
            errors.append(.notSupported(path.child("x-kubernetes-map-type"), map, ["atomic", "granular"]))
        }
        if let text = list.string, !["atomic", "set", "map"].contains(text) {
            errors.append(.notSupported(path.child("x-kubernetes-list-type"), list, ["atomic", "set", "map"]))
        }
        if !keys.items.isEmpty, list != "map" {
            let text = "must be map if x-kubernetes-list-map-keys is non-empty"
            let place = path.child("x-kubernetes-list-type")
            errors.append(list.isNull ? .required(place, text) : .invalid(place, list, text))
        }
        let items = schema["items"]
        guard type == "array", list == "set" || list == "map" else { return }
        if list == "set" {
            if items["type"] == "array", !items["x-kubernetes-list-type"].isNull, items["x-kubernetes-list-type"] != "atomic" {
                let text = "must be atomic as item of a list with x-kubernetes-list-type=set"
                errors.append(.invalid(path.child("items").child("x-kubernetes-list-type"), items["x-kubernetes-list-type"], text))
            }
            if items["type"] == "object", items["x-kubernetes-map-type"] != "atomic" {
                let text = "must be atomic as item of a list with x-kubernetes-list-type=set"
                errors.append(.invalid(path.child("items").child("x-kubernetes-map-type"), items["x-kubernetes-map-type"], text))
            }
        } else {
            mapKeys(keys, items, path)
        }
        if items["nullable"] == true {
            let text = "cannot be nullable when x-kubernetes-list-type is \(list.string ?? "")"
            errors.append(.forbidden(path.child("items").child("nullable"), text))
        }
    }

    private mutating func mapKeys(_ keys: Value, _ items: Value, _ path: FieldPath) {
        let place = path.child("x-kubernetes-list-map-keys")
        if keys.items.isEmpty { errors.append(.required(place, "must not be empty if x-kubernetes-list-type is map")) }
        if items.isNull { errors.append(.required(path.child("items"), "must have a schema if x-kubernetes-list-type is map")) }
        guard !items.isNull else { return }
        guard items["type"] == "object" else {
            let text = "must be object if parent array's x-kubernetes-list-type is map"
            return errors.append(.invalid(path.child("items").child("type"), items["type"].isNull ? "" : items["type"], text))
        }
        for name in keys.items.compactMap(\.string) {
            let (property, at) = (items["properties"][name], path.child("items").child("properties").key(name))
            guard !property.isNull else {
                errors.append(.invalid(place, keys, "entries must all be names of item properties"))
                continue
            }
            if property["type"] == "array" || property["type"] == "object" {
                let text = "must be a scalar type if parent array's x-kubernetes-list-type is map"
                errors.append(.invalid(at.child("type"), items["type"], text))
            }
            if !items["required"].items.contains(.string(name)), property["default"].isNull {
                let text = "this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property"
                errors.append(.required(at.child("default"), text))
            }
            if property["nullable"] == true {
                errors.append(
                    .forbidden(at.child("nullable"), "this property is in x-kubernetes-list-map-keys, so it cannot be nullable"))
            }
        }
        if Set(keys.items).count < keys.items.count { errors.append(.invalid(place, keys, "must not contain duplicate entries")) }
    }

    /// Defaults must be what the schema allows, with nothing that it would drop. Source: schema/defaulting, ValidateDefaults.
    private mutating func defaults(_ schema: StructuralSchema, _ text: Value, _ path: FieldPath, isRoot: Bool = false) {
        if let preset = schema.preset {
            let place = path.child("default")
            var pruner = Pruner(Self.metaTypes.schema, Self.metaTypes.frame)
            if case .object(let object) = preset {
                _ = pruner.prune(object, schema)
            } else if case .array(let items) = preset, let element = schema.items {
                for case .object(let object) in items { _ = pruner.prune(object, element) }
            }
            if !pruner.unknown.isEmpty {
                errors.append(.invalid(place, preset, "must not have unknown fields"))
            } else {
                var value = preset
                CustomDefaulting.fill(&value, schema)
                var walker = CustomValidator()
                walker.check(value, schema, place)
                walker.checkLists(value, schema, place)
                errors += walker.errors
            }
        }
        for (name, inner) in schema.properties.sorted(by: { $0.key < $1.key }) {
            defaults(inner, text["properties"][name], path.child("properties").key(name))
        }
        if case .values(let inner) = schema.additional {
            defaults(inner, text["additionalProperties"], path.child("additionalProperties"))
        }
        if let items = schema.items { defaults(items, text["items"], path.child("items")) }
    }
}
