import Documents

/// What is wrong with a CustomResourceDefinition. Source: apiextensions-apiserver, apis/apiextensions/validation, for v1.
///
/// Rules in CEL and conversion by webhooks are refused: a definition that relies on them would not mean what it says.
package enum DefinitionRules {
    /// The annotation by which Kubernetes' reviewers approve a definition in a group of theirs.
    package static let approval = "api-approved.kubernetes.io"
    /// Whether a group is Kubernetes' own. Source: apihelpers, IsProtectedCommunityGroup.
    package static func isProtected(_ group: String) -> Bool {
        ["k8s.io", "kubernetes.io"].contains { group == $0 || group.hasSuffix(".\($0)") }
    }

    static func check(_ new: Value, _ old: Value?, _ faults: inout Faults) {
        let (spec, path) = (new["spec"], FieldPath("spec"))
        let wanted = "\(spec["names"]["plural"].string ?? "").\(spec["group"].string ?? "")"
        if new["metadata"]["name"].string != wanted {
            faults.add(.invalid(FieldPath("metadata", "name"), new["metadata"]["name"], "must be spec.names.plural+\".\"+spec.group"))
        }
        group(spec["group"].string ?? "", path.child("group"), &faults)
        switch spec["scope"].string ?? "" {
        case "": faults.add(.required(path.child("scope")))
        case "Cluster", "Namespaced": break
        case let scope: faults.add(.notSupported(path.child("scope"), .string(scope), ["Cluster", "Namespaced"]))
        }
        versions(spec["versions"], path.child("versions"), &faults)
        requiredNames(spec["names"], path.child("names"), &faults)
        names(spec["names"], path.child("names"), &faults)
        if spec["preserveUnknownFields"] == true {
            let text = "cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead"
            faults.add(.invalid(path.child("preserveUnknownFields"), true, text))
        }
        conversion(spec["conversion"], path.child("conversion"), &faults)
        names(new["status"]["acceptedNames"], FieldPath("status", "acceptedNames"), &faults)
        approved(new, old, &faults)
        if let old { update(new, old, &faults) }
    }

    private static func group(_ group: String, _ path: FieldPath, _ faults: inout Faults) {
        let problems = Names.subdomain(group)
        if group.isEmpty {
            faults.add(.required(path))
        } else if !problems.isEmpty {
            faults.add(.invalid(path, .string(group), problems.joined(separator: ",")))
        } else if !group.contains(".") {
            faults.add(.invalid(path, .string(group), "should be a domain with at least one dot"))
        }
    }

    private static func update(_ new: Value, _ old: Value, _ faults: inout Faults) {
        let path = FieldPath("spec")
        if CustomDefinition.holds("Established", old) {
            faults.immutable(path.child("scope"), new["spec"]["scope"], old["spec"]["scope"])
            faults.immutable(path.child("names").child("kind"), new["spec"]["names"]["kind"], old["spec"]["names"]["kind"])
        }
        faults.immutable(path.child("group"), new["spec"]["group"], old["spec"]["group"])
        faults.immutable(path.child("names").child("plural"), new["spec"]["names"]["plural"], old["spec"]["names"]["plural"])
        storedVersions(new, &faults)
    }

    /// Versions in which documents may be stored must be known. Source: ValidateCustomResourceDefinitionStoredVersions.
    static func storedVersions(_ definition: Value, _ faults: inout Faults) {
        let path = FieldPath("status", "storedVersions")
        let (stored, versions) = (definition["status"]["storedVersions"].items, definition["spec"]["versions"].items)
        if stored.isEmpty { return faults.add(.invalid(path, [], "must have at least one stored version")) }
        for version in versions where version["storage"] == true && !stored.contains(version["name"]) {
            faults.add(.invalid(path, .array(stored), "must have the storage version \(version["name"].string ?? "")"))
        }
        for (index, version) in stored.enumerated() where !versions.contains(where: { $0["name"] == version }) {
            let name = version.string ?? ""
            let text =
                "missing from spec.versions; \(name) was previously a storage version, and must remain in spec.versions until a storage "
                + "migration ensures no data remains persisted in \(name) and removes \(name) from status.storedVersions"
            faults.add(.invalid(path.index(index), version, text))
        }
    }

    private static func requiredNames(_ names: Value, _ path: FieldPath, _ faults: inout Faults) {
        for name in ["plural", "singular", "kind", "listKind"] where names[name].isBlank { faults.add(.required(path.child(name))) }
    }

    private static func names(_ names: Value, _ path: FieldPath, _ faults: inout Faults) {
        for name in ["plural", "singular"] {
            guard let text = names[name].string, !text.isEmpty else { continue }
            label(text, path.child(name), &faults)
        }
        for name in ["kind", "listKind"] {
            guard let text = names[name].string, !text.isEmpty else { continue }
            let problems = Names.label1035(text.lowercased())
            if !problems.isEmpty {
                let text = "may have mixed case, but should otherwise match: " + problems.joined(separator: ",")
                faults.add(.invalid(path.child(name), names[name], text))
            }
        }
        for name in ["shortNames", "categories"] {
            for (index, text) in names[name].items.enumerated() { label(text.string ?? "", path.child(name).index(index), &faults) }
        }
        if !names["kind"].isBlank, names["kind"] == names["listKind"] {
            faults.add(.invalid(path.child("listKind"), names["listKind"], "kind and listKind may not be the same"))
        }
    }
    private static func label(_ text: String, _ path: FieldPath, _ faults: inout Faults) {
        let problems = Names.label1035(text)
        if !problems.isEmpty { faults.add(.invalid(path, .string(text), problems.joined(separator: ","))) }
    }

    private static func conversion(_ conversion: Value, _ path: FieldPath, _ faults: inout Faults) {
        switch conversion["strategy"].string ?? "" {
        case "None":
            if !conversion["webhook"].isNull {
                faults.add(.forbidden(path.child("webhook"), "should not be set when strategy is not set to Webhook"))
            }
        case "": faults.add(.required(path.child("strategy")))
        case let strategy: faults.add(.notSupported(path.child("strategy"), .string(strategy), ["None"]))
        }
    }

    /// Source: validateAPIApproval.
    private static func approved(_ new: Value, _ old: Value?, _ faults: inout Faults) {
        guard isProtected(new["spec"]["group"].string ?? "") else { return }
        let annotation = new["metadata"]["annotations"][approval]
        if let old, old["metadata"]["annotations"][approval] == annotation { return }
        let path = FieldPath("metadata", "annotations").key(approval)
        let text = annotation.string ?? ""
        if text.isEmpty {
            let reason =
                "protected groups must have approval annotation \"\(approval)\", see https://github.com/kubernetes/enhancements/pull/1111"
            faults.add(.required(path, reason))
        } else if !text.hasPrefix("unapproved"), !text.hasPrefix("https://"), !text.hasPrefix("http://") {
            let reason = "protected groups must have approval annotation \"\(approval)\" with either a URL or a reason starting with "
            faults.add(
                .invalid(path, annotation, reason + "\"unapproved\", see https://github.com/kubernetes/enhancements/pull/1111"))
        }
    }
}

