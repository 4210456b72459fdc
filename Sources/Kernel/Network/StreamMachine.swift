import Synchronization

/// Raw bytes on a connection, as the protocol that it carries. Belongs to the connection's loop but for its two ends.
final class StreamMachine: ConnectionProtocol, OutgoingListener, Pokable, @unchecked Sendable {
    private static let maxWaiting = 262_144
    private static let linger: UInt64 = 1_000
    private static let patience: UInt64 = 10_000
    let connection: Connection
    let incoming: BodyPipe
    let outgoing: OutgoingBody
    private let heldBack = Atomic<Bool>(false)
    private var peerEnded = false
    private var finished = false
    private var closing = false

    init(_ connection: Connection) {
        self.connection = connection
        outgoing = OutgoingBody(loop: connection.loop)
        let relay = ConsumptionRelay()
        incoming = BodyPipe { _ in relay.consumed() }
        relay.action.withLock { $0 = { [weak self] in self?.consumed() } }
        outgoing.listener = self
        connection.keepsUnread = true
        connection.writeTimeout = nil
        connection.setMachineDeadline(nil)
    }

    // MARK: Input

    func received(_ bytes: UnsafeRawBufferPointer) {
        guard !closing, !bytes.isEmpty else { return }
        incoming.write(Array(bytes))
        guard incoming.buffered > Self.maxWaiting else { return }
        connection.pause()
        heldBack.store(true, ordering: .sequentiallyConsistent)
        if incoming.buffered <= Self.maxWaiting / 2 { poked() }
    }

    private func consumed() {
        if heldBack.load(ordering: .sequentiallyConsistent), incoming.buffered <= Self.maxWaiting / 2 { connection.loop.poke(self) }
    }

    func poked() {
        if heldBack.exchange(false, ordering: .sequentiallyConsistent) { connection.resume() }
    }

    func ended() {
        peerEnded = true
        incoming.finish(error: false)
        if finished, connection.isDrained { connection.close(nil) }
    }

    // MARK: Output

    func bodyArrived() { connection.wantsFlush() }

    func produce() {
        guard !outgoing.broken else { return connection.close(nil) }
        let count = min(outgoing.queue.count, Connection.outputMark)
        if count > 0 {
            outgoing.queue.move(count, to: &connection.output)
            outgoing.sent(count)
        }
        guard outgoing.queue.isEmpty, outgoing.ended else { return }
        if closing {
            connection.closeAfterSending(linger: peerEnded ? nil : Self.linger)
        } else if !finished {
            finished = true
            connection.finishWriting()
        }
    }

    func sent() {
        if finished, peerEnded { connection.close(nil) }
    }

    /// Hands the stream to `run` in a task on the loop, which ends soon after the connection: reads and writes fail from then on.
    func serve(_ run: @escaping @Sendable (any ByteStream) async -> Void) {
        Task(executorPreference: connection.loop) { [self] in
            let stream = SocketStream(self)
            await run(stream)
            stream.close()
        }
    }

    // MARK: Ends

    /// Ends both directions once all that was written is sent. From any thread.
    func close() {
        incoming.cancel()
        outgoing.finish(error: false)
        connection.loop.execute { [self] in
            guard !closing, !connection.isClosed else { return }
            closing = true
            connection.resume()
            connection.endWithin(Self.patience)
            connection.wantsFlush()
        }
    }

    func expired() {}

    func closed(_ error: HTTPError?) {
        if let error { incoming.fail(error) } else { incoming.finish(error: false) }
        outgoing.close()
    }
}

/// Tells of consumption in a pipe that was made before whoever wants to know.
private final class ConsumptionRelay: Sendable {
    let action = Mutex<(@Sendable () -> Void)?>(nil)
    func consumed() { action.withLock { $0 }?() }
}

/// A socket as the application holds it.
final class SocketStream: ByteStream {
    private let machine: StreamMachine
    init(_ machine: StreamMachine) { self.machine = machine }
    deinit { machine.close() }

    func read() async throws -> [UInt8]? { try await machine.incoming.next() }

    func write(_ bytes: [UInt8]) async throws {
        machine.outgoing.write(bytes)
        try await machine.outgoing.drained()
    }

    func queue(_ bytes: [UInt8]) { machine.outgoing.write(bytes) }
    func finish() { machine.outgoing.finish(error: false) }
    func close() { machine.close() }
}
