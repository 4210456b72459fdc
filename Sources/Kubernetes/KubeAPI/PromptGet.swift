import Control
import Documents
import KubeModel
package import Network
import Storage

extension APIServer: PromptHandler {
    /// GET of one stored document, by a caller whom the connection knows and who was let read its collection before: nothing has to be
    /// waited for. Everything else, refusals and what other servers may have changed included, takes the long way.
    package func promptly(to request: HTTPRequest) -> HTTPResponse? {
        guard request.method == "GET", !configuration.isShared, let memory = request.peer.memory?.value as? CallerMemory,
            let stamp = accessStamp?()
        else { return nil }
        let start = clock.now
        guard let place = memory.place(of: request) ?? find(request, memory, start), place.caller.stands(start),
            place.caller.mayDo(.get, place.endpoint, place.collection, at: stamp) == true,
            let flow = place.caller.flow(.get, place.endpoint, place.collection, at: flows.revision), flow.level.isFree,
            let entry = realm.get(place.key), entry.bytes.count < RequestContext.compressionThreshold
        else { return nil }
        place.series.record(code: 200, seconds: Double(clock.now.nanoseconds - start.nanoseconds) / 1e9)
        var response = HTTPResponse(200, headers: flow.plainHeaders.fields, body: .bytes(entry.bytes))
        response.prepared = flow.plainHeaders
        return response
    }

    /// Reads a request from its beginning, and has the connection remember what it says of the next one of its kind.
    private func find(_ request: HTTPRequest, _ memory: CallerMemory, _ now: Timestamp) -> PromptPlace? {
        guard let caller = knownCaller(request, now: now), !Impersonation.isAsked(request.headers),
            let target = RequestTarget(request.target, endpoints), target.query.isEmpty, let path = target.resource,
            let endpoint = path.endpoint, path.subresource.isEmpty, !path.name.isEmpty,
            endpoint.isPlain, endpoint.info.namespaced == !path.namespace.isEmpty, Self.wantsPlainJSON(request.headers)
        else { return nil }
        let place = PromptPlace(
            caller: caller, endpoint: endpoint, collection: path, key: endpoint.key(path),
            series: endpoint.series(metrics, path, .get))
        memory.note(place, of: request, name: path.name)
        return place
    }

    private static func wantsPlainJSON(_ headers: HTTPFields) -> Bool {
        for (name, value) in headers {
            if name == "accept", value != "application/json", value != "*/*" { return false }
            if name == "user-agent", RequestContext.isForPeople(value) { return false }
        }
        return true
    }
}
