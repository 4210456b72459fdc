package import Documents

/// What a custom kind does differently from built-in ones: its shape, defaults, rules and columns come from its definition.
/// One version of a CustomResourceDefinition, read once. Source: apiextensions.k8s.io/v1.
package final class CustomKind: Sendable {
    /// Where the Scale of a document is found in it. Source: CustomResourceSubresourceScale.
    package struct ScalePaths: Sendable, Hashable {
        /// Member names from the top.
        package let specReplicas, statusReplicas: [String]
        /// The member that holds the selector as text; nil for none.
        package let selector: [String]?
        /// As the definition writes it, for messages.
        package let specReplicasText: String
    }
    let root: StructuralSchema
    /// The columns of `kubectl get`.
    package let columns: [PrinterColumn]
    /// nil without the subresource.
    package let scale: ScalePaths?
    /// The fields that documents can be selected by, as in `spec.color`.
    package let selectableFields: [String]
    /// The types of its documents as far as ownership of fields needs them; `objectType` is that of a document.
    package let schema: Schema
    package let objectType: ObjectType
    /// The warning that every answer carries; nil for a version that is not deprecated.
    package let deprecation: String?
    /// Its definition is being deleted: nothing new may be created.
    package let isTerminating: Bool
    /// The schema as the definition has it, in JSON: trees of many definitions would fill the memory.
    private let schemaText: [UInt8]
    /// Documents written at this revision or later have this definition's shape and defaults, in the stored version.
    package let since: Int64
    let frame: ObjectType

    /// Reads one version of a definition.
    init(_ definition: Value, version: Value, since: Int64) {
        let (names, group) = (definition["status"]["acceptedNames"], definition["spec"]["group"].string ?? "")
        self.since = since
        let text = version["schema"]["openAPIV3Schema"]
        schemaText = JSON.encode(text)
        root = StructuralSchema(text)
        columns = PrinterColumns.custom(version["additionalPrinterColumns"].items)
        let path = { (text: String) in text.split(separator: ".").map(String.init) }
        let part = version["subresources"]["scale"]
        scale = part["specReplicasPath"].string.map { spec in
            ScalePaths(
                specReplicas: path(spec), statusReplicas: path(part["statusReplicasPath"].string ?? ""),
                selector: part["labelSelectorPath"].string.flatMap { $0.isEmpty ? nil : path($0) }, specReplicasText: spec)
        }
        selectableFields = version["selectableFields"].items.compactMap { $0["jsonPath"].string.map { String($0.drop { $0 == "." }) } }
        let types = CustomTypes(root, name: "\(group).\(version["name"].string ?? "").\(names["kind"].string ?? "")")
        (schema, objectType, frame) = (types.schema, types.document, types.frame)
        let label = "\(group)/\(version["name"].string ?? "") \(names["kind"].string ?? "")"
        let warning = version["deprecationWarning"].string ?? "\(label) is deprecated"
        deprecation = version["deprecated"] == true ? warning : nil
        isTerminating = !definition["metadata"]["deletionTimestamp"].isNull
    }

    /// The OpenAPI v3 schema as the definition has it; null when there is none.
    package var published: Value { (try? JSON.parse(schemaText)) ?? .null }
    /// Whether a document stored at that revision is as it would be stored now.
    package func isCurrent(_ revision: Int64) -> Bool { revision >= since }
}

extension CustomKind: Hashable {
    package static func == (left: CustomKind, right: CustomKind) -> Bool { left === right }
    package func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}
