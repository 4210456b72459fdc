import KubeModel

/// Where a request goes, by its path and method alone.
struct RequestPath: Sendable, Hashable {
    var group = ""
    var version = ""
    /// Plural resource name; empty for a path that is not of a resource.
    var resource = ""
    var subresource = ""
    /// What follows a subresource, as in `proxy/…`.
    var rest: [String] = []
    var namespace = ""
    var name = ""
    /// The collection, where it is of a built-in kind and was found by the path's bytes.
    private(set) var endpoint: Endpoint?

    /// The path of a collection.
    init(_ endpoint: Endpoint) {
        self.endpoint = endpoint
        (group, version, resource) = (endpoint.info.group, endpoint.info.version, endpoint.info.plural)
    }

    /// Reads `/api/v1/…` and `/apis/<group>/<version>/…`; nil for any other path, discovery's included.
    /// Source: upstream's RequestInfoFactory.
    init?(_ segments: [String]) {
        var parts = segments[...]
        switch parts.popFirst() {
        case "api": break
        case "apis":
            guard let group = parts.popFirst() else { return nil }
            self.group = group
        default: return nil
        }
        guard let version = parts.popFirst(), !parts.isEmpty else { return nil }
        self.version = version
        if parts.first == "namespaces", parts.count > 1 {
            namespace = parts[parts.startIndex + 1]
            let own = parts.count == 2 || ["status", "finalize"].contains(parts[parts.startIndex + 2])
            if !own || group != "" { parts = parts.dropFirst(2) }
        }
        guard let resource = parts.popFirst() else { return nil }
        self.resource = resource
        name = parts.popFirst() ?? ""
        subresource = parts.popFirst() ?? ""
        rest = Array(parts)
    }
}

/// What is done to a resource. Source: Kubernetes authorization, request verbs.
enum Verb: String, Sendable {
    case get, list, watch, create, update, patch, delete, deletecollection

    /// Counts them from 0 to 7.
    var number: Int {
        switch self {
        case .get: 0
        case .list: 1
        case .watch: 2
        case .create: 3
        case .update: 4
        case .patch: 5
        case .delete: 6
        case .deletecollection: 7
        }
    }

    /// The verb of a method; nil when the method has none.
    init?(method: String, named: Bool, watching: Bool) {
        switch method {
        case "GET", "HEAD": self = watching ? .watch : named ? .get : .list
        case "POST": self = .create
        case "PUT": self = .update
        case "PATCH": self = .patch
        case "DELETE": self = named ? .delete : .deletecollection
        default: return nil
        }
    }
}
