import Documents

/// Puts an applied configuration into a document, and takes out what an applier gave up. Source: structured-merge-diff, merge and remove.
struct AppliedMerge {
    let schema: Schema

    /// The document with the configuration's values; its lists keep what others have in them, in the configuration's order.
    func merge(_ live: Value, _ config: Value, _ nature: FieldNature) -> Value {
        switch (nature, live, config) {
        case (_, _, .null): return live
        case (.fields, .object(let live), .object(let config)), (.entries, .object(let live), .object(let config)),
            (.deduced, .object(let live), .object(let config)):
            var result = live
            for member in config {
                result[member.key] = merge(live[member.key] ?? .null, member.value, below(nature, member.key))
            }
            return .object(result)
        case (.set, .array(let live), .array(let config)), (.elements, .array(let live), .array(let config)):
            guard let old = ListElements(live, nature), let new = ListElements(config, nature) else { return .array(config) }
            return .array(merge(old, new, nature))
        default: return config
        }
    }

    private func merge(_ live: ListElements, _ config: ListElements, _ nature: FieldNature) -> [Value] {
        let inner = element(nature)
        let shared = config.names.filter { live[$0] != nil }
        var (result, next, taken): ([Value], Int, Int) = ([], 0, 0)
        func take() {
            let name = config.names[taken]
            result.append(merge(live[name] ?? .null, config.items[taken], inner))
            taken += 1
        }
        for (name, item) in zip(live.names, live.items) {
            if config[name] == nil {
                result.append(item)
            } else if next < shared.count, shared[next] == name {
                while taken < config.names.count, config.names[taken] != name { take() }
                if taken < config.names.count { take() }
                next += 1
            }
        }
        while taken < config.names.count { take() }
        return result
    }

    /// The document without the places of `last` that are not in `kept`; null when nothing is left.
    func prune(_ value: Value, _ nature: FieldNature, last: Object, kept: Object) -> Value {
        switch (nature, value) {
        case (.fields, .object(var object)), (.entries, .object(var object)), (.deduced, .object(var object)):
            for node in last where node.key.hasPrefix("f:") {
                let name = String(node.key.dropFirst(2))
                guard let inner = object[name], let before = node.value.object else { continue }
                let keeps = kept[node.key]?.object
                if keeps == nil, FieldSet.isMember(before) || isField(nature, name) {
                    object[name] = nil
                } else if !before.isEmpty {
                    let rest = prune(inner, below(nature, name), last: before, kept: keeps ?? [:])
                    object[name] = rest.isNull && !inner.isNull ? Optional.none : rest
                }
            }
            return object.isEmpty && !last.isEmpty && kept.isEmpty ? .null : .object(object)
        case (.set, .array(let items)), (.elements, .array(let items)):
            guard let elements = ListElements(items, nature) else { return value }
            let inner = element(nature)
            var result: [Value] = []
            for (name, item) in zip(elements.names, elements.items) {
                guard let before = last[name]?.object else {
                    result.append(item)
                    continue
                }
                let keeps = kept[name]?.object
                if keeps == nil, FieldSet.isMember(before) { continue }
                result.append(before.isEmpty ? item : prune(item, inner, last: before, kept: keeps ?? [:]))
            }
            return result.isEmpty && !items.isEmpty ? .null : .array(result)
        default: return value
        }
    }

    private func isField(_ nature: FieldNature, _ name: String) -> Bool {
        if case .fields(let type) = nature { type.field(name) != nil } else { false }
    }
    private func below(_ nature: FieldNature, _ name: String) -> FieldNature {
        switch nature {
        case .fields(let type): type.field(name).map(schema.nature) ?? .deduced
        case .entries(let type): schema.nature(type)
        default: .deduced
        }
    }
    private func element(_ nature: FieldNature) -> FieldNature {
        if case .elements(let type, _) = nature { schema.nature(type) } else { .leaf }
    }
}
