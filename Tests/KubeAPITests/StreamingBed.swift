import Control
import Cryptography
import Documents
import KubeAPI
import KubeModel
import Network
import Synchronization

/// A cluster whose API server listens, with a kubelet of our own that it dials on loopback.
struct StreamingBed {
    let bed: ClusterBed
    let kubelet: HTTPServer
    let api: HTTPServer
    /// Speaks to the API server as an administrator.
    let client: HTTPClient
    let kubeletPort: Int

    /// Dials everything on loopback, whatever the address.
    struct Loopback: NodeDialer {
        let seen = Seen()
        final class Seen: Sendable { let targets = Mutex<[DialTarget]>([]) }
        func client(for target: DialTarget) throws(HTTPError) -> HTTPClient {
            seen.targets.withLock { $0.append(target) }
            var timeouts = HTTPTimeouts()
            timeouts.connect = .seconds(20)
            return try HTTPClient(
                endpoint: "\(target.secure ? "https" : "http")://127.0.0.1:\(target.port)", trust: .insecure, timeouts: timeouts)
        }
    }
    let dialer: Loopback

    /// Gives every request to an API server the caller that a test names.
    struct Caller: HTTPHandler {
        let server: APIServer
        func respond(to request: HTTPRequest) async -> HTTPResponse {
            var request = request
            let user = request.headers["x-test-user"] ?? "admin"
            request.peer.local = .init(user: user, groups: user == "admin" ? ["system:masters"] : [])
            return await server.respond(to: request)
        }
    }

    static func with(
        authorizers: [any Authorizer] = [SuperuserAuthorizer()], kubelet handler: @escaping @Sendable (HTTPRequest) async -> HTTPResponse,
        _ body: (StreamingBed) async throws -> Void
    ) async throws {
        let authority = try CertificateAuthority.make(commonName: "kubelet", now: SystemClock().now.seconds)
        let key = try PrivateKey.generate(.p256)
        let certificate = try authority.issueServer(
            commonName: "node", names: [], addresses: ["127.0.0.1"], key: key.publicKey, now: SystemClock().now.seconds)
        var limits = HTTPLimits()
        limits.headerTimeout = .seconds(120)
        limits.drainTimeout = .milliseconds(200)
        let kubelet = HTTPServer(
            .init(tls: TLSConfiguration(certificateChainPEM: certificate.pem, privateKeyPEM: key.pem), limits: limits),
            handler: Answer(answer: handler))
        let kubeletPort = try await kubelet.start()
        let dialer = Loopback()
        let bed = try await ClusterBed(routes: DiscoveryRoutes.routes(.kubernetes, address: "test:443"), authorizers: authorizers) {
            $0.dialer = dialer
        }
        let api = HTTPServer(.init(limits: limits), handler: Caller(server: bed.server))
        let client = try HTTPClient(endpoint: "http://127.0.0.1:\(try await api.start())")
        let all = StreamingBed(bed: bed, kubelet: kubelet, api: api, client: client, kubeletPort: kubeletPort, dialer: dialer)
        do {
            try await all.prepare()
            try await body(all)
        } catch {
            await all.stop()
            throw error
        }
        await all.stop()
    }

    private struct Answer: HTTPHandler {
        let answer: @Sendable (HTTPRequest) async -> HTTPResponse
        func respond(to request: HTTPRequest) async -> HTTPResponse { await answer(request) }
    }

    private func prepare() async throws {
        let node: Value = [
            "apiVersion": "v1", "kind": "Node", "metadata": ["name": "n1"],
            "status": [
                "addresses": [["type": "Hostname", "address": "n1"], ["type": "InternalIP", "address": "10.0.0.1"]],
                "daemonEndpoints": ["kubeletEndpoint": ["Port": .int(Int64(kubeletPort))]],
            ],
        ]
        _ = try await bed.post("/api/v1/nodes", node)
        var pod = Sample.pod("web", node: "n1")
        pod["spec"]["containers"] = [
            ["name": "main", "image": "nginx:1.27", "ports": [["containerPort": .int(Int64(kubeletPort))]]]
        ]
        _ = try await bed.post("/api/v1/namespaces/default/pods", pod)
        _ = try await bed.merge("/api/v1/namespaces/default/pods/web/status", ["status": ["podIP": "10.0.0.7", "phase": "Running"]])
    }

    private func stop() async {
        client.close()
        await api.stop()
        await kubelet.stop()
    }
}
