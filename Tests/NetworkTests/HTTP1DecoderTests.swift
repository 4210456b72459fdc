import Testing

@testable import Network

@Suite struct HTTP1DecoderTests {
    /// What a stream of requests comes apart to, fed in pieces that end at `cuts`.
    private func decode(_ bytes: [UInt8], cuts: [Int]) throws -> [String] {
        var decoder = HTTP1Decoder(request: true, maxHead: 4_096, maxFields: 100)
        var (seen, body): ([String], [UInt8]) = ([], [])
        var start = 0
        for end in cuts + [bytes.count] {
            try Array(bytes[start..<end]).withUnsafeBytes { piece in
                var input = piece
                while let event = try decoder.next(&input) {
                    switch event {
                    case .head(let head):
                        seen.append("\(head.start) \(head.fields.map { "\($0.name):\($0.value)" })")
                        decoder.setFraming(try HTTP1Framing.request(head))
                    case .body(let bytes): body += bytes
                    case .end:
                        seen.append(String(decoding: body, as: UTF8.self))
                        body = []
                        decoder.reset()
                    }
                }
                #expect(input.isEmpty)
            }
            start = end
        }
        #expect(decoder.isBetweenMessages)
        return seen
    }

    private static let stream = Array(
        ("GET /a?b=c HTTP/1.1\r\nHost: x\r\nX-Long:  spaced value \t\r\n\r\n"
            + "\r\nPOST /b HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\n\r\nhello\r\nworl"
            + "PUT /c HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n00A; ext=\"q\"\r\n0123456789\r\n0\r\nT: 1\r\nU: 2\r\n\r\n"
            + "DELETE /d HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n").utf8)

    @Test func `however a stream is split, it comes apart the same way`() throws {
        let whole = try decode(Self.stream, cuts: [])
        #expect(whole.count == 8)
        #expect(whole[3] == "hello\r\nworl")
        #expect(whole[5] == "abc0123456789")
        #expect(try decode(Self.stream, cuts: Array(1..<Self.stream.count)) == whole)
        for cut in 1..<Self.stream.count { #expect(try decode(Self.stream, cuts: [cut]) == whole) }
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<300 {
            let cuts = Set(
                (0..<Int.random(in: 2...12, using: &generator)).map { _ in Int.random(in: 1..<Self.stream.count, using: &generator) })
            #expect(try decode(Self.stream, cuts: cuts.sorted()) == whole, "\(cuts.sorted())")
        }
    }

    @Test func `noise is refused or waited out, but never trusted or trapped on`() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<2_000 {
            var bytes = Self.stream
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
            }
            var decoder = HTTP1Decoder(request: true, maxHead: 4_096, maxFields: 100)
            var total = 0
            bytes.withUnsafeBytes { whole in
                var input = whole
                do {
                    while let event = try decoder.next(&input) {
                        switch event {
                        case .head(let head): decoder.setFraming(try HTTP1Framing.request(head))
                        case .body(let piece): total += piece.count
                        case .end: decoder.reset()
                        }
                    }
                } catch {}
            }
            #expect(total <= bytes.count)
        }
    }

    @Test func `a head is refused as soon as it is too large, in one piece or many`() {
        for step in [1, 100, 10_000] {
            var decoder = HTTP1Decoder(request: true, maxHead: 200, maxFields: 100)
            let bytes = Array(("GET / HTTP/1.1\r\nX: " + String(repeating: "y", count: 9_000)).utf8)
            var fed = 0
            #expect(throws: HTTP1Failure.self) {
                while fed < bytes.count {
                    let end = min(fed + step, bytes.count)
                    try Array(bytes[fed..<end]).withUnsafeBytes { piece in
                        var input = piece
                        _ = try decoder.next(&input)
                    }
                    fed = end
                }
            }
            #expect(fed <= 300)
        }
    }
}
