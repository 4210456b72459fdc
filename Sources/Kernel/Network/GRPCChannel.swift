/// Calls to one gRPC server: any number at a time over one connection, which is made anew after the server was gone.
package final class GRPCChannel: Sendable {
    private let client: HTTPClient
    private let messageLimit: Int

    /// A channel that connects when first used.
    /// - Parameters:
    ///   - socketPath: the server's socket.
    ///   - messageLimit: bytes of one received message; containerd's limit is 16 MiB.
    /// - Throws: `GRPCError` `invalidArgument` for a path that is not absolute.
    package init(socketPath: String, messageLimit: Int = 16 << 20, loops: EventLoopGroup = .shared) throws(GRPCError) {
        var timeouts = HTTPTimeouts()
        timeouts.response = nil
        do throws(HTTPError) {
            client = try HTTPClient(endpoint: "unix:" + socketPath, loops: loops, timeouts: timeouts, priorKnowledge: true)
        } catch {
            throw GRPCError(.invalidArgument, "the socket path \(socketPath) is not absolute")
        }
        self.messageLimit = messageLimit
    }

    /// A channel to a server on the network: over TLS (ALPN offers h2 first) for `https://host:port`, else without.
    /// - Parameters:
    ///   - trust: whose server certificates are believed.
    ///   - clientCertificate: shown to a server that asks for one.
    ///   - connectTimeout: for a connection with its TLS handshake.
    ///   - messageLimit: bytes of one received message.
    /// - Throws: `GRPCError` `invalidArgument` for an endpoint or PEM that does not parse.
    package init(
        endpoint: String, trust: Trust = .insecure, clientCertificate: ClientCertificate? = nil,
        connectTimeout: Duration = .seconds(10), messageLimit: Int = 16 << 20, loops: EventLoopGroup = .shared
    ) throws(GRPCError) {
        var timeouts = HTTPTimeouts()
        (timeouts.response, timeouts.connect) = (nil, connectTimeout)
        do throws(HTTPError) {
            client = try HTTPClient(
                endpoint: endpoint, trust: trust, clientCertificate: clientCertificate, loops: loops, timeouts: timeouts,
                priorKnowledge: true)
        } catch {
            if case .malformed(let reason) = error { throw GRPCError(.invalidArgument, reason) }
            throw GRPCError(.invalidArgument, "\(endpoint) is no endpoint")
        }
        self.messageLimit = messageLimit
    }

    /// Breaks off calls under way; later ones fail.
    package func close() { client.close() }

    /// One message there, one back. Cancelling the task cancels the call.
    /// - Parameters:
    ///   - path: `/package.Service/Method`.
    ///   - timeout: after which the call fails with `deadlineExceeded`; told to the server too.
    package func unary(_ path: String, _ message: [UInt8], timeout: Duration? = nil) async throws(GRPCError) -> [UInt8] {
        let stream = try await stream(path, message, timeout: timeout)
        guard let answer = try await stream.next() else { throw GRPCError(.internal, "the server answered without a message") }
        guard try await stream.next() == nil else { throw GRPCError(.internal, "the server answered with more than one message") }
        return answer
    }

    /// One message there, any number back. Letting go of the stream cancels the call.
    package func stream(_ path: String, _ message: [UInt8], timeout: Duration? = nil) async throws(GRPCError) -> GRPCStream {
        try await open(path, .slices(GRPCFraming.frame(message)), metadata: [:], timeout: timeout)
    }

    /// The same with a request that stays open, as servers expect it of calls that could send more.
    /// - Parameters:
    ///   - metadata: fields for the server; their names are lower case.
    ///   - timeout: after which the call fails with `deadlineExceeded` when the server has not begun to answer.
    package func subscribe(
        _ path: String, _ message: [UInt8], metadata: HTTPFields = [:], timeout: Duration
    ) async throws(GRPCError) -> GRPCStream {
        let body = Body.writer { writer in
            for piece in GRPCFraming.frame(message) { writer.write(piece) }
        }
        return try await open(path, body, metadata: metadata, answer: timeout)
    }

    /// - Parameters:
    ///   - timeout: for the whole call; told to the server too.
    ///   - answer: for the beginning of the answer.
    private func open(
        _ path: String, _ body: Body, metadata: HTTPFields, timeout: Duration? = nil, answer: Duration? = nil
    ) async throws(GRPCError) -> GRPCStream {
        if let timeout, timeout <= .zero { throw GRPCError(.deadlineExceeded, "context deadline exceeded") }
        var headers: HTTPFields = ["content-type": "application/grpc", "te": "trailers", "user-agent": "eyrie-grpc/1"]
        if let timeout { headers.add("grpc-timeout", GRPCFraming.timeout(timeout)) }
        for (name, value) in metadata { headers.add(name, value) }
        let request = HTTPRequest("POST", path, headers: headers, body: body)
        let deadline = client.deadline(timeout ?? answer)
        do {
            let response = try await client.send(request, deadline: deadline)
            if response.status != 200 {
                throw GRPCError(
                    GRPCCode(httpStatus: response.status), "unexpected HTTP status code received from server: \(response.status)")
            }
            guard response.headers["content-type"]?.hasPrefix("application/grpc") == true else {
                throw GRPCError(.unknown, "unexpected content-type \"\(response.headers["content-type"] ?? "")\" received from server")
            }
            // A deadline that nobody keeps is forgotten.
            return GRPCStream(response, limit: messageLimit, deadline: timeout == nil ? nil : deadline)
        } catch {
            throw GRPCError(error)
        }
    }
}
