import Synchronization
import Testing

@testable import Network

@Suite struct HTTP1ServerTests {
    @Test func `a request is answered with date and length and the connection stays`() async throws {
        try await withServer(echo) { port in
            let socket = try RawSocket(port: port)
            for _ in 0..<2 {
                socket.write("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n")
                let answer = socket.read(until: "hello")
                #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
                #expect(answer.contains("content-length: 5\r\n"))
                #expect(answer.contains(" GMT\r\n"))
            }
        }
    }

    @Test func `pipelined requests are answered in order`() async throws {
        try await withServer(echo) { port in
            let socket = try RawSocket(port: port)
            socket.write((0..<50).map { "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n\(100 + $0)" }.joined())
            let answer = socket.read(until: "\r\n\r\n149")
            #expect(answer.components("HTTP/1.1 200 OK") == 50)
            let bodies = answer.split(separator: "\r\n\r\n").dropFirst().compactMap { Int($0.prefix(3)) }
            #expect(bodies == Array(100..<150))
        }
    }

    @Test func `HEAD has the length but no body`() async throws {
        try await withServer(echo) { port in
            let socket = try RawSocket(port: port)
            socket.write("HEAD /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            let answer = socket.readToEnd()
            #expect(answer.contains("content-length: 5\r\n"))
            #expect(answer.hasSuffix("\r\n\r\n"))
        }
    }

    @Test func `a written body goes out in chunks, or until the end for HTTP 1.0`() async throws {
        try await withServer(echo) { port in
            let socket = try RawSocket(port: port)
            socket.write("GET /ticks HTTP/1.1\r\nHost: a\r\n\r\n")
            let answer = socket.read(until: "0\r\n\r\n")
            #expect(answer.contains("transfer-encoding: chunked\r\n"))
            #expect(answer.contains("tick 2\n"))
            let old = try RawSocket(port: port)
            old.write("GET /ticks HTTP/1.0\r\n\r\n")
            let rest = old.readToEnd()
            #expect(rest.hasSuffix("\r\n\r\ntick 0\ntick 1\ntick 2\n"))
        }
    }

    @Test func `a chunked request is put together and its trailers are skipped`() async throws {
        try await withServer(echo) { port in
            let socket = try RawSocket(port: port)
            socket.write("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nhel")
            socket.write("lo\r\n6\r\n world\r\n0\r\nTrailer: x\r\n\r\nGET /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            let answer = socket.readToEnd()
            #expect(answer.contains("\r\n\r\nhello world"))
            #expect(answer.hasSuffix("\r\n\r\nhello"))
        }
    }

    @Test func `a client that expects 100-continue gets it`() async throws {
        try await withServer(echo) { port in
            for length in [5, 100_000] {
                let socket = try RawSocket(port: port)
                socket.write(
                    "PUT /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nConnection: close\r\nContent-Length: \(length)\r\n\r\n")
                #expect(socket.read(until: "\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n")
                socket.write([UInt8](repeating: 0x62, count: length))
                #expect(socket.readToEnd().components("b") >= length)
            }
        }
    }

    @Test(arguments: [
        ("GET /hello HTTP/1.1\r\n\r\n", 400), ("GET /hello HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
        ("GET /hello HTTP/1.1\r\nHost : a\r\n\r\n", 400), ("GET /hello HTTP/1.1\r\nHost: a\r\n folded: x\r\n\r\n", 400),
        ("GET /hello HTTP/1.1\nHost: a\n\n\r\n\r\n", 400), ("GET hello HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", 400), ("GET /hello HTTP/3.0\r\nHost: a\r\n\r\n", 505),
        ("GET /hello\r\n\r\n", 400), ("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd", 400),
        ("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: +3\r\n\r\nabc", 400),
        ("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
        ("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501),
        ("POST /echo HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
        ("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n\r\n", 400),
        ("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcde\r\n\r\n", 400),
        ("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n", 400),
        ("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999\r\n\r\n", 413),
        ("POST /echo HTTP/1.1\r\nHost: a\r\nExpect: a-miracle\r\nContent-Length: 3\r\n\r\nabc", 417),
    ]) func `what could be read two ways or is too large is refused and the connection closed`(_ request: String, _ status: Int)
        async throws
    {
        try await withServer(echo) { port in
            let socket = try RawSocket(port: port)
            socket.write(request + "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n")
            let answer = socket.readToEnd()
            #expect(answer.hasPrefix("HTTP/1.1 \(status) "))
            #expect(answer.contains("connection: close\r\n"))
            #expect(answer.components("HTTP/1.1 ") == 1)
        }
    }

    @Test func `a header beyond the limit is answered with 431`() async throws {
        var limits = HTTPLimits.patient
        limits.headerBytes = 1_000
        limits.headerFields = 10
        try await withServer(limits: limits, echo) { port in
            for line in [String(repeating: "x", count: 3_000), (0..<20).map { "a\($0): b\r\n" }.joined()] {
                let socket = try RawSocket(port: port)
                socket.write("GET /hello HTTP/1.1\r\nHost: a\r\nB: c\r\n" + line + "\r\n\r\n")
                #expect(socket.readToEnd().hasPrefix("HTTP/1.1 431 "))
            }
        }
    }

    @Test func `a chunked body beyond the limit is broken off`() async throws {
        var limits = HTTPLimits.patient
        limits.bodyBytes = 100_000
        try await withServer(limits: limits, echo) { port in
            let socket = try RawSocket(port: port)
            socket.write("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
            for _ in 0..<10 { socket.write("8000\r\n" + String(repeating: "x", count: 0x8000) + "\r\n") }
            #expect(socket.read(until: "\r\n\r\n").hasPrefix("HTTP/1.1 413 "))
        }
    }

    @Test func `slow headers, slow bodies and idle connections are ended`() async throws {
        var limits = HTTPLimits.patient
        limits.headerTimeout = .seconds(1)
        limits.bodyTimeout = .seconds(1)
        limits.idleTimeout = .seconds(1)
        try await withServer(limits: limits, echo) { port in
            let slow = try RawSocket(port: port)
            slow.write("GET /hello HT")
            #expect(slow.readToEnd().hasPrefix("HTTP/1.1 408 "))
            let body = try RawSocket(port: port)
            body.write("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc")
            #expect(body.readToEnd().hasPrefix("HTTP/1.1 408 "))
            let idle = try RawSocket(port: port)
            idle.write("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(idle.readToEnd().hasSuffix("hello"))
            #expect(try RawSocket(port: port).readToEnd() == "")
        }
    }

    @Test func `a half-closed client gets its answer`() async throws {
        try await withServer({ request in
            await Task.yield()
            return await echo(request)
        }) { port in
            let socket = try RawSocket(port: port)
            socket.write("GET /hello HTTP/1.1\r\nHost: a\r\n\r\nGET /big?size=300000 HTTP/1.1\r\nHost: a\r\n\r\n")
            socket.endWriting()
            #expect(socket.readToEnd().utf8.count > 300_000)
        }
    }

    @Test func `a response that does not read the request leaves the connection usable`() async throws {
        try await withServer({ _ in HTTPResponse(200, body: .bytes(Array("early".utf8))) }) { port in
            let socket = try RawSocket(port: port)
            socket.write("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n")
            #expect(socket.read(until: "early").hasPrefix("HTTP/1.1 200"))
            socket.write([UInt8](repeating: 1, count: 100_000))
            socket.write("GET /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            #expect(socket.readToEnd().hasSuffix("early"))
        }
    }

    @Test func `finished requests are reported`() async throws {
        let records = Mutex<[AccessRecord]>([])
        try await withServer(finished: { record in records.withLock { $0.append(record) } }, echo) { port in
            let socket = try RawSocket(port: port)
            socket.write("GET /ticks?x=1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            _ = socket.readToEnd()
        }
        let record = try #require(records.withLock { $0 }.first)
        #expect(record.method == "GET" && record.target == "/ticks?x=1" && record.status == 200 && record.bytes == 21)
    }

    @Test func `a thousand idle connections are held`() async throws {
        try await withServer(echo) { port in
            let sockets = try (0..<1_000).map { _ in try RawSocket(port: port) }
            for socket in sockets { socket.write("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n") }
            for socket in sockets { #expect(socket.read(until: "hello").hasPrefix("HTTP/1.1 200")) }
            for socket in sockets.reversed() { socket.write("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n") }
            for socket in sockets { #expect(socket.read(until: "hello").hasPrefix("HTTP/1.1 200")) }
        }
    }
}
