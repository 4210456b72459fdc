import Control
package import Network
import Synchronization

/// Answers DNS queries over UDP and TCP on one address.
package final class DNSServer: Service {
    private static let workers = 128
    private static let largest = 1232
    private static let idle = Duration.seconds(10)
    private let host: String
    private let port: Int
    private let namespace: NetworkNamespace?
    private let loops: EventLoopGroup
    private let responder: @Sendable (_ client: String) -> any DNSResponder
    private let counts = Mutex<[DNSCode: Int]>([:])

    /// - Parameter responder: who answers a client, by its address.
    package init(
        host: String, port: Int, namespace: NetworkNamespace? = nil, loops: EventLoopGroup = .shared,
        responder: @escaping @Sendable (_ client: String) -> any DNSResponder
    ) {
        (self.host, self.port, self.namespace, self.loops, self.responder) = (host, port, namespace, loops, responder)
    }

    /// How many answers of each kind were given.
    package var answered: [DNSCode: Int] { counts.withLock { $0 } }

    /// Serves until cancelled. - Throws: `HTTPError.connectionFailed` for an address that cannot be had.
    package func run() async throws {
        let socket = try UDPSocket(host: host, port: port, namespace: namespace, loops: loops)
        let server = TCPServer(host: host, port: port, namespace: namespace, loops: loops) { [self] stream in await serve(stream) }
        try await server.start()
        defer { socket.close() }
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<Self.workers { group.addTask { try await self.answerDatagrams(socket) } }
                defer { group.cancelAll() }
                try await group.next()
            }
        } catch {
            await server.stop()
            throw error
        }
        await server.stop()
    }
    private func answerDatagrams(_ socket: UDPSocket) async throws {
        while true {
            let (bytes, peer) = try await socket.receive()
            guard let (reply, room) = await reply(to: bytes, from: peer.host) else { continue }
            do { try socket.send(DNSEncoder.encode(reply, limit: room), to: peer) } catch {
                // The asker is gone; it asks again if it still wants to know.
            }
        }
    }
    /// Queries one after another, each behind its length. Source: RFC 7766.
    private func serve(_ stream: any ByteStream) async {
        var buffer: [UInt8] = []
        do {
            while true {
                while buffer.count < 2 || buffer.count < 2 + Int(buffer[0]) << 8 + Int(buffer[1]) {
                    guard let piece = try await stream.read() else { return }
                    buffer += piece
                }
                let length = Int(buffer[0]) << 8 + Int(buffer[1])
                let query = Array(buffer[2..<2 + length])
                buffer.removeFirst(2 + length)
                guard let (reply, _) = await reply(to: query, from: "") else { return }
                let bytes = DNSEncoder.encode(reply)
                try await stream.write([UInt8(bytes.count >> 8), UInt8(bytes.count & 255)] + bytes)
            }
        } catch {
            // The connection is over.
        }
    }

    /// The answer and how many bytes of it a datagram may have; nil for what is no query.
    private func reply(to bytes: [UInt8], from client: String) async -> (DNSMessage, Int)? {
        guard bytes.count >= 12, bytes[2] & 0x80 == 0 else { return nil }
        let query: DNSMessage
        do { query = try DNSDecoder.decode(bytes) } catch {
            var refusal = DNSMessage()
            (refusal.id, refusal.isResponse, refusal.code) = (UInt16(bytes[0]) << 8 | UInt16(bytes[1]), true, .formatError)
            return (count(refusal), 512)
        }
        let room = min(query.udpSize ?? 512, Self.largest)
        guard query.opcode == 0 else { return (count(query.reply(.notImplemented)), room) }
        guard query.questions.count == 1, query.questions[0].dnsClass == 1 else { return (count(query.reply(.refused)), room) }
        let answer = await responder(client).respond(to: query, question: query.questions[0])
        return (count(answer ?? query.reply(.refused)), room)
    }
    private func count(_ reply: DNSMessage) -> DNSMessage {
        counts.withLock { $0[reply.code, default: 0] += 1 }
        return reply
    }
}

/// Asks servers over the network: by a datagram, and over TCP when the answer did not fit.
package struct SocketExchange: DNSExchange {
    private let timeout: Duration
    private let namespace: NetworkNamespace?
    private let loops: EventLoopGroup

    package init(timeout: Duration = .seconds(2), namespace: NetworkNamespace? = nil, loops: EventLoopGroup = .shared) {
        (self.timeout, self.namespace, self.loops) = (timeout, namespace, loops)
    }

    package func ask(_ query: [UInt8], server: String, port: Int) async throws -> [UInt8] {
        let socket = try UDPSocket(host: "0.0.0.0", port: 0, namespace: namespace, loops: loops)
        defer { socket.close() }
        let peer = try UDPPeer(host: server, port: port)
        try socket.send(query, to: peer)
        while true {
            let (answer, from) = try await socket.receive(timeout: timeout)
            guard from == peer, answer.count >= 12, answer[0] == query[0], answer[1] == query[1] else { continue }
            return answer[2] & 2 != 0 ? try await askAgain(query, server, port) : answer
        }
    }
    private func askAgain(_ query: [UInt8], _ server: String, _ port: Int) async throws -> [UInt8] {
        let stream = try await TCP.connect(host: server, port: port, namespace: namespace, timeout: timeout, loops: loops)
        defer { stream.close() }
        try await stream.write([UInt8(query.count >> 8), UInt8(query.count & 255)] + query)
        var buffer: [UInt8] = []
        while buffer.count < 2 || buffer.count < 2 + Int(buffer[0]) << 8 + Int(buffer[1]) {
            guard let piece = try await stream.read() else { throw HTTPError.connectionLost("the name server ended the answer early") }
            buffer += piece
        }
        return Array(buffer[2...])
    }
}
