import Cryptography
import Documents
import KubeModel
import Network

/// Discovery of the APIs that services serve, beside this server's own. Source: kube-aggregator, apisHandler and discovery manager.
extension APIServer {
    /// Answers a path outside the resources when it is an aggregated API's; nil when it is not.
    func aggregatedRoute(_ request: HTTPRequest, path: String, _ user: UserInfo) async -> HTTPResponse? {
        let parts = path.split(separator: "/").map(String.init)
        guard parts.count >= 2, parts[0] == "apis", route(path) == nil else { return nil }
        if parts.count >= 3 {
            guard let service = aggregatedService(group: parts[1], version: parts[2]) else { return nil }
            return await aggregate(request, to: service, as: user)
        }
        let services = aggregatedServices().filter { $0.group == parts[1] }
        guard !services.isEmpty else { return nil }
        var document: Value = ["kind": "APIGroup", "apiVersion": "v1"]
        for member in Self.group(parts[1], services).object ?? [:] { document[member.key] = member.value }
        return HTTPResponse(200, headers: ["content-type": "application/json"], body: .bytes(JSON.encode(document)))
    }

    /// `/apis` with the aggregated groups behind this server's own.
    func withAggregatedGroups(_ response: HTTPResponse, _ request: HTTPRequest) -> HTTPResponse {
        let services = aggregatedServices().filter { kinds.resources(group: $0.group, version: $0.version).isEmpty }
        guard !services.isEmpty, response.status == 200, case .bytes(let bytes) = response.body, var document = try? JSON.parse(bytes)
        else {
            return response
        }
        let names = services.reduce(into: [String]()) { if !$0.contains($1.group) { $0.append($1.group) } }
        let merged = response.headers["content-type"]?.contains("as=APIGroupDiscoveryList") == true
        let groups = names.map { name in
            let members = services.filter { $0.group == name }
            return merged ? aggregatedGroup(name, members) : Self.group(name, members)
        }
        let field = merged ? "items" : "groups"
        document[field] = .array(document[field].items + groups)
        var answer = response
        let text = JSON.encode(document)
        let tag = "\"\(Hex.encode(SHA256.hash(text)).uppercased())\""
        if answer.headers["etag"] != nil { answer.headers["etag"] = tag }
        if request.headers["if-none-match"] == tag {
            (answer.status, answer.body) = (304, .empty)
        } else {
            answer.body = .bytes(text)
        }
        return answer
    }

    private static func group(_ name: String, _ services: [AggregatedService]) -> Value {
        let versions: [Value] = services.sorted { $0.versionPriority > $1.versionPriority }.map {
            ["groupVersion": .string($0.groupVersion), "version": .string($0.version)]
        }
        return ["name": .string(name), "versions": .array(versions), "preferredVersion": versions.first ?? .null]
    }

    /// A group in the aggregated form; versions that do not answer are stale.
    private func aggregatedGroup(_ name: String, _ services: [AggregatedService]) -> Value {
        let versions: [Value] = services.sorted { $0.versionPriority > $1.versionPriority }.map { service in
            var version: Value = ["version": .string(service.version)]
            let list = aggregator.resources(service.groupVersion)
            if let list { version["resources"] = .array(Self.resources(list, service)) }
            version["freshness"] = service.isAvailable && list != nil ? "Current" : "Stale"
            return version
        }
        return ["metadata": ["name": .string(name)], "versions": .array(versions)]
    }

    /// The rows of an APIResourceList in the aggregated form.
    private static func resources(_ list: Value, _ service: AggregatedService) -> [Value] {
        func kind(_ row: Value) -> Value {
            [
                "group": row["group"].isNull ? .string(service.group) : row["group"],
                "version": row["version"].isNull ? .string(service.version) : row["version"], "kind": row["kind"],
            ]
        }
        let rows = list["resources"].items
        return rows.filter { $0["name"].string?.contains("/") == false }.map { row in
            let name = row["name"].string ?? ""
            var entry: Value = [
                "resource": row["name"], "responseKind": kind(row), "scope": row["namespaced"] == true ? "Namespaced" : "Cluster",
                "singularResource": row["singularName"], "verbs": row["verbs"],
            ]
            for field in ["shortNames", "categories"] where !row[field].isNull { entry[field] = row[field] }
            let parts = rows.filter { $0["name"].string?.hasPrefix(name + "/") == true }
            guard !parts.isEmpty else { return entry }
            entry["subresources"] = .array(
                parts.map { part in
                    [
                        "subresource": .string(String((part["name"].string ?? "").dropFirst(name.count + 1))),
                        "responseKind": kind(part), "verbs": part["verbs"],
                    ]
                })
            return entry
        }
    }
}
