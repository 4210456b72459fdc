import KubeModel
import Network

extension APIServer {
    /// Who a request comes from.
    /// - Throws: `KubeStatus` Unauthorized for credentials that are not valid.
    func authenticate(_ request: HTTPRequest) async throws -> UserInfo {
        do {
            return try await authenticators.authenticate(request) ?? .anonymous
        } catch is AuthenticationFailure {
            throw KubeStatus.unauthorized
        }
    }

    /// What a request for a resource wants; a collection selected by one name counts as that name.
    func attributes(_ path: RequestPath, _ verb: Verb, _ query: Query, _ user: UserInfo) -> RequestAttributes {
        var attributes = RequestAttributes(user: user, verb: verb.rawValue)
        (attributes.group, attributes.version, attributes.resource) = (path.group, path.version, path.resource)
        (attributes.subresource, attributes.namespace, attributes.name) = (path.subresource, path.namespace, path.name)
        if path.name.isEmpty, [.list, .watch, .deletecollection].contains(verb), let selector = query["fieldSelector"],
            selector.hasPrefix("metadata.name="), !selector.contains(",")
        {
            attributes.name = String(selector.dropFirst("metadata.name=".count))
        }
        return attributes
    }

    /// Asks the authorisers in turn.
    /// - Throws: `KubeStatus` Forbidden in upstream's words.
    func authorize(_ attributes: RequestAttributes) throws(KubeStatus) { try authority.require(attributes) }
}
