import CLinux
import Testing

@testable import Storage

@Suite struct IndexTests {
    private func entry(_ key: String, _ revision: Revision) -> Entry {
        Entry(key: key, revision: revision, created: revision, bytes: [], gap: nil, comma: false)
    }
    private func contents(_ index: Index) -> [String] {
        var keys: [String] = []
        index.scan(from: "") { entry in
            keys.append("\(entry.key)@\(entry.revision)")
            return true
        }
        return keys
    }

    @Test(arguments: [0, 1, 23, 24, 25, 577, 3000]) func `an index made of entries in order is as one that grew`(count: Int) {
        let keys = (0..<count).map { "k/\($0)" }.sorted()
        var made = Index(keys.enumerated().map { entry($1, Revision($0)) })
        var grown = Index(keys.enumerated().shuffled().map { entry($1, Revision($0)) })
        #expect(contents(made) == contents(grown) && made.count == count)
        for number in stride(from: 0, to: count, by: 2) {
            #expect(made.remove("k/\(number)")?.revision == grown.remove("k/\(number)")?.revision)
            _ = (made.put(entry("k/\(number)+", 1)), grown.put(entry("k/\(number)+", 1)))
        }
        #expect(contents(made) == contents(grown) && made.count == count)
    }

    @Test(arguments: 0..<8) func `the index agrees with a sorted dictionary, and copies stay as they were`(seed: UInt64) {
        var random = Seeded(seed)
        var index = Index()
        var model: [String: Revision] = [:]
        var copies: [(Index, [String: Revision])] = []
        func expected(_ model: [String: Revision]) -> [String] { model.sorted { $0.key < $1.key }.map { "\($0.key)@\($0.value)" } }
        for step in 0..<6000 {
            let span = step < 3000 ? 2000 : 200 + seed.hashValue % 7
            let key = "k/\(Int.random(in: 0..<max(1, abs(span)), using: &random))"
            if Int.random(in: 0..<100, using: &random) < (step < 3000 ? 25 : 65) {
                #expect(index.remove(key)?.revision == model.removeValue(forKey: key))
            } else {
                #expect(index.put(entry(key, Revision(step)))?.revision == model.updateValue(Revision(step), forKey: key))
            }
            if step % 1500 == 700 { copies.append((index, model)) }
            #expect(index.get(key)?.revision == model[key])
        }
        #expect(contents(index) == expected(model) && index.count == model.count)
        for (copy, model) in copies { #expect(contents(copy) == expected(model) && copy.count == model.count) }
        for prefix in ["", "k/", "k/1", "k/19", "k/199", "l", "a"] {
            let snapshot = Snapshot(revision: 0, index: index)
            let keys = model.keys.filter { $0.hasPrefix(prefix) }.sorted()
            #expect(snapshot.range(prefix: prefix).map(\.key) == keys)
            #expect(snapshot.count(prefix: prefix) == keys.count)
            if let middle = keys.dropFirst(keys.count / 2).first {
                #expect(snapshot.range(prefix: prefix, after: middle, limit: 7).map(\.key) == Array(keys.filter { $0 > middle }.prefix(7)))
                #expect(snapshot.count(prefix: prefix, after: middle) == keys.filter { $0 > middle }.count)
            }
        }
        for key in model.keys { #expect(index.remove(key) != nil) }
        #expect(index.count == 0 && contents(index).isEmpty)
    }

    @Test func `keys are ordered by their bytes`() {
        #expect("a".precedes("b") && !"b".precedes("a") && !"a".precedes("a") && "a".precedes("aa") && "".precedes("a"))
        #expect("z".precedes("\u{e9}") && "e\u{301}".precedes("f") && !"\u{e9}".matches("e\u{301}"))
        #expect("abc".begins(with: "ab") && "abc".begins(with: "") && !"ab".begins(with: "abc") && "\u{e9}".begins(with: "\u{e9}"))
    }

    @Test func `the checksum is CRC32C, by instruction and by table`() {
        let digits = Array("123456789".utf8)
        #expect(linux_crc32c(0, digits, 9) == 0xe306_9283 && linux_crc32c_table(0, digits, 9) == 0xe306_9283)
        let zeros = [UInt8](repeating: 0, count: 32)
        #expect(linux_crc32c(0, zeros, 32) == 0x8a91_36aa && linux_crc32c_table(0, zeros, 32) == 0x8a91_36aa)
        var random = Seeded(1)
        let bytes = (0..<1000).map { _ in UInt8.random(in: 0...255, using: &random) }
        for length in [0, 1, 7, 8, 9, 63, 999] {
            #expect(linux_crc32c(0, bytes, length) == linux_crc32c_table(0, bytes, length))
        }
    }
}
