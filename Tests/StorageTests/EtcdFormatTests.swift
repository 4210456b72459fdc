import Control
import Documents
import Testing

@testable import Storage

/// How keys and values stand in etcd, and messages on the wire.
@Suite struct EtcdFormatTests {
    @Test func `keys are told apart and sorted below their prefixes`() {
        let keys = EtcdKeys(prefix: "/eyrie/")
        #expect(keys.place(keys.realm("region/us-west-2")[...]) == .realm(name: "region/us-west-2"))
        #expect(keys.place(keys.document(17, "pods/a//b/ü")[...]) == .document(realm: 17, key: "pods/a//b/ü"))
        #expect(keys.place(keys.deletion(17)[...]) == .deletion(realm: 17))
        #expect(keys.place(keys.leader("cluster/a")[...]) == .leader(realm: "cluster/a"))
        #expect(keys.place(keys.mark[...]) == .other && keys.place(Array("/eyrie/data/x/k".utf8)[...]) == .other)
        #expect(keys.doomedRealm(keys.doomed(17)[...]) == 17)
        #expect(EtcdKeys.end(Array("ab".utf8)) == Array("ac".utf8))
        #expect(EtcdKeys.end([1, 0xff, 0xff]) == [2] && EtcdKeys.end([0xff]) == [0])
    }

    @Test func `a value keeps the document, where its resource version goes, and whose it is`() throws {
        let id = WriteID(writer: 0xfedc_ba98_7654_3210, number: 42)
        for document in [
            document("a", "text"), Encoded(document: ["metadata": [:]]), Encoded(document: "bare"),
            Encoded(bytes: [], gap: nil, comma: false),
        ] {
            let bytes = [9] + EtcdValue(id: id, document: document).bytes
            let value = try #require(EtcdValue(bytes.dropFirst()))
            #expect(value.id == id && value.document.bytes == document.bytes)
            #expect(value.document.gap == document.gap && value.document.comma == document.comma)
        }
        #expect(EtcdValue(Array("{}".utf8)[...]) == nil && EtcdValue.id([]) == nil)
        // A gap behind the end.
        var bytes = EtcdValue(id: id, document: document("a")).bytes
        bytes[18] = 0x7f
        #expect(EtcdValue(bytes[...]) == nil)
    }

    /// The bytes follow from the definitions of the messages.
    @Test func `requests are as protobuf wants them`() {
        let compare = EtcdCompare(key: [0x6b], target: .modified, value: 0)
        #expect(compare.message == [0x10, 2, 0x1a, 1, 0x6b, 0x30, 0])
        let put = EtcdOperation.put(key: [0x6b], value: [0x76], lease: 300)
        #expect(put.message == [0x12, 9, 0x0a, 1, 0x6b, 0x12, 1, 0x76, 0x18, 0xac, 2])
        #expect(EtcdOperation.delete(key: [0x6b]).message == [0x1a, 3, 0x0a, 1, 0x6b])
        #expect(EtcdRangeRequest(key: [0x6b], end: [0x6c], limit: 1, revision: -1, keysOnly: true).message.count == 6 + 2 + 11 + 2)
        #expect(EtcdRequest.watch(key: [1], end: [2], from: 5) == [0x0a, 12, 0x0a, 1, 1, 0x12, 1, 2, 0x18, 5, 0x20, 1, 0x40, 1])
    }

    @Test func `an answer is read, unknown fields and all`() {
        let key: [UInt8] = [0x0a, 1, 0x6b, 0x10, 3, 0x18, 5, 0x20, 2, 0x2a, 1, 0x76, 0x7a, 1, 0]
        let range: [UInt8] = [0x0a, 2, 0x18, 7, 0x12, UInt8(key.count)] + key + [0x18, 1, 0x20, 9]
        let answer = EtcdRange(ProtoReader(range))
        #expect(answer.revision == 7 && answer.more && answer.keys.count == 1)
        #expect(answer.keys[0].created == 3 && answer.keys[0].modified == 5 && Array(answer.keys[0].value) == [0x76])
        let event: [UInt8] = [0x08, 1, 0x12, UInt8(key.count)] + key
        let watch = EtcdWatchAnswer([0x20, 1, 0x28, 8, 0x32, 1, 0x78, 0x38, 1, 0x5a, UInt8(event.count)] + event)
        #expect(watch.canceled && watch.compacted == 8 && watch.reason == "x" && watch.isFragment)
        #expect(watch.events.count == 1 && watch.events[0].isDeletion && watch.events[0].key.modified == 5)
    }

    @Test func `nonsense is read without harm`() {
        var random = Seeded(7)
        let good = EtcdTransaction(
            compares: [EtcdCompare(key: [1], target: .created, value: 5)], success: [.put(key: [1], value: [2])],
            failure: [.range(EtcdRangeRequest(key: [1]))]
        ).message
        for round in 0..<5000 {
            var bytes = good
            if round % 2 == 0 {
                bytes = (0..<Int.random(in: 0..<60, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
            }
            for _ in 0..<3 where !bytes.isEmpty {
                bytes[Int.random(in: bytes.indices, using: &random)] = .random(in: 0...255, using: &random)
            }
            _ = EtcdTransactionAnswer(ProtoReader(bytes))
            _ = EtcdRange(ProtoReader(bytes))
            _ = EtcdWatchAnswer(bytes)
            _ = EtcdLease(bytes)
            _ = EtcdStatus(bytes)
            if let value = EtcdValue(bytes[...]) { _ = value.document.spliced(at: 5) }
            _ = EtcdKeys(prefix: "/e/").place(bytes[...])
        }
    }
}
