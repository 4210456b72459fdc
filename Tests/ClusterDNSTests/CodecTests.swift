import Control
import Testing

@testable import ClusterDNS

@Suite struct CodecTests {
    @Test func aMessageComesBackAsItWentOut() throws {
        var message = DNSMessage(query: "web.default.svc.cluster.local.", .srv, id: 4711)
        (message.isResponse, message.isAuthoritative, message.udpSize) = (true, true, 1232)
        message.answers = [
            DNSRecord("web.default.svc.cluster.local.", .srv, ttl: 5, .service(priority: 0, weight: 100, port: 80, target: "a.b.")),
            DNSRecord("x.", .cname, ttl: 1, .name("web.default.svc.cluster.local.")),
            DNSRecord("x.", .txt, ttl: 1, .text(["1.1.0", ""])), DNSRecord("x.", DNSType(rawValue: 99), ttl: 1, .opaque([1, 2, 3])),
        ]
        message.authorities = [
            DNSRecord(
                "b.", .soa, ttl: 5,
                .authority(primary: "ns.b.", mailbox: "h.b.", serial: 7, refresh: 1, retry: 2, expire: 3, minimum: 4))
        ]
        message.additionals = [DNSRecord("a.b.", .a, ttl: 5, .address([10, 0, 0, 1]))]
        #expect(try DNSDecoder.decode(DNSEncoder.encode(message)) == message)
    }

    @Test func namesAreCompressed() {
        var message = DNSMessage(query: "web.default.svc.cluster.local.", .a, id: 1)
        message.answers = (0..<4).map { DNSRecord("web.default.svc.cluster.local.", .a, ttl: 5, .address([10, 0, 0, $0])) }
        #expect(DNSEncoder.encode(message).count == 12 + 31 + 4 + 4 * 16)
    }

    @Test func whatDoesNotFitIsLeftOutAndSaidSo() throws {
        var message = DNSMessage(query: "many.example.", .a, id: 1)
        message.answers = (0..<100).map { DNSRecord("many.example.", .a, ttl: 5, .address([10, 0, 0, $0])) }
        let bytes = DNSEncoder.encode(message, limit: 512)
        #expect(bytes.count <= 512)
        let read = try DNSDecoder.decode(bytes)
        #expect(read.isTruncated)
        #expect(read.answers.count == 30)
    }

    @Test func noBytesTrapTheDecoder() throws {
        let random = RandomSource(seed: 11)
        var message = DNSMessage(query: "web.default.svc.cluster.local.", .a, id: 1)
        message.answers = [DNSRecord("web.default.svc.cluster.local.", .cname, ttl: 5, .name("other.local."))]
        let whole = DNSEncoder.encode(message)
        var (read, refused) = (0, 0)
        for _ in 0..<5000 {
            var bytes = whole
            for _ in 0..<random.int(in: 1..<6) { bytes[random.int(in: 0..<bytes.count)] = UInt8(random.int(in: 0..<256)) }
            bytes.removeLast(random.int(in: 0..<8))
            do {
                let message = try DNSDecoder.decode(bytes)
                _ = DNSEncoder.encode(message)
                read += 1
            } catch { refused += 1 }
        }
        #expect(read > 0 && refused > 0)
    }

    @Test func pointersThatTurnInCirclesAreRefused() {
        let header: [UInt8] = [0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0]
        #expect(throws: DNSFormatError.badName) { try DNSDecoder.decode(header + [0xC0, 12, 0, 1, 0, 1]) }
        #expect(throws: DNSFormatError.self) { try DNSDecoder.decode(header + [0xC0, 40, 0, 1, 0, 1]) }
    }

    @Test func strangeBytesInNamesSurvive() throws {
        let header: [UInt8] = [0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0]
        let bytes = header + [4, 0x2E, 0x5C, 0xFF, 0x20, 0, 0, 1, 0, 1]
        let message = try DNSDecoder.decode(bytes)
        #expect(message.questions[0].name == "\\046\\092\\255\\032.")
        #expect(DNSEncoder.encode(message) == bytes)
    }
}
