import Documents
import KubeModel

/// What a pod tells its containers of itself. Source: pkg/fieldpath, pkg/api/v1/resource.
struct DownwardValues {
    let text: PodText
    let settings: PodHostSettings
    /// The pod's addresses, the primary one first.
    let addresses: [String]

    /// The value of a `fieldRef`. - Throws: upstream's words.
    func field(_ path: String) throws(PodHostError) -> String {
        switch path {
        case "spec.nodeName": return text.spec["nodeName"].string ?? ""
        case "spec.serviceAccountName": return text.spec["serviceAccountName"].string ?? ""
        case "spec.restartPolicy": return text.spec["restartPolicy"].string ?? ""
        case "status.hostIP": return settings.nodeAddresses.first ?? ""
        case "status.hostIPs": return settings.nodeAddresses.joined(separator: ",")
        case "status.podIP": return addresses.first ?? ""
        case "status.podIPs": return addresses.joined(separator: ",")
        case "metadata.name": return text.name
        case "metadata.namespace": return text.namespace
        case "metadata.uid": return text.uid
        case "metadata.labels", "metadata.annotations":
            let members = text.pod["metadata"][String(path.dropFirst(9))].strings
            return members.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value.quoted)" }.joined(separator: "\n")
        default: return try member(path)
        }
    }
    /// `metadata.labels['key']` and the like.
    private func member(_ path: String) throws(PodHostError) -> String {
        guard path.hasSuffix("']"), let start = path.firstRange(of: "['") else { throw .config("unsupported fieldPath: \(path)") }
        let key = String(path[start.upperBound...].dropLast(2))
        switch path[..<start.lowerBound] {
        case "metadata.labels": return text.pod["metadata"]["labels"][key].string ?? ""
        case "metadata.annotations": return text.pod["metadata"]["annotations"][key].string ?? ""
        default: throw .config("fieldPath \(path.quoted) does not support subscript")
        }
    }

    /// The value of a `resourceFieldRef`; limits that are not set are those of the node. - Throws: upstream's words.
    func resource(_ reference: Value, of container: Value) throws(PodHostError) -> String {
        let name = reference["resource"].string ?? ""
        let given = reference["divisor"]
        let wished = Quantity(given) ?? .zero
        let divisor = wished == .zero ? Quantity(1) : wished
        let parts = name.split(separator: ".", maxSplits: 1).map(String.init)
        guard parts.count == 2, parts[0] == "limits" || parts[0] == "requests",
            ["cpu", "memory", "ephemeral-storage"].contains(parts[1]) || parts[1].hasPrefix("hugepages-")
        else { throw .config("Unsupported container resource : \(name)") }
        var amount = Quantity(container["resources"][parts[0]][parts[1]]) ?? .zero
        if parts[0] == "limits", amount == .zero, !parts[1].hasPrefix("hugepages-") { amount = settings.allocatable[parts[1]] ?? .zero }
        let (whole, part) = parts[1] == "cpu" ? (amount.milli, divisor.milli) : (amount.units, divisor.units)
        guard part > 0 else { return "0" }
        return String(whole / part + (whole % part > 0 ? 1 : 0))
    }

    /// The value of an `env[].valueFrom` or a downward item that names a field or resource; nil when it names neither.
    func value(_ source: Value, of container: Value?) throws(PodHostError) -> String? {
        if !source["fieldRef"].isNull { return try field(source["fieldRef"]["fieldPath"].string ?? "") }
        guard !source["resourceFieldRef"].isNull else { return nil }
        let reference = source["resourceFieldRef"]
        guard let name = reference["containerName"].string, !name.isEmpty else {
            guard let container else { throw .config("container  not found") }
            return try resource(reference, of: container)
        }
        guard let named = text.allContainers.first(where: { $0["name"].string == name }) else {
            throw .config("container \(name) not found")
        }
        return try resource(reference, of: named)
    }
}
