import Documents

// The rules of volumes, namespaces and certificate requests. Source: core/validation and certificates/validation.
extension KindRules {
    /// What a volume's spec has besides the description of where it is.
    private static let ownFields: Set = [
        "accessModes", "capacity", "claimRef", "mountOptions", "nodeAffinity", "persistentVolumeReclaimPolicy", "storageClassName",
        "volumeAttributesClassName", "volumeMode",
    ]

    static func persistentVolume(_ new: Value, _ old: Value?, _ faults: inout Faults) {
        let (spec, path) = (new["spec"], FieldPath("spec"))
        func sources(_ spec: Value) -> [Object.Member] {
            (spec.object ?? [:]).filter { !ownFields.contains($0.key) }.sorted { $0.key < $1.key }
        }
        let found = sources(spec)
        if found.isEmpty { faults.add(.required(path, "must specify a volume type")) }
        for source in found.dropFirst() { faults.add(.forbidden(path.child(source.key), "may not specify more than 1 volume type")) }
        TypeRules.accessModes(spec["accessModes"], path.child("accessModes"), &faults)
        if !spec["local"].isNull, spec["nodeAffinity"].isNull {
            faults.add(.required(path.child("nodeAffinity"), "Local volume requires node affinity"))
        }
        let isRoot = spec["hostPath"]["path"].string?.split(separator: "/").isEmpty == true
        if isRoot, spec["persistentVolumeReclaimPolicy"] == "Recycle" {
            faults.add(.forbidden(path.child("persistentVolumeReclaimPolicy"), "may not be 'recycle' for a hostPath mount of '/'"))
        }
        if let name = spec["volumeAttributesClassName"].string {
            if name.isEmpty { faults.add(.required(path.child("volumeAttributesClassName"), "an empty string is disallowed")) }
            if spec["csi"].isNull { faults.add(.required(path.child("csi"), "has to be specified when using volumeAttributesClassName")) }
        }
        let capacity = spec["capacity"]
        if !capacity.isBlank {
            if capacity["storage"].isNull || (capacity.object?.count ?? 0) > 1 {
                faults.add(.notSupported(path.child("capacity"), capacity, ["storage"]))
            } else if let amount = Quantity(capacity["storage"]), amount.sign <= 0 {
                faults.add(.invalid(path.child("capacity").key("storage"), capacity["storage"], "must be greater than zero"))
            }
        }
        guard let old else { return }
        if found.map(\.value) != sources(old["spec"]).map(\.value) {
            let text = "spec.persistentvolumesource is immutable after creation"
            faults.add(.forbidden(FieldPath("spec", "persistentvolumesource"), text))
        }
        faults.immutable(path.child("volumeMode"), spec["volumeMode"], old["spec"]["volumeMode"])
        let (before, after) = (old["spec"]["nodeAffinity"], spec["nodeAffinity"])
        if !before.isNull, modern(after) != modern(before) {
            faults.add(.invalid(FieldPath("nodeAffinity"), after, "field is immutable"))
        }
    }
    /// A node affinity by the names that labels have now: those may take the place of older ones.
    private static func modern(_ affinity: Value) -> Value {
        let names = [
            "failure-domain.beta.kubernetes.io/zone": "topology.kubernetes.io/zone",
            "failure-domain.beta.kubernetes.io/region": "topology.kubernetes.io/region",
            "beta.kubernetes.io/instance-type": "node.kubernetes.io/instance-type", "beta.kubernetes.io/os": "kubernetes.io/os",
            "beta.kubernetes.io/arch": "kubernetes.io/arch",
        ]
        let terms = affinity["required"]["nodeSelectorTerms"].items.map { term -> Value in
            let expressions = term["matchExpressions"].items.map { expression -> Value in
                var expression = expression
                if let name = expression["key"].string.flatMap({ names[$0] }) { expression["key"] = .string(name) }
                return expression
            }
            return ["matchExpressions": .array(expressions), "matchFields": term["matchFields"]]
        }
        return .array(terms)
    }

    static func claim(_ new: Value, _ old: Value?, _ faults: inout Faults) {
        guard let old else { return }
        let path = FieldPath("spec")
        var (after, before) = (new["spec"], old["spec"])
        let (size, told) = (Quantity(after["resources"]["requests"]["storage"]), Quantity(before["resources"]["requests"]["storage"]))
        let isBound = old["status"]["phase"] == "Bound"
        // Bound claims grow; one that could not grow may ask for less again, down to what it has.
        if isBound { after["resources"]["requests"]["storage"] = before["resources"]["requests"]["storage"] }
        if before["volumeName"].isBlank { (after["volumeName"], before["volumeName"]) = (.null, .null) }
        if before["storageClassName"].isNull { (after["storageClassName"], before["storageClassName"]) = (.null, .null) }
        let name = "volumeAttributesClassName"
        if !before[name].isBlank, after[name].isBlank {
            faults.add(.forbidden(path.child(name), "update from non-nil value to nil is forbidden"))
        }
        (after[name], before[name]) = (.null, .null)
        if after != before {
            let text = "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims"
            faults.add(.forbidden(path, text))
        }
        if isBound, let size, let told, size < told, let has = Quantity(old["status"]["capacity"]["storage"]), size <= has {
            let place = path.child("resources").child("requests").child("storage")
            faults.add(.forbidden(place, "field can not be less than status.capacity"))
        }
    }

    static func namespace(_ new: Value, _ old: Value?, _ faults: inout Faults) {
        for finalizer in new["spec"]["finalizers"].items where finalizer != "kubernetes" {
            let text = finalizer.string ?? ""
            faults.invalid(FieldPath("spec", "finalizers"), finalizer, Names.qualifiedName(text))
            if !text.contains("/") {
                faults.add(
                    .invalid(
                        FieldPath("spec", "finalizers"), finalizer, "name is neither a standard finalizer name nor is it fully qualified"))
            }
        }
    }

    private static let keyUsages = [
        "any", "cert sign", "client auth", "code signing", "content commitment", "crl sign", "data encipherment", "decipher only",
        "digital signature", "email protection", "encipher only", "ipsec end system", "ipsec tunnel", "ipsec user", "key agreement",
        "key encipherment", "microsoft sgc", "netscape sgc", "ocsp signing", "s/mime", "server auth", "signing", "timestamping",
    ]

    static func certificateRequest(_ new: Value, _ old: Value?, _ faults: inout Faults) {
        let usages = new["spec"]["usages"].items
        let place = FieldPath("spec", "usages")
        for (index, usage) in usages.enumerated() where !keyUsages.contains(usage.string ?? "") {
            faults.add(.notSupported(place.index(index), usage, keyUsages))
        }
        faults.unique(usages) { place.index($0) }
        let path = FieldPath("spec", "signerName")
        guard let name = new["spec"]["signerName"].string, !name.isEmpty, old == nil else { return }
        let parts = name.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, parts[0].contains("."), !parts[1].isEmpty else {
            let text = "must be a fully qualified domain and path of the form 'example.com/signer-name'"
            return faults.add(.invalid(path, .string(name), text))
        }
        for (index, label) in parts[0].split(separator: ".", omittingEmptySubsequences: false).enumerated() {
            for problem in Names.label(String(label)) {
                faults.add(.invalid(path, .string(parts[0]), "validating label \"\(label)\" of segment \(index): \(problem)"))
            }
        }
        faults.invalid(path, .string(parts[1]), Names.subdomain(parts[1]))
    }
}
