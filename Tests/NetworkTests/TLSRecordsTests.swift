import COpenSSL
import Control
import Glibc
import Testing

@testable import Network

/// Both ends of a connection whose handshake is over, on a pair of sockets.
private final class Ends {
    let client, server: TLSRecords
    let sockets: [Int32]
    let room = UnsafeMutableRawBufferPointer.allocate(byteCount: 65_536 + 4 * TLSRecords.overhead, alignment: 64)

    /// - Parameter engine: what the server's side goes by; the client's goes by OpenSSL.
    init(suite: UInt16 = 0x1301, engine: GCMEngine? = .shared) throws {
        let context = try #require(SSL_CTX_new(TLS_server_method()))
        let ssl = try #require(SSL_new(context))
        let code = [UInt8(suite >> 8), UInt8(suite & 255)]
        let found = try #require(SSL_CIPHER_find(ssl, code))
        let length = suite == 0x1302 ? 48 : 32
        let (here, there) = ([UInt8](repeating: 7, count: length), [UInt8](repeating: 9, count: length))
        client = try #require(TLSRecords(suite: found, sending: here, receiving: there, engine: nil))
        server = try #require(TLSRecords(suite: found, sending: there, receiving: here, engine: engine))
        SSL_free(ssl)
        SSL_CTX_free(context)
        var pair: [Int32] = [0, 0]
        socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0, &pair)
        sockets = pair
    }
    deinit {
        for socket in sockets { close(socket) }
        room.deallocate()
    }

    /// Sends what waits; returns how many writes moved something.
    func send(_ output: inout OutputQueue, from records: TLSRecords) throws {
        while !output.isEmpty || !records.isDrained {
            switch records.write(&output, to: sockets[records === client ? 0 : 1], by: room) {
            case .moved: break
            case .wouldBlock: return
            case .end, .failed: throw HTTPError.connectionLost("write")
            }
        }
    }
    /// What has come to a side, and how reading ended.
    func receive(_ records: TLSRecords, pieces: Int = .max) -> ([UInt8], String) {
        var (bytes, left) = ([UInt8](), pieces)
        while true {
            let outcome = records.read(from: sockets[records === client ? 0 : 1], by: room) { piece in
                bytes += piece
                left -= 1
                return left > 0
            }
            switch outcome {
            case .moved: if left <= 0 { return (bytes, "enough") }
            case .wouldBlock: return (bytes, "waiting")
            case .end: return (bytes, "end")
            case .failed(let reason): return (bytes, reason)
            }
        }
    }
    /// Sends bytes back, from the client to the server.
    func answer(_ bytes: [UInt8]) throws {
        var (output, seen) = (OutputQueue(), [UInt8]())
        output.append(bytes)
        while seen.count < bytes.count {
            try send(&output, from: client)
            seen += receive(server).0
        }
        #expect(seen == bytes)
    }
    func raw(_ bytes: [UInt8]) { _ = bytes.withUnsafeBytes { Glibc.send(sockets[0], $0.baseAddress, $0.count, 0) } }
    /// The sealed bytes of a text on its way to the server, taken off the wire.
    func sealed(_ text: [UInt8]) throws -> [UInt8] {
        var output = OutputQueue()
        output.append(text)
        try send(&output, from: client)
        var wire = [UInt8](repeating: 0, count: 70_000)
        let count = recv(sockets[1], &wire, wire.count, 0)
        return Array(wire[..<count])
    }
}

/// Records after the handshake.
@Suite struct TLSRecordsTests {
    @Test(arguments: [UInt16(0x1301), 0x1302, 0x1303], [GCMEngine.shared, nil])
    func `what is sealed comes out whatever its pieces are`(_ suite: UInt16, _ engine: GCMEngine?) throws {
        let (ends, random) = (try Ends(suite: suite, engine: engine), RandomSource(seed: UInt64(suite)))
        for _ in 0..<40 {
            var (output, expected) = (OutputQueue(), [UInt8]())
            for _ in 0..<random.int(in: 1..<8) {
                let piece = random.bytes([1, 100, 4095, 5000, 16_384, 40_000][random.int(in: 0..<6)])
                expected += piece
                output.append(piece)
            }
            var seen: [UInt8] = []
            while seen.count < expected.count {
                try ends.send(&output, from: ends.server)
                let (bytes, state) = ends.receive(ends.client, pieces: random.int(in: 1..<5))
                #expect(state == "waiting" || state == "enough")
                seen += bytes
            }
            #expect(seen == expected)
            try ends.answer(expected)
        }
    }

    @Test func `records may come in any cut, and a change of one bit ends the connection`() throws {
        let ends = try Ends()
        let wire = try ends.sealed(Array("hello".utf8))
        for byte in wire.dropLast() {
            ends.raw([byte])
            #expect(ends.receive(ends.server) == ([], "waiting"))
        }
        ends.raw([wire[wire.count - 1]])
        #expect(ends.receive(ends.server) == (Array("hello".utf8), "waiting"))
        for bit in [0, 20, 45, 80, wire.count * 8 - 1] {
            let other = try Ends()
            var broken = try other.sealed(Array("hello".utf8))
            broken[bit / 8] ^= 1 << UInt8(bit % 8)
            other.raw(broken)
            let (bytes, state) = other.receive(other.server)
            // A longer length waits for the rest of the record.
            #expect(bytes.isEmpty && (state.hasPrefix("TLS: ") || bit / 8 == 3 || bit / 8 == 4), "bit \(bit): \(state)")
        }
    }

    @Test func `a record that is sent again is refused`() throws {
        let ends = try Ends()
        let wire = try ends.sealed(Array("once".utf8))
        ends.raw(wire + wire)
        #expect(ends.receive(ends.server) == (Array("once".utf8), "TLS: alert 20"))
    }

    @Test func `a side that closes says so`() throws {
        let ends = try Ends()
        var output = OutputQueue()
        output.append("bye")
        try ends.send(&output, from: ends.client)
        ends.client.shutdown(ends.sockets[0])
        #expect(ends.receive(ends.server) == (Array("bye".utf8), "end"))
    }
}
