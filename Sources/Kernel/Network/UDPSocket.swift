import CLinux
import Glibc
import Synchronization

/// The other end of a datagram: a numeric address and a port.
package struct UDPPeer: Sendable, Hashable, CustomStringConvertible {
    let address: SocketAddress
    /// - Throws: `HTTPError.connectionFailed` when `host` is no numeric address.
    package init(host: String, port: Int) throws(HTTPError) { address = try SocketAddress(numeric: host, port: port) }
    init(_ address: SocketAddress) { self.address = address }
    /// The address without the port: `192.0.2.1` or `2001:db8::1`.
    package var host: String { address.host }
    package var port: Int { address.port ?? 0 }
    /// `192.0.2.1:53` or `[2001:db8::1]:53`.
    package var description: String { address.text }
}

/// A socket for datagrams. What comes while too many wait is dropped.
package final class UDPSocket: Sendable {
    private let channel: UDPChannel
    /// The port that it is bound to.
    package let port: Int

    /// A socket bound to a numeric address; in a namespace the address may come up later. - Throws: `HTTPError.connectionFailed`.
    /// - Parameter port: 0 takes any free port.
    package init(host: String, port: Int, namespace: NetworkNamespace? = nil, loops: EventLoopGroup = .shared) throws(HTTPError) {
        let descriptor = try SocketAddress(numeric: host, port: port).bound(SOCK_DGRAM, in: namespace)
        self.port = SocketAddress.bound(descriptor)?.port ?? port
        channel = UDPChannel(loop: loops.next(), descriptor: descriptor)
        channel.loop.execute { [channel] in channel.start() }
    }

    deinit { close() }

    /// The next datagram. Several tasks may wait, each gets one.
    /// - Throws: `HTTPError` `timedOut`, or `cancelled` when the task is cancelled or the socket closed.
    package func receive(timeout: Duration? = nil) async throws -> (bytes: [UInt8], peer: UDPPeer) {
        let id = channel.nextWaiter()
        let deadline = timeout.map { RequestDeadline($0, loop: channel.loop) }
        deadline?.arm { [channel] in channel.giveUp(id, .timedOut) }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { channel.wait(id, $0, deadline) }
        } onCancel: {
            channel.giveUp(id, .cancelled)
        }
    }

    /// Sends a datagram; one for which there is no room at the moment is lost, as datagrams may be.
    /// - Throws: `HTTPError.connectionFailed` for a datagram that is too large or a peer that cannot be reached.
    package func send(_ bytes: [UInt8], to peer: UDPPeer) throws(HTTPError) { try channel.send(bytes, to: peer.address) }

    /// Closes the socket; whoever waits gets `cancelled`.
    package func close() { channel.shut() }
}

/// A datagram socket on its loop.
private final class UDPChannel: Channel, @unchecked Sendable {
    typealias Datagram = (bytes: [UInt8], peer: UDPPeer)
    private struct Waiter {
        let id: Int
        let continuation: CheckedContinuation<Datagram, any Error>
    }
    private struct State {
        var waiting: [Datagram] = []
        var head = 0
        var waiters: [Waiter] = []
        var lastID = 0
        /// -1 once closed: guarded, so that no other thread sends on a descriptor that has become another's.
        var descriptor: Int32
    }
    private static let maxWaiting = 4096
    private let state: Mutex<State>

    override init(loop: EventLoop, descriptor: Int32) {
        state = Mutex(State(descriptor: descriptor))
        super.init(loop: loop, descriptor: descriptor)
    }

    func start() {
        guard descriptor >= 0 else { return }
        if register() { drain() } else { shut() }
    }

    override func ready(_ events: UInt32) { drain() }

    private func drain() {
        while descriptor >= 0, let (count, address) = SocketAddress.receive(descriptor, into: loop.inputScratch) {
            let datagram = (Array(loop.inputScratch[..<count]), UDPPeer(address))
            let waiter = state.withLock { state -> Waiter? in
                guard state.waiters.isEmpty else { return state.waiters.removeFirst() }
                if state.waiting.count - state.head < Self.maxWaiting { state.waiting.append(datagram) }
                return nil
            }
            waiter?.continuation.resume(returning: datagram)
        }
    }

    func nextWaiter() -> Int {
        state.withLock { state in
            state.lastID += 1
            return state.lastID
        }
    }

    func wait(_ id: Int, _ continuation: CheckedContinuation<Datagram, any Error>, _ deadline: RequestDeadline?) {
        let result: Result<Datagram, any Error>? = state.withLock { state in
            if deadline?.isExpired == true { return .failure(HTTPError.timedOut) }
            guard state.descriptor >= 0, !Task.isCancelled else { return .failure(HTTPError.cancelled) }
            guard state.head < state.waiting.count else {
                state.waiters.append(Waiter(id: id, continuation: continuation))
                return nil
            }
            let datagram = state.waiting[state.head]
            state.head += 1
            if state.head == state.waiting.count { (state.waiting, state.head) = ([], 0) }
            return .success(datagram)
        }
        if let result { continuation.resume(with: result) }
    }

    func giveUp(_ id: Int, _ error: HTTPError) {
        let waiter = state.withLock { state -> Waiter? in
            guard let index = state.waiters.firstIndex(where: { $0.id == id }) else { return nil }
            return state.waiters.remove(at: index)
        }
        waiter?.continuation.resume(throwing: error)
    }

    func send(_ bytes: [UInt8], to address: SocketAddress) throws(HTTPError) {
        let failure = state.withLock { state -> String? in
            guard state.descriptor >= 0 else { return "the socket is closed" }
            return address.send(bytes, on: state.descriptor)
        }
        if let failure { throw .connectionFailed("send to \(address.text): \(failure)") }
    }

    func shut() {
        let waiters = state.withLock { state in
            state.descriptor = -1
            defer { (state.waiters, state.waiting, state.head) = ([], [], 0) }
            return state.waiters
        }
        for waiter in waiters { waiter.continuation.resume(throwing: HTTPError.cancelled) }
        loop.execute { [self] in
            if descriptor >= 0 { Glibc.close(unregister()) }
        }
    }
}
