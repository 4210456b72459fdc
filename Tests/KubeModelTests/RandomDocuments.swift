import Documents

@testable import KubeModel

/// Repeatable random documents in the shape of a type (SplitMix64).
struct RandomDocuments {
    private var state: UInt64
    init(_ seed: UInt64) { state = seed }

    mutating func below(_ bound: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return Int((z ^ (z >> 31)) % UInt64(bound))
    }

    /// A document with some of the fields of its type; now and then one that the type does not have, or null.
    mutating func document(_ type: ObjectType, depth: Int = 6) -> Value {
        var fields = type.fields.filter { $0.name == "metadata" || $0.name == "spec" || $0.name == "status" || $0.name == "data" }
        let others = type.fields.filter { field in !fields.contains { $0.name == field.name } }
        for _ in 0..<(depth == 0 ? 1 : 4) where !others.isEmpty { fields.append(others[below(others.count)]) }
        var object = Object()
        for field in fields where object[field.name] == nil {
            object.append(.init(field.name, value(field.type, depth: depth - 1)))
        }
        if below(12) == 0 { object["unknown"] = ["deep": [1, 2]] }
        return .object(object)
    }

    private mutating func value(_ type: FieldType, depth: Int) -> Value {
        if below(25) == 0 { return .null }
        switch type {
        case .string, .bytes, .time, .microTime: return .string(texts[below(texts.count)])
        case .bool: return .bool(below(2) == 0)
        case .int32, .int64, .intOrString: return .int(Int64(below(4)))
        case .double, .quantity: return .int(Int64(below(4)))
        case .any, .anyObject: return ["free": ["form": .int(Int64(below(3)))]]
        case .object(let id): return depth > 0 ? document(Schema.kubernetes[id], depth: depth) : [:]
        case .list(let element): return .array((0..<below(4)).map { _ in value(element, depth: depth) })
        case .map(let element):
            var object = Object()
            for _ in 0..<below(4) { object[texts[below(texts.count)]] = value(element, depth: depth) }
            return .object(object)
        }
    }
    private let texts = ["", "a", "b", "web", "x/y.z", "quoted \"text\"", "a longer text that is no small string", "é"]

    /// The document with some of its parts exchanged for those of another.
    mutating func changed(_ value: Value, _ other: Value) -> Value {
        switch (value, other) {
        case (.object(var object), .object(let others)):
            for index in object.indices.reversed() {
                switch below(6) {
                case 0: object[object[index].key] = nil
                case 1, 2: object[index].value = changed(object[index].value, others[object[index].key] ?? object[index].value)
                default: break
                }
            }
            for member in others where below(6) == 0 && object[member.key] == nil { object.append(member) }
            return .object(object)
        case (.array(let items), .array(let others)):
            return .array(items.filter { _ in below(4) > 0 } + others.filter { _ in below(4) == 0 })
        default: return below(2) == 0 ? other : value
        }
    }
}
