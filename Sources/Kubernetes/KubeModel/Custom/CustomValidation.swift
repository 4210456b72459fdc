package import Documents

extension CustomKind {
    /// What is wrong with a document by its definition. Values that an update leaves as they were are not held against it.
    /// Source: apiextensions-apiserver, validation; kube-openapi's messages; CRD validation ratcheting.
    package func validate(_ new: Value, old: Value?) -> [FieldError] {
        var walker = CustomValidator()
        walker.check(new, root, .root, old: old)
        walker.checkLists(new, root, .root)
        return walker.errors
    }
}

/// Walks a document along its schema and gathers what is wrong.
struct CustomValidator {
    private(set) var errors: [FieldError] = []

    /// Checks a value and all below it.
    mutating func check(_ value: Value, _ schema: StructuralSchema, _ path: FieldPath, old: Value? = nil) {
        if let old, old == value { return }
        if value.isNull {
            if !checkType(value, schema, path) { return }
            return checkOptions(value, schema.rules, path)
        }
        _ = checkType(value, schema, path)
        checkCombinations(value, schema.rules, path)
        checkValue(value, schema.rules, path)
        checkOptions(value, schema.rules, path)
        switch value {
        case .array(let items): checkItems(items, schema, path, old: old)
        case .object(let object): checkMembers(object, schema, path, old: old)
        default: break
        }
    }

    private mutating func invalid(_ path: FieldPath, _ value: Value, _ text: String) {
        errors.append(.invalid(path, value, "\(path) in body \(text)"))
    }
    /// An error that upstream gives no place of its own.
    private mutating func unplaced(_ text: String) { errors.append(.invalid(FieldPath("<nil>"), "", text)) }

