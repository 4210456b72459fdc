package import Documents
package import Network

/// A request as handlers outside the resource pipeline see it: authenticated and authorised.
package struct RawRequest: Sendable {
    package let method: String
    /// The decoded path, as in `/openapi/v3/apis/apps/v1`.
    package let path: String
    package let query: [String: String]
    package let headers: HTTPFields
    package let user: UserInfo
    package init(method: String, path: String, query: [String: String], headers: HTTPFields, user: UserInfo) {
        (self.method, self.path, self.query, self.headers, self.user) = (method, path, query, headers, user)
    }
}

/// A path that is not of a resource: discovery, OpenAPI, health, metrics. Only GET and HEAD reach it.
package struct RawRoute: Sendable {
    /// The path; a route that ends in `/` takes every path below it, any other the path itself (with or without a closing slash).
    package let path: String
    /// - Throws: the `KubeStatus` that the client gets.
    package let handler: @Sendable (RawRequest) async throws -> HTTPResponse
    package init(_ path: String, _ handler: @escaping @Sendable (RawRequest) async throws -> HTTPResponse) {
        (self.path, self.handler) = (path, handler)
    }
}

/// A creation of a kind that is answered and never stored: reviews and token requests.
package struct CreateOnlyRequest: Sendable {
    /// The document sent, decoded and defaulted.
    package let object: Value
    /// Empty for cluster-scoped resources.
    package let namespace: String
    /// The name in the path, for subresources; else empty.
    package let name: String
    package let user: UserInfo
    package let dryRun: Bool
    package init(object: Value, namespace: String, name: String, user: UserInfo, dryRun: Bool) {
        (self.object, self.namespace, self.name, self.user, self.dryRun) = (object, namespace, name, user, dryRun)
    }
}

/// A resource that only answers POST and stores nothing.
package struct CreateOnlyResource: Sendable {
    package let group: String
    /// Plural, as in `subjectaccessreviews`; for a subresource its parent, as in `serviceaccounts`.
    package let resource: String
    /// Empty, or as in `token`.
    package let subresource: String
    /// The kind of its documents, as in `SubjectAccessReview`.
    package let kind: String
    /// Returns the document that answers; the pipeline answers 201.
    /// - Throws: the `KubeStatus` that the client gets.
    package let handler: @Sendable (CreateOnlyRequest) async throws -> Value
    package init(
        group: String, resource: String, subresource: String = "", kind: String,
        handler: @escaping @Sendable (CreateOnlyRequest) async throws -> Value
    ) {
        (self.group, self.resource, self.subresource, self.kind, self.handler) = (group, resource, subresource, kind, handler)
    }
}

extension CreateOnlyResource {
    static func key(_ group: String, _ resource: String, _ subresource: String) -> String { "\(group)/\(resource)/\(subresource)" }
}

/// The table of raw routes.
struct RawRoutes: Sendable {
    private var exact: [String: RawRoute] = [:]
    /// Longest first.
    private var prefixes: [RawRoute]

    init(_ routes: [RawRoute]) {
        for route in routes where exact[route.path] == nil { exact[route.path] = route }
        prefixes = routes.filter { $0.path.hasSuffix("/") && $0.path != "/" }.sorted { $0.path.utf8.count > $1.path.utf8.count }
    }
    /// The route that takes a path.
    func route(_ path: String) -> RawRoute? {
        if let route = exact[path] { return route }
        if path.hasSuffix("/"), let route = exact[String(path.dropLast())] { return route }
        return prefixes.first { path.hasPrefix($0.path) }
    }
}
