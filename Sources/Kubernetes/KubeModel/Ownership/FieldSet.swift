package import Documents

/// A set of places in a document, as a tree in the form of `fieldsV1`. Source: meta/v1 FieldsV1.
///
/// The keys of a node are path elements: `f:` a field or map key, `k:` an element of a keyed list, `v:` an element of a set. A node
/// without children is in the set; one with children is when it also has the key `.`. Keys are sorted.
package struct FieldSet: Sendable, Hashable {
    /// The elements below the root.
    var root: Object
    init(_ root: Object = [:]) { self.root = root }

    /// No place at all.
    package static let empty = FieldSet()
    /// Whether no place is in the set.
    package var isEmpty: Bool { root.isEmpty }
    /// The set as `fieldsV1` writes it.
    package var value: Value { .object(root) }

    /// Reads `fieldsV1`; nil when it is not such a tree.
    package init?(_ value: Value) {
        guard case .object(let object) = value else { return nil }
        if Self.isSorted(object) {
            root = object
            return
        }
        guard let root = Self.sorted(object) else { return nil }
        self.root = root
    }
    /// Whether this is such a tree with its keys in order, as every tree is that was written here.
    private static func isSorted(_ object: Object) -> Bool {
        for index in object.indices {
            guard case .object(let inner) = object[index].value, isElement(object[index].key, inner), isSorted(inner) else { return false }
            if index > 0, object[index - 1].key >= object[index].key { return false }
        }
        return true
    }
    private static func isElement(_ key: String, _ inner: Object) -> Bool {
        if key == own { return inner.isEmpty }
        var bytes = key.utf8.makeIterator()
        guard let kind = bytes.next(), bytes.next() == UInt8(ascii: ":") else { return false }
        return kind == UInt8(ascii: "f") || kind == UInt8(ascii: "k") || kind == UInt8(ascii: "v") || kind == UInt8(ascii: "i")
    }
    private static func sorted(_ object: Object) -> Object? {
        var (members, ordered) = ([Object.Member](), true)
        for member in object {
            guard case .object(let inner) = member.value, isElement(member.key, inner), let below = sorted(inner) else { return nil }
            if let last = members.last, last.key >= member.key { ordered = false }
            members.append(Object.Member(member.key, .object(below)))
        }
        return Object(ordered ? members : members.sorted { $0.key < $1.key })
    }

    /// The places in either set.
    package func union(_ other: FieldSet) -> FieldSet { FieldSet(Self.union(root, other.root)) }
    /// The places in this set and not in the other.
    package func subtracting(_ other: FieldSet) -> FieldSet { FieldSet(Self.subtract(root, other.root)) }
    /// The places in both sets.
    package func intersection(_ other: FieldSet) -> FieldSet { FieldSet(Self.intersect(root, other.root)) }
    /// Whether a place is in both sets; makes nothing.
    package func overlaps(_ other: FieldSet) -> Bool { Self.overlap(root, other.root) }
    /// Whether every place of the other set is in this one; makes nothing.
    package func contains(_ other: FieldSet) -> Bool { Self.contain(root, other.root) }
}

// A node is the object below a path element; the root is one that is not in the set itself.
extension FieldSet {
    static let own = "."
    static func isMember(_ node: Object) -> Bool { node.isEmpty || node[0].key == own }
    /// A node in the form that its children and membership call for; nil when it holds nothing.
    static func node(_ children: Object, member: Bool) -> Object? {
        if children.isEmpty { return member ? [:] : nil }
        guard member else { return children }
        var members: [Object.Member] = []
        members.reserveCapacity(children.count + 1)
        members.append(Object.Member(own, .object([:])))
        members += children
        return Object(members)
    }
    static func children(_ node: Object) -> Object {
        guard let first = node.first, first.key == own else { return node }
        return Object(Array(node.dropFirst()))
    }
    /// Walks two sorted nodes at once, without their own membership.
    private static func pairs(_ left: Object, _ right: Object, _ body: (String, Object?, Object?) -> Bool) {
        var (l, r) = (left.first?.key == own ? 1 : 0, right.first?.key == own ? 1 : 0)
        while l < left.count || r < right.count {
            let (a, b) = (l < left.count ? left[l] : nil, r < right.count ? right[r] : nil)
            if let a, let b, a.key == b.key {
                (l, r) = (l + 1, r + 1)
                guard body(a.key, a.value.object, b.value.object) else { return }
            } else if let a, b.map({ a.key < $0.key }) ?? true {
                l += 1
                guard body(a.key, a.value.object, nil) else { return }
            } else if let b {
                r += 1
                guard body(b.key, nil, b.value.object) else { return }
            }
        }
    }

    private static func union(_ left: Object, _ right: Object) -> Object {
        if left.isEmpty { return right }
        if right.isEmpty { return left }
        var result: [Object.Member] = []
        pairs(left, right) { key, a, b in
            guard let a, let b else {
                result.append(.init(key, .object(a ?? b ?? [:])))
                return true
            }
            let below = union(children(a), children(b))
            result.append(.init(key, .object(node(below, member: isMember(a) || isMember(b)) ?? [:])))
            return true
        }
        return Object(result)
    }
    private static func subtract(_ left: Object, _ right: Object) -> Object {
        if left.isEmpty || right.isEmpty { return left }
        var result: [Object.Member] = []
        pairs(left, right) { key, a, b in
            guard let a else { return true }
            guard let b else {
                result.append(.init(key, .object(a)))
                return true
            }
            let below = subtract(children(a), children(b))
            if let node = node(below, member: isMember(a) && !isMember(b)) { result.append(.init(key, .object(node))) }
            return true
        }
        return Object(result)
    }
    private static func intersect(_ left: Object, _ right: Object) -> Object {
        var result: [Object.Member] = []
        pairs(left, right) { key, a, b in
            guard let a, let b else { return true }
            let below = intersect(children(a), children(b))
            if let node = node(below, member: isMember(a) && isMember(b)) { result.append(.init(key, .object(node))) }
            return true
        }
        return Object(result)
    }
    private static func overlap(_ left: Object, _ right: Object) -> Bool {
        var found = false
        pairs(left, right) { _, a, b in
            if let a, let b { found = isMember(a) && isMember(b) || overlap(a, b) }
            return !found
        }
        return found
    }
    private static func contain(_ left: Object, _ right: Object) -> Bool {
        var holds = true
        pairs(left, right) { _, a, b in
            guard let b else { return true }
            holds = a.map { (isMember($0) || !isMember(b)) && contain($0, b) } ?? false
            return holds
        }
        return holds
    }
}

// Places as messages write them. Source: structured-merge-diff, fieldpath.
extension FieldSet {
    /// Every place in the set: `.spec.template.spec.containers[name="web"].image`.
    package var paths: [String] {
        var result: [String] = []
        Self.collect(root, "", &result)
        return result
    }
    private static func collect(_ node: Object, _ prefix: String, _ result: inout [String]) {
        for member in node where member.key != own {
            let path = prefix + text(member.key)
            let below = member.value.object ?? [:]
            if isMember(below) { result.append(path) }
            collect(below, path, &result)
        }
    }
    static func text(_ element: String) -> String {
        let rest = element.dropFirst(2)
        switch element.first {
        case "f": return ".\(rest)"
        case "k":
            let keys = (try? JSON.parse(String(rest)))?.object ?? [:]
            return "[\(keys.map { "\($0.key)=\(JSON.text($0.value))" }.joined(separator: ","))]"
        case "v": return "[=\(rest)]"
        default: return "[\(rest)]"
        }
    }
}
