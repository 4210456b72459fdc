import Control
import Documents
import KubeClient
import KubeModel
import Network
import Synchronization

/// Answers requests to metrics.k8s.io. Source: metrics-server, pkg/api.
final class MetricsHandler: HTTPHandler {
    /// May do everything. Source: apiserver's delegated authorisation.
    private static let masters = "system:masters"
    private let nodes: ObjectIndex, pods: ObjectIndex
    private let store: UsageStore
    private let authentication: CallerAuthentication
    private let authorization: CallerAuthorization
    private let proxy = Mutex(FrontProxy())
    private let clock: any WallClock

    init(nodes: ObjectIndex, pods: ObjectIndex, store: UsageStore, client: KubeClient, clock: any WallClock) {
        (self.nodes, self.pods, self.store, self.clock) = (nodes, pods, store, clock)
        authentication = CallerAuthentication(client: client, clock: clock)
        authorization = CallerAuthorization(client: client, clock: clock)
    }

    /// Believes the aggregator by these rules from now on.
    func trust(_ proxy: FrontProxy) { self.proxy.withLock { $0 = proxy } }

    func respond(to request: HTTPRequest) async -> HTTPResponse {
        let target = URLTarget(request.target)
        guard let segments = target.segments else { return Self.answer(.badRequest("malformed path")) }
        switch segments.first {
        case "livez", "healthz": return Self.text(200, "ok")
        case "readyz": return store.isReady ? Self.text(200, "ok") : Self.text(500, Self.notReady)
        default: break
        }
        do {
            let caller = try await caller(of: request)
            let wanted = MetricsRequest(segments)
            try await authorize(caller, wanted, request.method, target.path)
            guard request.method == "GET" || request.method == "HEAD" else { throw KubeStatus.methodNotAllowed }
            if let wanted { return Self.json(try answer(wanted, target, request.headers["accept"] ?? "")) }
            guard let document = MetricsDiscovery.document(segments) else { return Self.text(404, "404 page not found\n") }
            return Self.json(document)
        } catch let status as KubeStatus {
            return Self.answer(status)
        } catch {
            return Self.answer(.internalError("\(error)"))
        }
    }

    private func caller(of request: HTTPRequest) async throws -> Caller {
        if let told = proxy.withLock({ $0 }).caller(of: request) { return told }
        if let known = try await authentication.caller(of: request) { return known }
        guard request.headers["authorization"] == nil else { throw KubeStatus.unauthorized }
        return Caller(name: "system:anonymous", groups: ["system:unauthenticated"])
    }

    private func authorize(_ caller: Caller, _ wanted: MetricsRequest?, _ method: String, _ path: String) async throws {
        if caller.groups.contains(Self.masters) { return }
        let verb = wanted?.verb(method) ?? method.lowercased()
        var attributes = ["verb": verb]
        if let wanted {
            attributes["group"] = MetricsDocuments.group
            attributes["version"] = MetricsDocuments.version
            attributes["resource"] = wanted.resource
            attributes["namespace"] = wanted.namespace
            attributes["name"] = wanted.name
        } else {
            attributes["path"] = path
        }
        guard try await !authorization.allows(caller, attributes) else { return }
        guard let wanted else {
            throw KubeStatus.forbidden(group: "", resource: "", "User \"\(caller.name)\" cannot \(verb) path \"\(path)\"")
        }
        let scope = wanted.namespace.map { "in the namespace \"\($0)\"" } ?? "at the cluster scope"
        throw KubeStatus.forbidden(
            group: MetricsDocuments.group, resource: wanted.resource, name: wanted.name ?? "",
            "User \"\(caller.name)\" cannot \(verb) resource \"\(wanted.resource)\" in API group \"\(MetricsDocuments.group)\" \(scope)")
    }

    private func answer(_ wanted: MetricsRequest, _ target: URLTarget, _ accept: String) throws -> Value {
        let view = MetricsView(
            labelSelector: target["labelSelector"] ?? "", fieldSelector: target["fieldSelector"] ?? "",
            asTable: accept.contains("as=Table"), include: target["includeObject"])
        return try wanted.answer(from: self, view, now: clock.now)
    }

    private static let notReady = "[-]metric-storage-ready failed: reason withheld\n[+]metadata-informer-sync ok\nreadyz check failed\n"

    private static func text(_ status: Int, _ text: String) -> HTTPResponse {
        HTTPResponse(status, headers: ["content-type": "text/plain; charset=utf-8"], body: .bytes(Array(text.utf8)))
    }
    private static func json(_ value: Value, status: Int = 200) -> HTTPResponse {
        HTTPResponse(status, headers: ["content-type": "application/json"], body: .bytes(JSON.encode(value)))
    }
    private static func answer(_ status: KubeStatus) -> HTTPResponse { json(status.document, status: status.code) }
}

extension MetricsHandler: MetricsSource {
    func objects(_ resource: String, in namespace: String?) -> [Value] { Array((resource == "nodes" ? nodes : pods).list(namespace)) }
    func object(_ resource: String, in namespace: String?, _ name: String) -> Value? {
        (resource == "nodes" ? nodes : pods).get(namespace ?? "", name)
    }
    func usage(ofNode name: String) -> ResourceUsage? { store.node(name) }
    func usage(ofPod pod: Value) -> [(name: String, usage: ResourceUsage)]? {
        store.pod(pod["metadata"]["namespace"].string ?? "", pod["metadata"]["name"].string ?? "")
    }
}