    /// Whether a value has the type; notes it when not.
    private mutating func checkType(_ value: Value, _ schema: StructuralSchema, _ path: FieldPath) -> Bool {
        let wanted = schema.isIntOrString && schema.type.isEmpty ? ["integer", "string"] : schema.type.isEmpty ? [] : [schema.type]
        guard !wanted.isEmpty, !(value.isNull && schema.nullable) else { return true }
        let found = Self.typeName(value)
        var fits = wanted.contains(found)
        switch value {
        case .int: fits = fits || wanted.contains("number")
        case .double(let number): fits = fits || (wanted.contains("integer") && number == number.rounded())
        default: break
        }
        if !fits {
            invalid(path, .string(found), "must be of type \(wanted.joined(separator: ",")): \(found.quoted)")
        }
        return fits
    }
    private static func typeName(_ value: Value) -> String {
        switch value {
        case .null: "null"
        case .bool: "boolean"
        case .int: "integer"
        case .double: "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }

    private mutating func checkOptions(_ value: Value, _ rules: ValueRules, _ path: FieldPath) {
        guard let options = rules.options, !options.contains(where: { $0 == value || ($0.double != nil && $0.double == value.double) })
        else {
            return
        }
        errors.append(.notSupported(path, value, options.map { $0.string ?? JSON.text($0, pretty: false) }))
    }

    private mutating func checkCombinations(_ value: Value, _ rules: ValueRules, _ path: FieldPath) {
        func faults(_ schema: StructuralSchema) -> [FieldError] {
            var walker = CustomValidator()
            walker.check(value, schema, path)
            return walker.errors
        }
        let place = path.description.quoted
        if !rules.anyOf.isEmpty {
            let found = rules.anyOf.map(faults)
            if !found.contains(where: \.isEmpty) {
                unplaced("\(place) must validate at least one schema (anyOf)")
                errors += found[0]
            }
        }
        if !rules.oneOf.isEmpty {
            let found = rules.oneOf.map(faults)
            let count = found.filter(\.isEmpty).count
            if count == 0 {
                unplaced("\(place) must validate one and only one schema (oneOf). Found none valid")
                errors += found[0]
            } else if count > 1 {
                unplaced("\(place) must validate one and only one schema (oneOf). Found \(count) valid alternatives")
            }
        }
        if !rules.allOf.isEmpty {
            let found = rules.allOf.map(faults)
            let count = found.filter(\.isEmpty).count
            errors += found.joined()
            if count < found.count { unplaced("\(place) must validate all the schemas (allOf)\(count == 0 ? ". None validated" : "")") }
        }
        if let not = rules.not.first, faults(not).isEmpty { unplaced("\(place) must not validate the schema (not)") }
    }

    private mutating func checkValue(_ value: Value, _ rules: ValueRules, _ path: FieldPath) {
        switch value {
        case .string(let text):
            let length = text.unicodeScalars.count
            if let most = rules.maxLength, length > most { errors.append(.tooLong(path, limit: most)) }
            if let least = rules.minLength, length < least { invalid(path, value, "should be at least \(least) chars long") }
            if let pattern = rules.pattern, let expression = rules.regularExpression, !expression.matches(text) {
                invalid(path, value, "should match '\(pattern)'")
            }
            if !rules.format.isEmpty, !CustomFormats.holds(rules.format, text) {
                invalid(path, value, "must be of type \(rules.format): \(text.quoted)")
            }
        case .int, .double: checkNumber(value, rules, path)
        default: break
        }
    }

    private mutating func checkNumber(_ value: Value, _ rules: ValueRules, _ path: FieldPath) {
        guard let number = value.double else { return }
        if rules.format == "int32" || rules.format == "float" {
            let fits = rules.format == "float" ? abs(number) <= Double(Float.greatestFiniteMagnitude) : Int32(exactly: number) != nil
            let type = rules.format == "float" ? "number" : "integer"
            if !fits { unplaced("Checked value must be of type \(type) with format \(rules.format) in \(path)") }
        }
        if let factor = rules.multipleOf, factor > 0 {
            let quotient = number / factor
            if quotient != quotient.rounded() { invalid(path, value, "should be a multiple of \(GoNumber.text(factor))") }
        }
        if let most = rules.maximum, rules.exclusiveMaximum ? number >= most : number > most {
            invalid(path, value, "should be less than \(rules.exclusiveMaximum ? "" : "or equal to ")\(GoNumber.text(most))")
        }
        if let least = rules.minimum, rules.exclusiveMinimum ? number <= least : number < least {
            invalid(path, value, "should be greater than \(rules.exclusiveMinimum ? "" : "or equal to ")\(GoNumber.text(least))")
        }
    }

    private mutating func checkItems(_ items: [Value], _ schema: StructuralSchema, _ path: FieldPath, old: Value?) {
        let (rules, count) = (schema.rules, items.count)
        if let element = schema.items {
            var before: [Value: Value] = [:]
            if case .map(let keys)? = schema.list {
                before = Dictionary(
                    (old?.items ?? []).map { (Self.key(of: $0, keys, element), $0) }, uniquingKeysWith: { first, _ in first })
                for (index, item) in items.enumerated() {
                    check(item, element, path.index(index), old: before[Self.key(of: item, keys, element)])
                }
            } else {
                for (index, item) in items.enumerated() { check(item, element, path.index(index)) }
            }
        }
        if let least = rules.minItems, count < least { invalid(path, .int(Int64(count)), "should have at least \(least) items") }
        if let most = rules.maxItems, count > most { errors.append(.tooMany(path, count: count, limit: most)) }
        if rules.uniqueItems, Set(items).count < count { invalid(path, .array(items), "shouldn't contain duplicates") }
    }

    private mutating func checkMembers(_ object: Object, _ schema: StructuralSchema, _ path: FieldPath, old: Value?) {
        let rules = schema.rules
        if let least = rules.minProperties, object.count < least {
            invalid(path, .int(Int64(object.count)), "should have at least \(least) properties")
        }
        if let most = rules.maxProperties, object.count > most { errors.append(.tooMany(path, count: object.count, limit: most)) }
        for name in rules.required where object[name] == nil { errors.append(.required(path.child(name))) }
        for member in object {
            guard let inner = schema.member(member.key) else { continue }
            check(member.value, inner, path.child(member.key), old: old?.object?[member.key])
        }
    }

    /// The members that tell an element of a list apart.
    private static func key(of item: Value, _ names: [String], _ element: StructuralSchema) -> Value {
        var members: [Object.Member] = []
        for name in names {
            if let value = item.object?[name] ?? element.properties[name]?.preset { members.append(.init(name, value)) }
        }
        return .object(Object(members))
    }

    /// Lists whose elements are told apart have each once; embedded documents have a kind. Source: schema/listtype, schema/objectmeta.
    mutating func checkLists(_ value: Value, _ schema: StructuralSchema, _ path: FieldPath) {
        switch value {
        case .object(let object):
            if schema.isEmbedded {
                for name in ["apiVersion", "kind"] where (object[name] ?? .null).isBlank {
                    errors.append(.required(path.child(name), "must not be empty"))
                }
            }
            for member in object { if let inner = schema.member(member.key) { checkLists(member.value, inner, path.child(member.key)) } }
        case .array(let items):
            guard let element = schema.items else { return }
            var seen: Set<Value> = []
            var keys: [Value] = []
            switch schema.list {
            case .set?: keys = items
            case .map(let names)?: keys = items.map { Self.key(of: $0, names, element) }
            default: break
            }
            for (index, key) in keys.enumerated() where !seen.insert(key).inserted { errors.append(.duplicate(path.index(index), key)) }
            for (index, item) in items.enumerated() { checkLists(item, element, path.index(index)) }
        default: break
        }
    }
}

/// Numbers as Go's `%v` writes them.
enum GoNumber {
    static func text(_ number: Double) -> String {
        if number == number.rounded(), abs(number) < 1e6 { return String(Int64(number)) }
        let text = "\(number)"
        guard number == number.rounded(), abs(number) < 1e21 else { return text.replacingExponent }
        // Shortest digits, then the exponent: 1e+06, 1.23456789e+08.
        let digits = String(UInt64(clamping: Int64(clamping: Int(exactly: abs(number)) ?? Int.max)))
        var mantissa = String(digits.reversed().drop { $0 == "0" }.reversed())
        let exponent = digits.count - 1
        if mantissa.count > 1 { mantissa.insert(".", at: mantissa.index(after: mantissa.startIndex)) }
        return "\(number < 0 ? "-" : "")\(mantissa)e+\(exponent < 10 ? "0" : "")\(exponent)"
    }
}

extension String {
    /// A number's text with Go's form of the exponent.
    fileprivate var replacingExponent: String {
        guard let mark = firstIndex(of: "e") else { return self }
        var exponent = String(self[index(after: mark)...])
        let sign = exponent.hasPrefix("-") ? "-" : "+"
        if exponent.hasPrefix("-") || exponent.hasPrefix("+") { exponent.removeFirst() }
        return "\(self[..<mark])e\(sign)\(exponent.count < 2 ? "0" : "")\(exponent)"
    }
}
