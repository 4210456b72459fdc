import Control
import Documents
import KubeModel
package import Network
import Storage

extension APIServer {
    /// Answers one request; whatever goes wrong becomes a `Status` document.
    package func respond(to request: HTTPRequest) async -> HTTPResponse {
        let start = clock.now
        var figures: Figures?
        let response = await answered { try await answer(request, start, &figures) }
        let series = figures?.series ?? metrics.series(APIMetrics.Labels(verb: request.method))
        // A watch takes as long as its client likes, so its time says nothing.
        let seconds = figures?.verb == .watch ? nil : Double((clock.now - start) / .nanoseconds(1)) / 1e9
        series.record(code: response.status, seconds: seconds)
        return response
    }

    /// Where a request is counted.
    private struct Figures {
        let verb: Verb
        let series: APIMetrics.Series
    }

    /// The answer, or the refusal as a response.
    func answered(_ answer: () async throws -> HTTPResponse) async -> HTTPResponse {
        do {
            return try await answer()
        } catch let refusal as TooManyRequests {
            return refusal.response
        } catch let status as KubeStatus {
            return Self.failure(status)
        } catch HTTPError.bodyTooLarge(let limit) {
            return Self.failure(.tooLarge(limit: limit))
        } catch let error as HTTPError {
            return Self.failure(.badRequest("unable to read the request: \(error)"))
        } catch {
            return Self.failure(.internalError("\(error)"))
        }
    }

    /// A refusal as a response.
    static func failure(_ status: KubeStatus) -> HTTPResponse {
        var headers: HTTPFields = ["content-type": "application/json", "cache-control": "no-cache, private"]
        if let seconds = status.details?.retryAfterSeconds, seconds > 0 { headers["retry-after"] = "\(seconds)" }
        return HTTPResponse(status.code, headers: headers, body: .bytes(JSON.encode(status.document)))
    }

    private func answer(_ request: HTTPRequest, _ now: Timestamp, _ figures: inout Figures?) async throws -> HTTPResponse {
        guard let target = RequestTarget(request.target, endpoints) else { throw KubeStatus.badRequest("the path has a malformed escape") }
        let query = target.query
        let caller = try Impersonation(authorizer: authority).apply(request.headers, to: try await authenticate(request, now: now))
        let user = caller.user
        guard let path = target.resource else {
            return try await answerRaw(request, path: "/" + target.segments.joined(separator: "/"), query, user)
        }
        let watching = query.flag("watch") && (path.name.isEmpty || path.subresource.isEmpty)
        guard let verb = Verb(method: request.method, named: !path.name.isEmpty, watching: watching) else {
            return try await answerWithoutVerb(request, path, query, user)
        }
        figures = Figures(verb: verb, series: path.endpoint?.series(metrics, path, verb) ?? metrics.series(APIMetrics.Labels(path, verb)))
        let flow = request.peer.local == nil ? flow(attributes(path, verb, query, user), path, verb, caller) : nil
        return try await inTurn(flow, width: verb == .list ? seats(path, query) : 1) {
            if configuration.isShared {
                try await permit(path, verb, query, caller)
                try await catchUp(verb, query, request)
            } else {
                try authorize(path, verb, query, caller)
            }
            let info = path.endpoint?.info ?? find(path)
            guard let info else {
                guard let service = aggregatedService(group: path.group, version: path.version) else { throw KubeStatus.noSuchResource }
                return await aggregate(request, to: service, as: user)
            }
            let context = RequestContext(request: request, query: query, user: user, accepted: try Accepted(request.headers["accept"]))
            if let text = KindRules.of(info).deprecation { context.warnings.add(text) }
            return try await dispatch(context, path, verb, info)
        }
    }

    /// The seats that a list takes: one for each hundred documents that it looks at, ten at most. Source: upstream's work estimator.
    private func seats(_ path: RequestPath, _ query: Query) -> Int {
        guard let info = path.endpoint?.info else { return 1 }
        let stored = realm.snapshot().count(prefix: Target(info, namespace: path.namespace).prefix)
        let limit = query["limit"].flatMap { Int($0) } ?? 0
        return min(10, max(1, ((limit > 0 ? min(limit, stored) : stored) + 99) / 100))
    }

    /// The resource of a path; looks for new definitions before it says that there is none.
    private func find(_ path: RequestPath) -> KindInfo? {
        let apiVersion = path.group.isEmpty ? path.version : "\(path.group)/\(path.version)"
        if let info = kinds.find(apiVersion: apiVersion, plural: path.resource) { return info }
        guard !path.group.isEmpty, catalogue.refresh() else { return nil }
        return kinds.find(apiVersion: apiVersion, plural: path.resource)
    }

    /// Only proxies take methods that are no verb of resources, for whoever may do everything.
    private func answerWithoutVerb(_ request: HTTPRequest, _ path: RequestPath, _ query: Query, _ user: UserInfo) async throws
        -> HTTPResponse
    {
        guard request.method == "OPTIONS", path.subresource == "proxy", path.group.isEmpty,
            let info = kinds.find(apiVersion: path.version, plural: path.resource), info.subresource("proxy") != nil
        else { throw KubeStatus.methodNotAllowed }
        var attributes = attributes(path, .get, query, user)
        attributes.verb = ""
        try authorize(attributes)
        let context = RequestContext(request: request, query: query, user: user, accepted: try Accepted(nil))
        return try await proxy(context, path, Target(info, namespace: path.namespace, name: path.name, subresource: "proxy"))
    }

