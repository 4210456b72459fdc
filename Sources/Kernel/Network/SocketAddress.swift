import CLinux
import Glibc

/// An address of a socket: IPv4, IPv6 or a path.
struct SocketAddress: @unchecked Sendable {
    private var storage: sockaddr_storage
    private var length: socklen_t

    private init(_ address: UnsafeRawPointer, _ length: socklen_t) {
        storage = sockaddr_storage()
        self.length = min(length, socklen_t(MemoryLayout<sockaddr_storage>.size))
        withUnsafeMutableBytes(of: &storage) { $0.copyMemory(from: UnsafeRawBufferPointer(start: address, count: Int(self.length))) }
    }

    /// The addresses of a host and port. Blocks when a name server has to be asked.
    /// - Throws: `HTTPError.connectionFailed` for a name without addresses.
    static func resolve(host: String, port: Int, numericOnly: Bool = false) throws(HTTPError) -> [SocketAddress] {
        if let path = unixPath(host) { return [try unix(path)] }
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_NUMERICSERV | (numericOnly ? AI_NUMERICHOST : 0)
        var list: UnsafeMutablePointer<addrinfo>?
        let failure = getaddrinfo(host, String(port), &hints, &list)
        guard failure == 0 else { throw .connectionFailed("\(host): \(String(cString: gai_strerror(failure)))") }
        defer { freeaddrinfo(list) }
        var found: [SocketAddress] = []
        var entry = list
        while let current = entry {
            if let address = current.pointee.ai_addr { found.append(SocketAddress(address, current.pointee.ai_addrlen)) }
            entry = current.pointee.ai_next
        }
        return found
    }

    /// One address of a numeric host. - Throws: `HTTPError.connectionFailed` for anything else.
    init(numeric host: String, port: Int) throws(HTTPError) {
        guard let first = try Self.resolve(host: host, port: port, numericOnly: true).first else {
            throw .connectionFailed("\(host): no address")
        }
        self = first
    }

    /// The path in `unix:/path`.
    static func unixPath(_ host: String) -> String? { host.hasPrefix("unix:") ? String(host.dropFirst(5)) : nil }

    private static func unix(_ path: String) throws(HTTPError) -> SocketAddress {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let fits = withUnsafeMutableBytes(of: &address.sun_path) { room in
            guard path.utf8.count < room.count else { return false }
            room.copyBytes(from: path.utf8)
            return true
        }
        guard fits else { throw .connectionFailed("the socket path \(path) is too long") }
        return SocketAddress(&address, socklen_t(MemoryLayout<sockaddr_un>.size))
    }

