import Documents

/// The rules of `FieldRules` for documents without fault, which are by far the most: one walk that finds fields by their number and
/// only tells whether anything is wrong. What is wrong, and in which order that is said, is `FieldRules`' to find out.
struct QuickRules: Sendable {
    /// What a field must be, without references.
    private struct Check: Sendable {
        enum Kind: UInt8, Sendable { case range, intPort, mode, oneOf, grammar }
        var kind: Kind
        var grammar = Grammar.portName
        var low: Int64 = 0
        var high: Int64 = 0
        /// The texts that are good: a range of `texts`.
        var first: Int32 = 0
        var last: Int32 = 0
    }
    enum Grammar: String, Sendable {
        case label, label1035, subdomain, qualified
        case labelValue = "labelvalue"
        case environment = "env"
        case configKey = "configkey"
        case address = "ip"
        case portName = "portname"
    }
    /// One field: the range of its checks, and whether it must be there.
    private struct Field: Sendable {
        var first: Int32 = 0
        var last: Int32 = 0
        /// The field's bit among those that must be there; 0 for others.
        var bit: UInt64 = 0
        var zeroIsBlank = false
    }
    private let schema: Schema
    private let typeRules: [FieldRules.TypeRule?]
    private let reaches: [Bool]
    /// Where the fields of each type begin.
    private let starts: [Int32]
    private let fields: [Field]
    private let checks: [Check]
    private let texts: [String]
    /// The bits of the fields that must be there, for each type.
    private let required: [UInt64]

    init(
        schema: Schema, rules: [[(name: String, rule: FieldRules.Rule)]], typeRules: [FieldRules.TypeRule?], reaches: [Bool]
    ) {
        (self.schema, self.typeRules, self.reaches) = (schema, typeRules, reaches)
        var (starts, fields, checks, texts, required) = ([Int32](), [Field](), [Check](), [String](), [UInt64]())
        for type in schema.types {
            starts.append(Int32(fields.count))
            var bits: UInt64 = 0
            for field in type.fields {
                var row = Field()
                row.first = Int32(checks.count)
                for (name, rule) in rules[type.id.index] where name == field.name {
                    if case .required(let zeroToo) = rule {
                        (row.bit, row.zeroIsBlank) = (bits + 1, zeroToo)
                        bits |= row.bit
                    } else {
                        checks.append(Self.check(rule, &texts))
                    }
                }
                row.last = Int32(checks.count)
                fields.append(row)
            }
            required.append(bits)
        }
        (self.starts, self.fields, self.checks, self.texts, self.required) = (starts, fields, checks, texts, required)
    }

    private static func check(_ rule: FieldRules.Rule, _ texts: inout [String]) -> Check {
        switch rule {
        case .required, .intPort: return Check(kind: .intPort)
        case .mode: return Check(kind: .mode)
        case .range(let low, let high): return Check(kind: .range, low: low, high: high)
        case .grammar(let name): return Check(kind: .grammar, grammar: Grammar(rawValue: name) ?? .portName)
        case .oneOf(let values):
            texts += values
            return Check(kind: .oneOf, first: Int32(texts.count - values.count), last: Int32(texts.count))
        }
    }

    /// Whether a value of a type has no fault; the rules of types may leave what they find in `faults`.
    func isFine(_ value: Value, _ type: ObjectType, _ faults: inout Faults) -> Bool { isFine(value, type.id.index, &faults) }

    private func isFine(_ value: Value, _ type: Int, _ faults: inout Faults) -> Bool {
        guard case .object(let object) = value, reaches[type] else { return true }
        let start = Int(starts[type])
        var missing = required[type]
        for place in 0..<object.count {
            guard let row = schema.fields.find(object[place].key, in: type) else { continue }
            let field = fields[start + Int(row.field)]
            let value = object[place].value
            if field.bit != 0 {
                guard !value.isBlank, !field.zeroIsBlank || value != 0 else { return false }
                missing &= ~field.bit
            }
            for check in field.first..<field.last { guard isFine(value, checks[Int(check)]) else { return false } }
            guard row.target >= 0, reaches[Int(row.target)] else { continue }
            switch row.nesting {
            case .object: guard isFine(value, Int(row.target), &faults) else { return false }
            case .list:
                guard case .array(let items) = value else { continue }
                for index in items.indices { guard isFine(items[index], Int(row.target), &faults) else { return false } }
            case .map, .other:
                guard isFine(value, schema.types[type].fields[Int(row.field)].type, &faults) else { return false }
            }
        }
        guard missing == 0 else { return false }
        typeRules[type]?(object, .unnamed, &faults)
        return faults.errors.isEmpty
    }

    private func isFine(_ value: Value, _ type: FieldType, _ faults: inout Faults) -> Bool {
        switch type {
        case .object(let id): return isFine(value, id.index, &faults)
        case .list(let element):
            for item in value.items { guard isFine(item, element, &faults) else { return false } }
        case .map(let element):
            for member in value.object ?? [:] { guard isFine(member.value, element, &faults) else { return false } }
        default: break
        }
        return true
    }

    private func isFine(_ value: Value, _ check: Check) -> Bool {
        switch (check.kind, value) {
        case (_, .string("")): true
        case (.range, .int(let number)): number >= check.low && number <= check.high
        case (.intPort, .int(let number)): (1...65535).contains(number)
        case (.intPort, .string(let text)): Names.portName(text).isEmpty
        case (.mode, .int(let bits)): (0...0o777).contains(bits)
        case (.oneOf, .string(let text)): (check.first..<check.last).contains { texts[Int($0)] == text }
        case (.grammar, .string(let text)): Self.isFine(text, check.grammar)
        default: true
        }
    }
    private static func isFine(_ text: String, _ grammar: Grammar) -> Bool {
        switch grammar {
        case .label: Names.label(text).isEmpty
        case .label1035: Names.label1035(text).isEmpty
        case .subdomain: Names.subdomain(text).isEmpty
        case .qualified: Names.qualifiedName(text).isEmpty
        case .labelValue: Names.labelValue(text).isEmpty
        case .environment: Names.environmentVariable(text).isEmpty
        case .configKey: Names.configKey(text).isEmpty
        case .address: Names.address(text).isEmpty
        case .portName: Names.portName(text).isEmpty
        }
    }
}
