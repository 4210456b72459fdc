package import Documents

/// What an applier sends: the part of a document that it wants to own. Source: Kubernetes documentation, Server-Side Apply.
package struct AppliedConfiguration: Sendable {
    /// A configuration that cannot be applied, in structured-merge-diff's words.
    package struct Fault: Error, Sendable {
        package let message: String
    }
    /// In the shape of its type.
    package let value: Value
    /// The places that the applier owns from now on.
    package private(set) var fields: FieldSet
    let type: ObjectType
    let schema: Schema

    /// - Parameter value: in the shape of its type.
    /// - Throws: `Fault` for lists whose elements cannot be told apart.
    package init(_ value: Value, type: ObjectType, schema: Schema) throws(Fault) {
        (self.value, self.type, self.schema) = (value, type, schema)
        fields = FieldSet()
        fields.root = try Self.members(value.object ?? [:], .fields(type), schema, .root, "")
    }

    /// Leaves out what the path that is written to does not change.
    package mutating func ignore(_ ignored: FieldSet) { fields = FieldSet(Self.without(fields.root, ignored.root)) }
    private static func without(_ node: Object, _ ignored: Object) -> Object {
        var result: [Object.Member] = []
        for member in node {
            guard let other = ignored[member.key]?.object else {
                result.append(member)
                continue
            }
            guard !other.isEmpty, let object = member.value.object else { continue }
            let below = without(object, other)
            if !below.isEmpty { result.append(.init(member.key, .object(below))) }
        }
        return Object(result)
    }

    private static func members(
        _ object: Object, _ nature: FieldNature, _ schema: Schema, _ scope: OwnershipScope, _ path: String
    ) throws(Fault) -> Object {
        var result: [Object.Member] = []
        for member in object where !scope.hides(member.key) {
            var (inner, declared) = (FieldNature.deduced, false)
            switch nature {
            case .fields(let type):
                if let field = type.field(member.key) { (inner, declared) = (schema.nature(field), true) }
            case .entries(let type): inner = schema.nature(type)
            default: break
            }
            let below = try node(member.value, inner, schema, scope.below(member.key), "\(path).\(member.key)")
            let isMetadata = scope == .root && member.key == "metadata"
            if let node = FieldSet.node(below, member: !isMetadata && (!declared || below.isEmpty)) {
                result.append(.init("f:\(member.key)", .object(node)))
            }
        }
        return Object(result.sorted { $0.key < $1.key })
    }

    private static func node(
        _ value: Value, _ nature: FieldNature, _ schema: Schema, _ scope: OwnershipScope, _ path: String
    ) throws(Fault) -> Object {
        switch (nature, value) {
        case (.fields, .object(let object)), (.entries, .object(let object)), (.deduced, .object(let object)):
            return try members(object, nature, schema, scope, path)
        case (.set, .array(let items)), (.elements, .array(let items)):
            var (result, seen): ([Object.Member], Set<String>) = ([], [])
            var inner = FieldNature.leaf
            if case .elements(let type, let keys) = nature {
                inner = schema.nature(type)
                for (index, item) in items.enumerated() {
                    for key in keys where item[key].isNull && key != "protocol" {
                        throw Fault(
                            message: "\(path): element \(index): associative list with keys has an element that omits key field "
                                + "\"\(key)\" (and doesn't have default value)")
                    }
                }
            }
            for item in items {
                guard let name = ListElements.name(item, nature) else { throw Fault(message: "\(path): element without its keys") }
                let place = FieldSet.text(name)
                guard seen.insert(name).inserted else { throw Fault(message: "\(path): duplicate entries for key \(place)") }
                let below = try node(item, inner, schema, .inside, path + place)
                result.append(.init(name, .object(FieldSet.node(below, member: true) ?? [:])))
            }
            return Object(result.sorted { $0.key < $1.key })
        default: return [:]
        }
    }
}
