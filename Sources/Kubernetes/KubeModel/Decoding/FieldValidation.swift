package import Documents

/// What happens to fields that a type does not have. Source: the `fieldValidation` query parameter.
package enum FieldValidation: String, Sendable, Hashable {
    /// They are dropped.
    case ignore = "Ignore"
    /// They are dropped, and the client is warned.
    case warn = "Warn"
    /// The request is refused.
    case strict = "Strict"
}

/// A document in the shape that its type prescribes.
package struct Checked: Sendable, Hashable {
    /// Without unknown fields and nulls; quantities, times and numbers in canonical form.
    package let value: Value
    /// For the client, one a fault: `unknown field "spec.foo"`.
    package let warnings: [String]
}

extension Schema {
    /// Brings a document of a kind into the shape of its type.
    /// - Throws: `KubeStatus` 400 for values of wrong types and, when strict, for unknown fields. `duplicates` are the paths of
    ///   members that the text had twice, treated like unknown fields.
    package func check(_ value: Value, as kind: KindInfo, mode: FieldValidation, duplicates: [String] = []) throws(KubeStatus) -> Checked {
        try check(value, typeName: kind.typeName, kind: kind.kind, version: kind.version, mode: mode, duplicates: duplicates)
    }

    /// As above by the name of the type, for the bodies of subresources and options.
    package func check(
        _ value: Value, typeName: String, kind: String, version: String, mode: FieldValidation, duplicates: [String] = []
    ) throws(KubeStatus) -> Checked {
        var prefix: String { "\(kind) in version \(version.quoted) cannot be handled as a \(kind): " }
        guard let type = type(typeName) else { throw .badRequest(prefix + "no such type") }
        var checker = StructuralChecker(schema: self, tracing: false)
        if let shaped = try? checker.shape(value, type), checker.unknown.isEmpty, duplicates.isEmpty {
            return Checked(value: shaped, warnings: [])
        }
        checker = StructuralChecker(schema: self, tracing: true)
        let shaped: Value
        do { shaped = try checker.shape(value, type) } catch { throw .badRequest(prefix + error.message) }
        let faults = duplicates.map { "duplicate field \($0.quoted)" } + checker.unknown.map { "unknown field \($0.quoted)" }
        if mode == .strict, !faults.isEmpty { throw .badRequest(prefix + "strict decoding error: " + faults.joined(separator: ", ")) }
        return Checked(value: shaped, warnings: mode == .warn ? faults : [])
    }
}
