import Documents
import Network
import Testing

@testable import Kubelet

/// Checks over real sockets on this machine's loopback.
@Suite struct SocketProbeTests {
    private struct Answers: HTTPHandler {
        func respond(to request: HTTPRequest) async -> HTTPResponse {
            switch request.target {
            case "/grpc.health.v1.Health/Check":
                HTTPResponse(
                    200, headers: ["content-type": "application/grpc", "grpc-status": "0"], body: .bytes([0, 0, 0, 0, 2, 0x08, 0x01]))
            case "/who": HTTPResponse(200, body: .bytes(Array((request.headers["x-who"] ?? "").utf8)))
            case "/sick": HTTPResponse(503, body: .bytes(Array("sick".utf8)))
            default: HTTPResponse(404)
            }
        }
    }

    @Test func asksServersOverTheNetwork() async throws {
        let server = HTTPServer(HTTPServer.Configuration(), handler: Answers())
        let port = try await server.start()
        let network = SocketProbeNetwork()
        func target(_ path: String) -> HTTPProbeTarget {
            HTTPProbeTarget(isSecure: false, host: "127.0.0.1", port: port, path: path, headers: ["x-who": "kubelet"])
        }
        let who = try await network.get(target("/who"), timeout: .seconds(5))
        #expect(who.status == 200 && who.body == "kubelet")
        #expect(try await network.get(target("/sick"), timeout: .seconds(5)).status == 503)
        try await network.connect(host: "127.0.0.1", port: port, timeout: .seconds(5))
        await server.stop()
    }

    @Test func tellsOfAClosedPortAsAGoClientDoes() async throws {
        let network = SocketProbeNetwork()
        await #expect(throws: ProbeNetworkError.failed("dial tcp 127.0.0.1:1: connect: connection refused")) {
            try await network.connect(host: "127.0.0.1", port: 1, timeout: .seconds(5))
        }
        let target = HTTPProbeTarget(isSecure: false, host: "127.0.0.1", port: 1, path: "/", headers: [:])
        await #expect(throws: ProbeNetworkError.failed("dial tcp 127.0.0.1:1: connect: connection refused")) {
            _ = try await network.get(target, timeout: .seconds(5))
        }
    }
}
