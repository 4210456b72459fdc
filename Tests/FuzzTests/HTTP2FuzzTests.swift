import Control
import Foundation
import Glibc
import Testing

@testable import Network

/// HTTP/2 frames, as a server and as a client get them.
@Suite struct HTTP2FuzzTests {
    private static let loops = EventLoopGroup(count: 1)
    private static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

    private struct Echo: HTTPHandler {
        func respond(to request: HTTPRequest) async -> HTTPResponse {
            guard let body = try? await request.body.collect(limit: 1 << 16) else { return HTTPResponse(400) }
            return HTTPResponse(200, headers: request.headers, body: .bytes(Array(request.target.utf8) + body))
        }
    }

    /// A frame as the corpus writes it: type, flags, stream, length, payload.
    private static func frame(_ type: UInt8, _ flags: UInt8, _ stream: UInt8, _ payload: [UInt8]) -> [UInt8] {
        [type, flags, stream, UInt8(payload.count)] + payload
    }
    /// The wire's bytes of an input: with a first byte that is odd what follows as it is, else frames, whose lengths always fit.
    private static func wire(_ input: [UInt8]) -> [UInt8] {
        guard let first = input.first, first % 2 == 0 else { return Array(input.dropFirst()) }
        var (bytes, rest) = ([UInt8](), input.dropFirst())
        while rest.count >= 4 {
            let head = Array(rest.prefix(4))
            let payload = rest.dropFirst(4).prefix(Int(head[3]))
            rest = rest.dropFirst(4 + payload.count)
            bytes += [0, 0, UInt8(payload.count), head[0], head[1], 0, 0, 0, head[2]] + payload
        }
        return bytes
    }

    /// `POST /` and `GET /` by the static table.
    private static let (post, get): ([UInt8], [UInt8]) = ([0x83, 0x86, 0x84, 0x41, 1, 0x61], [0x82, 0x86, 0x84, 0x41, 1, 0x61])
    private static let clientCorpus: [[UInt8]] = {
        let settings = frame(4, 0, 0, [0, 4, 0, 0, 255, 255])
        return [
            settings + frame(1, 5, 1, get) + frame(4, 1, 0, []),
            settings + frame(1, 4, 1, post) + frame(0, 0, 1, [1, 2, 3]) + frame(0, 9, 1, [1, 4, 0]) + frame(1, 5, 3, get),
            settings + frame(1, 1, 1, [0x82, 0x86]) + frame(9, 4, 1, [0x84, 0x41, 1, 0x61]),
            settings + frame(1, 5, 1, get + [0x40, 1, 0x78, 2, 0x79, 0x79, 0x00, 1, 0x7A, 0x81, 0x9F]) + frame(1, 5, 3, get + [0xBE]),
            settings + frame(1, 4, 1, post) + frame(1, 5, 1, [0, 1, 0x74, 1, 0x75]) + frame(8, 0, 1, [0, 0, 1, 0]),
            settings + frame(1, 5, 1, get) + frame(3, 0, 1, [0, 0, 0, 8]) + frame(6, 0, 0, [1, 2, 3, 4, 5, 6, 7, 8]),
            settings + frame(1, 0x2D, 1, [1, 0, 0, 0, 0, 9] + get + [0]) + frame(2, 0, 1, [0, 0, 0, 0, 9])
                + frame(7, 0, 0, Array(repeating: 0, count: 8)),
            settings + frame(4, 0, 0, [0, 1, 0, 0, 0, 0, 0, 3, 0, 0, 0, 1]) + frame(8, 0, 0, [0x7F, 255, 255, 255])
                + frame(1, 5, 1, [0x20] + get),
        ].map { [0] + $0 }
    }()

