package import Network

/// Checks over real sockets: each on a connection of its own, certificates unseen. Source: kubelet, pkg/probe/http and pkg/probe/tcp.
package struct SocketProbeNetwork: ProbeNetwork {
    /// How much of a body is read.
    private static let bodyLimit = 10_240
    private let loops: EventLoopGroup

    package init(loops: EventLoopGroup = .shared) { self.loops = loops }

    package func get(_ target: HTTPProbeTarget, timeout: Duration) async throws(ProbeNetworkError) -> (status: Int, body: String) {
        let place = Self.place(target.host, target.port)
        do {
            var timeouts = HTTPTimeouts()
            (timeouts.connect, timeouts.response) = (timeout, timeout)
            let client = try HTTPClient(
                endpoint: "\(target.isSecure ? "https" : "http")://\(place)", trust: .insecure, loops: loops, timeouts: timeouts)
            defer { client.close() }
            var request = HTTPRequest("GET", target.path)
            for (name, value) in target.headers.sorted(by: { $0.key < $1.key }) { request.headers[name] = value }
            let response = try await client.send(request)
            let body = (try? await response.body.collect(limit: Self.bodyLimit)) ?? []
            return (response.status, String(decoding: body, as: UTF8.self))
        } catch {
            throw Self.problem(error, place)
        }
    }

    package func connect(host: String, port: Int, timeout: Duration) async throws(ProbeNetworkError) {
        do {
            try await TCP.connect(host: host, port: port, timeout: timeout).close()
        } catch {
            throw Self.problem(error, Self.place(host, port))
        }
    }

    package func health(host: String, port: Int, service: String, timeout: Duration) async throws(ProbeNetworkError) -> Int {
        let place = Self.place(host, port)
        do throws(GRPCError) {
            let channel = try GRPCChannel(endpoint: "http://\(place)", loops: loops)
            defer { channel.close() }
            let name = Array(service.utf8.prefix(127))
            let message = name.isEmpty ? [] : [0x0a, UInt8(name.count)] + name
            let answer = try await channel.unary("/grpc.health.v1.Health/Check", message, timeout: timeout)
            return Self.status(answer)
        } catch {
            switch error.code {
            case .deadlineExceeded: throw .timedOut
            case .unavailable: throw .failed(error.message)
            default: throw .refused(code: error.code.name, message: error.message)
            }
        }
    }

    /// Field 1 of a HealthCheckResponse, which fits in a byte.
    private static func status(_ message: [UInt8]) -> Int { message.count >= 2 && message[0] == 0x08 ? Int(message[1]) : 0 }

    private static func place(_ host: String, _ port: Int) -> String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    private static func problem(_ error: any Error, _ place: String) -> ProbeNetworkError {
        switch error {
        case HTTPError.timedOut, HTTPError.cancelled: .timedOut
        case HTTPError.connectionFailed(let text):
            .failed("dial tcp \(place): connect: \(text.lowercased().contains("refused") ? "connection refused" : text.lowercased())")
        case HTTPError.connectionLost(let text): .failed(text)
        case HTTPError.malformed(let text): .failed(text)
        default: .failed("\(error)")
        }
    }
}
