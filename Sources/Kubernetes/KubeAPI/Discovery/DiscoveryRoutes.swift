import Documents
package import KubeModel
import Network

/// The paths by which clients learn what is served.
package enum DiscoveryRoutes {
    /// `/api`, `/apis` and everything below them that is not a resource.
    /// - Parameter address: `host:port` where clients find the server.
    package static func routes(_ kinds: KindTable, address: String) -> [RawRoute] {
        let documents = DiscoveryDocuments(kinds: kinds, address: address)
        var routes = [
            root("/api", CachedDocument { documents.versions }, aggregated: CachedDocument { documents.aggregated(core: true) }),
            root("/apis", CachedDocument { documents.groups }, aggregated: CachedDocument { documents.aggregated(core: false) }),
        ]
        for (group, versions) in kinds.groups {
            if !group.isEmpty { routes.append(plain("/apis/\(group)", CachedDocument { documents.group(named: group) })) }
            for version in versions {
                let path = group.isEmpty ? "/api/\(version)" : "/apis/\(group)/\(version)"
                routes.append(plain(path, CachedDocument { documents.resources(group: group, version: version) }))
            }
        }
        return routes
    }

    /// The routes, and `/`, which lists their paths. Source: apiserver, routes.Index.
    static func indexed(_ routes: [RawRoute]) -> [RawRoute] {
        let paths = Set(routes.map { $0.path.hasSuffix("/") ? String($0.path.dropLast()) : $0.path })
        return routes + [plain("/", CachedDocument { ["paths": .array(paths.sorted().map(Value.string))] })]
    }

    private static func plain(_ path: String, _ document: CachedDocument) -> RawRoute {
        RawRoute(path) { request in
            try AcceptedTypes(request.headers["accept"]).requireJSON()
            return document.respond(to: request, headers: ["cache-control": "no-cache, private"])
        }
    }
    private static func root(_ path: String, _ document: CachedDocument, aggregated: CachedDocument) -> RawRoute {
        RawRoute(path) { request in
            let accepted = AcceptedTypes(request.headers["accept"])
            try accepted.requireJSON()
            guard accepted.aggregatedDiscovery else {
                return document.respond(to: request, headers: ["cache-control": "no-cache, private"])
            }
            return aggregated.respond(to: request, type: "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList")
        }
    }
}
