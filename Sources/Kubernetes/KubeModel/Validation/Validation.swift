package import Documents

/// Says what is wrong with a document. Source: upstream's validation packages.
///
/// The document has been checked against its type and defaulted. Text of errors and their places are upstream's.
package enum Validation {
    /// The errors of a new document, or of an update of `old`. A status update is checked by its metadata alone.
    package static func validate(_ kind: KindInfo, _ new: Value, old: Value? = nil, subresource: String = "") -> [FieldError] {
        // Documents without fault are by far the most: the places of faults are noted on a second walk.
        isFine(kind, new, old, subresource) ? [] : errors(kind, new, old, subresource, .root)
    }

    /// Whether there is no error at all.
    static func isFine(_ kind: KindInfo, _ new: Value, _ old: Value?, _ subresource: String) -> Bool {
        errors(kind, new, old, subresource, .unnamed).isEmpty
    }

    /// The errors of a document; below the unnamed root the first that is found may stand for all.
    static func errors(
        _ kind: KindInfo, _ new: Value, _ old: Value?, _ subresource: String, _ root: FieldPath
    ) -> [FieldError] {
        var faults = Faults()
        MetadataRules.check(kind, new, old, root.child("metadata"), &faults)
        // These change the spec of a pod, by rules of their own.
        let isSpecPart = kind.resource == "pods" && (subresource == "ephemeralcontainers" || subresource == "resize")
        if let custom = kind.custom { return faults.errors + custom.validate(new, old: old) }
        if subresource == "status", let rule = KindRules.statuses[kind.groupKind] { rule(new, old, &faults) }
        guard subresource.isEmpty || isSpecPart, let type = Schema.kubernetes.type(of: kind) else { return faults.errors }
        if kind.kind == "StatefulSet" {
            faults.promisedVolumes = Set(new["spec"]["volumeClaimTemplates"].items.map { $0["metadata"]["name"] })
        }
        if root.isUnnamed {
            guard FieldRules.kubernetes.quick.isFine(new, type, &faults) else { return [.invalid(root, .null, "")] }
        } else {
            FieldRules.kubernetes.check(new, type, root, &faults)
        }
        if subresource.isEmpty, let rule = KindRules.all[kind.groupKind] { rule(new, old, &faults) }
        return faults.errors
    }

    /// As above.
    /// - Throws: `KubeStatus` 422 with every error.
    package static func check(_ kind: KindInfo, _ new: Value, old: Value? = nil, subresource: String = "") throws(KubeStatus) {
        let errors = validate(kind, new, old: old, subresource: subresource)
        if !errors.isEmpty { throw .invalid(kind, new["metadata"]["name"].string ?? "", errors) }
    }

    /// The errors of the body of a subresource, as a Scale.
    package static func validate(part: Value, typeName: String) -> [FieldError] {
        var faults = Faults()
        if let type = Schema.kubernetes.type(typeName) { FieldRules.kubernetes.check(part, type, .root, &faults) }
        return faults.errors
    }
}
