package import Documents

/// What differs between two states of a document. Source: structured-merge-diff, typed comparison.
package struct FieldChanges: Sendable {
    /// Places that are new or have another value.
    package private(set) var touched = FieldSet()
    /// Places that are gone.
    package private(set) var removed = FieldSet()
    /// Whether nothing differs that anybody may own.
    package var isEmpty: Bool { touched.isEmpty && removed.isEmpty }

    /// The changes from one document of a type to another; from null for a new document.
    package init(from old: Value, to new: Value, type: ObjectType, schema: Schema) {
        let walker = ChangeWalker(schema: schema)
        let root = OwnershipTable.Nature(kind: .fields, type: Int32(type.id.index))
        let changes = walker.members(old.object ?? [:], new.object ?? [:], root, path: .root)
        (touched.root, removed.root) = (changes.touched, changes.removed)
    }
}

/// Where a walk is, as far as the places that nobody owns need it.
enum OwnershipScope {
    case root, metadata, inside
    /// Members that the server keeps to itself. Source: upstream's stripMeta, and what a deletion sets.
    func hides(_ name: String) -> Bool {
        switch self {
        case .root: name == "apiVersion" || name == "kind"
        case .metadata:
            switch name {
            case "name", "namespace", "creationTimestamp", "selfLink", "uid", "generation", "managedFields", "resourceVersion",
                "deletionTimestamp", "deletionGracePeriodSeconds":
                true
            default: false
            }
        case .inside: false
        }
    }
    func below(_ name: String) -> OwnershipScope { if case .root = self, name == "metadata" { .metadata } else { .inside } }
}

private struct ChangeWalker {
    typealias Changes = (touched: Object, removed: Object)
    let schema: Schema

    /// The changes below an object, a map or an object of any shape.
    func members(_ old: Object, _ new: Object, _ nature: OwnershipTable.Nature, path: OwnershipScope) -> Changes {
        var (touched, removed): ([Object.Member], [Object.Member]) = ([], [])
        let places = old.count > 16 && new.count > 16 ? Dictionary(old.enumerated().map { ($1.key, $0) }, uniquingKeysWith: { $1 }) : nil
        func place(_ key: String, near index: Int) -> Int? {
            if index < old.count, old[index].key == key { return index }
            if let places { return places[key] }
            return old.firstIndex { $0.key == key }
        }
        var met = 0
        for index in new.indices {
            let member = new[index]
            let before = place(member.key, near: index)
            if before != nil { met += 1 }
            if path.hides(member.key) { continue }
            if let before, old[before].value == member.value { continue }
            if touched.isEmpty { touched.reserveCapacity(new.count - index) }
            note(member.key, before.map { old[$0].value } ?? .null, member.value, nature, path, &touched, &removed)
        }
        if met < old.count {
            let kept = Set(new.map(\.key))
            for member in old where !kept.contains(member.key) && !path.hides(member.key) {
                note(member.key, member.value, .null, nature, path, &touched, &removed)
            }
        }
        return (Self.sorted(touched), Self.sorted(removed))
    }

    private func note(
        _ key: String, _ old: Value, _ new: Value, _ nature: OwnershipTable.Nature, _ path: OwnershipScope,
        _ touched: inout [Object.Member],
        _ removed: inout [Object.Member]
    ) {
        let (element, inner, marks) = descend(key, nature, path)
        let changes = value(old, new, inner, path: path.below(key), marks: marks)
        if let node = changes.touched { touched.append(.init(element, .object(node))) }
        if let node = changes.removed { removed.append(.init(element, .object(node))) }
    }

    /// The path element of a member, how the member is owned, and whether it is owned itself when it appears with its parts.
    private func descend(_ key: String, _ nature: OwnershipTable.Nature, _ path: OwnershipScope) -> (
        String, OwnershipTable.Nature, Bool
    ) {
        var (inner, marks) = (OwnershipTable.deduced, true)
        switch nature.kind {
        case .fields:
            if let row = schema.fields.find(key, in: Int(nature.type)) { (inner, marks) = (row.nature, !row.isPlain) }
        case .entries: inner = nature.inner
        default: break
        }
        return (Self.element(key), schema.fields.natures[inner], marks)
    }

    /// The path element of a field or map key.
    private static func element(_ key: String) -> String {
        var key = key
        return key.withUTF8 { key in
            String(unsafeUninitializedCapacity: key.count + 2) { text in
                text[0] = UInt8(ascii: "f")
                text[1] = UInt8(ascii: ":")
                return 2 + (UnsafeMutableBufferPointer(rebasing: text[2...]).update(fromContentsOf: key))
            }
        }
    }

    /// The nodes of a place whose values differ; null stands for a value that is not there.
    private func value(_ old: Value, _ new: Value, _ nature: OwnershipTable.Nature, path: OwnershipScope, marks: Bool) -> (
        touched: Object?, removed: Object?
    ) {
        let leaf: (touched: Object?, removed: Object?) = (new.isNull ? nil : [:], new.isNull ? [:] : nil)
        var below: Changes
        switch nature.kind {
        case .leaf: return leaf
        case .set, .elements:
            guard old.isNull || old.array != nil, new.isNull || new.array != nil else { return leaf }
            let keys = nature.kind == .elements ? schema.fields.natures.keys[Int(nature.keys)] : nil
            guard let before = ListElements(old.items, keys: keys), let after = ListElements(new.items, keys: keys) else { return leaf }
            below = elements(before, after, nature)
        default:
            guard old.isNull || old.object != nil, new.isNull || new.object != nil else { return leaf }
            below = members(old.object ?? [:], new.object ?? [:], nature, path: path)
        }
        let empty = (old.object?.isEmpty ?? old.items.isEmpty) && (new.object?.isEmpty ?? new.items.isEmpty)
        if empty { return leaf }
        return (
            FieldSet.node(below.touched, member: marks && old.isNull), FieldSet.node(below.removed, member: new.isNull)
        )
    }

    private func elements(_ old: ListElements, _ new: ListElements, _ nature: OwnershipTable.Nature) -> Changes {
        var (touched, removed): ([Object.Member], [Object.Member]) = ([], [])
        let inner = schema.fields.natures[nature.kind == .elements ? nature.inner : OwnershipTable.leaf]
        for (name, item) in zip(new.names, new.items) {
            let before = old[name]
            if before == item { continue }
            let changes = value(before ?? .null, item, inner, path: .inside, marks: true)
            if let node = changes.touched { touched.append(.init(name, .object(node))) }
            if let node = changes.removed { removed.append(.init(name, .object(node))) }
        }
        for (name, item) in zip(old.names, old.items) where !new.contains(name) {
            if let node = value(item, .null, inner, path: .inside, marks: true).removed { removed.append(.init(name, .object(node))) }
        }
        return (Self.sorted(touched), Self.sorted(removed))
    }

    private static func sorted(_ members: [Object.Member]) -> Object {
        members.count < 2 ? Object(members) : Object(members.sorted { $0.key < $1.key })
    }
}

extension SchemaField {
    /// Whether a new value of the field is owned by its parts alone. Upstream's structs have such fields always, empty or not.
    var isPlain: Bool {
        if required { return true }
        switch name {
        case "metadata", "spec", "status", "template", "strategy", "updateStrategy", "jobTemplate": return true
        default: return false
        }
    }
}
