import CLinux
import Glibc
import Synchronization

/// A request that is over, for logs and metrics.
package struct AccessRecord: Sendable {
    package let method: String
    package let target: String
    /// 0 when the client went away before there was a response.
    package let status: Int
    /// From the request's header to the last byte of the response.
    package let duration: Duration
    /// Body bytes sent.
    package let bytes: Int
    package let peer: Peer
}

/// An HTTP/1.1 and HTTP/2 server on one address.
package final class HTTPServer: Sendable {
    /// Where and how a server listens.
    package struct Configuration: Sendable {
        /// A name, an address, or `unix:/path`.
        package var host: String
        /// 0 takes any free port.
        package var port: Int
        package var tls: TLSConfiguration?
        package var limits: HTTPLimits
        package var loops: EventLoopGroup
        /// Called on an event loop for each request that is over; must not block.
        package var finished: (@Sendable (AccessRecord) -> Void)?
        /// Where the address is; nil is the process's own namespace. There the address may come up later than the server.
        package var namespace: NetworkNamespace?

        package init(
            host: String = "127.0.0.1", port: Int = 0, tls: TLSConfiguration? = nil, limits: HTTPLimits = HTTPLimits(),
            loops: EventLoopGroup = .shared, namespace: NetworkNamespace? = nil, finished: (@Sendable (AccessRecord) -> Void)? = nil
        ) {
            (self.host, self.port, self.tls, self.limits, self.loops, self.finished) = (host, port, tls, limits, loops, finished)
            self.namespace = namespace
        }
    }
    private enum Phase {
        case idle
        case listening([Listener], ServerContext)
        case stopped
    }
    private let configuration: Configuration
    private let handler: any HTTPHandler
    private let phase = Mutex(Phase.idle)

    /// A server that does not listen yet.
    package init(_ configuration: Configuration, handler: any HTTPHandler) {
        (self.configuration, self.handler) = (configuration, handler)
    }

    /// Listens. - Returns: the port. - Throws: `HTTPError` for an address that cannot be had or unusable certificates.
    @discardableResult
    package func start() async throws -> Int {
        let tls = try configuration.tls.map { (tls) throws(HTTPError) in try TLSContext(server: tls) }
        let context = ServerContext(handler: handler, tls: tls, configuration: configuration)
        let addresses = try SocketAddress.resolve(host: configuration.host, port: configuration.port)
        if let path = SocketAddress.unixPath(configuration.host) { unlink(path) }
        guard let address = addresses.first else { throw HTTPError.connectionFailed("\(configuration.host) has no address") }
        let descriptor = try address.listen(backlog: 4096, in: configuration.namespace)
        let listener = Listener(loop: configuration.loops.next(), descriptor: descriptor) { context.accepted($0, from: $1) }
        phase.withLock { $0 = .listening([listener], context) }
        listener.loop.execute { listener.start() }
        return SocketAddress.bound(descriptor)?.port ?? 0
    }

    /// Shows another certificate (or believes other authorities) from now on; connections that are there stay.
    /// - Throws: `HTTPError.malformed` for certificates that cannot be used; then nothing changes.
    package func replace(tls: TLSConfiguration) throws(HTTPError) {
        let fresh = try TLSContext(server: tls)
        if case .listening(_, let context) = phase.withLock({ $0 }) { context.replace(fresh) }
    }

    /// Stops listening, lets requests under way finish for a while, and closes what is left.
    package func stop() async {
        let (listeners, context) = phase.withLock { phase -> ([Listener], ServerContext?) in
            guard case .listening(let listeners, let context) = phase else { return ([], nil) }
            phase = .stopped
            return (listeners, context)
        }
        for listener in listeners {
            await withCheckedContinuation { continuation in
                listener.loop.execute {
                    listener.stop()
                    continuation.resume()
                }
            }
        }
        if let path = SocketAddress.unixPath(configuration.host) { unlink(path) }
        await context?.drain()
    }
}
