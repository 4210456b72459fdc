import KubeModel
import Network

extension APIServer {
    /// Who a request comes from.
    /// - Throws: `KubeStatus` Unauthorized for credentials that are not valid.
    func authenticate(_ request: HTTPRequest) async throws -> UserInfo {
        if let local = request.peer.local {
            return UserInfo(local.user, groups: local.groups + (local.groups.contains(Self.authenticated) ? [] : [Self.authenticated]))
        }
        do {
            for authenticator in authenticators { if let user = try await authenticator.authenticate(request) { return user } }
        } catch is AuthenticationFailure {
            throw KubeStatus.unauthorized
        }
        return .anonymous
    }
    private static let authenticated = "system:authenticated"

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
