import Glibc
import Synchronization
import Testing

@testable import Network

/// Bytes that tell their position.
func pattern(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) } }

extension ByteStream {
    /// All that comes until the end.
    func readAll() async throws -> [UInt8] {
        var whole: [UInt8] = []
        while let piece = try await read() { whole += piece }
        return whole
    }

    /// At least `count` bytes.
    func read(atLeast count: Int) async throws -> [UInt8] {
        var whole: [UInt8] = []
        while whole.count < count, let piece = try await read() { whole += piece }
        return whole
    }
}

/// A request for an upgrade to `raw`.
let rawUpgrade = HTTPRequest("GET", "/raw", headers: ["connection": "Upgrade", "upgrade": "raw"])

/// Upgrades to a stream that sends back what it gets.
@Sendable func rawEcho(_ request: HTTPRequest) async -> HTTPResponse {
    guard request.target == "/raw", request.headers["upgrade"] == "raw" else { return await echo(request) }
    return HTTPResponse(101, headers: ["connection": "Upgrade", "upgrade": "raw"], body: .upgrade { try? await $0.pump(from: $0) })
}

@Suite struct StreamTests {
    @Test func `bytes go both ways, and a half close ends one direction only`() async throws {
        let server = TCPServer(host: "127.0.0.1", port: 0, loops: testLoops) { stream in
            guard let bytes = try? await stream.readAll() else { return }
            try? await stream.write(bytes.reversed())
        }
        let port = try await server.start()
        for size in [0, 1, 100_000, 5_000_000] {
            let stream = try await TCP.connect(host: "127.0.0.1", port: port, loops: testLoops)
            let bytes = pattern(size)
            for start in stride(from: 0, to: size, by: 70_000) { try await stream.write(Array(bytes[start..<min(size, start + 70_000)])) }
            stream.finish()
            let back = try await stream.readAll()
            #expect(back == bytes.reversed())
            stream.close()
        }
        await server.stop()
        await #expect(throws: HTTPError.self) { try await TCP.connect(host: "127.0.0.1", port: port, loops: testLoops) }
    }

    @Test func `a reader that does not read holds the writer back, and loses nothing when the writer has gone`() async throws {
        let sent = Mutex(0)
        let server = TCPServer(host: "127.0.0.1", port: 0, loops: testLoops) { stream in
            let piece = pattern(65_536)
            for _ in 0..<500 {
                guard (try? await stream.write(piece)) != nil else { return }
                sent.withLock { $0 += piece.count }
            }
        }
        let port = try await server.start()
        let stream = try await TCP.connect(host: "127.0.0.1", port: port, loops: testLoops)
        stream.finish()
        // Who reads nothing for long is given up, and other tests may hold the threads for so long; the loop's is its own.
        try await withTaskExecutorPreference(testLoops.next()) {
            var last = -1
            while last != sent.withLock({ $0 }) {
                last = sent.withLock { $0 }
                try await Task.sleep(for: .milliseconds(50))
            }
            #expect(last < 30_000_000)
            var total = 0
            while let piece = try await stream.read() { total += piece.count }
            #expect(total == 500 * 65_536)
        }
        await server.stop()
    }

    @Test func `letting go of a stream closes it, and its peer learns of it`() async throws {
        let ended = Mutex(false)
        let server = TCPServer(host: "127.0.0.1", port: 0, loops: testLoops) { stream in
            _ = try? await stream.readAll()
            ended.withLock { $0 = true }
        }
        let port = try await server.start()
        do {
            let stream = try await TCP.connect(host: "127.0.0.1", port: port, loops: testLoops)
            try await stream.write([1])
        }
        try await eventually { ended.withLock { $0 } }
        await server.stop()
    }

