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
            let wanted = ResourceRequest(segments)
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

    private func authorize(_ caller: Caller, _ wanted: ResourceRequest?, _ method: String, _ path: String) async throws {
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

    private func answer(_ wanted: ResourceRequest, _ target: URLTarget, _ accept: String) throws -> Value {
        let isTable = accept.contains("as=Table")
        let include = target["includeObject"]
        guard let name = wanted.name else {
            let items = try list(wanted, target)
            if isTable { return MetricsDocuments.table(items, include: include) }
            return MetricsDocuments.list(wanted.resource == "nodes" ? "NodeMetrics" : "PodMetrics", items)
        }
        let found = (wanted.resource == "nodes" ? nodes : pods).get(wanted.namespace ?? "", name).flatMap { metrics(wanted, $0) }
        guard let found else {
            let (kind, shown) = wanted.resource == "nodes" ? ("nodes", name) : ("pods", "\(wanted.namespace ?? "")/\(name)")
            throw KubeStatus(
                404, .notFound, "\(kind).\(MetricsDocuments.group) \"\(shown)\" not found",
                details: .init(name: shown, group: MetricsDocuments.group, kind: kind))
        }
        return isTable ? MetricsDocuments.table([found], include: include) : found
    }

    private func list(_ wanted: ResourceRequest, _ target: URLTarget) throws -> [Value] {
        let selector: LabelSelector
        do throws(SelectorError) {
            selector = try LabelSelector(parsing: target["labelSelector"] ?? "")
        } catch {
            throw KubeStatus.badRequest("unable to parse requirement: \(error.message)")
        }
        let fields = try FieldConditions(target["fieldSelector"] ?? "")
        return (wanted.resource == "nodes" ? nodes : pods).list(wanted.namespace).lazy
            .filter { selector.matches(document: $0) && fields.hold(for: $0) }.compactMap { self.metrics(wanted, $0) }
    }

    private func metrics(_ wanted: ResourceRequest, _ object: Value) -> Value? {
        let (namespace, name) = (object["metadata"]["namespace"].string ?? "", object["metadata"]["name"].string ?? "")
        guard wanted.resource == "pods" else {
            return store.node(name).map { MetricsDocuments.node(object, $0, now: clock.now) }
        }
        return store.pod(namespace, name).flatMap { MetricsDocuments.pod(object, $0, now: clock.now) }
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

/// A request for metrics: `nodes[/{name}]`, `pods` or `namespaces/{namespace}/pods[/{name}]`.
struct ResourceRequest: Sendable, Hashable {
    let resource: String
    var namespace: String?
    var name: String?

    init?(_ segments: [String]) {
        guard segments.count >= 4, segments[0] == "apis", segments[1] == MetricsDocuments.group, segments[2] == MetricsDocuments.version
        else { return nil }
        let rest = Array(segments[3...])
        switch (rest[0], rest.count) {
        case ("nodes", 1...2): (resource, name) = ("nodes", rest.count == 2 ? rest[1] : nil)
        case ("pods", 1): resource = "pods"
        case ("namespaces", 3...4) where rest[2] == "pods":
            (resource, namespace, name) = ("pods", rest[1], rest.count == 4 ? rest[3] : nil)
        default: return nil
        }
    }

    /// The verb of the API for a method.
    func verb(_ method: String) -> String {
        switch method {
        case "GET", "HEAD": name == nil ? "list" : "get"
        case "POST": "create"
        case "PUT": "update"
        case "PATCH": "patch"
        case "DELETE": name == nil ? "deletecollection" : "delete"
        default: method.lowercased()
        }
    }
}

/// A field selector over name and namespace, all that metrics are selected by.
struct FieldConditions: Sendable {
    private var conditions: [(field: String, value: String, isEqual: Bool)] = []

    /// - Throws: `KubeStatus` BadRequest for another field.
    init(_ text: String) throws(KubeStatus) {
        for part in text.split(separator: ",") {
            let isEqual = !part.contains("!=")
            let words = part.split(separator: "=", omittingEmptySubsequences: true)
            let field = (words.first ?? "").filter { $0 != "!" }
            guard words.count <= 2, field == "metadata.name" || field == "metadata.namespace" else {
                throw .badRequest("\"\(field)\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\"")
            }
            conditions.append((field, words.count == 2 ? String(words[1]) : "", isEqual))
        }
    }

    func hold(for object: Value) -> Bool {
        conditions.allSatisfy { condition in
            let key = condition.field == "metadata.name" ? "name" : "namespace"
            return ((object["metadata"][key].string ?? "") == condition.value) == condition.isEqual
        }
    }
}
