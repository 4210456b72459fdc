package import Documents

/// Strategic merge patches: merge patches that know the lists of a type. Source: apimachinery, util/strategicpatch.
package enum StrategicMerge {
    /// The document that a patch makes of `document`, whose type is `type`; without schema knowledge lists are replaced.
    /// - Throws: `KubeStatus` 400 or 422 for patches that make no sense.
    package static func apply(_ patch: Value, to document: Value, type: ObjectType, schema: Schema = .kubernetes) throws(KubeStatus)
        -> Value
    {
        guard let patch = patch.object else {
            throw .badRequest(
                "json: cannot unmarshal \(patch.array == nil ? "value" : "array") into Go value of type map[string]interface {}")
        }
        return .object(try StrategicMerger(schema: schema).merge(document.object ?? [:], patch, .object(type.id)))
    }
}

struct StrategicMerger {
    let schema: Schema
    private static let directive = "$patch", retainKeys = "$retainKeys"
    private static let deletions = "$deleteFromPrimitiveList/", order = "$setElementOrder/"

    fileprivate static func bad(_ what: String) -> KubeStatus { .badRequest("invalid patch format of \(what)") }
    private static func unprocessable(_ text: String) -> KubeStatus { KubeStatus(422, .unknown, text, details: KubeStatus.Details()) }
    private static func noMergeKey(_ item: Value, _ key: String) -> KubeStatus {
        unprocessable("map: \(JSON.text(item, pretty: false)) does not contain declared merge key: \(key)")
    }
    private static func unknownDirective(_ value: Value, _ patch: Value) -> KubeStatus {
        .internalError("unknown patch type: \(value.string ?? JSON.text(value, pretty: false)) in map: \(JSON.text(patch, pretty: false))")
    }

    private func field(_ name: String, of type: FieldType) -> SchemaField? {
        switch type {
        case .object(let id): schema[id].field(name)
        case .map(let element): SchemaField(name, element)
        default: nil
        }
    }

    /// Merges the members of a patch into an object.
    func merge(_ original: Object, _ patch: Object, _ type: FieldType) throws(KubeStatus) -> Object {
        var (result, patch) = (original, patch)
        if let directive = patch[Self.directive] {
            patch[Self.directive] = nil
            switch directive.string {
            case "replace": return patch
            case "delete": return [:]
            default: throw Self.unknownDirective(directive, .object(patch))
            }
        }
        if let keys = patch[Self.retainKeys] {
            patch[Self.retainKeys] = nil
            try retain(keys, &result, patch)
        }
        try deletePrimitives(&result, &patch)
        try arrange(&result, &patch, type)
        for member in patch {
            let (key, value) = (member.key, member.value)
            guard !value.isNull else {
                result[key] = nil
                continue
            }
            let field = field(key, of: type)
            switch (result[key], value) {
            case (.object(let old)?, .object(let new)): result[key] = .object(try merge(old, new, field?.type ?? .any))
            case (.array(let old)?, .array(let new)) where field?.patch.merges == true: result[key] = .array(try lists(old, new, field))
            case (.array?, _): result[key] = value
            default: result[key] = try addition(value, field)
            }
        }
        return result
    }

    /// What a patch's value becomes where nothing was: its nulls and directives have nothing to act on.
    private func addition(_ value: Value, _ field: SchemaField?) throws(KubeStatus) -> Value {
        switch value {
        case .object(let object): return .object(try merge([:], object, field?.type ?? .any))
        case .array(let items) where field?.patch.merges == true: return .array(try lists([], items, field))
        default: return value
        }
    }

    private func retain(_ keys: Value, _ result: inout Object, _ patch: Object) throws(KubeStatus) {
        guard let keys = keys.array?.map(\.string), !keys.contains(nil) else { throw Self.bad("retainKeys") }
        for member in patch where !member.value.isNull && !member.key.hasPrefix(Self.deletions) && !member.key.hasPrefix(Self.order) {
            if !keys.contains(member.key) { throw Self.bad("retainKeys") }
        }
        result.removeAll { !keys.contains($0.key) }
    }

