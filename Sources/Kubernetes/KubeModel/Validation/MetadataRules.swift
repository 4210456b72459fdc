import Documents

/// The rules of `metadata`. Source: apimachinery, api/validation, ValidateObjectMeta.
enum MetadataRules {
    static func check(_ kind: KindInfo, _ new: Value, _ old: Value?, _ path: FieldPath, _ faults: inout Faults) {
        let metadata = new["metadata"]
        names(kind, metadata, path, &faults)
        labels(metadata["labels"], path.child("labels"), &faults)
        annotations(metadata["annotations"], path.child("annotations"), &faults)
        owners(metadata["ownerReferences"], path.child("ownerReferences"), &faults)
        for finalizer in metadata["finalizers"].items {
            faults.invalid(path.child("finalizers"), finalizer, Names.qualifiedName(finalizer.string ?? ""))
        }
        if let old { update(metadata, old["metadata"], path, &faults) }
    }

    private static func names(_ kind: KindInfo, _ metadata: Value, _ path: FieldPath, _ faults: inout Faults) {
        let rule = rule(kind)
        if let prefix = metadata["generateName"].string, !prefix.isEmpty {
            let masked = prefix.hasSuffix("-") && prefix.utf8.count > 1 ? prefix.dropLast() + "a" : prefix
            faults.invalid(path.child("generateName"), .string(prefix), rule(masked))
        }
        if let name = metadata["name"].string, !name.isEmpty {
            faults.invalid(path.child("name"), .string(name), rule(name))
        } else {
            faults.add(.required(path.child("name"), "name or generateName is required"))
        }
        let namespace = metadata["namespace"].string ?? ""
        if !kind.namespaced {
            if !namespace.isEmpty { faults.add(.forbidden(path.child("namespace"), "not allowed on this type")) }
        } else if namespace.isEmpty {
            faults.add(.required(path.child("namespace")))
        } else {
            faults.invalid(path.child("namespace"), .string(namespace), Names.label(namespace))
        }
    }

    /// The grammar of a kind's names; subdomains unless said otherwise.
    private static func rule(_ kind: KindInfo) -> (String) -> [String] {
        switch kind.groupKind {
        case "Namespace": Names.label
        case "Service": Names.label1035
        case "CronJob.batch": { Names.subdomain($0) + ($0.utf8.count > 52 ? ["must be no more than 52 characters"] : []) }
        case "CertificateSigningRequest.certificates.k8s.io", "APIService.apiregistration.k8s.io": Names.pathSegment
        case "Role.rbac.authorization.k8s.io", "ClusterRole.rbac.authorization.k8s.io": Names.pathSegment
        case "RoleBinding.rbac.authorization.k8s.io", "ClusterRoleBinding.rbac.authorization.k8s.io": Names.pathSegment
        case "IPAddress.networking.k8s.io": Names.pathSegment
        default: Names.subdomain
        }
    }

    /// Labels of a document, a template or a selector.
    static func labels(_ labels: Value, _ path: FieldPath, _ faults: inout Faults) {
        for member in labels.object ?? [:] {
            faults.invalid(path, .string(member.key), Names.qualifiedName(member.key))
            faults.invalid(path, member.value, Names.labelValue(member.value.string ?? ""))
        }
    }
    /// Annotations of a document or a template.
    static func annotations(_ annotations: Value, _ path: FieldPath, _ faults: inout Faults) {
        var size = 0
        for member in annotations.object ?? [:] {
            let problems = Names.qualifiedName(member.key)
            if !problems.isEmpty { faults.invalid(path, .string(member.key), Names.qualifiedName(member.key.lowercased())) }
            size += member.key.utf8.count + (member.value.string?.utf8.count ?? 0)
        }
        if size > 256 << 10 { faults.add(.tooLong(path, limit: 256 << 10)) }
    }

    private static func owners(_ owners: Value, _ path: FieldPath, _ faults: inout Faults) {
        var controller: Value?
        for owner in owners.items {
            for (name, text) in [("apiVersion", "version"), ("kind", "kind"), ("name", "name"), ("uid", "uid")] where owner[name].isBlank {
                faults.add(.invalid(path.child(name), owner[name].isNull ? "" : owner[name], "\(text) must not be empty"))
            }
            guard owner["controller"] == true else { continue }
            if let first = controller {
                let names = (first["name"].string ?? "", owner["name"].string ?? "")
                let text = "Only one reference can have Controller set to true. Found \"true\" in references for \(names.0) and \(names.1)"
                faults.add(.invalid(path, owners, text))
            }
            controller = owner
        }
    }

    private static func update(_ new: Value, _ old: Value, _ path: FieldPath, _ faults: inout Faults) {
        for name in ["name", "namespace", "uid", "creationTimestamp"] where !old[name].isNull {
            faults.immutable(path.child(name), new[name].isNull ? "" : new[name], old[name])
        }
        guard !old["deletionTimestamp"].isNull else { return }
        let added = new["finalizers"].items.filter { !old["finalizers"].items.contains($0) }
        if !added.isEmpty {
            let list = added.map { ($0.string ?? "").quoted }.joined(separator: ", ")
            let text = "no new finalizers can be added if the object is being deleted, found new finalizers []string{\(list)}"
            faults.add(.forbidden(path.child("finalizers"), text))
        }
    }
}
