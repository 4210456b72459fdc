import Documents
import Testing

@testable import Storage

/// The cache of decoded trees: what it gives back, and that what was given back is decoded again.
@Suite struct TreeCacheTests {
    /// An entry as a store makes it.
    private func entry(_ number: Int) -> Entry {
        Entry(
            key: "pods/\(number)", revision: Revision(number + 1), created: 1, bytes: Array(#"{"metadata":{"name":"p\#(number)"}}"#.utf8),
            gap: nil, comma: false)
    }

    @Test func clearForgetsEveryTreeAndLetsGoOfItsEntry() {
        let cache = TreeCache(bytes: 1 << 20)
        var entries = (0..<700).map(entry)
        for entry in entries { keep(entry, in: cache) }
        #expect(cache.weight == entries.reduce(0) { $0 + $1.treeWeight })
        weak let first = entries.first
        entries = []
        #expect(first != nil)
        cache.clear()
        #expect(cache.weight == 0 && first == nil)
    }
    @Test func aTreeThatWasForgottenIsDecodedAgain() {
        let entry = entry(1)
        let (tree, tape) = (entry.value, entry.document)
        TreeCache.shared.clear()
        #expect(entry.document !== tape && entry.value == tree)
        #expect(entry.value["metadata"]["name"] == "p1")
    }
    @Test func whatIsReadAgainCountsAgain() {
        let one = entry(0)
        let cache = TreeCache(bytes: 4 * (one.bytes.count + 512))
        for number in 0..<100 { keep(entry(number), in: cache) }
        #expect(cache.weight <= 4 * (one.bytes.count + 512) + 16)
        cache.clear()
        keep(one, in: cache)
        #expect(cache.weight == one.treeWeight)
    }
    @Test func aTreeWeighsMoreThanATape() {
        let entry = entry(1)
        #expect(entry.treeWeight == 0)
        _ = entry.document
        let tape = entry.treeWeight
        #expect(tape >= entry.bytes.count)
        _ = entry.document
        #expect(entry.treeWeight == tape)
        _ = entry.value
        #expect(entry.treeWeight == tape + 2 * entry.bytes.count)
        #expect(entry.forgetTree() == tape + 2 * entry.bytes.count && entry.treeWeight == 0)
    }

    /// Reads an entry's tape and counts it.
    private func keep(_ entry: Entry, in cache: TreeCache) { cache.kept(entry, entry.readTape().growth) }
}
