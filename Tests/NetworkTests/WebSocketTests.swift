import Testing

@testable import Network

/// Two ends of one loopback connection.
func withStreamPair(_ body: (any ByteStream, any ByteStream) async throws -> Void) async throws {
    let accepted = BodyHandover()
    let server = TCPServer(host: "127.0.0.1", port: 0, loops: testLoops) { stream in
        accepted.give(stream)
        await accepted.untilReleased()
    }
    let port = try await server.start()
    let near = try await TCP.connect(host: "127.0.0.1", port: port, loops: testLoops)
    let outcome = await Result { try await body(near, await accepted.take()) }
    accepted.release()
    near.close()
    await server.stop()
    try outcome.get()
}

/// Hands a stream from a server's closure to a test and keeps the closure waiting.
final class BodyHandover: Sendable {
    private let given = AsyncStream<any ByteStream>.makeStream()
    private let released = AsyncStream<Void>.makeStream()
    func give(_ stream: any ByteStream) { given.continuation.yield(stream) }
    func take() async -> any ByteStream {
        for await stream in given.stream { return stream }
        preconditionFailure("no stream came")
    }
    func release() { released.continuation.finish() }
    func untilReleased() async { for await _ in released.stream {} }
}

@Suite struct WebSocketTests {
    @Test func `frames of the RFC's examples are understood however they are split`() throws {
        let masked: [UInt8] = [0x81, 0x85, 0x37, 0xFA, 0x21, 0x3D, 0x7F, 0x9F, 0x4D, 0x51, 0x58]
        let parts: [UInt8] = [0x01, 0x03, 0x48, 0x65, 0x6C, 0x80, 0x02, 0x6C, 0x6F]
        let long: [UInt8] = [0x82, 0x7E, 0x01, 0x00] + [UInt8](repeating: 9, count: 256)
        for size in 1...12 {
            var client = WebSocketDecoder(expectsMask: true, limit: 1000)
            #expect(try feed(&client, masked, size) == [WebSocketFrame(opcode: .text, payload: Array("Hello".utf8))])
            var server = WebSocketDecoder(expectsMask: false, limit: 1000)
            #expect(
                try feed(&server, parts + long, size) == [
                    WebSocketFrame(isLast: false, opcode: .text, payload: Array("Hel".utf8)),
                    WebSocketFrame(opcode: .continuation, payload: Array("lo".utf8)),
                    WebSocketFrame(opcode: .binary, payload: [UInt8](repeating: 9, count: 256)),
                ])
        }
        #expect(WebSocketFrame(opcode: .text, payload: Array("Hello".utf8)).encoded(mask: [0x37, 0xFA, 0x21, 0x3D]) == masked)
        #expect(WebSocketFrame(opcode: .binary, payload: [UInt8](repeating: 9, count: 256)).encoded(mask: nil) == long)
        #expect(WebSocketKey.answer("dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
    }

    private func feed(_ decoder: inout WebSocketDecoder, _ bytes: [UInt8], _ size: Int) throws -> [WebSocketFrame] {
        var frames: [WebSocketFrame] = []
        for start in stride(from: 0, to: bytes.count, by: size) {
            decoder.append(Array(bytes[start..<min(bytes.count, start + size)]))
            while let frame = try decoder.next() { frames.append(frame) }
        }
        return frames
    }

    @Test(
        arguments: [
            ([0x83, 0x00], 1002), ([0xC1, 0x00], 1002), ([0x81, 0x80, 0, 0, 0, 0], 1002), ([0x09, 0x00], 1002),
            ([0x89, 0x7E, 0, 200], 1002),
            ([0x82, 0x7F, 0x80, 0, 0, 0, 0, 0, 0, 0], 1002), ([0x82, 0x7F, 0, 0, 0, 0, 1, 0, 0, 0], 1009),
        ] as [([UInt8], Int)])
    func `frames that break the protocol are refused with the code for it`(_ bytes: [UInt8], _ code: Int) throws {
        var decoder = WebSocketDecoder(expectsMask: false, limit: 1 << 20)
        decoder.append(bytes)
        let error = #expect(throws: WebSocketError.self) { try decoder.next() }
        #expect(error?.code == code)
    }

    @Test(arguments: Wire.allCases) func `messages of any size go both ways over an upgrade`(_ wire: Wire) async throws {
        try await withPair(wire) { request in
            WebSocket.respond(to: request, protocols: ["v5", "v4"]) { socket in
                while let message = try? await socket.receive() { try? await socket.send(message) }
            }
        } _: { client in
            let (response, opened) = try await client.webSocket("/", protocols: ["v9", "v4", "v5"])
            let socket = try #require(opened, "\(response.status)")
            #expect(socket.subprotocol == "v4")
            for size in [0, 1, 125, 126, 65_535, 65_536, 1_000_000] {
                let message = WebSocketMessage.binary(pattern(size))
                try await socket.send(message)
                let answer = try await socket.receive()
                #expect(answer == message)
            }
            try await socket.ping()
            try await socket.send(.text("ü☃"))
            #expect(try await socket.receive() == .text("ü☃"))
            socket.close()
            let refused = try await client.webSocket("/", protocols: ["v9"])
            #expect(refused.socket == nil)
            #expect(refused.response.status == 400)
            let plain = try await client.send(HTTPRequest("GET", "/"))
            #expect(plain.status == 400)
        }
    }

    @Test func `fragments, pings between them and the close code come through`() async throws {
        try await withStreamPair { near, far in
            let socket = WebSocket(over: far, isServer: false, messageLimit: 1000)
            for frame in [
                WebSocketFrame(isLast: false, opcode: .binary, payload: [1]), WebSocketFrame(opcode: .ping, payload: [7]),
                WebSocketFrame(isLast: false, opcode: .continuation, payload: [2]), WebSocketFrame(opcode: .continuation, payload: [3]),
                WebSocketFrame(opcode: .close, payload: [0x03, 0xE9] + Array("bye".utf8)),
            ] { try await near.write(frame.encoded(mask: nil)) }
            #expect(try await socket.receive() == .binary([1, 2, 3]))
            #expect(try await socket.receive() == nil)
            #expect(socket.peerClose == WebSocketError(1001, "bye"))
            var decoder = WebSocketDecoder(expectsMask: true, limit: 1000)
            decoder.append(try await near.read(atLeast: 15))
            #expect(try decoder.next() == WebSocketFrame(opcode: .pong, payload: [7]))
            #expect(try decoder.next() == WebSocketFrame(opcode: .close, payload: [0x03, 0xE9]))
        }
    }

    @Test func `a message beyond the limit, in parts too, ends the socket with 1009`() async throws {
        try await withStreamPair { near, far in
            let socket = WebSocket(over: far, isServer: false, messageLimit: 100)
            for _ in 0..<2 { try await near.write(WebSocketFrame(isLast: false, opcode: .binary, payload: pattern(60)).encoded(mask: nil)) }
            let error = await #expect(throws: WebSocketError.self) { _ = try await socket.receive() }
            #expect(error?.code == 1002)
            var decoder = WebSocketDecoder(expectsMask: true, limit: 1000)
            decoder.append(try await near.readAll())
            #expect(try decoder.next()?.payload.prefix(2) == [0x03, 0xEA])
        }
        try await withStreamPair { near, far in
            let socket = WebSocket(over: far, isServer: false, messageLimit: 100)
            try await near.write(WebSocketFrame(isLast: false, opcode: .binary, payload: pattern(60)).encoded(mask: nil))
            try await near.write(WebSocketFrame(opcode: .continuation, payload: pattern(60)).encoded(mask: nil))
            let error = await #expect(throws: WebSocketError.self) { _ = try await socket.receive() }
            #expect(error?.code == 1009)
        }
    }

    @Test func `a connection that ends without a close frame is lost`() async throws {
        try await withStreamPair { near, far in
            let socket = WebSocket(over: far, isServer: true)
            near.close()
            await #expect(throws: HTTPError.self) { _ = try await socket.receive() }
        }
    }
}
