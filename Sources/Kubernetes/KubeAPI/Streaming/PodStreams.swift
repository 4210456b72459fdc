import Documents
import KubeModel
import Network

/// What a client wants of exec or attach. Source: PodExecOptions, PodAttachOptions.
struct StreamOptions: Sendable {
    let input: Bool
    let output: Bool
    let error: Bool
    let terminal: Bool
    let container: String?
    let command: [String]
    let ports: [String]

    init(_ target: String) {
        let items = URLTarget(target).items
        func values(_ name: String) -> [String] { items.filter { $0.name == name }.map(\.value) }
        func flag(_ name: String) -> Bool { values(name).first.map { $0 != "0" && $0.lowercased() != "false" } ?? false }
        (input, output, error, terminal) = (flag("stdin"), flag("stdout"), flag("stderr"), flag("tty"))
        (container, command, ports) = (values("container").first, values("command"), values("ports") + values("port"))
    }

    /// The kubelet's names for them. Source: upstream's streamParams.
    var items: [URLTarget.Item] {
        var items: [URLTarget.Item] = []
        if input { items.append(.init("input", "1")) }
        if output { items.append(.init("output", "1")) }
        if error { items.append(.init("error", "1")) }
        if terminal { items.append(.init("tty", "1")) }
        return items + command.map { .init("command", $0) }
    }
}

/// Streams between clients and containers, by way of their kubelet. Source: upstream's ExecREST, AttachREST, PortForwardREST.
extension APIServer {
    func stream(_ context: RequestContext, _ verb: Verb, _ target: Target) async throws -> HTTPResponse {
        guard verb == .get || verb == .create else { throw KubeStatus.methodNotAllowed }
        // An upgrade by GET may not be had for less than one by POST. Source: AuthorizePodWebsocketUpgradeCreatePermission.
        if verb == .get { try authorize(attributes(of: target, .create, context.user)) }
        let options = StreamOptions(context.request.target)
        let pod = try pod(target)
        let forwards = target.subresource == "portforward"
        let container = forwards ? nil : try PodContainers.choose(options.container, of: pod)
        guard let node = pod["spec"]["nodeName"].string, !node.isEmpty else {
            throw KubeStatus.badRequest("pod \(target.name) does not have a host assigned")
        }
        let backend = try kubelet(of: node)
        guard context.request.asksForUpgrade else { throw KubeStatus.badRequest("Upgrade request required") }
        let segments = [forwards ? "portForward" : target.subresource, target.namespace, target.name] + (container.map { [$0] } ?? [])
        let items = forwards ? options.ports.map { URLTarget.Item("port", $0) } : options.items
        let path = URLTarget(segments: segments, items: items).text
        let offered = context.request.asksForWebSocket ? context.request.webSocketProtocols : []
        if !forwards, offered.contains(StreamTranslator.version) {
            return StreamTranslator(server: self, backend: backend, path: path, options: options).respond(to: context.request)
        }
        if forwards, offered.contains(PortForwardTunnel.version) {
            return try await PortForwardTunnel.respond(to: context.request, server: self, backend: backend, path: path)
        }
        return try await upgrade(context.request, to: backend, path: path)
    }

    /// Passes an upgrade through: what the backend answers is the client's answer, and after 101 bytes go both ways as they are.
    func upgrade(_ request: HTTPRequest, to backend: DialTarget, path: String) async throws -> HTTPResponse {
        var forwarded = HTTPRequest(request.method, path, headers: ProxyHeaders.forwarded(request, upgrade: true))
        if case .bytes = request.body { forwarded.body = request.body }
        do {
            let (response, stream) = try await dial(backend) { try await $0.upgrade(forwarded) }
            guard let stream else { return HTTPResponse(response.status, headers: response.headers, body: response.body) }
            return HTTPResponse(101, headers: response.headers, body: .upgrade { await $0.join(stream) })
        } catch {
            throw error.backend
        }
    }
}

/// The headers that go on to a backend.
enum ProxyHeaders {
    /// Without what was meant for the API server alone, and with the client's address. Source: UpgradeAwareHandler.
    static func forwarded(_ request: HTTPRequest, upgrade: Bool) -> HTTPFields {
        var headers = HTTPFields()
        for (name, value) in request.headers where !isPrivate(name) && (upgrade || !["connection", "upgrade"].contains(name)) {
            headers.add(name, value)
        }
        let client = request.peer.address.split(separator: ":").dropLast().joined(separator: ":")
        if !client.isEmpty {
            headers["x-forwarded-for"] = ((request.headers["x-forwarded-for"].map { [$0] } ?? []) + [client]).joined(separator: ", ")
        }
        return headers
    }

    private static func isPrivate(_ name: String) -> Bool {
        name == "authorization" || name.hasPrefix("impersonate-")
            || name.hasPrefix("x-remote-") || name == "expect"
    }
}
