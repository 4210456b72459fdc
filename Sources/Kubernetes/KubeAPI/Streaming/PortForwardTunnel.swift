import KubeModel
import Network

/// SPDY in a WebSocket's messages, as kubectl forwards ports: it is unwrapped, and goes on to the kubelet as it is.
/// Source: upstream's portforward TunnelingHandler.
enum PortForwardTunnel {
    static let version = "SPDY/3.1+portforward.k8s.io"

    static func respond(to request: HTTPRequest, server: APIServer, backend: DialTarget, path: String) async throws -> HTTPResponse {
        let headers: HTTPFields = [
            "connection": "Upgrade", "upgrade": "SPDY/3.1", "x-stream-protocol-version": "portforward.k8s.io",
        ]
        do {
            let (response, stream) = try await server.dial(backend) {
                try await $0.upgrade(HTTPRequest("POST", path, headers: headers))
            }
            guard let stream else { return response }
            let answer = WebSocket.respond(to: request, protocols: [version]) { socket in
                await WebSocketStream(socket).join(stream)
            }
            if answer.status != 101 { stream.close() }
            return answer
        } catch {
            throw error.backend
        }
    }
}
