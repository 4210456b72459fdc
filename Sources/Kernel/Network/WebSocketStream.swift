/// The bytes of a WebSocket's binary messages as a stream, one after the other: how `SPDY/3.1+portforward.k8s.io` tunnels SPDY.
package final class WebSocketStream: ByteStream {
    private let socket: WebSocket
    package init(_ socket: WebSocket) { self.socket = socket }
    deinit { socket.close() }

    package func read() async throws -> [UInt8]? {
        while let message = try await socket.receive() {
            switch message {
            case .binary(let bytes): if !bytes.isEmpty { return bytes }
            case .text: throw HTTPError.malformed("a text message among bytes")
            }
        }
        return nil
    }

    package func write(_ bytes: [UInt8]) async throws { try await socket.send(.binary(bytes)) }
    package func queue(_ bytes: [UInt8]) { socket.queue(bytes) }
    /// A WebSocket has no half close: both directions end.
    package func finish() { socket.close() }
    package func close() { socket.close() }
}
