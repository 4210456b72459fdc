/// A JSON patch (RFC 6902), with the messages that Kubernetes' API server gives.
package struct JSONPatch: Sendable, Hashable {
    private let operations: [Value]
    /// How many operations there are; the API server takes 10,000 at most.
    package var count: Int { operations.count }
    /// Largest sum of the sizes of what `copy` operations copy, in bytes. Source: API server, json patch copy limit.
    private static let copyLimit = 3 << 20

    /// A patch from its document.
    /// - Throws: `DocumentError` when that is not an array of objects.
    package init(_ value: Value) throws(DocumentError) {
        guard case .array(let items) = value else {
            throw DocumentError("json: cannot unmarshal \(value.jsonType) into Go value of type jsonpatch.Patch")
        }
        if let other = items.first(where: { $0.object == nil }) {
            throw DocumentError("json: cannot unmarshal \(other.jsonType) into Go value of type jsonpatch.Operation")
        }
        operations = items
    }

    /// The document after every operation.
    /// - Throws: `DocumentError` for the first operation that does not apply, or a test that fails.
    package func apply(to document: Value) throws(DocumentError) -> Value {
        var result = document
        var copied = 0
        for operation in operations { try apply(operation, to: &result, copied: &copied) }
        return result
    }

    private func apply(_ operation: Value, to document: inout Value, copied: inout Int) throws(DocumentError) {
        let name = operation["op"].string ?? "unknown"
        guard ["add", "remove", "replace", "move", "copy", "test"].contains(name) else {
            throw DocumentError("Unexpected kind: \(name)")
        }
        guard let path = operation["path"].string else {
            throw DocumentError("\(name) operation failed to decode path: missing value")
        }
        switch name {
        case "add": try JSONPointer(path).add(operation["value"], to: &document)
        case "remove": _ = try JSONPointer(path).remove(from: &document)
        case "replace": try JSONPointer(path).replace(with: operation["value"], in: &document)
        case "test": try JSONPointer(path).test(operation["value"], in: document)
        default:
            guard let from = operation["from"].string else {
                throw DocumentError("\(name) operation failed to decode from: operation, missing from field: missing value")
            }
            try transfer(name, from: from, to: path, in: &document, copied: &copied)
        }
    }

    private func transfer(
        _ name: String, from: String, to path: String, in document: inout Value, copied: inout Int
    ) throws(DocumentError) {
        let source = JSONPointer(from)
        guard let value = source.value(in: document) else {
            throw DocumentError("\(name) operation does not apply: doc is missing from path: \(from): missing value")
        }
        if name == "move" {
            _ = try source.remove(from: &document)
        } else {
            copied += JSON.encode(value).count
            guard copied <= Self.copyLimit else {
                throw DocumentError(
                    "Unable to complete the copy, the accumulated size increase of copy is \(copied), exceeding the limit \(Self.copyLimit)"
                )
            }
        }
        try JSONPointer(path).add(value, to: &document)
    }
}

extension Value {
    /// What Go's decoder calls this kind of value.
    fileprivate var jsonType: String {
        switch self {
        case .null: "null"
        case .bool: "bool"
        case .int, .double: "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }
}
