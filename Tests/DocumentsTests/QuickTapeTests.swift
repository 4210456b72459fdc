import Testing

@testable import Documents

/// The quick reader of programs' JSON against the careful one.
@Suite struct QuickTapeTests {
    private static func careful(_ bytes: [UInt8], _ limits: DocumentLimits) throws -> (tape: [UInt64], duplicates: [String], ascii: Bool) {
        var builder = TapeBuilder(limits: limits, expecting: bytes.count)
        try builder.read(bytes.span.bytes)
        return (builder.tape, builder.duplicates, builder.ascii)
    }
    private static func quick(_ bytes: [UInt8], _ limits: DocumentLimits) -> (tape: [UInt64], ascii: Bool)? {
        bytes.withUnsafeBufferPointer { QuickTape.read($0, limits: limits) }
    }
    private static let untrusted: DocumentLimits = {
        var limits = DocumentLimits()
        limits.allowsDuplicates = true
        return limits
    }()

    @Test func bothReadersMakeTheSameTape() throws {
        var (seeded, read) = (Seeded(7), 0)
        for round in 0..<4000 {
            let bytes = JSON.encode(Value.random(&seeded, depth: round % 6))
            let limits = round % 2 == 0 ? DocumentLimits.own : Self.untrusted
            let expected = try Self.careful(bytes, limits)
            guard let tape = Self.quick(bytes, limits) else { continue }
            read += 1
            #expect(tape.tape == expected.tape && tape.ascii == expected.ascii && expected.duplicates.isEmpty)
        }
        #expect(read > 2000)
    }

    @Test func whatTheQuickReaderTakesIsJSON() throws {
        var (seeded, taken) = (Seeded(8), 0)
        let letters = Array("{}[]\",:\\ 0-1.eEtrufalsn\u{1}a\n".utf8) + [0x80, 0xFF]
        for round in 0..<20_000 {
            var bytes = JSON.encode(Value.random(&seeded, depth: round % 5))
            for _ in 0...seeded.below(2) where !bytes.isEmpty {
                let place = seeded.below(bytes.count)
                switch seeded.below(3) {
                case 0: bytes[place] = letters[seeded.below(letters.count)]
                case 1: bytes.remove(at: place)
                default: bytes.insert(letters[seeded.below(letters.count)], at: place)
                }
            }
            let limits = round % 2 == 0 ? DocumentLimits.own : Self.untrusted
            guard let tape = Self.quick(bytes, limits) else { continue }
            taken += 1
            // Bytes beyond ASCII are looked at afterwards.
            guard tape.ascii || limits.trusts else { continue }
            let expected = try Self.careful(bytes, limits)
            #expect(tape.tape == expected.tape && tape.ascii == expected.ascii && expected.duplicates.isEmpty)
        }
        #expect(taken > 2000)
    }

    @Test(arguments: [
        #"{"a":1,"a":2}"#, #"{"k:{\"n\":1}":0,"b":0,"k:{\"n\":1}":0}"#, #"{"a":1, "b":2}"#, #"["\u0061"]"#, "01", "1e999", "",
    ])
    func leavesToTheCarefulReader(_ text: String) { #expect(Self.quick(Array(text.utf8), DocumentLimits()) == nil) }

    @Test func findsMembersByTheirText() throws {
        let root = try Document(Array(#"{"k:{\"n\":1}":1,"":2,"ab":3,"a":{"b":4},"é":5}"#.utf8)).root
        #expect(root[name: #"k:{"n":1}"#]?.int == 1)
        #expect(root[""]?.int == 2 && root["ab"]?.int == 3 && root["a"]?["b"]?.int == 4 && root[name: "é"]?.int == 5)
        #expect(root["b"] == nil && root["abc"] == nil && root["ab"]?["a"] == nil)
    }
}
