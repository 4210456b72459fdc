import Glibc

/// Opens connections to one endpoint, trying its addresses one after the other.
struct Connector: Sendable {
    let endpoint: HTTPEndpoint
    let tls: TLSContext?
    let loops: EventLoopGroup
    let namespace: NetworkNamespace?
    /// The local address to speak from.
    let source: SocketAddress?
    let timeout: Duration
    /// The name in the server's certificate, where it is not the endpoint's.
    var serverName: String?
    /// Offers HTTP/1.1 alone by ALPN.
    var onlyHTTP1 = false

    /// How an attempt ends, on the connection's loop: `opened` is to set the connection's machine.
    struct Ends: Sendable {
        let opened: @Sendable (Connection, TLSSession?) -> Void
        let failed: @Sendable (HTTPError) -> Void
    }

    /// Starts an attempt. Exactly one of `ends` is called.
    func connect(_ ends: Ends) {
        Resolver.resolve(host: endpoint.host, port: endpoint.port) { result in
            switch result {
            case .success(let addresses):
                let loop = loops.next()
                loop.execute { attempt(addresses[...], on: loop, ends, lastError: .connectionFailed("no address")) }
            case .failure(let error): ends.failed(error)
            }
        }
    }

    private func attempt(_ addresses: ArraySlice<SocketAddress>, on loop: EventLoop, _ ends: Ends, lastError: HTTPError) {
        guard let address = addresses.first else { return ends.failed(lastError) }
        let rest = addresses.dropFirst()
        do throws(HTTPError) {
            let descriptor = try address.connect(in: namespace, from: source)
            let session = tls.flatMap {
                TLSSession(client: $0, descriptor: descriptor, host: serverName ?? endpoint.host, onlyHTTP1: onlyHTTP1)
            }
            guard tls == nil || session != nil else {
                Glibc.close(descriptor)
                throw HTTPError.connectionFailed("no TLS session")
            }
            let connection = Connection(loop: loop, descriptor: descriptor, tls: session, connecting: true)
            connection.setDeadline(timeout.wholeMilliseconds)
            connection.failed = { attempt(rest, on: loop, ends, lastError: $0) }
            connection.opened = { ends.opened($0, $1) }
            connection.start()
        } catch {
            attempt(rest, on: loop, ends, lastError: error)
        }
    }
}

extension Connector {
    /// Opens a connection and gives it the protocol that `make` returns, before any byte is read.
    /// - Throws: `HTTPError`, `cancelled` when the task is.
    func open<Machine: ConnectionProtocol & SendableMetatype>(_ make: @escaping @Sendable (Connection) -> Machine) async throws
        -> OpenedConnection<Machine>
    {
        let slot = ConnectionSlot<Machine>()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                slot.wait(continuation)
                let opened: @Sendable (Connection, TLSSession?) -> Void = { connection, _ in
                    let machine = make(connection)
                    connection.machine = machine
                    let opened = OpenedConnection(connection: connection, machine: machine)
                    if !slot.settle(.success(opened)) { connection.close(.cancelled) }
                }
                connect(Ends(opened: opened, failed: { _ = slot.settle(.failure($0)) }))
            }
        } onCancel: {
            _ = slot.settle(.failure(HTTPError.cancelled))
        }
    }
}
