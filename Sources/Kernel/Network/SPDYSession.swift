import Synchronization

/// A SPDY/3.1 session over a stream, as Kubernetes uses it for exec, attach and port-forward: without flow control of single streams,
/// as its peers know none; a stream that nobody reads holds the session back. Letting go of the session ends it.
package final class SPDYSession: Sendable {
    private let core: SPDYCore
    private let tasks: [Task<Void, Never>]

    /// Starts a session.
    /// - Parameter isServer: whether this is the side that answered the upgrade.
    package init(over stream: any ByteStream, isServer: Bool, loops: EventLoopGroup = .shared) {
        let core = SPDYCore(stream, isServer: isServer)
        self.core = core
        let loop = loops.next()
        tasks = [
            Task(executorPreference: loop) { await core.readFrames() }, Task(executorPreference: loop) { await core.writeFrames() },
        ]
    }

    deinit { core.end() }

    /// Opens a stream; `accepted()` on it waits for the peer's consent. - Throws: `HTTPError.connectionLost` when the session is over.
    package func open(_ headers: HTTPFields) throws(HTTPError) -> SPDYStream { try core.open(headers) }

    /// The next stream that the peer opens; nil when there will be none. One task waits.
    package func accept() async -> SPDYStream? { await core.accept() }

    /// Ends the session and all its streams; what was written before is still sent.
    package func close() { core.end() }
}

/// What a session's streams and tasks share.
final class SPDYCore: Sendable {
    private struct State {
        let encoder = SPDYHeaderEncoder()
        var streams: [UInt32: SPDYStream] = [:]
        var nextID: UInt32
        var lastPeerID: UInt32 = 0
        var arrived: [SPDYStream] = []
        var acceptor: CheckedContinuation<SPDYStream?, Never>?
        var takesStreams = true
        var isOver = false
    }
    private static let maxStreams = 4096
    private let stream: any ByteStream
    private let isServer: Bool
    private let outgoing = BodyPipe(capacity: 262_144)
    private let state: Mutex<State>

    init(_ stream: any ByteStream, isServer: Bool) {
        (self.stream, self.isServer) = (stream, isServer)
        state = Mutex(State(nextID: isServer ? 2 : 1))
    }

    // MARK: For the application

    func open(_ headers: HTTPFields) throws(HTTPError) -> SPDYStream {
        let opened = state.withLock { state -> SPDYStream? in
            guard !state.isOver, state.takesStreams, state.nextID < 0x7FFF_FFF0 else { return nil }
            let opened = SPDYStream(id: state.nextID, headers: headers, core: self)
            state.streams[opened.id] = opened
            state.nextID += 2
            outgoing.write(SPDYFrame.open(stream: opened.id, headers: headers, isLast: false).encoded(state.encoder))
            return opened
        }
        guard let opened else { throw .connectionLost("the SPDY session is over") }
        return opened
    }

