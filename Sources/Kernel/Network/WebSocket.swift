import Control
import Synchronization

/// Why a WebSocket ended in trouble, by the code of its close frame. Source: RFC 6455, section 7.4.
package struct WebSocketError: Error, Sendable, Hashable {
    package let code: Int
    package let reason: String
    package init(_ code: Int, _ reason: String) { (self.code, self.reason) = (code, reason) }
}

/// One message of a WebSocket.
package enum WebSocketMessage: Sendable, Hashable {
    case text(String)
    case binary([UInt8])
}

/// A WebSocket over a stream. One task receives; any may send. Pings are answered while somebody receives.
package final class WebSocket: Sendable {
    private struct Input {
        var decoder: WebSocketDecoder
        var opcode: WebSocketOpcode?
        var parts: [UInt8] = []
    }
    private struct Ends {
        var sentClose = false
        var received: WebSocketError?
    }
    private let stream: any ByteStream
    private let isServer: Bool
    private let messageLimit: Int
    private let random = RandomSource()
    private let input: Mutex<Input>
    private let ends = Mutex(Ends())
    /// What both sides agreed on; empty without.
    package let subprotocol: String

    /// - Parameters:
    ///   - stream: a connection that was upgraded.
    ///   - messageLimit: bytes of one received message.
    package init(over stream: any ByteStream, isServer: Bool, subprotocol: String = "", messageLimit: Int = 16 << 20) {
        (self.stream, self.isServer, self.subprotocol, self.messageLimit) = (stream, isServer, subprotocol, messageLimit)
        input = Mutex(Input(decoder: WebSocketDecoder(expectsMask: isServer, limit: messageLimit)))
    }

    /// Code and reason of the peer's close frame, once `receive` gave nil.
    package var peerClose: WebSocketError? { ends.withLock { $0.received } }

    /// The next message; nil once the peer has closed.
    /// - Throws: `WebSocketError` when the peer breaks the protocol or a limit (it is told so), `HTTPError` when the connection breaks.
    package func receive() async throws -> WebSocketMessage? {
        do {
            while true {
                guard let frame = try input.withLock({ try $0.decoder.next() }) else {
                    guard let bytes = try await stream.read() else {
                        guard peerClose == nil else { return nil }
                        throw HTTPError.connectionLost("the WebSocket ended without a close frame")
                    }
                    input.withLock { $0.decoder.append(bytes) }
                    continue
                }
                if frame.opcode == .close {
                    try await answerClose(frame.payload)
                    return nil
                }
                if let message = try await take(frame) { return message }
            }
        } catch let error as WebSocketError {
            close(code: error.code, reason: error.reason)
            throw error
        }
    }

    private func take(_ frame: WebSocketFrame) async throws -> WebSocketMessage? {
        if frame.opcode == .ping { try await write(WebSocketFrame(opcode: .pong, payload: frame.payload)) }
        guard !frame.opcode.isControl else { return nil }
        let limit = messageLimit
        let whole = try input.withLock { input throws(WebSocketError) -> (WebSocketOpcode, [UInt8])? in
            guard (frame.opcode == .continuation) == (input.opcode != nil) else { throw WebSocketError(1002, "a fragment out of place") }
            guard input.parts.count + frame.payload.count <= limit else {
                throw WebSocketError(1009, "the message is larger than \(limit) bytes")
            }
            let opcode = input.opcode ?? frame.opcode
            input.parts = input.parts.isEmpty ? frame.payload : input.parts + frame.payload
            guard frame.isLast else {
                input.opcode = opcode
                return nil
            }
            defer { (input.opcode, input.parts) = (nil, []) }
            return (opcode, input.parts)
        }
        guard let (opcode, bytes) = whole else { return nil }
        if opcode == .binary { return .binary(bytes) }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw WebSocketError(1007, "the text is not UTF-8") }
        return .text(text)
    }

    private func answerClose(_ payload: [UInt8]) async throws {
        guard payload.count != 1 else { throw WebSocketError(1002, "a close frame of one byte") }
        let code = payload.isEmpty ? 1005 : Int(payload[0]) << 8 | Int(payload[1])
        let reason = String(decoding: payload.dropFirst(2), as: UTF8.self)
        let isFirst = ends.withLock { ends in
            ends.received = WebSocketError(code, reason)
            defer { ends.sentClose = true }
            return !ends.sentClose
        }
        if isFirst { try? await write(WebSocketFrame(opcode: .close, payload: Array(payload.prefix(2)))) }
    }

    // MARK: Sending

    /// Sends a message and returns when there is room for more. - Throws: `HTTPError` when the peer went away or we have closed.
    package func send(_ message: WebSocketMessage) async throws {
        guard !ends.withLock({ $0.sentClose }) else { throw HTTPError.connectionLost("the WebSocket is closed") }
        switch message {
        case .text(let text): try await write(WebSocketFrame(opcode: .text, payload: Array(text.utf8)))
        case .binary(let bytes): try await write(WebSocketFrame(opcode: .binary, payload: bytes))
        }
    }

    /// Asks the peer for a sign of life, which any message or pong is.
    package func ping() async throws { try await write(WebSocketFrame(opcode: .ping, payload: [])) }

    /// Says goodbye and closes the connection. Closing twice is nothing.
    package func close(code: Int = 1000, reason: String = "") {
        let isFirst = ends.withLock { ends in
            defer { ends.sentClose = true }
            return !ends.sentClose
        }
        guard isFirst else { return stream.close() }
        let payload = [UInt8(truncatingIfNeeded: code >> 8), UInt8(truncatingIfNeeded: code)] + Array(reason.utf8.prefix(123))
        let frame = encode(WebSocketFrame(opcode: .close, payload: payload))
        stream.queue(frame)
        stream.close()
    }

    /// Sends bytes as a message without waiting for room.
    func queue(_ bytes: [UInt8]) {
        if !ends.withLock({ $0.sentClose }) { stream.queue(encode(WebSocketFrame(opcode: .binary, payload: bytes))) }
    }

    private func write(_ frame: WebSocketFrame) async throws { try await stream.write(encode(frame)) }

    private func encode(_ frame: WebSocketFrame) -> [UInt8] { frame.encoded(mask: isServer ? nil : random.bytes(4)) }
}
