import Documents
import KubeModel

extension APIServer {
    /// Brings a sent document into the shape of its type and fills in defaults.
    /// - Throws: `KubeStatus` BadRequest for values of wrong types and, when strict, for unknown fields.
    func shape(_ document: inout Value, _ info: KindInfo, _ options: WriteOptions, _ warnings: Warnings) throws(KubeStatus) {
        let checked = try check(document, as: info, mode: options.fieldValidation)
        for text in checked.warnings { warnings.add(text) }
        document = checked.value
        applyDefaults(&document, info)
    }

    /// A document in the shape of its type or definition.
    /// - Throws: as `shape`.
    func check(_ document: Value, as info: KindInfo, mode: FieldValidation) throws(KubeStatus) -> Checked {
        if let custom = info.custom { return try custom.check(document, as: info, mode: mode) }
        return try schema.check(document, as: info, mode: mode)
    }

    /// Fills in what the client left out.
    func applyDefaults(_ document: inout Value, _ info: KindInfo) {
        if let custom = info.custom { return custom.applyDefaults(to: &document) }
        Defaulting.apply(info, to: &document)
    }

    /// What is wrong with a new document, or with an update of `old`.
    func validate(_ document: Value, old: Value? = nil, _ target: Target) -> [FieldError] {
        Validation.validate(target.info, document, old: old, subresource: target.subresource)
            + (old.map { SubresourceRules.errors(document, old: $0, target) } ?? []) + DeviceRules.errors(document, old, target, realm)
            + MandatoryRules.errors(document, old, target)
    }
}
