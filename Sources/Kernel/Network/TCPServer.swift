import Glibc
import Synchronization

/// Takes connections on one address and gives each as a stream to a closure, on an event loop. A stream is closed when its closure returns.
package final class TCPServer: Sendable {
    private struct State {
        var listener: Listener?
        var connections: [ObjectIdentifier: Connection] = [:]
        var stopping = false
    }
    private static let maxConnections = 10_000
    private let host: String
    private let port: Int
    private let namespace: NetworkNamespace?
    private let loops: EventLoopGroup
    private let serve: @Sendable (any ByteStream) async -> Void
    private let state = Mutex(State())

    /// A server that does not listen yet.
    /// - Parameters:
    ///   - host: a name, an address or `unix:/path`.
    ///   - port: 0 takes any free port.
    package init(
        host: String, port: Int, namespace: NetworkNamespace? = nil, loops: EventLoopGroup = .shared,
        serve: @escaping @Sendable (any ByteStream) async -> Void
    ) {
        (self.host, self.port, self.namespace, self.loops, self.serve) = (host, port, namespace, loops, serve)
    }

    /// Listens. - Returns: the port. - Throws: `HTTPError.connectionFailed` for an address that cannot be had.
    @discardableResult
    package func start() async throws -> Int {
        if let path = SocketAddress.unixPath(host) { unlink(path) }
        guard let address = try SocketAddress.resolve(host: host, port: port).first else {
            throw HTTPError.connectionFailed("\(host) has no address")
        }
        let descriptor = try address.listen(backlog: 1024, in: namespace)
        let bound = SocketAddress.bound(descriptor)?.port ?? 0
        let listener = Listener(loop: loops.next(), descriptor: descriptor) { [weak self] accepted, _ in
            guard let self else {
                Glibc.close(accepted)
                return
            }
            self.accepted(accepted)
        }
        state.withLock { $0.listener = listener }
        listener.loop.execute { listener.start() }
        return bound
    }

    /// Stops listening and closes all connections.
    package func stop() async {
        let (listener, connections) = state.withLock { state in
            state.stopping = true
            defer { state.listener = nil }
            return (state.listener, Array(state.connections.values))
        }
        if let listener {
            await withCheckedContinuation { continuation in
                listener.loop.execute {
                    listener.stop()
                    continuation.resume()
                }
            }
        }
        if let path = SocketAddress.unixPath(host) { unlink(path) }
        for connection in connections { connection.loop.execute { connection.close(.cancelled) } }
    }

    private func accepted(_ descriptor: Int32) {
        let loop = loops.next()
        let connection = Connection(loop: loop, descriptor: descriptor, tls: nil, connecting: false)
        let welcome = state.withLock { state in
            guard !state.stopping, state.connections.count < Self.maxConnections else { return false }
            state.connections[ObjectIdentifier(connection)] = connection
            return true
        }
        guard welcome else {
            Glibc.close(descriptor)
            return
        }
        connection.released = { [weak self] connection in
            self?.state.withLock { $0.connections[ObjectIdentifier(connection)] = nil }
        }
        connection.opened = { [serve] connection, _ in
            let machine = StreamMachine(connection)
            connection.machine = machine
            machine.serve(serve)
        }
        loop.execute { connection.start() }
    }
}
