/// JSON merge patches (RFC 7386).
package enum MergePatch {
    /// The document with the patch applied: null removes a member, objects merge, anything else replaces.
    package static func apply(_ patch: Value, to value: Value) -> Value {
        guard case .object(let changes) = patch else { return patch }
        var result = value.object ?? [:]
        apply(changes, to: &result)
        return .object(result)
    }

    private static func apply(_ changes: Object, to object: inout Object) {
        let places = KeyIndex(object, lookups: changes.count)
        var removed: Set<String> = []
        for change in changes {
            let place = places.index(of: change.key, in: object)
            switch (change.value, place) {
            case (.null, .some): removed.insert(change.key)
            case (.null, .none): break
            case (.object(let inner), .some(let place)):
                guard case .object(var member) = object[place].value else { fallthrough }
                object[place].value = .null
                apply(inner, to: &member)
                object[place].value = .object(member)
            case (_, .some(let place)): object[place].value = apply(change.value, to: .null)
            case (_, .none): object.append(Object.Member(change.key, apply(change.value, to: .null)))
            }
        }
        if !removed.isEmpty { object.removeAll { removed.contains($0.key) } }
    }

    /// The patch that makes `new` out of `old`; nil when nothing differs. Members of `new` that are null count as absent.
    package static func difference(from old: Value, to new: Value) -> Value? {
        guard case .object(let old) = old, case .object(let new) = new else { return old == new ? Optional.none : new }
        var patch = Object()
        let (before, after) = (KeyIndex(old, lookups: new.count), KeyIndex(new, lookups: old.count))
        for member in old where after.index(of: member.key, in: new).map({ new[$0].value.isNull }) ?? true {
            patch.append(Object.Member(member.key, .null))
        }
        for member in new where !member.value.isNull {
            if let place = before.index(of: member.key, in: old) {
                if let change = difference(from: old[place].value, to: member.value) { patch.append(Object.Member(member.key, change)) }
            } else {
                patch.append(member)
            }
        }
        return patch.isEmpty ? Optional.none : Value.object(patch)
    }
}

/// Finds members by key: by a table where many look-ups meet many members, by search where there are few.
struct KeyIndex {
    private var table: [String: Int]?

    init(_ object: Object, lookups: Int) {
        guard object.count > 16, lookups > 16 else { return }
        table = Dictionary(object.enumerated().map { ($0.element.key, $0.offset) }, uniquingKeysWith: { first, _ in first })
    }

    /// The position of `key`; `object` is the one that the index was made of, members at its end may be new.
    func index(of key: String, in object: Object) -> Int? {
        if let table { return table[key] }
        return object.firstIndex { $0.key == key }
    }
}
