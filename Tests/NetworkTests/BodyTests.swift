import Synchronization
import Testing

@testable import Network

@Suite struct BodyTests {
    @Test func `a pipe hands pieces on in order and ends`() async throws {
        let pipe = BodyPipe()
        pipe.write([1, 2])
        pipe.write([3])
        pipe.finish(error: false)
        #expect(try await pipe.next() == [1, 2])
        #expect(try await pipe.next() == [3])
        #expect(try await pipe.next() == nil)
        #expect(try await pipe.next() == nil)
    }

    @Test func `a broken-off body gives what came before, then the error`() async throws {
        let pipe = BodyPipe()
        pipe.write([1])
        pipe.finish(error: true)
        #expect(try await pipe.next() == [1])
        await #expect(throws: HTTPError.self) { try await pipe.next() }
    }

    @Test func `a writer waits until a reader has caught up`() async throws {
        let pipe = BodyPipe(capacity: 10)
        let log = Mutex<[String]>([])
        pipe.write([UInt8](repeating: 0, count: 8))
        pipe.write([UInt8](repeating: 0, count: 8))
        #expect(pipe.buffered == 16)
        async let waiting: Void = {
            try await pipe.drained()
            log.withLock { $0.append("drained") }
        }()
        await Task.yield()
        log.withLock { $0.append("reading") }
        _ = try await pipe.next()
        _ = try await pipe.next()
        try await waiting
        #expect(log.withLock { $0 } == ["reading", "drained"])
    }

    @Test func `cancelling the reader tells the writer`() async throws {
        let pipe = BodyPipe()
        let closed = Mutex(0)
        pipe.onClose { closed.withLock { $0 += 1 } }
        pipe.write([1])
        pipe.cancel()
        pipe.cancel()
        pipe.onClose { closed.withLock { $0 += 10 } }
        #expect(closed.withLock { $0 } == 11)
        #expect(pipe.buffered == 0)
        await #expect(throws: HTTPError.self) { try await pipe.drained() }
    }

    @Test func `cancelling the task that reads ends its wait`() async throws {
        let pipe = BodyPipe()
        let task = Task { try await pipe.next() }
        await Task.yield()
        task.cancel()
        await #expect(throws: HTTPError.cancelled) { try await task.value }
        pipe.write([7])
        #expect(try await pipe.next() == [7])
    }

    @Test func `collect stops at its limit`() async throws {
        #expect(try await Body.slices([[1], [2, 3]]).collect(limit: 3) == [1, 2, 3])
        await #expect(throws: HTTPError.bodyTooLarge(limit: 2)) { try await Body.slices([[1], [2, 3]]).collect(limit: 2) }
        let closed = Mutex(false)
        let endless = Body.writer { writer in
            writer.onClose { closed.withLock { $0 = true } }
            for _ in 0..<100 { writer.write([1, 2, 3]) }
        }
        await #expect(throws: HTTPError.bodyTooLarge(limit: 100)) { try await endless.collect(limit: 100) }
        #expect(closed.withLock { $0 })
    }

    @Test func `a local transport carries a stream and lets go of it when the reader is dropped`() async throws {
        final class Streams: HTTPHandler {
            let writer = Mutex<(any BodyWriter)?>(nil)
            let closed = Mutex(false)
            func respond(to request: HTTPRequest) async -> HTTPResponse {
                HTTPResponse(
                    200,
                    body: .writer { writer in
                        writer.onClose { self.closed.withLock { $0 = true } }
                        self.writer.withLock { $0 = writer }
                    })
            }
        }
        let handler = Streams()
        let transport = LocalTransport(handler: handler, peer: Peer(local: .init(user: "a", groups: [])))
        var response: HTTPResponse? = try await transport.send(HTTPRequest("GET", "/watch"))
        handler.writer.withLock { $0 }?.write(Array("event".utf8))
        let reader = response?.body.read()
        #expect(try await reader?.next() == Array("event".utf8))
        #expect(!handler.closed.withLock { $0 })
        response = nil
        reader?.cancel()
        #expect(handler.closed.withLock { $0 })
    }
}
