/// An HTTP client for one endpoint: HTTP/2 where the server speaks it, else HTTP/1.1; connections are kept and shared.
package final class HTTPClient: HTTPTransport {
    private static let attempts = 3
    private let pool: ClientPool
    private let loops: EventLoopGroup

    /// - Parameters:
    ///   - endpoint: `https://host:port`, `http://host:port` or `unix:/path`.
    ///   - trust: whose server certificates are believed.
    ///   - clientCertificate: shown to a server that asks for one.
    /// - Throws: `HTTPError.malformed` for an endpoint or PEM that does not parse.
    package init(
        endpoint: String, trust: Trust = .system, clientCertificate: ClientCertificate? = nil, loops: EventLoopGroup = .shared,
        timeouts: HTTPTimeouts = HTTPTimeouts()
    ) throws(HTTPError) {
        let endpoint = try HTTPEndpoint(endpoint)
        let tls = endpoint.isSecure ? try TLSContext(trust: trust, certificate: clientCertificate) : nil
        self.loops = loops
        pool = ClientPool(endpoint: endpoint, tls: tls, loops: loops, timeouts: timeouts)
    }

    deinit { pool.close(everything: false) }

    /// Breaks off what is under way and closes all connections. Later requests fail.
    package func close() { pool.close(everything: true) }

    /// Returns when the response's header has come; a long body is read from `Body.reader`. Cancelling the task, or letting go of the
    /// reader, cancels the request.
    package func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        for attempt in 1... {
            let entry = try await pool.lease()
            let exchange = ClientExchange(request, loop: entry.connection.loop) { [pool] in pool.release(entry) }
            entry.connection.loop.execute {
                guard let machine = entry.machine else {
                    return exchange.fail(.connectionLost("the connection was closed"), unprocessed: true)
                }
                machine.start(exchange)
            }
            do {
                return try await exchange.response()
            } catch let failure as ExchangeFailure {
                guard failure.unprocessed, request.body.isReplayable, attempt < Self.attempts else { throw failure.error }
            }
        }
        throw HTTPError.cancelled
    }
}

extension Body {
    /// Whether it can be sent a second time.
    fileprivate var isReplayable: Bool {
        switch self {
        case .bytes, .slices: true
        case .reader, .writer: false
        }
    }
}
