/// An HTTP client for one endpoint: HTTP/2 where the server speaks it, else HTTP/1.1; connections are kept and shared.
package final class HTTPClient: HTTPTransport {
    private static let attempts = 3
    private let pool: ClientPool
    private let loops: EventLoopGroup
    /// Opens connections of their own, for upgrades.
    let connector: Connector
    let timeouts: HTTPTimeouts

    /// - Parameters:
    ///   - endpoint: `https://host:port`, `http://host:port` or `unix:/path`.
    ///   - trust: whose server certificates are believed.
    ///   - clientCertificate: shown to a server that asks for one.
    ///   - namespace: where connections are made; names are resolved in the process's own.
    ///   - source: the local address (numeric) to speak from.
    ///   - serverName: the name that the server's certificate must bear, where it is another than the endpoint's.
    ///   - priorKnowledge: speaks HTTP/2 without being told, TLS or not.
    /// - Throws: `HTTPError.malformed` for an endpoint or PEM that does not parse, `connectionFailed` for such a source.
    package init(
        endpoint: String, trust: Trust = .system, clientCertificate: ClientCertificate? = nil, loops: EventLoopGroup = .shared,
        timeouts: HTTPTimeouts = HTTPTimeouts(), namespace: NetworkNamespace? = nil, source: String? = nil, serverName: String? = nil,
        priorKnowledge: Bool = false
    ) throws(HTTPError) {
        let endpoint = try HTTPEndpoint(endpoint)
        let tls = endpoint.isSecure ? try TLSContext(trust: trust, certificate: clientCertificate) : nil
        (self.loops, self.timeouts) = (loops, timeouts)
        connector = Connector(
            endpoint: endpoint, tls: tls, loops: loops, namespace: namespace,
            source: try source.map { (text) throws(HTTPError) in try SocketAddress(numeric: text, port: 0) }, timeout: timeouts.connect,
            serverName: serverName)
        pool = ClientPool(connector: connector, timeouts: timeouts, priorKnowledge: priorKnowledge)
    }

    deinit { pool.close(everything: false) }

    /// Breaks off what is under way and closes all connections. Later requests fail.
    package func close() { pool.close(everything: true) }

    /// Returns when the response's header has come; a long body is read from `Body.reader`. Cancelling the task, or letting go of the
    /// reader, cancels the request.
    package func send(_ request: HTTPRequest) async throws -> HTTPResponse { try await send(request, deadline: nil) }

    /// The same, given up with `timedOut` when the whole answer, its body included, has not come in that time.
    package func send(_ request: HTTPRequest, within duration: Duration) async throws -> HTTPResponse {
        let deadline = deadline(duration)
        let response = try await send(request, deadline: deadline)
        guard case .reader(let reader) = response.body else { return response }
        var timed = response
        timed.body = .reader(TimedReader(reader, deadline))
        return timed
    }

    /// The same within a time that covers the body too, as long as `deadline` is kept.
    func send(_ request: HTTPRequest, deadline: RequestDeadline?) async throws -> HTTPResponse {
        for attempt in 1... {
            let entry = try await pool.lease(deadline)
            let exchange = ClientExchange(request, loop: entry.connection.loop) { [pool] in pool.release(entry) }
            deadline?.arm { [weak exchange] in exchange?.timeOut() }
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

extension HTTPClient {
    /// A deadline on one of the client's loops; nil for none.
    func deadline(_ duration: Duration?) -> RequestDeadline? { duration.map { RequestDeadline($0, loop: loops.next()) } }
}

/// A body that keeps its request's deadline.
private final class TimedReader: BodyReader {
    private let reader: any BodyReader
    private let deadline: RequestDeadline?
    init(_ reader: any BodyReader, _ deadline: RequestDeadline?) { (self.reader, self.deadline) = (reader, deadline) }
    func next() async throws -> [UInt8]? { try await reader.next() }
    func cancel() { reader.cancel() }
}

extension Body {
    /// Whether it can be sent a second time.
    fileprivate var isReplayable: Bool {
        switch self {
        case .bytes, .slices: true
        case .reader, .writer, .upgrade: false
        }
    }
}
