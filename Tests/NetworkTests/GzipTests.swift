import Testing

@testable import Network

@Suite struct GzipTests {
    @Test(arguments: [0, 1, 1_000, 200_000]) func `what is packed unpacks again`(_ size: Int) throws {
        let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 / 7) }
        let packed = try #require(Gzip.compress(bytes))
        #expect(try Gzip.decompress(packed, limit: size) == bytes)
        #expect(size < 1_000 || packed.count < size / 2)
    }

    @Test func `pieces are packed as one member, whatever their sizes`() throws {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<5 {
            let slices = (0..<Int.random(in: 1...40, using: &random)).map { _ in
                (0..<Int.random(in: 0...30_000, using: &random)).map { _ in UInt8.random(in: 0...9, using: &random) }
            }
            let packed = Array(try #require(Gzip.compress(slices)).joined())
            #expect(try Gzip.decompress(packed, limit: 1 << 30) == Array(slices.joined()))
        }
    }

    @Test func `a bomb, a cut and a lie are refused`() throws {
        let packed = try #require(Gzip.compress([UInt8](repeating: 0, count: 10_000_000)))
        #expect(throws: HTTPError.bodyTooLarge(limit: 1_000_000)) { try Gzip.decompress(packed, limit: 1_000_000) }
        #expect(throws: HTTPError.self) { try Gzip.decompress(Array(packed.dropLast(5)), limit: 1 << 30) }
        #expect(throws: HTTPError.self) { try Gzip.decompress([1, 2, 3], limit: 10) }
    }
}
