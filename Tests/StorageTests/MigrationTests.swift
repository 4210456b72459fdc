import Control
import Documents
import Testing

@testable import Storage

/// Stores that are copied into others.
@Suite struct MigrationTests {
    private func fill(_ store: Store) async throws {
        for name in ["cluster/a", "region/x", "empty"] { _ = try await store.realm(name) }
        for index in 0..<150 { try await store.realm("cluster/a").put("k/\(index)", "v\(index)") }
        for index in 0..<50 { try await store.realm("cluster/a").put("k/\(index)", "w\(index)") }
        try await store.realm("cluster/a").delete("k/7")
        let bare = Encoded(document: "no object, and so no revision")
        _ = try await store.realm("region/x").commit(Write("bare", .put(bare), if: .absent))
    }

    @Test(arguments: Bed.all) func `a copy has the same realms and the same documents`(bed: Bed) async throws {
        let source = Store.memory(clock: FixedClock())
        try await fill(source)
        try await bed.run { target in
            #expect(try await StoreMigration(from: source, to: target).run() == StoreMigration.Count(realms: 3, documents: 150))
            #expect(target.realmNames == source.realmNames)
            for name in source.realmNames {
                let (from, to) = (try await source.realm(name).snapshot(), try await target.realm(name).snapshot())
                #expect(from.range(prefix: "").map(\.key) == to.range(prefix: "").map(\.key))
                #expect(from.range(prefix: "").map(\.encoded.bytes) == to.range(prefix: "").map(\.encoded.bytes))
                for entry in to.range(prefix: "k/") {
                    #expect(entry.value["metadata"]["resourceVersion"] == .string("\(entry.revision)"))
                }
            }
            // And back again.
            let third = Store.memory(clock: FixedClock())
            #expect(try await StoreMigration(from: target, to: third).run() == StoreMigration.Count(realms: 3, documents: 150))
        }
    }

    @Test func `nothing is copied over what is there`() async throws {
        let (source, target) = (Store.memory(clock: FixedClock()), Store.memory(clock: FixedClock()))
        try await fill(source)
        try await target.realm("other").put("k")
        await #expect(throws: StoreMigration.Failure.notEmpty(realm: "other")) { try await StoreMigration(from: source, to: target).run() }
        #expect(target.realmNames == ["other"])
    }

    @Test func `a document that does not fit is named`() async throws {
        var limits = StoreLimits()
        limits.documentBytes = 200
        let (source, target) = (Store.memory(clock: FixedClock()), Store.memory(clock: FixedClock(), limits: limits))
        try await source.realm("r").put("large", String(repeating: "x", count: 500))
        let error = await #expect(throws: StoreMigration.Failure.self) { try await StoreMigration(from: source, to: target).run() }
        guard case .refused("r", "large", .tooLarge) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }
}
