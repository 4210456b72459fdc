import Synchronization

/// How long a client waits. nil waits for ever.
package struct HTTPTimeouts: Sendable {
    /// For a connection with its TLS handshake.
    package var connect = Duration.seconds(10)
    /// From sending a request to the header of its response.
    package var response: Duration? = .seconds(60)
    /// Before an unused connection is closed.
    package var idle = Duration.seconds(90)
    package init() {}
}

/// The connections of a client to its one endpoint.
final class ClientPool: Sendable {
    /// A connection that can take requests. Its counts are guarded by the pool's lock.
    final class Entry: @unchecked Sendable {
        let connection: Connection
        fileprivate(set) var machine: (any ClientProtocol)?
        fileprivate var capacity = 1
        fileprivate var active = 0
        fileprivate var usable = true
        /// Whether its capacity is what the server says.
        fileprivate var settled = false
        init(_ connection: Connection) { self.connection = connection }
    }
    private struct Waiter {
        let id: Int
        let continuation: CheckedContinuation<Entry, any Error>
    }
    private struct State {
        var entries: [Entry] = []
        var connecting = 0
        var waiters: [Waiter] = []
        var lastWaiter = 0
        var speaksHTTP2: Bool?
        var closed = false
    }
    private static let maxConnections = 64
    private let connector: Connector
    private let timeouts: HTTPTimeouts
    private let priorKnowledge: Bool
    private let state = Mutex(State())

    /// - Parameter priorKnowledge: the server is known to speak HTTP/2.
    init(connector: Connector, timeouts: HTTPTimeouts, priorKnowledge: Bool) {
        (self.connector, self.timeouts, self.priorKnowledge) = (connector, timeouts, priorKnowledge)
    }

    /// A connection with room for one request, which `release` gives back.
    func lease(_ deadline: RequestDeadline?) async throws -> Entry {
        let id = state.withLock { state in
            state.lastWaiter += 1
            return state.lastWaiter
        }
        deadline?.arm { [weak self] in self?.giveUp(id, .timedOut) }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let refusal: HTTPError? = state.withLock { state in
                    if deadline?.isExpired == true { return .timedOut }
                    if state.closed || Task.isCancelled { return .cancelled }
                    state.waiters.append(Waiter(id: id, continuation: continuation))
                    return nil
                }
                if let refusal { continuation.resume(throwing: refusal) } else { match() }
            }
        } onCancel: {
            giveUp(id, .cancelled)
        }
    }

    private func giveUp(_ id: Int, _ error: HTTPError) {
        let waiter = state.withLock { state -> Waiter? in
            guard let index = state.waiters.firstIndex(where: { $0.id == id }) else { return nil }
            return state.waiters.remove(at: index)
        }
        waiter?.continuation.resume(throwing: error)
    }

    func release(_ entry: Entry) {
        let close = state.withLock { state in
            entry.active -= 1
            return state.closed && entry.active == 0
        }
        if close { entry.connection.loop.execute { entry.connection.close(nil) } } else { match() }
    }

    /// Takes no more requests. Idle connections close at once; others too when `everything`, else after their requests.
    func close(everything: Bool) {
        let (entries, waiters) = state.withLock { state in
            state.closed = true
            defer { state.waiters = [] }
            return (state.entries.filter { everything || $0.active == 0 }, state.waiters)
        }
        for waiter in waiters { waiter.continuation.resume(throwing: HTTPError.cancelled) }
        for entry in entries { entry.connection.loop.execute { entry.connection.close(.cancelled) } }
    }

    /// Gives waiting requests to connections with room, and opens connections for the rest.
    private func match() {
        let (matches, connect) = state.withLock { state -> ([(Waiter, Entry)], Int) in
            var matches: [(Waiter, Entry)] = []
            while !state.waiters.isEmpty, let entry = state.entries.first(where: { $0.usable && $0.active < $0.capacity }) {
                entry.active += 1
                matches.append((state.waiters.removeFirst(), entry))
            }
            // Until the protocol and the capacity are known, one connection serves to find out.
            let unsettled = state.entries.contains { !$0.settled }
            let wanted = state.speaksHTTP2 == false ? state.waiters.count : unsettled ? 0 : min(1, state.waiters.count)
            let room = Self.maxConnections - state.entries.count - state.connecting
            let connect = max(0, min(wanted - state.connecting, room))
            state.connecting += connect
            return (matches, connect)
        }
        for (waiter, entry) in matches { waiter.continuation.resume(returning: entry) }
        for _ in 0..<connect { open() }
    }

    // MARK: Connecting

    private func open() {
        connector.connect(Connector.Ends(opened: { self.opened($0, $1) }, failed: { self.failed($0) }))
    }

    private func opened(_ connection: Connection, _ session: TLSSession?) {
        let entry = Entry(connection)
        let unusable = { [weak self, weak entry] in
            if let self, let entry { self.remove(entry) }
        }
        let isHTTP2 = priorKnowledge || session?.applicationProtocol == "h2"
        let authority = connector.endpoint.authority
        let machine: any ClientProtocol
        if isHTTP2 {
            machine = HTTP2Client(
                connection: connection, authority: authority, timeouts: timeouts, unusable: unusable,
                capacity: { [weak self, weak entry] in
                    if let self, let entry { self.setCapacity(entry, $0) }
                })
        } else {
            machine = HTTP1Client(
                connection: connection, authority: authority, timeouts: timeouts, unusable: unusable)
        }
        connection.machine = machine
        state.withLock { state in
            entry.machine = machine
            entry.settled = !isHTTP2
            state.connecting -= 1
            state.speaksHTTP2 = isHTTP2
            if !state.closed { state.entries.append(entry) }
        }
        if state.withLock({ $0.closed }) { connection.close(nil) } else { match() }
    }

    private func failed(_ error: HTTPError) {
        let waiters = state.withLock { state in
            state.connecting -= 1
            // Others may get through or have got through; with none left, nobody waits in vain.
            guard state.connecting == 0, state.entries.isEmpty else { return [Waiter]() }
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.continuation.resume(throwing: error) }
    }

    private func setCapacity(_ entry: Entry, _ capacity: Int) {
        state.withLock { _ in (entry.capacity, entry.settled) = (max(1, min(capacity, 10_000)), true) }
        match()
    }

    private func remove(_ entry: Entry) {
        state.withLock { state in
            entry.usable = false
            entry.machine = nil
            state.entries.removeAll { $0 === entry }
        }
        match()
    }
}
