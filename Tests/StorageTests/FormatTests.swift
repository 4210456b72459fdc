import CLinux
import Control
import Testing

@testable import Storage

@Suite struct FormatTests {
    /// A frame of a catalogue, a realm and some documents.
    private func frame() -> [UInt8] {
        var builder = FrameBuilder(capacity: 4096)
        var catalogue = LogRecord(kind: .catalogue, realm: 2, revision: 1)
        catalogue.gap = 1
        builder.append(catalogue)
        builder.append(LogRecord(kind: .realm, realm: 1, revision: 7, created: 5, key: "r"))
        for number in 1...5 {
            let entry = Entry(key: "k/\(number)", revision: Revision(number), created: 1, document: document("k", "text"))
            builder.append(JournalRecord(kind: .put, entry: entry), realm: 1)
            builder.append(JournalRecord(kind: .delete, entry: entry.deleted(at: Revision(number + 10))), realm: 1)
        }
        return Array(builder.finish(segment: 1, number: 1))
    }

    @Test func `a record comes back as it was written`() throws {
        let bytes = frame()
        try bytes.withUnsafeBytes { bytes in
            let header = try #require(FrameHeader.valid(bytes))
            #expect(header.segment == 1 && header.number == 1 && header.records == 12 && bytes.count == LogFormat.blockBytes)
            var reader = FrameReader(UnsafeRawBufferPointer(rebasing: bytes[..<header.length]))
            let catalogue = try #require(try reader.next()).record
            #expect(catalogue.kind == .catalogue && catalogue.gap == 1 && catalogue.revision == 1)
            let realm = try #require(try reader.next()).record
            #expect(realm.kind == .realm && realm.key == "r" && realm.revision == 7 && realm.created == 5)
            let (put, document) = try #require(try reader.next())
            #expect(put.kind == .put && put.key == "k/1" && put.realm == 1 && put.comma)
            let expected = Entry(key: "k/1", revision: 1, created: 1, document: sample)
            #expect(Array(document) == expected.bytes && put.gap == expected.gap)
        }
    }
    private let sample = document("k", "text")

    @Test(arguments: 0..<200) func `a frame of nonsense with a right checksum is refused or read, never a crash`(seed: Int) async throws {
        var random = Seeded(UInt64(seed))
        var bytes = frame()
        let length = 32 + Int.random(in: 0..<700, using: &random)
        for _ in 0..<Int.random(in: 1...12, using: &random) {
            let position = Int.random(in: 8..<min(bytes.count, length), using: &random)
            bytes[position] = [0, 1, 0x7f, 0x80, 0xff, UInt8.random(in: 0...255, using: &random)].randomElement(using: &random) ?? 0
        }
        let header = bytes.withUnsafeBytes { FrameHeader($0) }
        if let header, header.length <= bytes.count {
            let checksum = bytes.withUnsafeBytes { linux_crc32c(0, $0.baseAddress?.advanced(by: 8), header.length - 8) }
            for index in 0..<4 { bytes[4 + index] = UInt8(truncatingIfNeeded: checksum >> (8 * index)) }
        }
        let disk = SimulatedDisk(seed: 1)
        let file = try disk.open("log-00000001", create: true)
        try bytes.withUnsafeBytes { try file.write($0, at: 0) }
        let store: Store
        do throws(LogError) { store = try await Store.open(disk: disk, clock: FixedClock(), log: .small) } catch { return }
        for name in store.realmNames {
            let realm = try await store.realm(name)
            for entry in realm.snapshot().range(prefix: "") { _ = try? await realm.delete(entry.key) }
        }
        await store.close()
    }
}
