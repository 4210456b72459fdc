import Control
import Testing

@testable import Storage

/// Snapshots of the past, which continue tokens name.
@Suite struct PastTests {
    /// Writes and deletes at random, and tells what stood below a prefix at each revision.
    private func work(_ realm: Realm, steps: Int, seed: UInt64, note: (Snapshot) -> Void) async throws {
        var random = Seeded(seed)
        for step in 0..<steps {
            let key = "\(["core/a", "core/b"].randomElement(using: &random) ?? "")/\(Int.random(in: 0..<12, using: &random))"
            if realm.get(key) != nil, Int.random(in: 0..<3, using: &random) == 0 {
                try await realm.delete(key)
            } else {
                try await realm.put(key, "\(step)")
            }
            note(realm.snapshot())
        }
    }
    private func texts(_ snapshot: Snapshot, _ prefix: String) -> [String] {
        snapshot.range(prefix: prefix).map { "\($0.key)@\($0.revision) \($0.created)" }
    }

    @Test(arguments: [1, 2, 3] as [UInt64]) func `every revision that the history reaches comes back as it was, and no other`(seed: UInt64)
        async throws
    {
        var limits = StoreLimits()
        limits.historyEvents = 40
        let realm = try await Store.memory(clock: FixedClock(), limits: limits).realm("r")
        var taken: [Snapshot] = []
        try await work(realm, steps: 150, seed: seed) { taken.append($0) }
        var (found, gone) = (0, 0)
        for snapshot in taken {
            for prefix in ["core/a/", "core/b/"] {
                do throws(StorageError) {
                    let past = try await realm.snapshot(at: snapshot.revision, prefix: prefix)
                    #expect(past.revision == snapshot.revision && texts(past, prefix) == texts(snapshot, prefix))
                    found += 1
                } catch {
                    guard case .compacted = error else { throw error }
                    gone += 1
                }
            }
        }
        #expect(found >= 80 && gone > 50)
        await #expect(throws: StorageError.compacted(oldest: realm.head)) {
            try await realm.snapshot(at: realm.head + 1, prefix: "core/a/")
        }
    }

    @Test(arguments: [5, 6] as [UInt64]) func `after a restart the past of what has not changed since is there, and nothing else`(
        seed: UInt64
    )
        async throws
    {
        let disk = SimulatedDisk(seed: seed)
        let store = try await Store.open(disk: disk, clock: FixedClock(), log: .small)
        let realm = try await store.realm("r")
        var taken: [Snapshot] = []
        try await work(realm, steps: 30, seed: seed) { taken.append($0) }
        let quiet = realm.head
        // So much that segments are used again, with the deletions in them.
        for round in 0..<1500 { try await realm.put("core/busy/\(round % 7)", String(repeating: "y", count: 500)) }
        let busy = realm.head
        try await realm.put("core/a/last")
        let end = realm.snapshot()
        await store.close()
        let again = try await Store.open(disk: disk, clock: FixedClock(), log: .small)
        let restored = try await again.realm("r")
        let b = try await restored.snapshot(at: busy, prefix: "core/b/")
        #expect(texts(b, "core/b/") == texts(end, "core/b/") && b.revision == busy)
        for (revision, prefix) in [(busy, "core/a/"), (busy - 1, "core/busy/"), (quiet - 25, "core/b/")] {
            await #expect(throws: StorageError.self) { try await restored.snapshot(at: revision, prefix: prefix) }
        }
        // A watch of a kind that is quiet resumes.
        let inbox = Inbox()
        let watch = try restored.watch(prefix: "core/b/", after: busy, sink: inbox.sink)
        try await restored.put("core/b/new")
        await inbox.wait(for: 1)
        #expect(inbox.all.map(\.entry.key) == ["core/b/new"])
        watch.cancel()
        await again.close()
    }

    @Test func `a handle that came later has the past from the store itself, until that is compacted`() async throws {
        let memory = SharedMemory(clock: FixedClock())
        let (one, _) = memory.connect()
        let realm = try await one.realm("r")
        var taken: [Snapshot] = []
        try await work(realm, steps: 60, seed: 4) { taken.append($0) }
        let (two, link) = memory.connect()
        let late = try await two.realm("r")
        for snapshot in taken {
            let past = try await late.snapshot(at: snapshot.revision, prefix: "core/a/")
            #expect(texts(past, "core/a/") == texts(snapshot, "core/a/"))
        }
        link.cut()
        await #expect(throws: StorageError.unavailable("the store does not answer")) {
            try await late.snapshot(at: taken[0].revision, prefix: "core/a/")
        }
        link.heal()
        memory.compact(to: taken[30].revision)
        let rest = try await late.snapshot(at: taken[30].revision, prefix: "core/b/")
        #expect(texts(rest, "core/b/") == texts(taken[30], "core/b/"))
        await #expect(throws: StorageError.compacted(oldest: taken[30].revision)) {
            try await late.snapshot(at: taken[29].revision, prefix: "core/b/")
        }
    }

    @Test(.enabled(if: !EtcdBinary.all.isEmpty, "no etcd is installed"), arguments: EtcdBinary.newest)
    func `the past comes out of etcd where the process was not there`(binary: EtcdBinary) async throws {
        try await withEtcd(binary) { cluster in
            let one = try await cluster.store()
            let realm = try await one.realm("r")
            for index in 0..<1005 { try await realm.put("core/a/\(10000 + index)") }
            let old = realm.snapshot()
            for index in stride(from: 0, to: 1005, by: 100) { try await realm.delete("core/a/\(10000 + index)") }
            try await realm.put("core/a/new")
            let two = try await cluster.store()
            let late = try await two.realm("r")
            let past = try await late.snapshot(at: old.revision, prefix: "core/a/")
            #expect(texts(past, "core/a/") == texts(old, "core/a/") && past.count(prefix: "core/a/") == 1005)
            try await one.engine?.client.compact(to: realm.head, timeout: .seconds(1))
            await #expect(throws: StorageError.compacted(oldest: old.revision + 1)) {
                try await late.snapshot(at: old.revision, prefix: "core/a/")
            }
            for store in [one, two] { await store.close() }
        }
    }
}
