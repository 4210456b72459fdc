import Synchronization
import Testing

@testable import Network

/// Frames by hand, over cleartext HTTP/2 with prior knowledge.
private struct Frames {
    static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + frame(4, 0, 0, [])
    /// `GET /`, ended, by static table entries and the authority `a`.
    static let get: [UInt8] = [0x82, 0x86, 0x84, 0x41, 1, 0x61]

    static func frame(_ type: UInt8, _ flags: UInt8, _ stream: UInt32, _ payload: [UInt8]) -> [UInt8] {
        let (length, id) = (payload.count, stream)
        return [UInt8(length >> 16), UInt8(length >> 8 & 255), UInt8(length & 255), type, flags]
            + [UInt8(id >> 24), UInt8(id >> 16 & 255), UInt8(id >> 8 & 255), UInt8(id & 255)] + payload
    }

    /// Type, flags, stream and payload of what a server sends until it closes or `enough` says so.
    static func read(_ socket: RawSocket, until enough: ((UInt8, UInt8, UInt32, [UInt8])) -> Bool) -> [(UInt8, UInt8, UInt32, [UInt8])] {
        var (bytes, frames): ([UInt8], [(UInt8, UInt8, UInt32, [UInt8])]) = ([], [])
        while let piece = socket.readSome(), !piece.isEmpty {
            bytes += piece
            while bytes.count >= 9 {
                let length = Int(bytes[0]) << 16 | Int(bytes[1]) << 8 | Int(bytes[2])
                guard bytes.count >= 9 + length else { break }
                let id = UInt32(bytes[5]) << 24 | UInt32(bytes[6]) << 16 | UInt32(bytes[7]) << 8 | UInt32(bytes[8])
                frames.append((bytes[3], bytes[4], id, Array(bytes[9..<9 + length])))
                bytes.removeFirst(9 + length)
                if let last = frames.last, enough(last) { return frames }
            }
        }
        return frames
    }
}

@Suite struct HTTP2ServerTests {
    @Test func `prior knowledge is enough for cleartext`() async throws {
        try await withServer({ _ in HTTPResponse(200, body: .bytes(Array("hi".utf8))) }) { port in
            let socket = try RawSocket(port: port)
            socket.write(Frames.preface + Frames.frame(1, 5, 1, Frames.get))
            let frames = Frames.read(socket) { $0.0 == 0 && $0.1 & 1 == 1 }
            #expect(frames.last?.3 == Array("hi".utf8))
        }
    }

    @Test(arguments: ["resets", "pings", "empty data"]) func `a flood of cheap frames ends the connection`(_ kind: String) async throws {
        var limits = HTTPLimits.patient
        limits.controlFramesPerSecond = 200
        try await withServer(limits: limits, { _ in HTTPResponse(200) }) { port in
            let socket = try RawSocket(port: port)
            var bytes = Frames.preface
            for number in 0..<UInt32(1_000) {
                switch kind {
                case "resets":
                    bytes += Frames.frame(1, 5, number * 2 + 1, Frames.get) + Frames.frame(3, 0, number * 2 + 1, [0, 0, 0, 8])
                case "pings": bytes += Frames.frame(6, 0, 0, [UInt8](repeating: 1, count: 8))
                default:
                    if number == 0 { bytes += Frames.frame(1, 4, 1, [0x83] + Frames.get.dropFirst()) }
                    bytes += Frames.frame(0, 0, 1, [])
                }
            }
            socket.write(bytes)
            let frames = Frames.read(socket) { $0.0 == 7 }
            #expect(frames.last?.0 == 7)
            #expect(frames.last?.3.count ?? 0 >= 8 && frames.last?.3[7] == 11, "ENHANCE_YOUR_CALM")
        }
    }

