import Documents

/// The rules of `ValidationText` and `TypeRules`, ready to be applied to every part of a document.
struct FieldRules: Sendable {
    enum Rule: Sendable, Hashable {
        case required(zeroToo: Bool)
        case range(Int64, Int64)
        case intPort
        /// The bits of a file's mode.
        case mode
        case oneOf([String])
        case grammar(String)
    }
    typealias TypeRule = @Sendable (Object, FieldPath, inout Faults) -> Void

    static let kubernetes = FieldRules(schema: .kubernetes)
    private let schema: Schema
    private let rules: [[(name: String, rule: Rule)]]
    private let typeRules: [TypeRule?]
    private let reaches: [Bool]
    /// The same for documents without fault.
    let quick: QuickRules

    private init(schema: Schema) {
        self.schema = schema
        var rules = [[(name: String, rule: Rule)]](repeating: [], count: schema.types.count)
        var typeRules = [TypeRule?](repeating: nil, count: schema.types.count)
        let lines = TypeLines(ValidationText.rules, schema)
        for (index, words) in lines.lines { rules[index] = words.flatMap(Self.rules) }
        for (name, rule) in TypeRules.all { if let index = lines.index(name) { typeRules[index] = rule } }
        (self.rules, self.typeRules) = (rules, typeRules)
        reaches = schema.reaching(schema.types.indices.map { !rules[$0].isEmpty || typeRules[$0] != nil })
        quick = QuickRules(schema: schema, rules: rules, typeRules: typeRules, reaches: reaches)
    }

    private static func rules(_ word: String) -> [(name: String, rule: Rule)] {
        let equals = word.firstIndex(of: "=") ?? word.endIndex
        let name = String(word[..<equals])
        return word[equals...].dropFirst().split(separator: ",").map { (name, rule(String($0))) }
    }
    private static func rule(_ text: String) -> Rule {
        if text.hasPrefix("in:") {
            return .oneOf(text.dropFirst(3).split(separator: "|", omittingEmptySubsequences: false).map(String.init))
        }
        let ends = text.split(separator: ".").compactMap { Int64($0) }
        if ends.count == 2 { return .range(ends[0], ends[1]) }
        return switch text {
        case "!": .required(zeroToo: false)
        case "!0": .required(zeroToo: true)
        case ">=0": .range(0, .max)
        case ">0": .range(1, .max)
        case "port": .range(1, 65535)
        case "mode": .mode
        case "intport": .intPort
        default: .grammar(text)
        }
    }

    /// Applies the rules of a type and of its parts.
    func check(_ value: Value, _ type: ObjectType, _ path: FieldPath, _ faults: inout Faults) { check(value, type.id.index, path, &faults) }

    private func check(_ value: Value, _ type: Int, _ path: FieldPath, _ faults: inout Faults) {
        guard case .object(let object) = value, reaches[type] else { return }
        for (name, rule) in rules[type] { Self.check(object[name] ?? .null, rule, path, name, &faults) }
        typeRules[type]?(object, path, &faults)
        for member in object {
            guard let row = schema.fields.find(member.key, in: type), row.target >= 0, reaches[Int(row.target)] else { continue }
            let path = path.child(member.key)
            switch row.nesting {
            case .object: check(member.value, Int(row.target), path, &faults)
            case .list:
                for (index, item) in member.value.items.enumerated() { check(item, Int(row.target), path.index(index), &faults) }
            case .map, .other: check(member.value, schema.types[type].fields[Int(row.field)].type, path, &faults)
            }
        }
    }

    private func check(_ value: Value, _ type: FieldType, _ path: FieldPath, _ faults: inout Faults) {
        switch type {
        case .object(let id): check(value, id.index, path, &faults)
        case .list(let element): for (index, item) in value.items.enumerated() { check(item, element, path.index(index), &faults) }
        case .map(let element): for member in value.object ?? [:] { check(member.value, element, path.key(member.key), &faults) }
        default: break
        }
    }

    private static func check(_ value: Value, _ rule: Rule, _ parent: FieldPath, _ name: String, _ faults: inout Faults) {
        var problems: [String] = []
        switch (rule, value) {
        case (.required(let zeroToo), _): if value.isBlank || (zeroToo && value == 0) { faults.add(.required(parent.child(name))) }
        case (_, .null), (_, .string("")): break
        case (.range(let low, let high), .int(let number)): if number < low || number > high { problems = [rangeText(low, high)] }
        case (.intPort, _): problems = portProblems(value)
        case (.mode, .int(let bits)):
            if !(0...0o777).contains(bits) { problems = ["must be a number between 0 and 0777 (octal), both inclusive"] }
        case (.oneOf(let values), .string(let text)):
            if !values.contains(text) { faults.add(.notSupported(parent.child(name), value, values)) }
        case (.grammar(let grammar), .string(let text)): problems = Self.problems(text, grammar)
        default: break
        }
        if !problems.isEmpty { faults.invalid(parent.child(name), value, problems) }
    }

    private static func rangeText(_ low: Int64, _ high: Int64) -> String {
        if high < .max { return "must be between \(low) and \(high), inclusive" }
        return low == 0 ? "must be greater than or equal to 0" : "must be greater than 0"
    }
    private static func portProblems(_ value: Value) -> [String] {
        switch value {
        case .int(let number): (1...65535).contains(number) ? [] : ["must be between 1 and 65535, inclusive"]
        case .string(let text): Names.portName(text)
        default: []
        }
    }
    private static func problems(_ text: String, _ grammar: String) -> [String] {
        switch grammar {
        case "label": Names.label(text)
        case "label1035": Names.label1035(text)
        case "subdomain": Names.subdomain(text)
        case "qualified": Names.qualifiedName(text)
        case "labelvalue": Names.labelValue(text)
        case "env": Names.environmentVariable(text)
        case "configkey": Names.configKey(text)
        case "ip": Names.address(text)
        default: Names.portName(text)
        }
    }
}
