package import Documents

/// Fills in what a document leaves out. Source: upstream's defaults.go files and generated defaults.
package enum Defaulting {
    /// Sets the defaults of a kind's document, of its parts and of templates in it. A second time changes nothing.
    package static func apply(_ kind: KindInfo, to document: inout Value) {
        guard let type = Schema.kubernetes.type(of: kind) else { return }
        guard case .object(var object) = document else { return }
        for name in ["spec", "status"] where object[name] == nil {
            if case .object? = type.field(name)?.type { object[name] = .object([:]) }
        }
        document = .object(object)
        apply(type, to: &document)
    }

    /// Sets the defaults of a part, for the bodies of subresources. A document that is not an object stays as it is.
    package static func apply(_ type: ObjectType, to document: inout Value) {
        guard case .object(var object) = document else { return }
        document = .null
        Defaults.kubernetes.fill(&object, type.id.index)
        document = .object(object)
    }
}

/// The defaults of every type, ready to be applied.
struct Defaults: Sendable {
    struct Preset: Sendable {
        let name: String
        /// The names below the first.
        let rest: [String]
        let value: Value
        /// Whether 0 counts as absent.
        let zeroToo: Bool
    }
    typealias Rule = @Sendable (inout Object) -> Void

    static let kubernetes = Defaults(schema: .kubernetes)
    private let schema: Schema
    private let presets: [[Preset]]
    private let rules: [Rule?]
    /// Whether a type or a part of it has defaults.
    private let reaches: [Bool]

    private init(schema: Schema) {
        self.schema = schema
        var presets = [[Preset]](repeating: [], count: schema.types.count)
        var rules = [Rule?](repeating: nil, count: schema.types.count)
        let lines = TypeLines(DefaultsText.defaults, schema)
        for (index, words) in lines.lines { presets[index] = words.map(Self.preset) }
        for (name, rule) in DefaultingRules.all { if let index = lines.index(name) { rules[index] = rule } }
        (self.presets, self.rules) = (presets, rules)
        reaches = schema.reaching(schema.types.indices.map { !presets[$0].isEmpty || rules[$0] != nil })
    }

    private static func preset(_ word: String) -> Preset {
        let halves = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let zeroToo = halves[0].hasSuffix("~")
        let text = String(halves[1])
        let isJSON = text == "true" || text == "false" || text.utf8.first.map { "0123456789{[\"".utf8.contains($0) } ?? false
        let value = isJSON ? (try? JSON.parse(text)) ?? .string(text) : .string(text)
        let path = halves[0].dropLast(zeroToo ? 1 : 0).split(separator: ".").map(String.init)
        return Preset(name: path.first ?? "", rest: Array(path.dropFirst()), value: value, zeroToo: zeroToo)
    }

    func fill(_ object: inout Object, _ type: Int) {
        guard reaches[type] else { return }
        for preset in presets[type] { Self.set(preset, preset.name, preset.rest[...], in: &object) }
        rules[type]?(&object)
        for position in object.indices {
            guard let row = schema.fields.find(object[position].key, in: type), row.target >= 0, reaches[Int(row.target)] else { continue }
            var value = object[position].value
            object[position].value = .null
            if row.nesting == .object, case .object(var inner) = value {
                value = .null
                fill(&inner, Int(row.target))
                value = .object(inner)
            } else {
                fill(&value, schema.types[type].fields[Int(row.field)].type)
            }
            object[position].value = value
        }
    }

    private func fill(_ value: inout Value, _ type: FieldType) {
        switch (type, value) {
        case (.object(let id), .object(var object)):
            value = .null
            fill(&object, id.index)
            value = .object(object)
        case (.list(let element), .array(var items)):
            value = .null
            for index in items.indices { fill(&items[index], element) }
            value = .array(items)
        case (.map(let element), .object(var object)):
            value = .null
            for index in object.indices { fill(&object[index].value, element) }
            value = .object(object)
        default: break
        }
    }

    private static func set(_ preset: Preset, _ name: String, _ rest: ArraySlice<String>, in object: inout Object) {
        if let next = rest.first {
            return DefaultingRules.edit(&object, name, create: true) { set(preset, next, rest.dropFirst(), in: &$0) }
        }
        switch object[name] {
        case nil, .string("")?: object[name] = preset.value
        case .int(0)? where preset.zeroToo: object[name] = preset.value
        default: break
        }
    }
}