    @Test func `a header list beyond the limit is answered with 431`() async throws {
        var limits = HTTPLimits.patient
        limits.headerBytes = 2_000
        let certificates = try TestCertificates()
        try await withServer(tls: try certificates.server(), limits: limits, echo) { port in
            let client = try HTTPClient(endpoint: "https://127.0.0.1:\(port)", trust: certificates.trust, loops: testLoops)
            let large = HTTPRequest("GET", "/hello", headers: ["x": String(repeating: "y", count: 5_000)])
            let refused = try await client.send(large)
            #expect(refused.status == 431)
            let answered = try await client.send(HTTPRequest("GET", "/hello"))
            #expect(answered.status == 200)
        }
    }

    @Test func `a body beyond the limit is refused, declared or not`() async throws {
        var limits = HTTPLimits.patient
        limits.bodyBytes = 100_000
        let certificates = try TestCertificates()
        try await withServer(tls: try certificates.server(), limits: limits, echo) { port in
            let client = try HTTPClient(endpoint: "https://127.0.0.1:\(port)", trust: certificates.trust, loops: testLoops)
            let bytes = [UInt8](repeating: 1, count: 200_000)
            let declared = try await client.send(HTTPRequest("POST", "/echo", body: .bytes(bytes)))
            #expect(declared.status == 413)
            let streamed = HTTPRequest(
                "POST", "/echo",
                body: .writer { writer in
                    writer.write(bytes)
                    writer.finish(error: false)
                })
            let undeclared = try await client.send(streamed)
            #expect(undeclared.status == 413)
        }
    }

    @Test func `more requests than streams are queued, not refused`() async throws {
        var limits = HTTPLimits.patient
        limits.concurrentStreams = 5
        let running = Running()
        let certificates = try TestCertificates()
        try await withServer(
            tls: try certificates.server(), limits: limits,
            { _ in
                running.change(1)
                try? await Task.sleep(for: .milliseconds(5))
                running.change(-1)
                return HTTPResponse(200)
            }
        ) { port in
            let client = try HTTPClient(endpoint: "https://127.0.0.1:\(port)", trust: certificates.trust, loops: testLoops)
            let first = try await client.send(HTTPRequest("GET", "/"))
            #expect(first.status == 200)
            try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<60 { group.addTask { try await client.send(HTTPRequest("GET", "/")).status } }
                for try await status in group { #expect(status == 200) }
            }
        }
        #expect(running.most > 1)
    }

    @Test(arguments: Wire.allCases) func `stopping lets a request under way finish and ends endless streams`(_ wire: Wire) async throws {
        let certificates = try TestCertificates()
        var limits = HTTPLimits.patient
        limits.drainTimeout = .seconds(5)
        let running = Running()
        let handler = ClosureHandler { request in
            running.change(1)
            if request.target == "/watch" { return HTTPResponse(200, body: .writer { writer in writer.write([1]) }) }
            try? await Task.sleep(for: .milliseconds(150))
            return HTTPResponse(200, body: .bytes([1, 2, 3]))
        }
        let server = HTTPServer(
            .init(tls: wire == .secure ? try certificates.server() : nil, limits: limits, loops: testLoops), handler: handler)
        let port = try await server.start()
        let client = try HTTPClient(
            endpoint: "http\(wire == .secure ? "s" : "")://127.0.0.1:\(port)", trust: certificates.trust, loops: testLoops)
        let watch = try await client.send(HTTPRequest("GET", "/watch")).body.read()
        let first = try await watch.next()
        #expect(first == [1])
        async let slow = client.send(HTTPRequest("GET", "/slow"))
        try await eventually { running.most == 2 }
        await server.stop()
        #expect(try await slow.status == 200)
        await #expect(throws: HTTPError.self) { while try await watch.next() != nil {} }
        await #expect(throws: HTTPError.self) { try await client.send(HTTPRequest("GET", "/slow")) }
    }
}

/// How many run at once, and the most that ever did.
final class Running: Sendable {
    private let state = Mutex((now: 0, most: 0))
    var most: Int { state.withLock { $0.most } }
    func change(_ by: Int) {
        state.withLock {
            $0.now += by
            $0.most = max($0.most, $0.now)
        }
    }
}
