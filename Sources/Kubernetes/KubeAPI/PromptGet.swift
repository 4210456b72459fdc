import Control
import Documents
import KubeModel
package import Network
import Storage

extension APIServer: PromptHandler {
    /// GET of one stored document, by a caller whom the connection knows and who was let read its collection before: nothing has to be
    /// waited for. Everything else, refusals and what other servers may have changed included, takes the long way.
    package func promptly(to request: HTTPRequest) -> HTTPResponse? {
        guard request.method == "GET", request.peer.memory != nil, !configuration.isShared else { return nil }
        let start = clock.now
        guard let caller = knownCaller(request, now: start), let stamp = accessStamp?(), !Impersonation.isAsked(request.headers),
            let target = RequestTarget(request.target, endpoints), target.query.isEmpty, let path = target.resource,
            let endpoint = path.endpoint, path.subresource.isEmpty, !path.name.isEmpty,
            caller.mayDo(.get, endpoint, path, at: stamp) == true,
            endpoint.isPlain, endpoint.info.namespaced == !path.namespace.isEmpty, Self.wantsPlainJSON(request.headers),
            let flow = caller.flow(.get, endpoint, path, at: flows.revision), flow.level.isFree,
            let entry = realm.get(endpoint.key(path)), entry.bytes.count < RequestContext.compressionThreshold
        else { return nil }
        endpoint.series(metrics, path, .get).record(code: 200, seconds: Double(clock.now.nanoseconds - start.nanoseconds) / 1e9)
        var response = HTTPResponse(200, headers: flow.plainHeaders.fields, body: .bytes(entry.bytes))
        response.prepared = flow.plainHeaders
        return response
    }

    private static func wantsPlainJSON(_ headers: HTTPFields) -> Bool {
        for (name, value) in headers {
            if name == "accept", value != "application/json", value != "*/*" { return false }
            if name == "user-agent", RequestContext.isForPeople(value) { return false }
        }
        return true
    }
}
