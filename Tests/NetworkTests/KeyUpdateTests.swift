import COpenSSL
import Testing

@testable import Network

/// A client that is OpenSSL itself, so that it can do what our own never does.
private final class PlainOpenSSL {
    private let context: OpaquePointer
    private let ssl: OpaquePointer
    private let socket: RawSocket

    init(port: Int) throws {
        socket = try RawSocket(port: port, timeoutSeconds: 20)
        context = try #require(SSL_CTX_new(TLS_client_method()))
        ssl = try #require(SSL_new(context))
        SSL_set_fd(ssl, socket.descriptor)
        try #require(SSL_connect(ssl) == 1)
    }
    deinit {
        SSL_free(ssl)
        SSL_CTX_free(context)
    }

    func changeKeys(asking: Bool) throws {
        try #require(SSL_key_update(ssl, asking ? SSL_KEY_UPDATE_REQUESTED : SSL_KEY_UPDATE_NOT_REQUESTED) == 1)
    }

    /// Sends a body, and gives what came back behind the header.
    func echo(_ body: String) throws -> String {
        let request = "POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: \(body.utf8.count)\r\n\r\n\(body)"
        try #require(SSL_write(ssl, request, Int32(request.utf8.count)) == Int32(request.utf8.count))
        var (answer, buffer) = ([UInt8](), [UInt8](repeating: 0, count: 20_000))
        while true {
            if let end = answer.indices.first(where: { answer[$0...].starts(with: Array("\r\n\r\n".utf8)) }),
                answer.count - end - 4 >= body.utf8.count
            {
                return String(decoding: answer[(end + 4)...], as: UTF8.self)
            }
            let count = SSL_read(ssl, &buffer, Int32(buffer.count))
            try #require(count > 0)
            answer += buffer[..<Int(count)]
        }
    }
}

@Suite struct KeyUpdateTests {
    @Test func `a client may change its keys at any time, and ask for others`() async throws {
        let certificates = try TestCertificates()
        try await withServer(tls: try certificates.server(), echo) { port in
            let client = try PlainOpenSSL(port: port)
            for (number, asking) in [nil, true, false, nil, true, true].enumerated() {
                if let asking { try client.changeKeys(asking: asking) }
                let body = String(repeating: "\(number)", count: 40_000 / (number + 1))
                #expect(try client.echo(body) == body)
            }
        }
    }
}