    private func deletePrimitives(_ result: inout Object, _ patch: inout Object) throws(KubeStatus) {
        for member in patch where member.key.hasPrefix(Self.deletions) {
            guard let gone = member.value.array else { throw Self.bad("primitive list") }
            patch[member.key] = nil
            let key = String(member.key.dropFirst(Self.deletions.count))
            if case .array(let items)? = result[key] { result[key] = .array(items.filter { !gone.contains($0) }) }
        }
    }

    /// Merges the lists whose order a patch prescribes.
    private func arrange(_ result: inout Object, _ patch: inout Object, _ type: FieldType) throws(KubeStatus) {
        for member in patch where member.key.hasPrefix(Self.order) {
            guard let order = member.value.array else { throw Self.bad("setElementOrder list") }
            let key = String(member.key.dropFirst(Self.order.count))
            let field = field(key, of: type)
            let mergeKey = field?.patch.mergeKey
            let (old, new) = (result[key]?.array, patch[key]?.array)
            patch[member.key] = nil
            if let given = patch[key], given.array == nil { continue }
            patch[key] = nil
            if old == nil && new == nil { continue }
            try checkOrder(new ?? [], order, mergeKey)
            let merged = try lists(old ?? [], new ?? [], field)
            result[key] = .array(Self.ordered(merged, by: order, original: old ?? [], mergeKey))
        }
    }

    /// The patch's own elements must come in the prescribed order.
    private func checkOrder(_ patch: [Value], _ order: [Value], _ key: String?) throws(KubeStatus) {
        var position = 0
        for item in patch where key == nil || item[Self.directive].isNull {
            guard let found = order[position...].firstIndex(where: { Self.same($0, item, key) }) else {
                let texts = (JSON.text(.array(patch), pretty: false), JSON.text(.array(order), pretty: false))
                throw .internalError("The order in patch list:\n\(texts.0)\n doesn't match $setElementOrder list:\n\(texts.1)\n")
            }
            position = found + 1
        }
    }

    private func lists(_ old: [Value], _ new: [Value], _ field: SchemaField?) throws(KubeStatus) -> [Value] {
        guard let field, case .list(let element) = field.type else { return new }
        guard let key = field.patch.mergeKey else {
            var result: [Value] = []
            for item in old + new where !result.contains(item) { result.append(item) }
            return result
        }
        return try maps(old, new, key, element)
    }

    /// Merges lists of objects that a key tells apart.
    private func maps(_ old: [Value], _ new: [Value], _ key: String, _ element: FieldType) throws(KubeStatus) -> [Value] {
        var (result, items, replaces) = (old, [Value](), false)
        for item in new {
            guard let object = item.object else { throw Self.unprocessable("expected a map in the list merged by \(key)") }
            let directive = object[Self.directive] ?? .null
            switch directive.string {
            case nil where directive.isNull: items.append(item)
            case "delete":
                guard !item[key].isNull else { throw Self.noMergeKey(item, key) }
                result.removeAll { Self.same($0, item, key) }
            case "replace": replaces = true
            case "merge": throw .internalError("merging lists cannot yet be specified in the patch")
            default: throw Self.unknownDirective(directive, item)
            }
        }
        if replaces { return items }
        for item in items {
            guard !item[key].isNull else { throw Self.noMergeKey(item, key) }
            let patch = item.object ?? [:]
            if let index = result.firstIndex(where: { Self.same($0, item, key) }) {
                result[index] = .object(try merge(result[index].object ?? [:], patch, element))
            } else {
                result.append(.object(try merge([:], patch, element)))
            }
        }
        return Self.ordered(result, by: items, original: old, key)
    }

    private static func same(_ left: Value, _ right: Value, _ key: String?) -> Bool {
        guard let key else { return left == right }
        return left[key] == right[key]
    }

    /// The elements in `order`, and the others among them as near to their old places as that allows.
    private static func ordered(_ merged: [Value], by order: [Value], original: [Value], _ key: String?) -> [Value] {
        let place = { (item: Value) in original.firstIndex { same($0, item, key) } }
        var (wanted, others) = ([Value](), merged)
        for item in order {
            wanted += others.filter { same($0, item, key) }
            others.removeAll { same($0, item, key) }
        }
        var (result, rest) = ([Value](), others[...])
        for item in wanted {
            while let other = rest.first, let left = place(other), let right = place(item), left < right {
                result.append(rest.removeFirst())
            }
            result.append(item)
        }
        return result + rest
    }
}