// Versions and what they hold.
extension DefinitionRules {
    private static func versions(_ versions: Value, _ path: FieldPath, _ faults: inout Faults) {
        for (index, version) in versions.items.enumerated() {
            let place = path.index(index)
            if version["schema"]["openAPIV3Schema"].isNull {
                faults.add(.required(place.child("schema").child("openAPIV3Schema"), "schemas are required"))
            }
            label(version["name"].string ?? "", place.child("name"), &faults)
            deprecation(version, place.child("deprecationWarning"), &faults)
            SchemaRules.check(version, place, &faults)
            scale(version["subresources"]["scale"], place.child("subresources"), &faults)
            for (index, column) in version["additionalPrinterColumns"].items.enumerated() {
                self.column(column, place.child("additionalPrinterColumns").index(index), &faults)
            }
            selectable(version, place.child("selectableFields"), &faults)
        }
        let names = versions.items.map { $0["name"] }
        if Set(names).count < names.count { faults.add(.invalid(path, versions, "must contain unique version names")) }
        if versions.items.count(where: { $0["storage"] == true }) != 1 {
            faults.add(.invalid(path, versions.isNull ? [] : versions, "must have exactly one version marked as storage version"))
        }
    }

    private static func deprecation(_ version: Value, _ path: FieldPath, _ faults: inout Faults) {
        guard let text = version["deprecationWarning"].string else { return }
        let value = Value.string(text)
        guard version["deprecated"] == true else { return faults.add(.invalid(path, value, "can only be set for deprecated versions")) }
        if text.utf8.count > 256 { faults.add(.invalid(path, value, "must be <= 256 characters long")) }
        if text.isEmpty { faults.add(.invalid(path, value, "must not be an empty string")) }
        if let bad = text.unicodeScalars.firstIndex(where: { $0.properties.generalCategory == .control }) {
            let place = text.utf8.distance(from: text.startIndex, to: bad)
            let reason = "must only contain printable UTF-8 characters; non-printable character found at index \(place)"
            faults.add(.invalid(path, value, reason))
        }
    }

