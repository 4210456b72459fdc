package import Documents

/// What a CustomResourceDefinition serves. Source: apiextensions.k8s.io/v1.
package enum CustomDefinition {
    /// The kind of the definitions themselves.
    package static let resource = "customresourcedefinitions.apiextensions.k8s.io"
    /// Where the store has them.
    package static let prefix = "apiextensions.k8s.io/customresourcedefinitions/"
    /// What holds a definition until its documents are gone.
    package static let finalizer = "customresourcecleanup.apiextensions.k8s.io"

    /// Whether a condition of a definition is true.
    package static func holds(_ condition: String, _ definition: Value) -> Bool {
        definition["status"]["conditions"].items.contains { $0["type"].string == condition && $0["status"] == "True" }
    }

    /// The resources that an established definition serves; none before.
    /// - Parameter since: the revision from which on documents are stored as the definition wants them.
    package static func kinds(_ definition: Value, since: Int64) -> [KindInfo] {
        guard holds("Established", definition) else { return [] }
        let (spec, names) = (definition["spec"], definition["status"]["acceptedNames"])
        let (group, plural) = (spec["group"].string ?? "", names["plural"].string ?? "")
        let kind = names["kind"].string ?? ""
        let stored = spec["versions"].items.first { $0["storage"] == true }?["name"].string ?? ""
        let namespaced = spec["scope"] == "Namespaced"
        let storage = Kind(group: group, version: stored, kind, prefix: "\(group)/\(plural)/", namespaced: namespaced)
        let texts = { (value: Value) in value.items.compactMap(\.string) }
        let leaves = !definition["metadata"]["deletionTimestamp"].isNull
        // Of a definition that goes away nothing new is made; its documents may still be let go.
        let verbs = everyVerb.filter { !leaves || $0 != "create" }
        return spec["versions"].items.filter { $0["served"] == true }.map { version in
            let name = version["name"].string ?? ""
            let type = "\(group.split(separator: ".").reversed().joined(separator: ".")).\(name).\(kind)"
            return KindInfo(
                group: group, version: name, kind: kind, plural: plural, singular: names["singular"].string ?? kind.lowercased(),
                shortNames: texts(names["shortNames"]), categories: texts(names["categories"]), namespaced: namespaced, verbs: verbs,
                subresources: subresources(version, group: group, kind: kind, type: type), storage: storage, typeName: type,
                custom: CustomKind(definition, version: version, since: since))
        }
    }
    private static let everyVerb = ["delete", "deletecollection", "get", "list", "patch", "create", "update", "watch"]

    private static func subresources(_ version: Value, group: String, kind: String, type: String) -> [Subresource] {
        let (parts, verbs) = (version["subresources"], ["get", "patch", "update"])
        var result: [Subresource] = []
        if parts["status"].object != nil {
            let name = version["name"].string ?? ""
            result.append(Subresource(name: "status", group: group, version: name, kind: kind, verbs: verbs, typeName: type))
        }
        if parts["scale"].object != nil {
            result.append(
                Subresource(
                    name: "scale", group: "autoscaling", version: "v1", kind: "Scale", verbs: verbs,
                    typeName: "io.k8s.api.autoscaling.v1.Scale"))
        }
        return result
    }

    /// Whether a version comes before another: released ones first, then beta and alpha, higher numbers first.
    /// Source: Kubernetes documentation, version priority.
    package static func precedes(_ left: String, _ right: String) -> Bool {
        switch (rank(left), rank(right)) {
        case (let left?, let right?): left.lexicographicallyPrecedes(right, by: >)
        case (nil, nil): left < right
        case (let left, _): left != nil
        }
    }
    /// `v1beta2` as 2, 1, 2; nil for a name of another form.
    private static func rank(_ version: String) -> [Int]? {
        guard version.hasPrefix("v") else { return nil }
        let rest = version.dropFirst()
        let major = rest.prefix { $0.isASCII && $0.isNumber }
        guard let number = Int(major) else { return nil }
        let tail = rest.dropFirst(major.count)
        if tail.isEmpty { return [3, number, 0] }
        for (name, stage) in [("beta", 2), ("alpha", 1)] where tail.hasPrefix(name) {
            return Int(tail.dropFirst(name.count)).map { [stage, number, $0] }
        }
        return nil
    }
}

extension CustomKind {
    /// A stored document as one of the definition's versions shows it. Source: conversion strategy None.
    package func served(_ stored: Value, as kind: KindInfo) -> Value {
        var document = reshaped(stored)
        document["apiVersion"] = .string(kind.apiVersion)
        return document
    }
}
