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
