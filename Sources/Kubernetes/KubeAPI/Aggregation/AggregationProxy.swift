import KubeModel
import Network

extension APIServer {
    /// Passes an authorised request on to the service that serves its API, and the answer back, upgrades and streams included.
    /// Source: kube-aggregator, proxyHandler.
    func aggregate(_ request: HTTPRequest, to service: AggregatedService, as user: UserInfo) async -> HTTPResponse {
        if let handler = configuration.localAPIs[service.groupVersion] {
            return await handler.respond(
                to: HTTPRequest(request.method, request.target, headers: RequestHeader.headers(request, user), body: request.body))
        }
        guard service.isAvailable, let endpoint = try? endpoint(of: service) else { return Self.unavailable }
        let target = service.target(endpoint)
        let forwarded = HTTPRequest(
            request.method, request.target, headers: RequestHeader.headers(request, user), body: request.body)
        do {
            guard request.asksForUpgrade else { return try await dial(target) { try await $0.send(forwarded) } }
            var upgrade = forwarded
            for name in ["connection", "upgrade"] { upgrade.headers[name] = request.headers[name] }
            let asked = upgrade
            let (response, stream) = try await dial(target) { try await $0.upgrade(asked) }
            guard let stream else { return response }
            return HTTPResponse(101, headers: response.headers, body: .upgrade { await $0.join(stream) })
        } catch {
            return Self.failure(error.service)
        }
    }

    /// Upstream's answer for an API whose service does not answer is no Status.
    private static let unavailable = HTTPResponse(
        503, headers: ["content-type": "text/plain; charset=utf-8", "x-content-type-options": "nosniff"],
        body: .bytes(Array("service unavailable\n".utf8)))
}

extension RequestHeader {
    /// The request's headers with the caller's name, groups and further fields, and without any that the client made up.
    static func headers(_ request: HTTPRequest, _ user: UserInfo) -> HTTPFields {
        var headers = ProxyHeaders.forwarded(request, upgrade: false)
        headers["x-remote-user"] = user.name
        if !user.uid.isEmpty { headers["x-remote-uid"] = user.uid }
        for group in user.groups { headers.add("x-remote-group", group) }
        for (key, values) in user.extra.sorted(by: { $0.key < $1.key }) {
            let name = "x-remote-extra-" + Percent.encode(key.lowercased(), allowed: "!#$&'*+^`|")
            for value in values { headers.add(name, value) }
        }
        return headers
    }
}
