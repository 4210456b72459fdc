import Synchronization
import Testing

@testable import Network

/// Plain HTTP/1.1 and HTTP/2 over TLS.
enum Wire: String, CaseIterable, Sendable { case plain, secure }

/// A server and a client that talks to it.
func withPair(
    _ wire: Wire, limits: HTTPLimits = .patient, timeouts: HTTPTimeouts = HTTPTimeouts(),
    _ answer: @escaping @Sendable (HTTPRequest) async -> HTTPResponse, _ body: (HTTPClient) async throws -> Void
) async throws {
    let certificates = try TestCertificates()
    let tls = wire == .secure ? try certificates.server() : nil
    try await withServer(tls: tls, limits: limits, answer) { port in
        let client = try HTTPClient(
            endpoint: wire == .secure ? "https://127.0.0.1:\(port)" : "http://127.0.0.1:\(port)", trust: certificates.trust,
            loops: testLoops, timeouts: timeouts)
        defer { client.close() }
        try await body(client)
    }
}

@Suite struct HTTPClientTests {
    @Test(arguments: Wire.allCases) func `short and long bodies make the round trip`(_ wire: Wire) async throws {
        try await withPair(wire, echo) { client in
            for size in [0, 1, 1_000, 65_536, 65_537, 3_000_000] {
                let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31) }
                let response = try await client.send(HTTPRequest("POST", "/echo", body: .bytes(bytes)))
                #expect(response.status == 200)
                #expect(try await response.body.collect(limit: 1 << 30) == bytes)
                let sliced = HTTPRequest(
                    "POST", "/stream", body: .slices([Array(bytes.prefix(size / 2)), Array(bytes.dropFirst(size / 2))]))
                #expect(try await client.send(sliced).body.collect(limit: 1 << 30) == bytes)
            }
        }
    }

    @Test(arguments: Wire.allCases) func `request headers, host, query and status come through`(_ wire: Wire) async throws {
        try await withPair(wire, echo) { client in
            let response = try await client.send(HTTPRequest("GET", "/headers?a=b", headers: ["x-one": "1", "x-two": "a\r\nevil: 1"]))
            let text = String(decoding: try await response.body.collect(limit: 10_000), as: UTF8.self)
            #expect(text.contains("host=127.0.0.1:"))
            #expect(text.contains("x-one=1\n"))
            #expect(text.contains("x-two=a  evil: 1\n"))
            #expect(response.headers["date"] != nil)
            #expect(try await client.send(HTTPRequest("GET", "/nothing")).status == 404)
            let head = try await client.send(HTTPRequest("HEAD", "/hello"))
            #expect(head.headers["content-length"] == "5")
            #expect(try await head.body.collect(limit: 10) == [])
        }
    }

    @Test(arguments: Wire.allCases) func `many requests at once`(_ wire: Wire) async throws {
        try await withPair(wire, echo) { client in
            try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 0..<500 {
                    group.addTask {
                        let response = try await client.send(HTTPRequest("POST", "/echo", body: .bytes(Array("\(number)".utf8))))
                        return Int(String(decoding: try await response.body.collect(limit: 100), as: UTF8.self)) ?? -1
                    }
                }
                let sum = try await group.reduce(0, +)
                #expect(sum == 500 * 499 / 2)
            }
        }
    }

    @Test(arguments: Wire.allCases) func `a watch streams until the reader goes, and then its writer learns of it`(_ wire: Wire)
        async throws
    {
        let closed = Mutex(false)
        let writers = Mutex<[any BodyWriter]>([])
        try await withPair(wire) { _ in
            HTTPResponse(
                200,
                body: .writer { writer in
                    writer.onClose { closed.withLock { $0 = true } }
                    writer.write(Array("first".utf8))
                    writers.withLock { $0.append(writer) }
                })
        } _: { client in
            let response = try await client.send(HTTPRequest("GET", "/watch"))
            let reader = response.body.read()
            #expect(try await reader.next() == Array("first".utf8))
            for event in 0..<100 {
                writers.withLock { $0.first }?.write(Array("event \(event)".utf8))
                #expect(try await reader.next() == Array("event \(event)".utf8))
            }
            #expect(!closed.withLock { $0 })
            reader.cancel()
            try await eventually { closed.withLock { $0 } }
        }
    }

    @Test(arguments: Wire.allCases) func `cancelling the task cancels the request at the server`(_ wire: Wire) async throws {
        let state = Mutex((started: false, cancelled: false))
        try await withPair(wire) { request in
            if request.target == "/hello" { return await echo(request) }
            state.withLock { $0.started = true }
            do { try await Task.sleep(for: .seconds(20)) } catch { state.withLock { $0.cancelled = true } }
            return HTTPResponse(200)
        } _: { client in
            let task = Task { try await client.send(HTTPRequest("GET", "/slow")) }
            try await eventually { state.withLock { $0.started } }
            task.cancel()
            await #expect(throws: HTTPError.cancelled) { try await task.value }
            if wire == .secure { try await eventually { state.withLock { $0.cancelled } } }
            #expect(try await client.send(HTTPRequest("GET", "/hello")).status == 200)
        }
    }

    @Test(arguments: Wire.allCases) func `a reader that does not read holds the writer back`(_ wire: Wire) async throws {
        let flood = Flood()
        try await withPair(wire) { _ in
            HTTPResponse(200, body: .writer { writer in Task(executorPreference: testLoops.next()) { await flood.pour(into: writer) } })
        } _: { client in
            let response = try await client.send(HTTPRequest("GET", "/flood"))
            let reader = response.body.read()
            var last = -1
            while last != flood.sent.withLock({ $0 }) {
                last = flood.sent.withLock { $0 }
                try await Task.sleep(for: .milliseconds(100))
            }
            #expect(last < 40_000_000)
            var total = 0
            while let piece = try await reader.next() { total += piece.count }
            #expect(total == 65_536_000)
        }
    }

    @Test(arguments: Wire.allCases) func `a response that breaks off is an error, not an end`(_ wire: Wire) async throws {
        try await withPair(wire) { _ in
            HTTPResponse(
                200,
                body: .writer { writer in
                    writer.write([1, 2, 3])
                    writer.finish(error: true)
                })
        } _: { client in
            await #expect(throws: HTTPError.self) {
                let response = try await client.send(HTTPRequest("GET", "/broken"))
                _ = try await response.body.collect(limit: 100)
            }
        }
    }

    @Test(arguments: Wire.allCases) func `a server that does not answer in time is given up`(_ wire: Wire) async throws {
        var timeouts = HTTPTimeouts()
        timeouts.response = .seconds(3)
        try await withPair(wire, timeouts: timeouts) { request in
            if request.target == "/hello" { return HTTPResponse(204) }
            try? await Task.sleep(for: .seconds(60))
            return HTTPResponse(200)
        } _: { client in
            await #expect(throws: HTTPError.timedOut) { try await client.send(HTTPRequest("GET", "/slow")) }
            let after = try await client.send(HTTPRequest("GET", "/hello"))
            #expect(after.status == 204)
        }
    }

    @Test func `a response is due in time beside a stream that lasts, and then a new connection is tried`() async throws {
        var timeouts = HTTPTimeouts()
        timeouts.response = .seconds(3)
        try await withPair(.secure, timeouts: timeouts) { request in
            switch request.target {
            case "/watch": return HTTPResponse(200, body: .writer { writer in writer.write([1]) })
            case "/peer": return HTTPResponse(200, body: .bytes(Array(request.peer.address.utf8)))
            default:
                try? await Task.sleep(for: .seconds(60))
                return HTTPResponse(200)
            }
        } _: { client in
            let watch = try await client.send(HTTPRequest("GET", "/watch")).body.read()
            #expect(try await watch.next() == [1])
            let before = try await client.send(HTTPRequest("GET", "/peer")).body.collect(limit: 100)
            try await Task.sleep(for: .milliseconds(3_400))
            await #expect(throws: HTTPError.timedOut) { try await client.send(HTTPRequest("GET", "/slow")) }
            let after = try await client.send(HTTPRequest("GET", "/peer")).body.collect(limit: 100)
            #expect(before != after)
            watch.cancel()
        }
    }

    @Test func `a client reconnects after the server has come back`() async throws {
        let server = HTTPServer(.init(loops: testLoops), handler: ClosureHandler(answer: echo))
        let port = try await server.start()
        let client = try HTTPClient(endpoint: "http://localhost:\(port)", loops: testLoops)
        #expect(try await client.send(HTTPRequest("GET", "/hello")).status == 200)
        await server.stop()
        await #expect(throws: HTTPError.self) { try await client.send(HTTPRequest("GET", "/hello")) }
        let again = HTTPServer(.init(port: port, loops: testLoops), handler: ClosureHandler(answer: echo))
        try await again.start()
        #expect(try await client.send(HTTPRequest("GET", "/hello")).status == 200)
        await again.stop()
    }

    @Test func `a Unix socket works like a port`() async throws {
        let path = "unix:/tmp/network-test-\(UInt64.random(in: 0 ... .max)).sock"
        let server = HTTPServer(.init(host: path, loops: testLoops), handler: ClosureHandler(answer: echo))
        try await server.start()
        let client = try HTTPClient(endpoint: path, loops: testLoops)
        #expect(try await client.send(HTTPRequest("GET", "/hello")).status == 200)
        client.close()
        await server.stop()
    }

    @Test(arguments: ["ftp://x", "https://", "https://a:0", "https://a:b", "https://a/b", "http://a b"])
    func
        `a malformed endpoint is refused`(_ text: String)
    { #expect(throws: HTTPError.self) { try HTTPClient(endpoint: text) } }
}

/// Waits for something that another thread is about to do.
func eventually(_ condition: () -> Bool) async throws {
    for _ in 0..<6_000 where !condition() { try await Task.sleep(for: .milliseconds(10)) }
    #expect(condition())
}

/// A polite writer of 64 MB.
final class Flood: Sendable {
    let sent = Mutex(0)

    func pour(into writer: any BodyWriter) async {
        let piece = [UInt8](repeating: 7, count: 65_536)
        for _ in 0..<1_000 {
            writer.write(piece)
            sent.withLock { $0 += piece.count }
            do { try await writer.drained() } catch { return }
        }
        writer.finish(error: false)
    }
}
