import COpenSSL
import Control

extension HTTPRequest {
    /// Whether the client asks for a WebSocket. Source: RFC 6455, section 4.2.1.
    package var asksForWebSocket: Bool { method == "GET" && asksForUpgrade && headers["upgrade"]?.lowercased() == "websocket" }

    /// Whether the client asks to leave HTTP on this connection.
    package var asksForUpgrade: Bool {
        headers["upgrade"] != nil
            && headers.all("connection").contains { $0.lowercased().split(separator: ",").contains { $0.trimmed == "upgrade" } }
    }

    /// The WebSocket subprotocols that the client offers, in its order.
    package var webSocketProtocols: [String] {
        headers.all("sec-websocket-protocol").flatMap { $0.split(separator: ",") }.map { String($0.trimmed) }.filter { !$0.isEmpty }
    }
}

extension WebSocket {
    /// Answers a request for a WebSocket: 101 and the socket to `serve`, or why not (400, 426).
    /// - Parameters:
    ///   - protocols: the subprotocols that the server speaks; the first that the client offers is taken. Empty takes a client without any.
    ///   - optional: whether a client that offers no subprotocol is welcome all the same.
    package static func respond(
        to request: HTTPRequest, protocols: [String], optional: Bool = false, messageLimit: Int = 16 << 20,
        serve: @escaping @Sendable (WebSocket) async -> Void
    ) -> HTTPResponse {
        guard request.asksForWebSocket, let key = request.headers["sec-websocket-key"], !key.isEmpty else { return .plain(400) }
        guard request.headers["sec-websocket-version"] == "13" else {
            var response = HTTPResponse.plain(426)
            response.headers.add("sec-websocket-version", "13")
            return response
        }
        let offered = request.webSocketProtocols
        let chosen = offered.first { protocols.contains($0) }
        guard chosen != nil || protocols.isEmpty || optional && offered.isEmpty else { return .plain(400) }
        var headers: HTTPFields = [
            "upgrade": "websocket", "connection": "Upgrade", "sec-websocket-accept": WebSocketKey.answer(key),
        ]
        if let chosen { headers.add("sec-websocket-protocol", chosen) }
        return HTTPResponse(
            101, headers: headers,
            body: .upgrade { stream in
                let socket = WebSocket(over: stream, isServer: true, subprotocol: chosen ?? "", messageLimit: messageLimit)
                await serve(socket)
                socket.close()
            })
    }
}

extension HTTPClient {
    /// Opens a WebSocket; an answer other than 101 comes with its body and without a socket.
    /// - Throws: `HTTPError` when no answer could be had or the server's 101 is none of this protocol's.
    package func webSocket(_ target: String, headers: HTTPFields = [:], protocols: [String] = []) async throws -> (
        response: HTTPResponse, socket: WebSocket?
    ) {
        let key = WebSocketKey.encode(RandomSource().bytes(16))
        var request = HTTPRequest("GET", target, headers: headers)
        request.headers["connection"] = "Upgrade"
        request.headers["upgrade"] = "websocket"
        request.headers["sec-websocket-version"] = "13"
        request.headers["sec-websocket-key"] = key
        if !protocols.isEmpty { request.headers["sec-websocket-protocol"] = protocols.joined(separator: ", ") }
        let (response, stream) = try await upgrade(request)
        guard let stream else { return (response, nil) }
        let chosen = response.headers["sec-websocket-protocol"] ?? ""
        guard response.headers["sec-websocket-accept"] == WebSocketKey.answer(key), chosen.isEmpty || protocols.contains(chosen) else {
            stream.close()
            throw HTTPError.malformed("the server's WebSocket handshake does not answer ours")
        }
        return (response, WebSocket(over: stream, isServer: false, subprotocol: chosen))
    }
}

/// The handshake's proof that a server speaks the protocol. Source: RFC 6455, section 4.2.2.
enum WebSocketKey {
    static func answer(_ key: String) -> String {
        let text = Array((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").utf8)
        var digest = [UInt8](repeating: 0, count: 20)
        _ = SHA1(text, text.count, &digest)
        return encode(digest)
    }

    /// Base64.
    static func encode(_ bytes: [UInt8]) -> String {
        var text = [UInt8](repeating: 0, count: (bytes.count + 2) / 3 * 4 + 1)
        let length = EVP_EncodeBlock(&text, bytes, Int32(bytes.count))
        return String(decoding: text.prefix(Int(length)), as: UTF8.self)
    }
}

extension Substring {
    /// Without blanks at either end.
    fileprivate var trimmed: Substring {
        var text = self
        while text.first == " " || text.first == "\t" { text.removeFirst() }
        while text.last == " " || text.last == "\t" { text.removeLast() }
        return text
    }
}
