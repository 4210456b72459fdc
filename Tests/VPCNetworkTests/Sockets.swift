import Glibc
import Linux
import Testing

/// A socket in a namespace with short time limits, closed with the value.
final class TestSocket {
    let descriptor: Int32
    init(descriptor: Int32) { self.descriptor = descriptor }
    deinit { close(descriptor) }

    convenience init(_ namespace: String?, _ type: __socket_type, _ number: Int32 = 0, patience milliseconds: Int = 400) throws {
        let make: () -> Int32 = { socket(AF_INET, Int32(type.rawValue) | Int32(SOCK_CLOEXEC.rawValue), number) }
        let descriptor = try namespace.map { try NetworkNamespaces.within($0, make) } ?? make()
        try #require(descriptor >= 0)
        self.init(descriptor: descriptor)
        var limit = timeval(tv_sec: milliseconds / 1000, tv_usec: suseconds_t(milliseconds % 1000 * 1000))
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            setsockopt(descriptor, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size))
        }
        var on: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, 4)
    }

    private static func withAddress<Result>(_ host: String, _ port: UInt16, _ work: (UnsafePointer<sockaddr>, socklen_t) -> Result)
        -> Result
    {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = inet_addr(host)
        return withUnsafePointer(to: address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { work($0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
    }
    func bind(_ host: String, _ port: UInt16) throws {
        try #require(Self.withAddress(host, port) { Glibc.bind(descriptor, $0, $1) } == 0, "bind \(host):\(port): \(errno)")
    }
    func connect(_ host: String, _ port: UInt16) -> Bool { Self.withAddress(host, port) { Glibc.connect(descriptor, $0, $1) } == 0 }
    func send(_ bytes: [UInt8], to host: String) -> Bool {
        Self.withAddress(host, 0) { sendto(descriptor, bytes, bytes.count, 0, $0, $1) } == bytes.count
    }
    func write(_ text: String) -> Bool { Glibc.send(descriptor, text, text.utf8.count, Int32(MSG_NOSIGNAL)) == text.utf8.count }
    func read() -> String? {
        var bytes = [UInt8](repeating: 0, count: 512)
        let count = recv(descriptor, &bytes, bytes.count, 0)
        return count > 0 ? String(decoding: bytes[..<count], as: UTF8.self) : nil
    }
    /// The next connection, with its client's address.
    func accept() -> (TestSocket, String)? {
        var peer = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let accepted = withUnsafeMutablePointer(to: &peer) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { Glibc.accept(descriptor, $0, &length) }
        }
        guard accepted >= 0 else { return nil }
        return (TestSocket(descriptor: accepted), IPv4Address(UInt32(bigEndian: peer.sin_addr.s_addr)).description)
    }
}

/// Whether one of several echo requests is answered: the first may come before the kernel has told the link's other end that it is up.
func reaches(_ host: String, from namespace: String, source: String? = nil) throws -> Bool {
    for _ in 0..<5 where try ping(host, from: namespace, source: source) { return true }
    return false
}

/// Whether an echo request from the namespace is answered, by whoever has the address.
func ping(_ host: String, from namespace: String, source: String? = nil) throws -> Bool {
    let socket = try TestSocket(namespace, SOCK_RAW, Int32(IPPROTO_ICMP))
    if let source { try socket.bind(source, 0) }
    var request: [UInt8] = [8, 0, 0, 0, UInt8.random(in: 0...255), UInt8.random(in: 0...255), 0, 1]
    var sum: UInt32 = 0
    for index in stride(from: 0, to: 8, by: 2) { sum += UInt32(request[index]) << 8 | UInt32(request[index + 1]) }
    let check = ~UInt16(truncatingIfNeeded: (sum & 0xffff) + (sum >> 16))
    (request[2], request[3]) = (UInt8(check >> 8), UInt8(check & 255))
    guard socket.send(request, to: host) else { return false }
    var bytes = [UInt8](repeating: 0, count: 512)
    for _ in 0..<8 {
        let count = recv(socket.descriptor, &bytes, bytes.count, 0)
        if count < 0 { return false }
        if count >= 28, bytes[20] == 0, bytes[24..<28].elementsEqual(request[4..<8]) { return true }
    }
    return false
}

/// An open connection with both its ends.
struct Connection {
    var client: TestSocket, server: TestSocket
    /// The client's address as the server sees it.
    var peer: String
    /// Whether bytes pass both ways.
    func passes() -> Bool { client.write("ping") && server.read() == "ping" && server.write("pong") && client.read() == "pong" }
}

/// Listens in one namespace and connects from another; nil when nothing gets through.
func connection(
    from client: String?, source: String? = nil, to server: String?, _ host: String, listening: String? = nil, port: UInt16,
    patience: Int = 2500
) throws -> Connection? {
    let listener = try TestSocket(server, SOCK_STREAM, patience: patience)
    try listener.bind(listening ?? host, port)
    try #require(listen(listener.descriptor, 8) == 0)
    let socket = try TestSocket(client, SOCK_STREAM, patience: patience)
    if let source { try socket.bind(source, 0) }
    guard socket.connect(host, port), let (accepted, peer) = listener.accept() else { return nil }
    var limit = timeval(tv_sec: 0, tv_usec: 400_000)
    setsockopt(accepted.descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    return Connection(client: socket, server: accepted, peer: peer)
}
