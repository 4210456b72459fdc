import Control
import Documents
import Testing

@testable import Storage

@Suite("Dumps") struct DumpTests {
    private func filled() async throws -> (store: Store, realm: Realm) {
        let store = Store.memory(clock: ManualClock())
        let realm = try await store.realm("cluster/one")
        for number in 0..<50 {
            let document: Value = ["metadata": ["name": .string("m\(number)")], "data": .string(String(repeating: "é", count: number * 7))]
            _ = try await realm.commit(Write("core/configmaps/a/m\(number)", .put(Encoded(document: document)), if: .absent))
        }
        _ = try await realm.commit(Write("eyrie/bare", .put(Encoded(bytes: Array("7".utf8), gap: nil, comma: false)), if: .none))
        return (store, realm)
    }
    private func dump(_ realm: Realm) -> [UInt8] {
        let snapshot = realm.snapshot()
        var writer = DumpWriter(["kind": "test"])
        writer.begin(realm: realm.name, birth: realm.birth, revision: snapshot.revision)
        snapshot.forEach(prefix: "") { writer.add($0) }
        writer.finish()
        return writer.take()
    }
    private func read(_ bytes: [UInt8], pieces: Int) throws -> [DumpReader.Item] {
        var reader = DumpReader()
        var items: [DumpReader.Item] = []
        for start in stride(from: 0, to: bytes.count, by: pieces) {
            reader.feed(Array(bytes[start..<min(start + pieces, bytes.count)]))
            while let item = try reader.next() { items.append(item) }
        }
        try reader.finish()
        return items
    }

    @Test("What is read is what was written, however it is cut into pieces", arguments: [1, 7, 100, 1 << 20])
    func roundTrip(pieces: Int) async throws {
        let (_, realm) = try await filled()
        let items = try read(dump(realm), pieces: pieces)
        let other = try await Store.memory(clock: ManualClock()).realm("other")
        var entries = 0
        for item in items {
            guard case .entry(let key, let document, _, let created) = item else { continue }
            entries += 1
            #expect(realm.snapshot().get(key)?.created == created)
            _ = try await other.commit(Write(key, .put(document), if: .absent))
            var (before, after) = (realm.snapshot().get(key)?.value ?? .null, other.snapshot().get(key)?.value ?? .null)
            #expect(!before.isNull)
            if before.object != nil { (before["metadata"]["resourceVersion"], after["metadata"]["resourceVersion"]) = (.null, .null) }
            #expect(before == after)
        }
        #expect(entries == 51)
        guard case .header(let header)? = items.first, case .realm(let name, let birth, let revision) = items[1], case .end? = items.last
        else {
            Issue.record("the dump's frames are not in order")
            return
        }
        #expect(header["kind"] == "test" && name == "cluster/one" && birth == realm.birth && revision == realm.head)
    }

    @Test("Every changed byte and every missing end is noticed") func damage() async throws {
        let (_, realm) = try await filled()
        let whole = dump(realm)
        for position in stride(from: 0, to: whole.count, by: 13) {
            var bytes = whole
            bytes[position] ^= 0x40
            #expect(throws: DumpError.self) { try read(bytes, pieces: 4096) }
        }
        for length in stride(from: 0, to: whole.count, by: 97) {
            #expect(throws: DumpError.self) { try read(Array(whole[..<length]), pieces: 4096) }
        }
        #expect(throws: DumpError.self) { try read(whole + [0], pieces: 4096) }
        #expect(throws: DumpError.notADump) { try read(Array("not a dump at all".utf8), pieces: 4096) }
    }
}