    @Test func `a server answers a client's frames or ends the connection, and serves on`() async throws {
        var limits = HTTPLimits()
        limits.drainTimeout = .milliseconds(100)
        let server = HTTPServer(.init(limits: limits, loops: Self.loops), handler: Echo())
        let port = try await server.start()
        let address = try #require(try SocketAddress.resolve(host: "127.0.0.1", port: port).first)
        // On a thread of its own: blocking sockets would hold one that other tests wait for.
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread { continuation.resume(with: Result { try Self.play(address) }) }
        }
        await server.stop()
    }

    private static func play(_ address: SocketAddress) throws {
        var fuzzer = Fuzzer("http2-server", bytes: clientCorpus, dictionary: ["content-length", "te", "\u{82}"])
        let healthy = wire(clientCorpus[0])
        try fuzzer.run(times: 300) { input in
            let answer = try Self.answer(address, Self.preface + Self.wire(input))
            // The first frame is the server's settings, whatever the client says; only a client that begins wrongly sees none.
            guard answer.isEmpty || answer.count >= 9 && answer[3] == 4 else { throw Fuzzer.Finding("it begins with \(answer.prefix(9))") }
            guard try Self.answer(address, Self.preface + healthy, awaits: true).contains(0x88) else {
                throw Fuzzer.Finding("the next client is not served")
            }
            return answer.count > 64
        }
    }

    /// What a server sends to one who sends the bytes and says that no more will come: soon, or once it has the response that it awaits.
    private static func answer(_ address: SocketAddress, _ bytes: [UInt8], awaits: Bool = false) throws -> [UInt8] {
        let descriptor = try address.connect()
        defer { close(descriptor) }
        var poller = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        poll(&poller, 1, 30_000)
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) & ~O_NONBLOCK)
        var limit = timeval(tv_sec: 30, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        _ = bytes.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
        var (answer, buffer) = ([UInt8](), [UInt8](repeating: 0, count: 65_536))
        var shut = false
        while true {
            // A client that only waits gives the server time for its first answer.
            if !shut, answer.contains(0x88) || !awaits && answer.count > 40 {
                shutdown(descriptor, Int32(SHUT_WR))
                shut = true
            }
            var poller = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            if !shut, poll(&poller, 1, awaits ? 30_000 : 5) == 0 {
                shutdown(descriptor, Int32(SHUT_WR))
                shut = true
            }
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count > 0 {
                answer += buffer[..<count]
            } else if count == 0 || errno == ECONNRESET {
                return answer
            } else if errno != EINTR {
                throw Fuzzer.Finding("the connection stays open")
            }
        }
    }

    private static let serverCorpus: [[UInt8]] = {
        let settings = frame(4, 0, 0, [])
        return [
            settings + frame(1, 4, 1, [0x88, 0x5C, 1, 0x32]) + frame(0, 1, 1, [0x68, 0x69]),
            settings + frame(1, 5, 1, [0x8D]) + frame(4, 1, 0, []),
            settings + frame(1, 4, 1, [0x88]) + frame(0, 0, 1, [0x68, 0x69]) + frame(1, 5, 1, [0, 1, 0x74, 1, 0x75]),
            settings + frame(1, 4, 1, [0x08, 3, 0x31, 0x30, 0x30]) + frame(1, 5, 1, [0x88]),
            settings + frame(7, 0, 0, [0, 0, 0, 1, 0, 0, 0, 0]) + frame(3, 0, 1, [0, 0, 0, 7]),
            settings + frame(5, 4, 1, [0, 0, 0, 2] + get) + frame(1, 4, 2, [0x88]) + frame(6, 0, 0, [1, 2, 3, 4, 5, 6, 7, 8]),
            settings + frame(4, 0, 0, [0, 5, 0, 0xFF, 0xFF, 0xFF, 0, 1, 0, 0, 0, 0]) + frame(8, 0, 1, [0, 0, 0, 0]),
        ].map { [0] + $0 }
    }()

    @Test func `a client takes a server's frames as an answer or a failure`() async throws {
        var fuzzer = Fuzzer("http2-client", bytes: Self.serverCorpus, dictionary: ["content-length", ":status"])
        let session = Fuzzer.Session(name: fuzzer.name)
        while session.goesOn(times: 100) {
            let input = fuzzer.next()
            session.note(input)
            let bytes = Self.wire(input)
            let server = TCPServer(host: "127.0.0.1", port: 0, loops: Self.loops) { stream in
                _ = try? await stream.read()
                try? await stream.write(bytes)
                stream.finish()
            }
            let port = try await server.start()
            var timeouts = HTTPTimeouts()
            timeouts.response = .milliseconds(200)
            let client = try HTTPClient(endpoint: "http://127.0.0.1:\(port)", loops: Self.loops, timeouts: timeouts, priorKnowledge: true)
            let begin = SystemClock().now
            if let response = try? await client.send(HTTPRequest("GET", "/")) {
                guard (200...999).contains(response.status) else { throw Fuzzer.Finding("status \(response.status) for bytes \(input)") }
                _ = try? await response.body.collect(limit: 1 << 16)
                fuzzer.grow(input)
            }
            guard SystemClock().now - begin < .seconds(60) else { throw Fuzzer.Finding("it took too long for bytes \(input)") }
            client.close()
            await server.stop()
        }
    }
}
