import Synchronization

@testable import Network

/// Answers by closure.
struct ClosureHandler: HTTPHandler {
    let answer: @Sendable (HTTPRequest) async -> HTTPResponse
    func respond(to request: HTTPRequest) async -> HTTPResponse { await answer(request) }
}

/// Loops that all tests share.
let testLoops = EventLoopGroup(count: 2)

extension HTTPLimits {
    /// For clients that share few cores with a thousand other tests: a header may be long in coming.
    static let patient: HTTPLimits = {
        var limits = HTTPLimits()
        limits.headerTimeout = .seconds(120)
        return limits
    }()
}

/// Runs `body` against a server on a loopback port.
func withServer(
    tls: TLSConfiguration? = nil, limits: HTTPLimits = .patient, finished: (@Sendable (AccessRecord) -> Void)? = nil,
    _ answer: @escaping @Sendable (HTTPRequest) async -> HTTPResponse, _ body: (Int) async throws -> Void
) async throws {
    var limits = limits
    limits.drainTimeout = .milliseconds(300)
    let server = HTTPServer(
        .init(tls: tls, limits: limits, loops: testLoops, finished: finished), handler: ClosureHandler(answer: answer))
    let port = try await server.start()
    do {
        try await body(port)
    } catch {
        await server.stop()
        throw error
    }
    await server.stop()
}

/// The usual application of these tests.
@Sendable func echo(_ request: HTTPRequest) async -> HTTPResponse {
    let target = URLTarget(request.target)
    do {
        switch target.segments?.first {
        case "hello": return HTTPResponse(200, headers: ["content-type": "text/plain"], body: .bytes(Array("hello".utf8)))
        case "echo": return HTTPResponse(200, body: .bytes(try await request.body.collect(limit: 1 << 30)))
        case "stream": return HTTPResponse(200, body: .reader(request.body.read()))
        case "big":
            let size = Int(target["size"] ?? "") ?? 0
            return HTTPResponse(200, body: .bytes([UInt8](repeating: 0x61, count: size)))
        case "ticks":
            return HTTPResponse(
                200,
                body: .writer { writer in
                    for tick in 0..<3 { writer.write(Array("tick \(tick)\n".utf8)) }
                    writer.finish(error: false)
                })
        case "peer":
            let certificate = request.peer.certificate
            let text =
                "\(certificate?.commonName ?? "-") \(certificate?.organizations.joined(separator: ",") ?? "-") \(request.peer.certificateRefused) \(request.peer.secure)"
            return HTTPResponse(200, body: .bytes(Array(text.utf8)))
        case "headers":
            return HTTPResponse(200, body: .bytes(Array(request.headers.map { "\($0.name)=\($0.value)\n" }.joined().utf8)))
        default: return HTTPResponse(404)
        }
    } catch HTTPError.bodyTooLarge {
        return HTTPResponse(413)
    } catch {
        return HTTPResponse(400, body: .bytes(Array("\(error)".utf8)))
    }
}
