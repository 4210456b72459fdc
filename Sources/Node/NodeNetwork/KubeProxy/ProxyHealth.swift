import Control
import Documents
import Linux
import Network
import Synchronization

/// What the proxy says about itself, and the health check node ports of services.
final class ProxyHealth: Sendable {
    private struct State {
        var queued: Timestamp?
        var synced: Timestamp?
        var isEligible = true
        var address: IPv4Address?
    }
    private let state = Mutex(State())
    /// The servers of health check node ports.
    let ports: HealthCheckPorts
    /// Rules that wait for longer make the proxy unhealthy.
    private static let patience = Duration.seconds(60)

    init() { ports = HealthCheckPorts() }

    func queued(at now: Timestamp) { state.withLock { if $0.queued == nil { $0.queued = now } } }
    func synced(_ services: [Int: HealthCheckedService], at now: Timestamp) {
        state.withLock { ($0.queued, $0.synced) = (nil, now) }
        ports.want(services)
    }
    func node(isEligible: Bool) { state.withLock { $0.isEligible = isEligible } }
    func address(_ address: IPv4Address?) { state.withLock { $0.address = address } }
    func address() -> IPv4Address? { state.withLock { $0.address } }

    /// `/healthz` (which also tells whether the node should get traffic) and `/livez`. Source: kube-proxy, healthcheck/proxy_health.go.
    func answer(_ path: String, now: Timestamp) -> PlainServer.Answer? {
        guard path == "/healthz" || path == "/livez" else { return nil }
        let state = state.withLock { $0 }
        let isHealthy = state.queued.map { now - $0 < Self.patience } ?? true
        let isFine = isHealthy && (path == "/livez" || state.isEligible)
        let updated = state.synced ?? now
        var body: Value = ["lastUpdated": .string(updated.text), "currentTime": .string(now.text)]
        if path == "/healthz" { body["nodeEligible"] = .bool(state.isEligible) }
        return (isFine ? 200 : 503, "application/json", JSON.text(body))
    }
}

/// Listens on the health check node ports that services want, and answers with their endpoints on this node.
final class HealthCheckPorts: Service {
    private let wanted = Mutex<[Int: HealthCheckedService]>([:])
    private let changed = Signal()

    func want(_ services: [Int: HealthCheckedService]) {
        let differs = wanted.withLock { wanted in
            defer { wanted = services }
            return Set(wanted.keys) != Set(services.keys)
        }
        if differs { changed.raise() }
    }

    func run() async throws {
        var servers: [Int: HTTPServer] = [:]
        do {
            while true {
                try await changed.wait()
                let ports = Set(wanted.withLock { $0.keys })
                for (port, server) in servers where !ports.contains(port) {
                    await server.stop()
                    servers[port] = nil
                }
                for port in ports where servers[port] == nil {
                    let server = HTTPServer(.init(host: "0.0.0.0", port: port), handler: Handler(ports: self, port: port))
                    do {
                        try await server.start()
                        servers[port] = server
                    } catch {
                        Log("kube-proxy").error("cannot serve a health check node port", ["port": port, "error": "\(error)"])
                    }
                }
            }
        } catch {
            for server in servers.values { await server.stop() }
            throw error
        }
    }

    private func answer(_ port: Int) -> (Int, Value) {
        guard let service = wanted.withLock({ $0[port] }) else { return (404, [:]) }
        let body: Value = [
            "service": ["namespace": .string(service.namespace), "name": .string(service.name)],
            "localEndpoints": .int(Int64(service.localEndpoints)), "serviceProxyHealthy": true,
        ]
        return (service.localEndpoints > 0 ? 200 : 503, body)
    }

    private struct Handler: HTTPHandler {
        let ports: HealthCheckPorts
        let port: Int
        func respond(to request: HTTPRequest) async -> HTTPResponse {
            let (status, body) = ports.answer(port)
            return HTTPResponse(
                status, headers: ["content-type": "application/json", "x-content-type-options": "nosniff"], body: .bytes(JSON.encode(body)))
        }
    }
}