    @Test(arguments: Wire.allCases) func `an upgrade gives the connection to both sides as a stream`(_ wire: Wire) async throws {
        try await withPair(wire, rawEcho) { client in
            for size in [1, 3_000_000] {
                let (response, stream) = try await client.upgrade(rawUpgrade)
                #expect(response.status == 101)
                #expect(response.headers["upgrade"] == "raw")
                let open = try #require(stream)
                async let back = open.readAll()
                try await open.write(pattern(size))
                open.finish()
                #expect(try await back == pattern(size))
            }
            #expect(try await client.send(HTTPRequest("GET", "/hello")).status == 200)
        }
    }

    @Test(arguments: Wire.allCases) func `an answer other than 101 comes with its body`(_ wire: Wire) async throws {
        try await withPair(wire, rawEcho) { client in
            let (response, stream) = try await client.upgrade(
                HTTPRequest("GET", "/big?size=300000", headers: ["connection": "Upgrade", "upgrade": "raw"]))
            #expect(stream == nil)
            #expect(response.status == 200)
            #expect(try await response.body.collect(limit: 1 << 20).count == 300_000)
        }
    }

    @Test func `bytes that came behind the head are the stream's first`() async throws {
        try await withServer(rawEcho) { port in
            let socket = try RawSocket(port: port)
            socket.write("GET /raw HTTP/1.1\r\nhost: x\r\nconnection: Upgrade\r\nupgrade: raw\r\n\r\nearly")
            let text = socket.read(until: "early")
            #expect(text.hasPrefix("HTTP/1.1 101 Switching Protocols\r\n"))
            #expect(text.contains("upgrade: raw\r\n"))
            #expect(text.hasSuffix("\r\n\r\nearly"))
            socket.endWriting()
            #expect(socket.readToEnd() == "")
        }
        let server = TCPServer(host: "127.0.0.1", port: 0, loops: testLoops) { stream in
            _ = try? await stream.read()
            try? await stream.write(Array("HTTP/1.1 101 X\r\nupgrade: raw\r\n\r\nat once".utf8))
        }
        let port = try await server.start()
        let client = try HTTPClient(endpoint: "http://127.0.0.1:\(port)", loops: testLoops)
        let stream = try #require(try await client.upgrade(rawUpgrade).stream)
        #expect(try await stream.readAll() == Array("at once".utf8))
        await server.stop()
    }

    @Test func `stopping a server ends upgraded connections too`() async throws {
        try await withServer(rawEcho) { port in
            let client = try HTTPClient(endpoint: "http://127.0.0.1:\(port)", loops: testLoops)
            let stream = try #require(try await client.upgrade(rawUpgrade).stream)
            try await stream.write([1])
            #expect(try await stream.read() == [1])
        }
    }

    @Test func `datagrams go there and back, wait for a reader and time out`() async throws {
        let server = try UDPSocket(host: "127.0.0.1", port: 0, loops: testLoops)
        let client = try UDPSocket(host: "127.0.0.1", port: 0, loops: testLoops)
        let peer = try UDPPeer(host: "127.0.0.1", port: server.port)
        for index in 0..<20 { try client.send([UInt8](repeating: UInt8(index), count: index), to: peer) }
        for index in 0..<20 {
            let (bytes, from) = try await server.receive(timeout: .seconds(60))
            #expect(bytes == [UInt8](repeating: UInt8(index), count: index))
            #expect(from.port == client.port)
            #expect(from.host == "127.0.0.1")
            try server.send(bytes, to: from)
        }
        #expect(try await client.receive(timeout: .seconds(60)).peer == peer)
        await #expect(throws: HTTPError.timedOut) { _ = try await server.receive(timeout: .milliseconds(20)) }
        let waiting = Task { try await server.receive().bytes }
        waiting.cancel()
        await #expect(throws: HTTPError.cancelled) { try await waiting.value }
        server.close()
        await #expect(throws: HTTPError.cancelled) { _ = try await server.receive() }
        #expect(throws: HTTPError.self) { try server.send([1], to: peer) }
    }
}
