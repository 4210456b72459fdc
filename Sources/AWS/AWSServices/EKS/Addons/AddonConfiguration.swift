import Documents

/// The configuration values of add-ons: JSON or YAML that a schema of JSON describes.
enum AddonConfiguration {
    /// The values as a document; nil for text that is none.
    static func document(_ text: String?) -> Value? {
        guard let text, !text.allSatisfy(\.isWhitespace) else { return .null }
        if let document = try? JSON.parse(text) { return document }
        guard let documents = try? YAML.parse(text), documents.count <= 1 else { return nil }
        return documents.first ?? .null
    }

    /// The schema of an add-on, as DescribeAddonConfiguration tells it.
    static func schema(of addon: String) -> Value {
        var own: Value = [
            "nodeSelector": ["type": "object", "additionalProperties": ["type": "string"]], "tolerations": list(["type": "object"]),
            "affinity": ["type": ["object", "null"]], "podAnnotations": ["type": "object", "additionalProperties": ["type": "string"]],
            "podLabels": ["type": "object", "additionalProperties": ["type": "string"]], "resources": resources,
        ]
        func add(_ more: Value) { own = MergePatch.apply(more, to: own) }
        switch addon {
        case "coredns":
            add([
                "replicaCount": ["type": "integer", "minimum": 0], "corefile": ["type": "string"],
                "podDisruptionBudget": budget, "topologySpreadConstraints": list(["type": "object"]),
            ])
        case "kube-proxy": add(["mode": ["type": "string", "enum": ["iptables", "nftables"]]])
        case "vpc-cni":
            add([
                "env": [
                    "type": "object",
                    "additionalProperties": ["type": ["string", "integer", "boolean"]],
                ],
                "enableNetworkPolicy": ["type": ["string", "boolean"], "enum": ["true", "false", true, false]],
            ])
        case "aws-ebs-csi-driver":
            let (node, spread) = (own, list(["type": "object"]))
            let controller = MergePatch.apply(
                ["replicaCount": ["type": "integer", "minimum": 0], "topologySpreadConstraints": spread], to: node)
            func part(_ members: Value) -> Value { ["type": "object", "additionalProperties": false, "properties": members] }
            own = ["controller": part(controller), "node": part(node)]
        default:
            add([
                "replicas": ["type": "integer", "minimum": 0], "args": list(["type": "string"]), "podDisruptionBudget": budget,
                "topologySpreadConstraints": list(["type": "object"]),
            ])
        }
        var schema: Value = ["type": "object", "additionalProperties": false, "properties": own]
        schema["$schema"] = "http://json-schema.org/draft-06/schema#"
        return schema
    }
    private static func list(_ element: Value) -> Value { ["type": "array", "items": element] }
    private static let resources: Value = {
        let amounts: Value = [
            "type": "object", "additionalProperties": false,
            "properties": ["cpu": ["type": ["string", "integer", "number"]], "memory": ["type": ["string", "integer"]]],
        ]
        return ["type": "object", "additionalProperties": false, "properties": ["limits": amounts, "requests": amounts]]
    }()
    private static let budget: Value = [
        "type": "object", "additionalProperties": false,
        "properties": [
            "enabled": ["type": "boolean"], "minAvailable": ["type": ["integer", "string"]],
            "maxUnavailable": ["type": ["integer", "string"]],
        ],
    ]
}

/// Checks documents against the part of JSON Schema (draft 6) that the add-ons' schemas use.
enum JSONSchema {
    /// What does not fit, with its place; empty when all does.
    static func faults(_ value: Value, _ schema: Value, at path: String = "$") -> [String] {
        let types = schema["type"].string.map { [$0] } ?? schema["type"].items.compactMap(\.string)
        if !types.isEmpty, !types.contains(where: { has(value, $0) }) {
            return ["\(path): \(name(value)) found, \(types.joined(separator: ", ")) expected"]
        }
        var faults: [String] = []
        if let allowed = schema["enum"].array, !allowed.contains(value) {
            let texts = allowed.map { $0.string ?? JSON.text($0) }.joined(separator: ", ")
            faults.append("\(path): does not have a value in the enumeration [\(texts)]")
        }
        if let least = schema["minimum"].double, let number = value.double, number < least {
            faults.append("\(path): must have a minimum value of \(schema["minimum"].int ?? Int(least))")
        }
        for member in value.object ?? [:] {
            let known = schema["properties"][member.key]
            if !known.isNull {
                faults += Self.faults(member.value, known, at: "\(path).\(member.key)")
            } else if schema["additionalProperties"].bool == false {
                faults.append("\(path).\(member.key): is not defined in the schema and the schema does not allow additional properties")
            } else if schema["additionalProperties"].object != nil {
                faults += Self.faults(member.value, schema["additionalProperties"], at: "\(path).\(member.key)")
            }
        }
        for name in schema["required"].items.compactMap(\.string) where value[name].isNull {
            faults.append("\(path).\(name): is missing but it is required")
        }
        if schema["items"].object != nil {
            for (index, item) in value.items.enumerated() { faults += Self.faults(item, schema["items"], at: "\(path)[\(index)]") }
        }
        return faults
    }
    private static func has(_ value: Value, _ type: String) -> Bool {
        switch type {
        case "object": value.object != nil
        case "array": value.array != nil
        case "string": value.string != nil
        case "integer": value.int != nil
        case "number": value.double != nil
        case "boolean": value.bool != nil
        case "null": value.isNull
        default: false
        }
    }
    private static func name(_ value: Value) -> String {
        ["object", "array", "string", "integer", "number", "boolean", "null"].first { has(value, $0) } ?? "unknown"
    }
}
