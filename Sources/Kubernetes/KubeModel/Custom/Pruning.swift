package import Documents

extension CustomKind {
    /// Brings a document into the shape of its definition: metadata as everywhere, other members as the schema describes them.
    /// - Throws: `KubeStatus` 400 for metadata of wrong types and, when strict, for unknown fields.
    package func check(
        _ value: Value, as kind: KindInfo, mode: FieldValidation, duplicates: [String] = []
    ) throws(KubeStatus) -> Checked {
        var prefix: String { "\(kind.kind) in version \(kind.version.quoted) cannot be handled as a \(kind.kind): " }
        guard case .object(var object) = value else { throw .badRequest(prefix + "the document is not an object") }
        let head = Object(object.filter { Self.common.contains($0.key) })
        var checker = StructuralChecker(schema: schema, tracing: true)
        do {
            for member in try checker.shape(.object(head), frame).object ?? [:] { object[member.key] = member.value }
        } catch { throw .badRequest(prefix + error.message) }
        var pruner = Pruner(schema, frame)
        let pruned = pruner.prune(object, root, isRoot: true)
        let unknown =
            duplicates.map { "duplicate field \($0.quoted)" } + (checker.unknown + pruner.unknown).map { "unknown field \($0.quoted)" }
        if mode == .strict, !unknown.isEmpty { throw .badRequest(prefix + "strict decoding error: " + unknown.joined(separator: ", ")) }
        return Checked(value: .object(pruned), warnings: mode == .warn ? unknown : [])
    }

    /// The members that every document has.
    static let common: Set = ["apiVersion", "kind", "metadata"]

    /// A stored document without what the present schema does not know, defaulted. Source: upstream's decoding from storage.
    package func reshaped(_ stored: Value) -> Value {
        guard case .object(let object) = stored else { return stored }
        var pruner = Pruner(schema, frame)
        var document = Value.object(pruner.prune(object, root, isRoot: true))
        applyDefaults(to: &document)
        return document
    }
}

/// Takes out of a document what its schema does not know. Source: apiextensions-apiserver, schema/pruning.
struct Pruner {
    /// The paths of what was taken out, at most a hundred.
    private(set) var unknown: [String] = []
    private var path: [String] = []
    private let types: Schema
    private let frame: ObjectType

    /// - Parameter frame: the type of what every document has, for documents inside documents.
    init(_ types: Schema, _ frame: ObjectType) { (self.types, self.frame) = (types, frame) }

    mutating func prune(_ object: Object, _ schema: StructuralSchema, isRoot: Bool = false) -> Object {
        var result: [Object.Member] = []
        result.reserveCapacity(object.count)
        let isDocument = isRoot || schema.isEmbedded
        for member in object {
            if isDocument, CustomKind.common.contains(member.key) {
                result.append(isRoot ? member : embedded(member))
                continue
            }
            path.append(path.isEmpty ? member.key : ".\(member.key)")
            defer { path.removeLast() }
            if let inner = schema.member(member.key) {
                result.append(.init(member.key, prune(member.value, inner)))
            } else if schema.preservesUnknown {
                result.append(member)
            } else if case .anything = schema.additional {
                result.append(member)
            } else if unknown.count < 100 {
                unknown.append(path.joined())
            }
        }
        return Object(result)
    }

    /// A common member of a document inside a document, in the shape of its type where it can have that.
    private mutating func embedded(_ member: Object.Member) -> Object.Member {
        var checker = StructuralChecker(schema: types, tracing: true)
        guard let shaped = try? checker.shape(.object(Object([member])), frame), let value = shaped.object?[member.key] else {
            return member
        }
        let place = path.joined()
        unknown += checker.unknown.prefix(max(0, 100 - unknown.count)).map { "\(place).\($0)" }
        return .init(member.key, value)
    }

    private mutating func prune(_ value: Value, _ schema: StructuralSchema) -> Value {
        switch value {
        case .object(let object): return .object(prune(object, schema))
        case .array(var items):
            guard let element = schema.items else { return value }
            for index in items.indices {
                path.append("[\(index)]")
                items[index] = prune(items[index], element)
                path.removeLast()
            }
            return .array(items)
        default: return value
        }
    }
}

extension CustomKind {
    /// Fills in the defaults of the definition, and drops nulls where they may not be. A second time changes nothing.
    /// Source: apiextensions-apiserver, schema/defaulting.
    package func applyDefaults(to document: inout Value) { CustomDefaulting.fill(&document, root) }

    /// An applied configuration whose list elements have all the keys that tell them apart, by default where they were left out.
    /// Source: structured-merge-diff, keys with defaults.
    package func withListKeys(_ configuration: Value) -> Value {
        var result = configuration
        CustomDefaulting.fillKeys(&result, root)
        return result
    }
}

/// Defaults of custom kinds.
enum CustomDefaulting {
    static func fillKeys(_ value: inout Value, _ schema: StructuralSchema) {
        switch value {
        case .object(var object):
            value = .null
            for index in object.indices {
                if let inner = schema.member(object[index].key) { fillKeys(&object[index].value, inner) }
            }
            value = .object(object)
        case .array(var items):
            guard let element = schema.items else { return }
            value = .null
            for index in items.indices {
                if case .map(let keys)? = schema.list {
                    for key in keys where items[index].object?[key] == nil {
                        if let preset = element.properties[key]?.preset, items[index].object != nil { items[index][key] = preset }
                    }
                }
                fillKeys(&items[index], element)
            }
            value = .array(items)
        default: break
        }
    }

    static func fill(_ value: inout Value, _ schema: StructuralSchema) {
        switch value {
        case .object(var object):
            value = .null
            fill(&object, schema)
            value = .object(object)
        case .array(var items):
            guard let element = schema.items else { return }
            value = .null
            for index in items.indices {
                if items[index].isNull, !element.nullable, let preset = element.preset { items[index] = preset }
                fill(&items[index], element)
            }
            value = .array(items)
        default: break
        }
    }

    private static func fill(_ object: inout Object, _ schema: StructuralSchema) {
        object.removeAll { member in
            guard member.value.isNull, let inner = schema.member(member.key) else { return false }
            return !inner.nullable && inner.preset == nil
        }
        for (name, property) in schema.presets {
            guard let preset = property.preset else { continue }
            guard let present = object[name] else {
                object.append(.init(name, preset))
                continue
            }
            if present.isNull, !property.nullable { object[name] = preset }
        }
        for index in object.indices {
            guard let inner = schema.member(object[index].key) else { continue }
            if object[index].value.isNull, !inner.nullable, let preset = inner.preset { object[index].value = preset }
            var value = object[index].value
            object[index].value = .null
            fill(&value, inner)
            object[index].value = value
        }
    }
}