    func accept() async -> SPDYStream? {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let (isReady, stream) = state.withLock { state -> (Bool, SPDYStream?) in
                    if !state.arrived.isEmpty { return (true, state.arrived.removeFirst()) }
                    guard state.takesStreams, !state.isOver, !Task.isCancelled, state.acceptor == nil else { return (true, nil) }
                    state.acceptor = continuation
                    return (false, nil)
                }
                if isReady { continuation.resume(returning: stream) }
            }
        } onCancel: {
            takeAcceptor()?.resume(returning: nil)
        }
    }

    private func takeAcceptor() -> CheckedContinuation<SPDYStream?, Never>? {
        state.withLock { state in
            defer { state.acceptor = nil }
            return state.acceptor
        }
    }

    // MARK: For streams

    /// Queues a frame; frames go out in the order of these calls.
    func send(_ frame: SPDYFrame) {
        state.withLock { state in
            if !state.isOver { outgoing.write(frame.encoded(state.encoder)) }
        }
    }

    func drained() async throws { try await outgoing.drained() }

    func forget(_ id: UInt32) { state.withLock { $0.streams[id] = nil } }

    // MARK: Reading and writing

    func writeFrames() async {
        do {
            while let piece = try await outgoing.next() { try await stream.write(piece) }
        } catch {
            outgoing.cancel()
        }
        stream.close()
    }

    func readFrames() async {
        var decoder = SPDYDecoder()
        var failure: HTTPError?
        do {
            while let bytes = try await stream.read() {
                decoder.append(bytes)
                while let frame = try decoder.next() { await take(frame) }
            }
        } catch {
            failure = error as? HTTPError ?? .connectionLost("\(error)")
        }
        over(failure)
    }

    private func take(_ frame: SPDYFrame) async {
        switch frame {
        case .open(let id, let headers, let isLast): opened(id, headers, isLast)
        case .reply(let id, let headers, let isLast):
            let stream = find(id)
            stream?.replied(.success(headers))
            if isLast { stream?.receivedLast() }
        case .headers(let id, _, let isLast): if isLast { find(id)?.receivedLast() }
        case .reset(let id, let status):
            let stream = find(id)
            forget(id)
            stream?.ended(status == SPDYFrame.cancel ? nil : .connectionLost("the peer reset the stream (\(status))"))
        case .ping(let id): if (id & 1 == 1) == isServer { send(.ping(id)) }
        case .goAway:
            let acceptor = state.withLock { state in
                state.takesStreams = false
                defer { state.acceptor = nil }
                return state.acceptor
            }
            acceptor?.resume(returning: nil)
        case .data(let id, let bytes, let isLast): await receive(id, bytes, isLast)
        case .other: break
        }
    }

    private func find(_ id: UInt32) -> SPDYStream? { state.withLock { $0.streams[id] } }

    private func receive(_ id: UInt32, _ bytes: [UInt8], _ isLast: Bool) async {
        guard let stream = find(id) else { return }
        stream.incoming.write(bytes)
        if isLast { return stream.receivedLast() }
        // Fails when the stream was closed, and then nothing is waited for.
        try? await stream.incoming.drained()
    }

    private func opened(_ id: UInt32, _ headers: HTTPFields, _ isLast: Bool) {
        let (stream, acceptor) = state.withLock { state -> (SPDYStream?, CheckedContinuation<SPDYStream?, Never>?) in
            guard !state.isOver else { return (nil, nil) }
            let isPeers = (id & 1 == 1) == isServer && id > state.lastPeerID
            guard isPeers, state.takesStreams, state.streams.count < Self.maxStreams else {
                let status = isPeers ? SPDYFrame.refused : SPDYFrame.invalidStream
                outgoing.write(SPDYFrame.reset(stream: id, status: status).encoded(state.encoder))
                return (nil, nil)
            }
            state.lastPeerID = id
            let stream = SPDYStream(id: id, headers: headers, core: self)
            state.streams[id] = stream
            outgoing.write(SPDYFrame.reply(stream: id, headers: [:], isLast: false).encoded(state.encoder))
            defer { state.acceptor = nil }
            if state.acceptor == nil { state.arrived.append(stream) }
            return (stream, state.acceptor)
        }
        if isLast { stream?.receivedLast() }
        acceptor?.resume(returning: stream)
    }

    // MARK: Ends

    /// Says goodbye, and ends everything once that is sent.
    func end() {
        send(.goAway(lastStream: state.withLock { $0.lastPeerID }, status: 0))
        for stream in state.withLock({ Array($0.streams.values) }) { stream.incoming.cancel() }
        over(nil)
    }

    private func over(_ failure: HTTPError?) {
        let (streams, acceptor) = state.withLock { state in
            state.isOver = true
            defer { (state.streams, state.acceptor) = ([:], nil) }
            return (Array(state.streams.values), state.acceptor)
        }
        outgoing.finish(error: false)
        acceptor?.resume(returning: nil)
        for stream in streams { stream.ended(failure) }
    }
}
