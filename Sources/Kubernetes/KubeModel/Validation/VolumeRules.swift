import Documents

// The rules of the sources of volumes beyond what a table can say. Source: core/validation, validateVolumeSource.
extension TypeRules {
    static let volumeSources: [(String, FieldRules.TypeRule)] = [
        ("core.v1.ISCSIVolumeSource", storagePortal), ("core.v1.ISCSIPersistentVolumeSource", storagePortal),
        ("core.v1.FCVolumeSource", fibreChannel), ("core.v1.FlexVolumeSource", flexVolume),
        ("core.v1.FlexPersistentVolumeSource", flexVolume), ("core.v1.FlockerVolumeSource", flocker),
        ("core.v1.NFSVolumeSource", networkFiles), ("core.v1.GitRepoVolumeSource", repository),
        ("core.v1.AzureDiskVolumeSource", azureDisk), ("core.v1.EmptyDirVolumeSource", emptyDirectory),
        ("core.v1.DownwardAPIVolumeFile", podFile), ("core.v1.ProjectedVolumeSource", projection),
        ("core.v1.LocalVolumeSource", localVolume), ("core.v1.EphemeralVolumeSource", ephemeral), ("core.v1.CSIVolumeSource", inlineDriver),
    ]

    private static func storagePortal(_ source: Object, _ path: FieldPath, _ faults: inout Faults) {
        for (field, shown) in [("iqn", "iqn"), ("initiatorName", "initiatorname")] {
            guard let text = source[field]?.string, !text.isEmpty, let problem = portalProblem(text) else { continue }
            faults.add(.invalid(path.child(shown), .string(text), problem))
        }
        if source["chapAuthDiscovery"] == true || source["chapAuthSession"] == true, source["secretRef"] == nil {
            faults.add(.required(path.child("secretRef")))
        }
    }
    /// What is wrong with the name of a storage node: `iqn.yyyy-mm.name`, `eui.` and 16 digits, `naa.` and 16 or 32.
    private static func portalProblem(_ text: String) -> String? {
        let problem = "must be valid format"
        let rest = text.dropFirst(4)
        switch text.prefix(3) {
        case "iqn":
            let parts = rest.split(separator: ".", maxSplits: 1)
            let date = parts.first?.split(separator: "-").map { $0.utf8.count } ?? []
            let isDated = date == [4, 2] && parts[0].allSatisfy { $0.isNumber || $0 == "-" }
            return text.hasPrefix("iqn.") && isDated && parts.count == 2 ? nil : problem
        case "eui": return text.hasPrefix("eui.") && rest.utf8.count == 16 && rest.allSatisfy(\.isHexDigit) ? nil : problem
        case "naa": return text.hasPrefix("naa.") && [16, 32].contains(rest.utf8.count) && rest.allSatisfy(\.isHexDigit) ? nil : problem
        default: return problem + " starting with iqn, eui, or naa"
        }
    }
    private static func fibreChannel(_ source: Object, _ path: FieldPath, _ faults: inout Faults) {
        let (names, ids) = (source["targetWWNs"] ?? .null, source["wwids"] ?? .null)
        let place = path.child("targetWWNs")
        if names.isBlank, ids.isBlank { faults.add(.required(place, "must specify either targetWWNs or wwids, but not both")) }
        guard !names.isBlank else { return }
        if !ids.isBlank { faults.add(.invalid(place, names, "targetWWNs and wwids can not be specified simultaneously")) }
        if source["lun"] == nil { faults.add(.required(path.child("lun"), "lun is required if targetWWNs is specified")) }
    }
    private static func flexVolume(_ source: Object, _ path: FieldPath, _ faults: inout Faults) {
        for option in source["options"]?.object ?? [:] {
            let name = "." + (option.key.split(separator: "/", maxSplits: 1).first ?? "").lowercased()
            guard [".kubernetes.io", ".k8s.io"].contains(where: name.hasSuffix) else { continue }
            let text = "kubernetes.io and k8s.io namespaces are reserved"
            faults.add(.invalid(path.child("options").key(option.key), .string(option.key), text))
        }
    }
    private static func flocker(_ source: Object, _ path: FieldPath, _ faults: inout Faults) {
        let (name, id) = (source["datasetName"]?.string ?? "", source["datasetUUID"]?.string ?? "")
        if name.isEmpty, id.isEmpty { faults.add(.required(path, "one of datasetName and datasetUUID is required")) }
        if !name.isEmpty, !id.isEmpty {
            faults.add(.invalid(path, "resource", "datasetName and datasetUUID can not be specified simultaneously"))
        }
        if name.contains("/") { faults.add(.invalid(path.child("datasetName"), .string(name), "must not contain '/'")) }
    }
    private static func networkFiles(_ source: Object, _ path: FieldPath, _ faults: inout Faults) {
        let text = source["path"]?.string ?? ""
        if !text.hasPrefix("/") { faults.add(.invalid(path.child("path"), .string(text), "must be an absolute path")) }
    }
    private static func repository(_ source: Object, _ path: FieldPath, _ faults: inout Faults) {
        descending(source["directory"]?.string ?? "", path.child("directory"), &faults)
    }
    private static func azureDisk(_ source: Object, _ path: FieldPath, _ faults: inout Faults) {
        guard let text = source["diskURI"]?.string, !text.isEmpty else { return }
        if source["kind"] == "Managed", !text.hasPrefix("/subscriptions/") {
            faults.add(
                .notSupported(
                    path.child("diskURI"), .string(text),
                    ["/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}"]))
        }
        if source["kind"] == "Dedicated" || source["kind"] == "Shared", !text.hasPrefix("https://") {
            faults.add(
                .notSupported(
                    path.child("diskURI"), .string(text), ["https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd"])
            )
        }
    }
    private static func emptyDirectory(_ source: Object, _ path: FieldPath, _ faults: inout Faults) {
        if let limit = source["sizeLimit"], let amount = Quantity(limit), amount.sign < 0 {
            faults.add(.forbidden(path.child("sizeLimit"), "SizeLimit field must be a valid resource quantity"))
        }
    }
    private static func localVolume(_ source: Object, _ path: FieldPath, _ faults: inout Faults) {
        let text = source["path"]?.string ?? ""
        if text.split(separator: "/").contains("..") { faults.add(.invalid(path.child("path"), .string(text), "must not contain '..'")) }
    }
    private static func inlineDriver(_ source: Object, _ path: FieldPath, _ faults: inout Faults) {
        guard let reference = source["nodePublishSecretRef"], reference["name"].isBlank else { return }
        faults.add(.required(path.child("nodePublishSecretRef").child("name")))
    }
    private static func ephemeral(_ source: Object, _ path: FieldPath, _ faults: inout Faults) {
        guard let template = source["volumeClaimTemplate"] else { return }
        let place = path.child("volumeClaimTemplate").child("metadata")
        MetadataRules.labels(template["metadata"]["labels"], place.child("labels"), &faults)
        MetadataRules.annotations(template["metadata"]["annotations"], place.child("annotations"), &faults)
        for name in ["name", "generateName", "namespace", "ownerReferences", "finalizers"] where !template["metadata"][name].isBlank {
            faults.add(.forbidden(place.child(name), "may not be set"))
        }
    }

