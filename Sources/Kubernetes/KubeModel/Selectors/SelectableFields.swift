import Documents

/// The fields that documents can be selected by. Source: upstream's field label conversions and selectable fields.
enum SelectableFields {
    /// Besides the name and the namespace, by group and kind; `=` gives what an absent field counts as.
    private static let table: [String: [String]] = [
        "Pod": [
            "spec.nodeName", "spec.restartPolicy", "spec.schedulerName", "spec.serviceAccountName", "spec.hostNetwork=false",
            "status.phase",
            "status.podIP", "status.nominatedNodeName",
        ],
        "Node": ["spec.unschedulable=false"],
        "Namespace": ["status.phase"],
        "Secret": ["type"],
        "Service": ["spec.clusterIP", "spec.type"],
        "ReplicationController": ["status.replicas=0"],
        "ReplicaSet.apps": ["status.replicas=0"],
        "Job.batch": ["status.successful=0"],
        "CertificateSigningRequest.certificates.k8s.io": ["spec.signerName"],
        "ResourceSlice.resource.k8s.io": ["spec.driver", "spec.nodeName"],
        "Event": [
            "involvedObject.kind", "involvedObject.namespace", "involvedObject.name", "involvedObject.uid", "involvedObject.apiVersion",
            "involvedObject.resourceVersion", "involvedObject.fieldPath", "reason", "reportingComponent", "source", "type",
        ],
    ]
    private static let absent: [String: String] = {
        var result: [String: String] = [:]
        for field in table.values.joined() {
            let parts = field.split(separator: "=").map(String.init)
            if parts.count == 2 { result[parts[0]] = parts[1] }
        }
        return result
    }()

    /// The stored name of a field that a kind can be selected by.
    static func stored(_ field: String, _ kind: KindInfo) throws(SelectorError) -> String {
        if field == "metadata.name"
            || (field == "metadata.namespace" && (kind.namespaced || (kind.custom == nil && table[kind.groupKind] == nil)))
        {
            return field
        }
        if let custom = kind.custom {
            guard custom.selectableFields.contains(field) else { throw SelectorError("field label not supported: \(field)") }
            return field
        }
        var name = field
        var fields = table[kind.groupKind]
        if kind.group == "events.k8s.io" {
            fields = table["Event"]
            if field.hasPrefix("regarding.") { name = "involvedObject." + field.dropFirst("regarding.".count) }
            if field == "reportingController" { name = "reportingComponent" }
            if field.hasPrefix("involvedObject.") || field == "source" || field == "reportingComponent" { fields = [] }
        }
        guard let fields else {
            throw SelectorError("\(field.quoted) is not a known field selector: only \"metadata.name\", \"metadata.namespace\"")
        }
        guard fields.contains(where: { $0 == name || $0.hasPrefix(name + "=") }) else {
            throw SelectorError("field label not supported: \(field)")
        }
        return name
    }

    /// The text of a field of a stored document.
    static func text(_ field: String, _ document: Value) -> String {
        switch field {
        case "status.successful": return document["status"]["succeeded"].int.map(String.init) ?? "0"
        case "source": return document["source"]["component"].string ?? document["reportingComponent"].string ?? ""
        default: break
        }
        switch document[path: field.split(separator: ".").map(String.init)] {
        case .string(let text): return text
        case .int(let number): return String(number)
        case .bool(let truth): return String(truth)
        default: return absent[field] ?? ""
        }
    }
}
