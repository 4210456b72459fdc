import Documents
import KubeModel

/// What discovery says about the served resources, as documents. Source: meta/v1 and apidiscovery.k8s.io/v2.
struct DiscoveryDocuments: Sendable {
    let kinds: KindTable
    /// `host:port` where clients find the server.
    let address: String

    /// `/api`
    var versions: Value {
        let addresses: Value = [["clientCIDR": "0.0.0.0/0", "serverAddress": .string(address)]]
        let versions = kinds.groups.filter { $0.group.isEmpty }.flatMap(\.versions)
        return ["kind": "APIVersions", "versions": versions.value, "serverAddressByClientCIDRs": addresses]
    }
    /// `/apis`
    var groups: Value {
        let groups = kinds.groups.filter { !$0.group.isEmpty }.map { group($0.group, $0.versions) }
        return ["kind": "APIGroupList", "apiVersion": "v1", "groups": .array(groups)]
    }
    /// `/apis/<group>`
    func group(named name: String) -> Value {
        let versions = kinds.groups.first { $0.group == name }?.versions ?? []
        var document: Value = ["kind": "APIGroup", "apiVersion": "v1"]
        for member in group(name, versions).object ?? [:] { document[member.key] = member.value }
        return document
    }
    private func group(_ name: String, _ versions: [String]) -> Value {
        let listed: [Value] = versions.map { ["groupVersion": .string("\(name)/\($0)"), "version": .string($0)] }
        return ["name": .string(name), "versions": .array(listed), "preferredVersion": listed.first ?? .null]
    }

    /// `/api/v1` and `/apis/<group>/<version>`
    func resources(group: String, version: String) -> Value {
        let rows = kinds.resources(group: group, version: version)
        let entries = rows.flatMap { row in [entry(row)] + row.subresources.map { entry(row, $0) } }
        return [
            "kind": "APIResourceList", "apiVersion": "v1", "groupVersion": .string(group.isEmpty ? version : "\(group)/\(version)"),
            "resources": .array(entries.sorted { ($0["name"].string ?? "") < ($1["name"].string ?? "") }),
        ]
    }
    private func entry(_ row: KindInfo) -> Value {
        var entry: Value = [
            "name": .string(row.plural), "singularName": .string(row.singular), "namespaced": .bool(row.namespaced),
            "kind": .string(row.kind), "verbs": row.verbs.value,
        ]
        if !row.shortNames.isEmpty { entry["shortNames"] = row.shortNames.value }
        if !row.categories.isEmpty { entry["categories"] = row.categories.value }
        return entry
    }
    private func entry(_ row: KindInfo, _ part: Subresource) -> Value {
        var entry: Value = ["name": .string("\(row.plural)/\(part.name)"), "singularName": "", "namespaced": .bool(row.namespaced)]
        if part.group != row.group || part.version != row.version {
            if !part.group.isEmpty { entry["group"] = .string(part.group) }
            entry["version"] = .string(part.version)
        }
        entry["kind"] = .string(part.kind)
        entry["verbs"] = part.verbs.value
        return entry
    }

    /// Everything below `/api` or `/apis` in one document.
    func aggregated(core: Bool) -> Value {
        let items: [Value] = kinds.groups.filter { $0.group.isEmpty == core }.map { group in
            let versions: [Value] = group.versions.map { version in
                let rows = kinds.resources(group: group.group, version: version).sorted { $0.plural < $1.plural }
                return ["version": .string(version), "resources": .array(rows.map(aggregate)), "freshness": "Current"]
            }
            return ["metadata": core ? ["creationTimestamp": .null] : ["name": .string(group.group)], "versions": .array(versions)]
        }
        return ["kind": "APIGroupDiscoveryList", "apiVersion": "apidiscovery.k8s.io/v2", "metadata": [:], "items": .array(items)]
    }
    private func aggregate(_ row: KindInfo) -> Value {
        var entry: Value = [
            "resource": .string(row.plural), "responseKind": kind(row.group, row.version, row.kind),
            "scope": row.namespaced ? "Namespaced" : "Cluster", "singularResource": .string(row.singular), "verbs": row.verbs.value,
        ]
        if !row.shortNames.isEmpty { entry["shortNames"] = row.shortNames.value }
        if !row.categories.isEmpty { entry["categories"] = row.categories.value }
        if !row.subresources.isEmpty {
            entry["subresources"] = .array(
                row.subresources.sorted { $0.name < $1.name }.map { part in
                    [
                        "subresource": .string(part.name), "responseKind": kind(part.group, part.version, part.kind),
                        "verbs": part.verbs.value,
                    ]
                })
        }
        return entry
    }
    private func kind(_ group: String, _ version: String, _ kind: String) -> Value {
        ["group": .string(group), "version": .string(version), "kind": .string(kind)]
    }
}
