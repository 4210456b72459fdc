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
        for entry in entries { cache.kept(entry) }
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
        let cache = TreeCache(bytes: 4 * entry(0).treeWeight)
        for number in 0..<100 { cache.kept(entry(number)) }
        #expect(cache.weight <= 4 * entry(0).treeWeight + 16)
        cache.clear()
        cache.kept(entry(1))
        #expect(cache.weight == entry(1).treeWeight)
    }
}
