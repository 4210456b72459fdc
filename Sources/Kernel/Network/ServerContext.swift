import Glibc
import Synchronization

/// A connection's protocol on a server, which can be asked to come to an end.
protocol ServerProtocol: ConnectionProtocol {
    /// Takes no further request, and closes once those under way are over.
    func shutDown()
}

/// What all connections of a server share.
final class ServerContext: Sendable {
    private struct State {
        var connections: [ObjectIdentifier: Connection] = [:]
        var stopping = false
        var empty: [CheckedContinuation<Void, Never>] = []
    }
    let handler: any HTTPHandler
    /// The handler, when it can answer without a task.
    let prompt: (any PromptHandler)?
    let limits: HTTPLimits
    private let tls: Mutex<TLSContext?>
    private let loops: EventLoopGroup
    private let finished: (@Sendable (AccessRecord) -> Void)?
    private let state = Mutex(State())

    init(handler: any HTTPHandler, tls: TLSContext?, configuration: HTTPServer.Configuration) {
        self.handler = handler
        prompt = handler as? any PromptHandler
        self.tls = Mutex(tls)
        (limits, loops, finished) = (configuration.limits, configuration.loops, configuration.finished)
    }

    /// Whether somebody wants to know of requests that are over.
    var recordsAccess: Bool { finished != nil }
    func record(_ record: AccessRecord) { finished?(record) }

    /// Later connections get these keys and authorities.
    func replace(_ tls: TLSContext) { self.tls.withLock { $0 = tls } }

    /// Sets a new connection up on a loop of its own.
    func accepted(_ descriptor: Int32, from address: SocketAddress) {
        let loop = loops.next()
        let tls = tls.withLock { $0 }
        let session = tls.flatMap { TLSSession(server: $0, descriptor: descriptor) }
        guard tls == nil || session != nil else {
            close(descriptor)
            return
        }
        let connection = Connection(loop: loop, descriptor: descriptor, tls: session, connecting: false)
        let welcome = state.withLock { state in
            guard !state.stopping, state.connections.count < limits.connections else { return false }
            state.connections[ObjectIdentifier(connection)] = connection
            return true
        }
        guard welcome else {
            close(descriptor)
            return
        }
        let peer = Peer(address: address.text, secure: session != nil)
        loop.execute { self.begin(connection, peer) }
    }

    private func begin(_ connection: Connection, _ peer: Peer) {
        connection.writeTimeout = limits.writeTimeout.wholeMilliseconds
        connection.setDeadline(limits.headerTimeout.wholeMilliseconds)
        connection.released = { [self] in released($0) }
        connection.opened = { [self] connection, session in
            var peer = peer
            session?.identify(&peer)
            peer.memory = PeerMemory()
            if session?.applicationProtocol == "h2" {
                connection.machine = HTTP2Server(connection: connection, context: self, peer: peer)
            } else {
                connection.machine = HTTP1Server(connection: connection, context: self, peer: peer)
            }
            if isStopping { (connection.machine as? any ServerProtocol)?.shutDown() }
        }
        connection.start()
    }

    var isStopping: Bool { state.withLock { $0.stopping } }

    private func released(_ connection: Connection) {
        let waiting = state.withLock { state -> [CheckedContinuation<Void, Never>] in
            state.connections[ObjectIdentifier(connection)] = nil
            guard state.connections.isEmpty else { return [] }
            defer { state.empty = [] }
            return state.empty
        }
        for waiter in waiting { waiter.resume() }
    }

    /// Ends all connections: gently, and after the drain time-out at once.
    func drain() async {
        let connections = state.withLock { state in
            state.stopping = true
            return Array(state.connections.values)
        }
        let grace = limits.drainTimeout.wholeMilliseconds
        for connection in connections {
            connection.loop.execute {
                (connection.machine as? any ServerProtocol)?.shutDown()
                connection.endWithin(grace)
            }
        }
        await withCheckedContinuation { continuation in
            let empty = state.withLock { state in
                if !state.connections.isEmpty { state.empty.append(continuation) }
                return state.connections.isEmpty
            }
            if empty { continuation.resume() }
        }
    }
}