    private func withPointer<Outcome>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Outcome) -> Outcome {
        withUnsafeBytes(of: storage) { bytes in
            bytes.withMemoryRebound(to: sockaddr.self) { rebound in
                guard let base = rebound.baseAddress else { preconditionFailure("an address has bytes") }
                return body(base, length)
            }
        }
    }

    private var family: Int32 { Int32(storage.ss_family) }

    /// A socket for this kind of address, in `namespace` or the process's own. A path belongs to no namespace.
    private func open(_ type: __socket_type, in namespace: NetworkNamespace?) throws(HTTPError) -> Int32 {
        let kind = Int32(type.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let descriptor = port == nil ? socket(family, kind, 0) : linux_socket(namespace?.path, family, kind, 0)
        guard descriptor >= 0 else {
            let place = namespace.map { " in \($0.path)" } ?? ""
            throw .connectionFailed("socket\(place): \(lastErrorText())")
        }
        return descriptor
    }

    /// A socket of `type` that is bound to this address. In a namespace the address may come up later.
    /// - Throws: `HTTPError.connectionFailed` when the address is taken or refused.
    func bound(_ type: __socket_type, in namespace: NetworkNamespace? = nil) throws(HTTPError) -> Int32 {
        let descriptor = try open(type, in: namespace)
        var on: Int32 = 1
        if type == SOCK_STREAM { setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size)) }
        if namespace != nil, port != nil { _ = linux_free_bind(descriptor, family) }
        guard withPointer({ bind(descriptor, $0, $1) }) == 0 else { throw Self.failure(descriptor, "listen on \(text)") }
        return descriptor
    }

    /// A listening socket. - Throws: `HTTPError.connectionFailed` when the address is taken or refused.
    func listen(backlog: Int32, in namespace: NetworkNamespace? = nil) throws(HTTPError) -> Int32 {
        let descriptor = try bound(SOCK_STREAM, in: namespace)
        guard Glibc.listen(descriptor, backlog) == 0 else { throw Self.failure(descriptor, "listen on \(text)") }
        return descriptor
    }

    /// A socket whose connection is under way.
    /// - Parameter source: the local address to speak from.
    func connect(in namespace: NetworkNamespace? = nil, from source: SocketAddress? = nil) throws(HTTPError) -> Int32 {
        let descriptor = try open(SOCK_STREAM, in: namespace)
        if port != nil { linux_tune_tcp(descriptor) }
        if let source, port != nil {
            linux_bind_address_no_port(descriptor)
            guard source.withPointer({ bind(descriptor, $0, $1) }) == 0 else { throw Self.failure(descriptor, "speak from \(source.text)") }
        }
        guard withPointer({ Glibc.connect(descriptor, $0, $1) }) == 0 || errno == EINPROGRESS else {
            throw Self.failure(descriptor, "connect to \(text)")
        }
        return descriptor
    }

    /// Closes a socket that could not be used; errno says why.
    private static func failure(_ descriptor: Int32, _ what: String) -> HTTPError {
        let reason = lastErrorText()
        close(descriptor)
        return .connectionFailed("\(what): \(reason)")
    }

    /// The address and port that a socket is bound to.
    static func bound(_ descriptor: Int32) -> SocketAddress? {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let failure = withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        return failure == 0 ? SocketAddress(&storage, length) : nil
    }

    /// Takes a waiting connection; nil and errno when there is none.
    static func accept(_ listener: Int32) -> (descriptor: Int32, address: SocketAddress)? {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let descriptor = linux_accept(listener, &storage, &length)
        guard descriptor >= 0 else { return nil }
        let address = SocketAddress(&storage, length)
        if address.port != nil { linux_tune_tcp(descriptor) }
        return (descriptor, address)
    }

    /// The port; nil for a path.
    var port: Int? {
        switch Int32(storage.ss_family) {
        case AF_INET: withUnsafeBytes(of: storage) { Int(UInt16(bigEndian: $0.load(as: sockaddr_in.self).sin_port)) }
        case AF_INET6: withUnsafeBytes(of: storage) { Int(UInt16(bigEndian: $0.load(as: sockaddr_in6.self).sin6_port)) }
        default: nil
        }
    }

    /// `192.0.2.1:80`, `[2001:db8::1]:80` or `unix`.
    var text: String {
        guard let port else { return "unix" }
        return host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]:\(port)" : "\(host):\(port)"
    }

    /// The numeric address alone; empty for a path.
    var host: String {
        guard port != nil else { return "" }
        var buffer = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        let failure = withPointer { getnameinfo($0, $1, &buffer, socklen_t(buffer.count), nil, 0, NI_NUMERICHOST) }
        guard failure == 0 else { return "unknown" }
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

// Datagrams.
extension SocketAddress: Hashable {
    /// Takes a waiting datagram into `buffer`; nil and errno when there is none.
    static func receive(_ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer) -> (count: Int, address: SocketAddress)? {
        while true {
            var storage = sockaddr_storage()
            var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
            let count = withUnsafeMutablePointer(to: &storage) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    recvfrom(descriptor, buffer.baseAddress, buffer.count, 0, $0, &length)
                }
            }
            if count >= 0 { return (count, SocketAddress(&storage, length)) }
            // An error that an earlier datagram brought about (its peer was not there) is no end.
            if errno == EAGAIN || errno == EBADF { return nil }
        }
    }

    /// Sends a datagram to this address; the reason when it cannot be sent.
    func send(_ bytes: [UInt8], on descriptor: Int32) -> String? {
        let count = bytes.withUnsafeBytes { bytes in
            withPointer { sendto(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL), $0, $1) }
        }
        return count >= 0 || errno == EAGAIN || errno == ENOBUFS ? nil : lastErrorText()
    }

    static func == (left: SocketAddress, right: SocketAddress) -> Bool {
        left.withBytes { left in right.withBytes { left.elementsEqual($0) } }
    }

    func hash(into hasher: inout Hasher) { withBytes { hasher.combine(bytes: $0) } }

    private func withBytes<Outcome>(_ body: (UnsafeRawBufferPointer) -> Outcome) -> Outcome {
        withUnsafeBytes(of: storage) { body(UnsafeRawBufferPointer(rebasing: $0[..<Int(length)])) }
    }
}

/// Why a connection attempt failed; nil when it did not.
func pendingSocketError(_ descriptor: Int32) -> String? {
    var code: Int32 = 0
    var length = socklen_t(MemoryLayout<Int32>.size)
    guard getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &length) == 0 else { return lastErrorText() }
    return code == 0 ? nil : String(cString: strerror(code))
}