    private func answerRaw(_ request: HTTPRequest, path: String, _ query: Query, _ user: UserInfo) async throws -> HTTPResponse {
        var attributes = RequestAttributes(user: user, verb: request.method.lowercased())
        attributes.path = path
        return try await inTurn(request.peer.local == nil ? flows.flow(attributes) : nil, width: 1) {
            try authorize(attributes)
            return try await answerRoute(request, path: path, query, user)
        }
    }

    private func answerRoute(_ request: HTTPRequest, path: String, _ query: Query, _ user: UserInfo) async throws -> HTTPResponse {
        if let answer = await aggregatedRoute(request, path: path, user) { return answer }
        guard let route = route(path) else { throw KubeStatus.noSuchResource }
        guard request.method == "GET" || request.method == "HEAD" else { throw KubeStatus.methodNotAllowed }
        var headers = request.headers
        let listsGroups = path == "/apis" && !aggregatedServices().isEmpty
        // The tag that the client has is of the whole, and the route knows only its part.
        if listsGroups { headers["if-none-match"] = nil }
        let response = try await route.handler(
            RawRequest(method: request.method, path: path, query: query.all, headers: headers, user: user))
        return listsGroups ? withAggregatedGroups(response, request) : response
    }

    /// The route of a path; with custom kinds, discovery is made of the present table.
    func route(_ path: String) -> RawRoute? {
        let present = catalogue.routes { [configuration, schema] table in
            let documents = OpenAPIDocuments(schema: schema, kinds: table, base: .kubernetes)
            return RawRoutes(DiscoveryRoutes.routes(table, address: configuration.publicAddress) + documents.routes)
        }
        return present?.route(path) ?? routes.route(path)
    }

    private func dispatch(_ context: RequestContext, _ path: RequestPath, _ verb: Verb, _ info: KindInfo) async throws -> HTTPResponse {
        let target = Target(info, namespace: path.namespace, name: path.name, subresource: path.subresource)
        if info.namespaced, path.namespace.isEmpty, verb != .list, verb != .watch, verb != .deletecollection || !path.name.isEmpty {
            throw KubeStatus.noSuchResource
        }
        if !info.namespaced, !path.namespace.isEmpty, info.resource != "namespaces" { throw KubeStatus.noSuchResource }
        if let resource = creations[CreateOnlyResource.key(info.group, info.plural, path.subresource)] {
            guard verb == .create else { throw KubeStatus.methodNotAllowed }
            return try await answer(context, target, by: resource)
        }
        if info.plural == "bindings" { return try await bindByName(context, verb, target) }
        guard path.subresource.isEmpty else { return try await answerSubresource(context, path, verb, target) }
        if verb == .create, info.custom?.isTerminating == true {
            throw KubeStatus.methodNotAllowed(info, message: "create not allowed while custom resource definition is terminating")
        }
        let aboutOne = [.get, .update, .patch, .delete].contains(verb)
        guard info.verbs.contains(verb.rawValue), aboutOne != path.name.isEmpty || verb == .watch else { throw KubeStatus.methodNotAllowed }
        switch verb {
        case .get: return try get(context, target)
        case .list: return try await list(context, target)
        case .watch: return try watch(context, target)
        case .create: return try await create(context, target)
        case .update: return try await update(context, target)
        case .patch: return try await patch(context, target)
        case .delete: return try await delete(context, target)
        case .deletecollection: return try await deleteCollection(context, target)
        }
    }

    /// Answers GET of one document out of its stored bytes.
    func get(_ context: RequestContext, _ target: Target) throws(KubeStatus) -> HTTPResponse {
        guard let entry = realm.get(target.key) else { throw .notFound(target.info, target.name) }
        if context.accepted.form == .object { return context.respond(200, bytes: target.info.servedBytes(entry)) }
        return present(context, 200, entry.whole, target.info)
    }

    /// A stored document in the form that the client takes.
    func present(_ context: RequestContext, _ status: Int, _ stored: Value, _ info: KindInfo) -> HTTPResponse {
        let document = info.served(stored)
        switch context.accepted.form {
        case .object: return context.respond(status, document)
        case .partialMetadata: return context.respond(status, PartialMetadata.document(document))
        case .table:
            let metadata: Value = ["resourceVersion": document["metadata"]["resourceVersion"]]
            let table = TableRenderer(info, include: context.query["includeObject"], now: clock.now)
            return context.respond(status, table.table([document], metadata: metadata, columns: true))
        }
    }
    /// The outcome of a write in the form that the client takes.
    func present(_ context: RequestContext, _ status: Int, _ written: Written, _ info: KindInfo) -> HTTPResponse {
        if case .stored(let entry) = written, context.accepted.form == .object {
            return context.respond(status, bytes: info.servedBytes(entry))
        }
        return present(context, status, written.value, info)
    }
}
