/// How checks reach pods; tests put another in its place.
package protocol ProbeNetwork: Sendable {
    /// One GET. - Returns: the status and the beginning of the body.
    func get(_ target: HTTPProbeTarget, timeout: Duration) async throws(ProbeNetworkError) -> (status: Int, body: String)
    /// Opens a connection and closes it.
    func connect(host: String, port: Int, timeout: Duration) async throws(ProbeNetworkError)
    /// Asks `grpc.health.v1.Health/Check`. - Returns: the number of the serving status.
    func health(host: String, port: Int, service: String, timeout: Duration) async throws(ProbeNetworkError) -> Int
}

/// Where a check by HTTP goes.
package struct HTTPProbeTarget: Sendable, Hashable {
    package var isSecure: Bool
    package var host: String
    package var port: Int
    /// With its query.
    package var path: String
    /// Names in lower case.
    package var headers: [String: String]
    package var url: String {
        let name = host.contains(":") ? "[\(host)]" : host
        return "\(isSecure ? "https" : "http")://\(name):\(port)\(path)"
    }
}

/// Why a check did not reach its goal.
package enum ProbeNetworkError: Error, Sendable, Hashable {
    case timedOut
    /// In the words of a Go client, as in `dial tcp 10.0.0.1:80: connect: connection refused`.
    case failed(String)
    /// The server does not speak the protocol or does not know the service.
    case refused(code: String, message: String)
}
