import Glibc

@testable import Network

/// A plain blocking socket to a loopback port, for saying exactly what a test wants said.
final class RawSocket {
    let descriptor: Int32

    init(port: Int, timeoutSeconds: Int = 60) throws {
        guard let address = try SocketAddress.resolve(host: "127.0.0.1", port: port).first else { throw HTTPError.timedOut }
        descriptor = try address.connect()
        var poller = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        poll(&poller, 1, 60_000)
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) & ~O_NONBLOCK)
        // A timeval: seconds and microseconds.
        var limit = [timeoutSeconds, 0]
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(limit.count * MemoryLayout<Int>.size))
    }

    deinit { close(descriptor) }

    func write(_ text: String) { write(Array(text.utf8)) }

    func write(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    /// What comes next; empty at the end, nil when nothing came in time or the connection was reset.
    func readSome() -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        return count >= 0 ? Array(buffer[..<count]) : nil
    }

    /// Everything until the server closes.
    func readToEnd() -> String {
        var whole: [UInt8] = []
        while let piece = readSome(), !piece.isEmpty { whole += piece }
        return String(decoding: whole, as: UTF8.self)
    }

    /// Everything until `mark` has been seen `times` times.
    func read(until mark: String, times: Int = 1) -> String {
        var whole = ""
        while whole.components(mark) < times, let piece = readSome(), !piece.isEmpty { whole += String(decoding: piece, as: UTF8.self) }
        return whole
    }

    /// Says that no more will be sent.
    func endWriting() { shutdown(descriptor, Int32(SHUT_WR)) }
}

extension String {
    /// How often `mark` occurs.
    func components(_ mark: String) -> Int {
        var (count, rest) = (0, utf8[...])
        while let found = rest.firstRange(of: mark.utf8) {
            count += 1
            rest = rest[found.upperBound...]
        }
        return count
    }
}
