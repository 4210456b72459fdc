import CLinux
import Glibc
import Synchronization
import Testing

/// A wire between a store and its etcd, which a test cuts.
final class Relay: Sendable {
    private struct State {
        /// Both ends of each connection: the store's, then etcd's.
        var connections: [(near: Int32, far: Int32)] = []
        var isCut = false
        /// Whether what etcd says is lost, while it hears everything.
        var isDeaf = false
        var isOver = false
    }
    let port: Int
    private let listener: Int32
    private let target: Int
    private let state = Mutex(State())

    /// A wire to a port of this machine.
    init(to target: Int) throws {
        self.target = target
        let (listener, port) = try #require(Sockets.listen())
        (self.listener, self.port) = (listener, port)
        var thread = pthread_t()
        let this = Unmanaged.passRetained(self)
        let body: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { argument in
            if let argument { Unmanaged<Relay>.fromOpaque(argument).takeRetainedValue().run() }
            return nil
        }
        try #require(pthread_create(&thread, nil, body, this.toOpaque()) == 0)
        pthread_detach(thread)
    }

    /// Breaks all connections and refuses new ones, or lets them through again.
    func cut(_ isCut: Bool) { state.withLock { ($0.isCut, $0.isDeaf) = (isCut, false) } }
    /// Loses all that etcd says from now on, until the wire is cut.
    func deafen() { state.withLock { $0.isDeaf = true } }
    func stop() { state.withLock { $0.isOver = true } }

    private func run() {
        while !state.withLock({ $0.isOver }) { turn() }
        for connection in state.withLock({ $0.connections }) { drop(connection) }
        close(listener)
    }

    private func turn() {
        let (connections, isCut, isDeaf) = state.withLock { state in
            defer { if state.isCut { state.connections = [] } }
            return (state.connections, state.isCut, state.isDeaf)
        }
        if isCut { for connection in connections { drop(connection) } }
        var polls = [pollfd(fd: listener, events: Int16(POLLIN), revents: 0)]
        if !isCut { for (near, far) in connections { polls += [near, far].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) } } }
        guard poll(&polls, nfds_t(polls.count), 5) > 0 else { return }
        if polls[0].revents != 0 { accept(refusing: isCut) }
        guard !isCut else { return }
        for (index, connection) in connections.enumerated() {
            let isNearOpen = polls[1 + 2 * index].revents == 0 || move(connection.near, connection.far)
            let isFarOpen = polls[2 + 2 * index].revents == 0 || move(connection.far, isDeaf ? -1 : connection.near)
            if isNearOpen, isFarOpen { continue }
            state.withLock { state in state.connections.removeAll { $0.near == connection.near } }
            drop(connection)
        }
    }

    private func accept(refusing: Bool) {
        let near = Glibc.accept(listener, nil, nil)
        guard near >= 0 else { return }
        guard !refusing, let far = Sockets.connect(target) else {
            close(near)
            return
        }
        state.withLock { $0.connections.append((near, far)) }
    }

    private func move(_ from: Int32, _ to: Int32) -> Bool {
        withUnsafeTemporaryAllocation(byteCount: 65_536, alignment: 8) { buffer in
            let count = read(from, buffer.baseAddress, buffer.count)
            guard count > 0 else { return false }
            var sent = 0
            while to >= 0, sent < count {
                let part = send(to, buffer.baseAddress.map { $0 + sent }, count - sent, Int32(MSG_NOSIGNAL))
                guard part > 0 else { return false }
                sent += part
            }
            return true
        }
    }

    private func drop(_ connection: (near: Int32, far: Int32)) {
        close(connection.near)
        close(connection.far)
    }
}

/// Sockets of this machine.
enum Sockets {
    /// A listening socket with its port.
    static func listen() -> (socket: Int32, port: Int)? {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        var address = address(0)
        let isBound = withPointer(&address) { bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0 }
        guard isBound, Glibc.listen(descriptor, 64) == 0 else { return nil }
        return (descriptor, Int(UInt16(bigEndian: address.sin_port)))
    }

    /// A connection to a port; nil when nobody listens.
    static func connect(_ port: Int) -> Int32? {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = address(port)
        if withPointer(&address, { Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }) == 0 { return descriptor }
        close(descriptor)
        return nil
    }

    /// A port that nobody listens on.
    static func freePort() -> Int {
        guard let (descriptor, port) = listen() else { return 0 }
        close(descriptor)
        return port
    }

    private static func address(_ port: Int) -> sockaddr_in {
        var address = sockaddr_in()
        (address.sin_family, address.sin_addr.s_addr) = (sa_family_t(AF_INET), UInt32(0x7f00_0001).bigEndian)
        address.sin_port = UInt16(port).bigEndian
        return address
    }

    private static func withPointer<Result>(_ address: inout sockaddr_in, _ body: (UnsafeMutablePointer<sockaddr>) -> Result) -> Result {
        withUnsafeMutablePointer(to: &address) { $0.withMemoryRebound(to: sockaddr.self, capacity: 1, body) }
    }
}