    private static func podFile(_ file: Object, _ path: FieldPath, _ faults: inout Faults) {
        descending(file["path"]?.string ?? "", path.child("path"), &faults)
        switch (file["fieldRef"], file["resourceFieldRef"]) {
        case (nil, nil): faults.add(.required(path, "one of fieldRef and resourceFieldRef is required"))
        case (.some, .some):
            faults.add(.invalid(path, "resource", "fieldRef and resourceFieldRef can not be specified simultaneously"))
        case (nil, let resource?):
            if resource["containerName"].isBlank { faults.add(.required(path.child("resourceFieldRef").child("containerName"))) }
        default: break
        }
    }
    private static func projection(_ volume: Object, _ path: FieldPath, _ faults: inout Faults) {
        var paths: Set<String> = []
        for (index, source) in (volume["sources"]?.items ?? []).enumerated() {
            let place = path.child("sources").index(index)
            if (source.object?.count ?? 0) > 1 {
                faults.add(.forbidden(place, "may not specify more than 1 volume type per source"))
            }
            for kind in ["secret", "configMap", "downwardAPI"] where !source[kind].isNull {
                for item in source[kind]["items"].items {
                    let text = item["path"].string ?? ""
                    guard !text.isEmpty, !paths.insert(text).inserted else { continue }
                    let shown = kind == "downwardAPI" ? .string(text) : source[kind]["name"]
                    faults.add(.invalid(path, shown, "conflicting duplicate paths"))
                }
            }
            if let bundle = source["clusterTrustBundle"].object { trust(bundle, place.child("clusterTrustBundle"), &faults) }
        }
    }
    private static func trust(_ bundle: Object, _ path: FieldPath, _ faults: inout Faults) {
        switch (bundle["name"], bundle["signerName"]) {
        case (.some, .some): faults.add(.invalid(path, .object(bundle), "only one of name and signerName may be used"))
        case (nil, nil): faults.add(.required(path, "either name or signerName must be specified"))
        case (.some, nil):
            if let selector = bundle["labelSelector"] {
                faults.add(.invalid(path.child("labelSelector"), selector, "labelSelector must be unset if name is specified"))
            }
        default: break
        }
        descending(bundle["path"]?.string ?? "", path.child("path"), &faults)
    }

    /// A path that stays below where it begins, and whose first part is no name that is kept for others.
    static func descending(_ text: String, _ path: FieldPath, _ faults: inout Faults) {
        if text.hasPrefix("/") { faults.add(.invalid(path, .string(text), "must be a relative path")) }
        if text.split(separator: "/").contains("..") {
            faults.add(.invalid(path, .string(text), "must not contain '..'"))
        } else if text.hasPrefix("..") {
            faults.add(.invalid(path, .string(text), "must not start with '..'"))
        }
    }
}
