import Control
import KubeModel
import Network

extension APIServer {
    /// Who a request comes from: as its connection remembers, or found out anew.
    /// - Throws: `KubeStatus` Unauthorized for credentials that are not valid.
    func authenticate(_ request: HTTPRequest, now: Timestamp) async throws -> Caller {
        if let known = knownCaller(request, now: now) { return known }
        do { return try await recognise(request) } catch is AuthenticationFailure {
            guard configuration.isShared else { throw KubeStatus.unauthorized }
        }
        // Another server may have issued what this one does not know yet.
        try await catchUp()
        do { return try await recognise(request) } catch is AuthenticationFailure { throw KubeStatus.unauthorized }
    }
    private func recognise(_ request: HTTPRequest) async throws -> Caller {
        let credential = request.headers["authorization"]
        let standing = try await authenticators.authenticate(request) ?? .bound(.anonymous)
        let caller = Caller(standing, credential: credential)
        // A WebSocket may carry its token elsewhere.
        if let memory = request.peer.memory, caller.canBeKept, credential != nil || request.headers["upgrade"] == nil {
            CallerMemory.of(memory).add(caller)
        }
        return caller
    }

    /// The caller whose credentials the connection has shown before, if they still stand for him.
    func knownCaller(_ request: HTTPRequest, now: Timestamp) -> Caller? {
        guard let memory = request.peer.memory?.value as? CallerMemory else { return nil }
        let credential = request.headers["authorization"]
        guard credential != nil || request.headers["upgrade"] == nil else { return nil }
        return memory.find(credential).flatMap { $0.stands(now) ? $0 : nil }
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

    /// Asks the authorisers in turn, unless the like was allowed before and nothing has changed since.
    /// - Throws: `KubeStatus` Forbidden in upstream's words.
    func authorize(_ path: RequestPath, _ verb: Verb, _ query: Query, _ caller: Caller) throws(KubeStatus) {
        guard let endpoint = path.endpoint, let stamp = accessStamp?() else {
            return try authority.require(attributes(path, verb, query, caller.user))
        }
        let known = caller.mayDo(verb, endpoint, path, at: stamp)
        if known == true { return }
        var attributes = attributes(path, verb, query, caller.user)
        if known == nil {
            // What is allowed without regard to the name is allowed for every name.
            let name = attributes.name
            attributes.name = ""
            let isAllowed = authority.allows(attributes)
            caller.note(verb, endpoint, path, isAllowed: isAllowed, at: stamp)
            if isAllowed { return }
            attributes.name = name
        }
        try authority.require(attributes)
    }

    /// Asks the authorisers in turn.
    /// - Throws: `KubeStatus` Forbidden in upstream's words.
    func authorize(_ attributes: RequestAttributes) throws(KubeStatus) { try authority.require(attributes) }
}
