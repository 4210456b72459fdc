import Testing

@testable import Network

@Suite struct SPDYTests {
    @Test func `the dictionary is the one that all others have`() {
        #expect(SPDYDictionary.bytes.count == 1423)
        var (low, high) = (1, 0)
        for byte in SPDYDictionary.bytes {
            low = (low + Int(byte)) % 65_521
            high = (high + low) % 65_521
        }
        #expect(high << 16 | low == 0xE3C6_A7C2)
    }

    @Test func `frames come out as they went in, however they were split`() throws {
        let encoder = SPDYHeaderEncoder()
        let frames: [SPDYFrame] = [
            .open(stream: 1, headers: ["streamtype": "stdout", "x": "1", "x": "2"], isLast: false),
            .reply(stream: 1, headers: [:], isLast: false),
            .data(stream: 1, bytes: pattern(70_000), isLast: false), .ping(7), .headers(stream: 1, headers: ["a": ""], isLast: true),
            .data(stream: 1, bytes: [], isLast: true), .reset(stream: 3, status: 5), .goAway(lastStream: 9, status: 0),
        ]
        let bytes = frames.flatMap { $0.encoded(encoder) }
        for size in [1, 7, 1000, 100_000] {
            var decoder = SPDYDecoder()
            var found: [SPDYFrame] = []
            for start in stride(from: 0, to: bytes.count, by: size) {
                decoder.append(Array(bytes[start..<min(bytes.count, start + size)]))
                while let frame = try decoder.next() { found.append(frame) }
            }
            #expect(found == frames)
        }
    }

    @Test func `damaged frames are errors`() {
        for bytes: [UInt8] in [
            [0x80, 2, 0, 1, 0, 0, 0, 0], [0x80, 3, 0, 1, 0, 0, 0, 2, 0, 0], [0x80, 3, 0, 2, 0, 0, 0, 8, 0, 0, 0, 1, 9, 9, 9, 9],
        ] {
            var decoder = SPDYDecoder()
            decoder.append(bytes)
            #expect(throws: HTTPError.self) { try decoder.next() }
        }
    }

    @Test func `many streams share a session, each both ways and ending on its own`() async throws {
        try await withStreamPair { near, far in
            let (client, server) = (
                SPDYSession(over: near, isServer: false, loops: testLoops), SPDYSession(over: far, isServer: true, loops: testLoops)
            )
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    await withTaskGroup(of: Void.self) { streams in
                        while let stream = await server.accept() {
                            streams.addTask {
                                try? await stream.write(Array((stream.headers["number"] ?? "").utf8) + [0x3A])
                                try? await stream.pump(from: stream)
                            }
                        }
                    }
                }
                for number in 0..<20 {
                    group.addTask {
                        let stream = try client.open(["number": "\(number)"])
                        _ = try await stream.accepted()
                        async let back = stream.readAll()
                        let bytes = pattern(number * 30_000)
                        for start in stride(from: 0, to: bytes.count, by: 50_000) {
                            try await stream.write(Array(bytes[start..<min(bytes.count, start + 50_000)]))
                        }
                        stream.finish()
                        let whole = try await back
                        #expect(whole == Array("\(number):".utf8) + bytes)
                    }
                }
                for _ in 0..<20 { try await group.next() }
                client.close()
                try await group.waitForAll()
            }
        }
    }

    @Test func `a reset, a refused stream and the end of the session are seen by whoever waits`() async throws {
        try await withStreamPair { near, far in
            let (client, server) = (
                SPDYSession(over: near, isServer: false, loops: testLoops), SPDYSession(over: far, isServer: true, loops: testLoops)
            )
            let first = try client.open(["a": "1"])
            let accepted = try #require(await server.accept())
            try await accepted.write([1, 2])
            accepted.close()
            #expect(try await first.readAll() == [1, 2])
            await #expect(throws: HTTPError.self) { for _ in 0..<1000 { try await first.write(pattern(10_000)) } }
            let second = try client.open([:])
            let other = try #require(await server.accept())
            server.close()
            #expect(try await second.readAll() == [])
            await #expect(throws: HTTPError.self) { _ = try await other.readAll() }
            #expect(await server.accept() == nil)
            try await eventually { (try? client.open([:])) == nil }
        }
    }

    @Test func `a session runs through a WebSocket's binary messages`() async throws {
        try await withPair(.plain) { request in
            WebSocket.respond(to: request, protocols: ["SPDY/3.1+portforward.k8s.io"]) { socket in
                let session = SPDYSession(over: WebSocketStream(socket), isServer: true, loops: testLoops)
                while let stream = await session.accept() { try? await stream.pump(from: stream) }
            }
        } _: { client in
            let socket = try #require(try await client.webSocket("/", protocols: ["SPDY/3.1+portforward.k8s.io"]).socket)
            let session = SPDYSession(over: WebSocketStream(socket), isServer: false, loops: testLoops)
            let stream = try session.open(["port": "80"])
            try await stream.write(pattern(300_000))
            stream.finish()
            #expect(try await stream.readAll() == pattern(300_000))
            session.close()
        }
    }
}