    private static func scale(_ scale: Value, _ path: FieldPath, _ faults: inout Faults) {
        guard !scale.isNull else { return }
        let rules = [
            ("specReplicasPath", [".spec."], "should be a json path under .spec"),
            ("statusReplicasPath", [".status."], "should be a json path under .status"),
            ("labelSelectorPath", [".spec.", ".status."], "should be a json path under either .spec or .status"),
        ]
        for (name, prefixes, reason) in rules {
            let (text, place) = (scale[name].string ?? "", path.child("scale.\(name)"))
            if text.isEmpty {
                if name != "labelSelectorPath" { faults.add(.required(place)) }
            } else if !text.hasPrefix(".") {
                faults.add(.invalid(place, .string(text), "must be a simple json path starting with ."))
            } else if !prefixes.contains(where: text.hasPrefix) {
                faults.add(.invalid(place, .string(text), reason))
            }
        }
    }

    private static func column(_ column: Value, _ path: FieldPath, _ faults: inout Faults) {
        let types = ["boolean", "date", "integer", "number", "string"]
        let formats = ["byte", "date", "date-time", "double", "float", "int32", "int64", "password"]
        if column["name"].isBlank { faults.add(.required(path.child("name"))) }
        let (type, format, text) = (column["type"].string ?? "", column["format"].string ?? "", column["jsonPath"].string ?? "")
        if type.isEmpty {
            faults.add(.required(path.child("type"), "must be one of \(types.joined(separator: ","))"))
        } else if !types.contains(type) {
            faults.add(.invalid(path.child("type"), .string(type), "must be one of \(types.joined(separator: ","))"))
        }
        if !format.isEmpty, !formats.contains(format) {
            faults.add(.invalid(path.child("format"), .string(format), "must be one of \(formats.joined(separator: ","))"))
        }
        let place = path.child("JSONPath")
        if text.isEmpty { return faults.add(.required(place)) }
        guard text.hasPrefix(".") else {
            return faults.add(.invalid(place, .string(text), "must be a simple json path starting with ."))
        }
        do { _ = try JSONPath(text) } catch { faults.add(.invalid(place, .string(text), "must be a valid JSONPath: \(error.message)")) }
    }

    /// Source: ValidateCustomResourceSelectableFields.
    private static func selectable(_ version: Value, _ path: FieldPath, _ faults: inout Faults) {
        var seen: Set<String> = []
        for (index, field) in version["selectableFields"].items.enumerated() {
            let place = path.index(index).child("jsonPath")
            guard let text = field["jsonPath"].string, !text.isEmpty else {
                faults.add(.required(place))
                continue
            }
            let names = text.split(separator: ".").map(String.init)
            var schema = version["schema"]["openAPIV3Schema"]
            var missing: String?
            for name in names where missing == nil {
                if schema["properties"][name].isNull { missing = name }
                schema = schema["properties"][name]
            }
            guard text.hasPrefix("."), names.first != "metadata", missing == nil else {
                let reason =
                    names.first == "metadata"
                    ? "must not point to fields in metadata" : "is an invalid path: does not refer to a valid field"
                faults.add(.invalid(place, .string(text), reason))
                continue
            }
            if !["string", "boolean", "integer"].contains(schema["type"].string ?? "") {
                let reason =
                    "must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed."
                faults.add(.invalid(place, .string(text), reason))
            }
            if !seen.insert(text).inserted { faults.add(.duplicate(place, .string(text))) }
        }
        if seen.count > 8 { faults.add(.tooMany(path, count: seen.count, limit: 8)) }
    }
}
