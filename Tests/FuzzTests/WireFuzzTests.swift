import Control
import Documents
import KubeAPI
import Testing

@testable import ClusterDNS
@testable import Network
@testable import Storage

/// What comes over wires and from disks.
@Suite struct WireFuzzTests {
    /// The bytes in two pieces at every time another place, as networks deliver them.
    private func cut(_ bytes: [UInt8]) -> [[UInt8]] {
        let place = bytes.isEmpty ? 0 : bytes.reduce(0) { $0 &* 31 &+ Int($1) }.magnitude % UInt(bytes.count)
        return [Array(bytes[..<Int(place)]), Array(bytes[Int(place)...])]
    }
    private func decode(_ pieces: [[UInt8]], request: Bool) -> String {
        var decoder = HTTP1Decoder(request: request, maxHead: 4096, maxFields: 50)
        var seen = ""
        var body: [UInt8] = []
        do {
            for piece in pieces {
                try piece.withUnsafeBytes { piece in
                    var input = piece
                    while let event = try decoder.next(&input) {
                        switch event {
                        case .head(let head):
                            seen += "\(head.start) \(head.fields.map { "\($0.name):\($0.value)" })"
                            decoder.setFraming(
                                request ? try HTTP1Framing.request(head) : try HTTP1Framing.response(head, status: 200, method: "GET"))
                        case .body(let bytes): body += bytes
                        case .end:
                            seen += "end"
                            decoder.reset()
                        }
                    }
                }
            }
        } catch { seen += " \(error)" }
        return seen + text(body)
    }
    @Test func `HTTP/1 messages are read alike however they are cut`() throws {
        let corpus = [
            "GET /a?b=c HTTP/1.1\r\nHost: x\r\nAccept: */*\r\n\r\n",
            "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\n\r\nabcGET / HTTP/1.0\r\n\r\n",
            "PUT /x HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n3;e=f\r\nabc\r\n0\r\nt: u\r\n\r\n",
            "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n",
        ]
        var fuzzer = Fuzzer(
            "http1", corpus: corpus,
            dictionary: ["\r\n\r\n", "content-length: ", "transfer-encoding: chunked", "HTTP/1.1", "\r\n ", "ffffffffffffffff"])
        try fuzzer.run { input in
            for request in [true, false] {
                let (whole, parts) = (decode([input], request: request), decode(cut(input), request: request))
                guard whole == parts else { throw Fuzzer.Finding("whole \(whole.debugDescription), in parts \(parts.debugDescription)") }
            }
            return true
        }
    }
    @Test func `frames of WebSocket, SPDY and gRPC are read or refused`() throws {
        let spdy: [[UInt8]] = [
            [0x80, 3, 0, 6, 0, 0, 0, 4, 0, 0, 0, 1], [0, 0, 0, 1, 1, 0, 0, 3, 1, 2, 3],
            [0x80, 3, 0, 3, 0, 0, 0, 8, 0, 0, 0, 1, 0, 0, 0, 5],
            [0x80, 3, 0, 1, 0, 0, 0, 10, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0],
        ]
        let sockets: [[UInt8]] = [
            [0x81, 0x83, 1, 2, 3, 4, 0x60, 0x60, 0x60], [0x82, 3, 1, 2, 3], [0x88, 2, 3, 0xE8], [0x82, 126, 0, 4, 1, 2, 3, 4],
        ]
        var fuzzer = Fuzzer("frames", bytes: spdy + sockets + [[0, 0, 0, 0, 2, 8, 1], [1, 0, 0, 0, 0]])
        try fuzzer.run { input in
            for masked in [true, false] {
                var decoder = WebSocketDecoder(expectsMask: masked, limit: 4096)
                for piece in cut(input) {
                    decoder.append(piece)
                    while (try? decoder.next()).flatMap({ $0 }) != nil {}
                }
            }
            var (frames, messages) = (SPDYDecoder(), GRPCFraming(limit: 4096))
            for piece in cut(input) {
                frames.append(piece)
                while (try? frames.next()).flatMap({ $0 }) != nil {}
                messages.append(piece)
                while (try? messages.next()).flatMap({ $0 }) != nil {}
            }
            _ = try? Gzip.decompress(input, limit: 1 << 20)
            return true
        }
    }
    @Test func `gzip comes back`() throws {
        var fuzzer = Fuzzer("gzip", corpus: [DocumentFuzzTests.pod, "", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"])
        try fuzzer.run(times: 1500) { input in
            guard let packed = Gzip.compress(input), let again = try? Gzip.decompress(packed, limit: 1 << 20), again == input else {
                throw Fuzzer.Finding("it does not come back")
            }
            _ = try? Gzip.decompress(Array(packed.dropLast(3)), limit: 1 << 20)
            return true
        }
    }
    @Test func `protobuf is read or refused`() throws {
        func bytes(_ number: UInt8, _ content: [UInt8]) -> [UInt8] { [number << 3 | 2, UInt8(content.count)] + content }
        func document(_ apiVersion: String, _ kind: String, _ raw: [UInt8]) -> [UInt8] {
            [0x6b, 0x38, 0x73, 0] + bytes(1, bytes(1, Array(apiVersion.utf8)) + bytes(2, Array(kind.utf8))) + bytes(2, raw)
        }
        let metadata = bytes(
            1, bytes(1, Array("web".utf8)) + bytes(11, bytes(1, Array("app".utf8)) + bytes(2, Array("web".utf8))) + [0x38, 0])
        let container = bytes(2, bytes(1, Array("c".utf8)) + bytes(2, Array("i".utf8)) + bytes(6, [0x18, 80]))
        let corpus = [
            document("v1", "Pod", metadata + bytes(2, container)), document("apps/v1", "Deployment", metadata + bytes(2, [8, 3])),
            document("v1", "ConfigMap", metadata + bytes(2, bytes(1, [65]) + bytes(2, [66]))), document("v1", "Service", metadata),
            document("meta.k8s.io/v1", "DeleteOptions", [8, 0]),
        ]
        var fuzzer = Fuzzer("protobuf", bytes: corpus, dictionary: ["Pod", "Deployment", "apps/v1"])
        try fuzzer.run { input in (try? ProtobufDecoder.kubernetes.decode(input)) != nil }
    }
    @Test func `DNS messages are read or refused`() throws {
        let query: [UInt8] = [0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 3, 0x77, 0x77, 0x77, 2, 0x64, 0x65, 0, 0, 1, 0, 1]
        let answer: [UInt8] = [
            0x12, 0x34, 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0, 1, 0x61, 0, 0, 1, 0, 1, 0xC0, 12, 0, 1, 0, 1, 0, 0, 0, 9, 0, 4, 1, 2, 3, 4,
        ]
        var fuzzer = Fuzzer("dns", bytes: [query, answer])
        try fuzzer.run { input in (try? DNSDecoder.decode(input)) != nil }
    }

    // MARK: The log

    /// A log of one segment with a few records.
    private func log() async throws -> [UInt8] {
        let disk = SimulatedDisk(seed: 1)
        var configuration = LogConfiguration()
        (configuration.segmentBytes, configuration.frameBytes, configuration.isThreaded) = (32 << 10, 8 << 10, false)
        let store = try await Store.open(disk: disk, clock: ManualClock(), log: configuration)
        let realm = try await store.realm("one")
        for number in 0..<4 {
            let document = Encoded(document: ["metadata": ["name": .string("k\(number)")], "n": .int(Int64(number))])
            _ = try await realm.commit(Write("k\(number % 3)", .put(document), if: .none))
        }
        _ = try await realm.commit(Write("k1", .delete, if: .exists))
        let file = try disk.open("log-00000001", create: false)
        var bytes = [UInt8](repeating: 0, count: try file.size())
        try bytes.withUnsafeMutableBytes { buffer in _ = try Self.read(file, buffer) }
        return Array(bytes.prefix((bytes.lastIndex { $0 != 0 } ?? 0) + 1))
    }
    @Test func `a log of any bytes is read or refused, even with right checksums`() async throws {
        Log.level = .error
        var fuzzer = Fuzzer("log", bytes: [Array(try await log().prefix(8000))])
        try fuzzer.run(times: 1500) { input in
            var bytes = input
            if input.count % 2 == 0 { Self.mend(&bytes) }
            let disk = SimulatedDisk(seed: 1)
            let file = try disk.open("log-00000001", create: true)
            try Self.write(file, bytes)
            return (try? LogInspector.verify(disk)) != nil
        }
    }
    // Closures that throw typed errors through these calls crash the compiler.
    private static func read(_ file: any DiskFile, _ buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        try file.read(into: buffer, at: 0)
    }
    private static func write(_ file: any DiskFile, _ bytes: [UInt8]) throws {
        let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
        defer { copy.deallocate() }
        copy.copyBytes(from: bytes)
        try file.write(UnsafeRawBufferPointer(copy), at: 0)
    }
    /// Gives each frame the checksum of what it says.
    private static func mend(_ bytes: inout [UInt8]) {
        for start in stride(from: 0, to: bytes.count, by: LogFormat.blockBytes) {
            bytes.withUnsafeMutableBytes { buffer in
                let frame = UnsafeMutableRawBufferPointer(rebasing: buffer[start...])
                guard let header = FrameHeader(UnsafeRawBufferPointer(frame)), header.length <= frame.count else { return }
                let sum = LogFormat.checksum(UnsafeRawBufferPointer(rebasing: frame[..<header.length]))
                frame.storeBytes(of: sum.littleEndian, toByteOffset: 4, as: UInt32.self)
            }
        }
    }
}
