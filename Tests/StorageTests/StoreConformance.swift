import Control
import Documents
import Synchronization
import Testing

@testable import Storage

/// What every store has to do, whatever its journal.
@Suite struct StoreConformance {
    @Test(arguments: Bed.all) func `a written document is read back with its resource version`(bed: Bed) async throws {
        try await bed.run { store in
            let realm = try await store.realm("r")
            let entry = try await realm.put("a/1", "x")
            #expect(entry.revision == 1 && entry.created == 1)
            #expect(realm.snapshot().get("a/1") === entry)
            #expect(entry.value["metadata"]["resourceVersion"] == "1")
            #expect(entry.value["text"] == "x")
            let next = try await realm.put("a/1", "y")
            #expect(next.revision == 2 && next.created == 1)
            #expect(entry.value["text"] == "x")
            #expect(realm.head == 2)
        }
    }

    @Test(arguments: Bed.all) func `preconditions are checked against the newest write`(bed: Bed) async throws {
        try await bed.run { store in
            let realm = try await store.realm("r")
            await #expect(throws: StorageError.absent(key: "k")) { try await realm.put("k", if: .exists) }
            await #expect(throws: StorageError.absent(key: "k")) { try await realm.put("k", if: .revision(4)) }
            await #expect(throws: StorageError.absent(key: "k")) { try await realm.delete("k") }
            try await realm.put("k", if: .absent)
            await #expect(throws: StorageError.exists(key: "k")) { try await realm.put("k", if: .absent) }
            await #expect(throws: StorageError.conflict(key: "k", current: 1)) { try await realm.put("k", if: .revision(7)) }
            try await realm.put("k", if: .revision(1))
            await #expect(throws: StorageError.conflict(key: "k", current: 2)) { try await realm.delete("k", if: .revision(1)) }
            try await realm.delete("k", if: .revision(2))
            #expect(realm.head == 3)
            #expect(realm.snapshot().get("k") == nil)
            try await realm.put("k", if: .absent)
            #expect(realm.snapshot().get("k")?.created == 4)
        }
    }

    @Test(arguments: Bed.all) func `a deletion gives the deleted document at the revision of the deletion`(bed: Bed) async throws {
        try await bed.run { store in
            let realm = try await store.realm("r")
            for index in 1...9 { try await realm.put("k", "v\(index)") }
            let deleted = try await realm.delete("k")
            #expect(deleted.revision == 10 && deleted.created == 1)
            #expect(deleted.value["metadata"]["resourceVersion"] == "10")
            #expect(deleted.value["text"] == "v9")
        }
    }

    @Test(arguments: Bed.all) func `a snapshot does not change`(bed: Bed) async throws {
        try await bed.run { store in
            let realm = try await store.realm("r")
            for index in 0..<200 { try await realm.put("k/\(index)") }
            let snapshot = realm.snapshot()
            for index in 0..<200 where index % 2 == 0 { try await realm.delete("k/\(index)") }
            #expect(snapshot.revision == 200 && snapshot.count(prefix: "k/") == 200)
            #expect(snapshot.range(prefix: "").count == 200)
            #expect(realm.snapshot().count(prefix: "") == 100)
        }
    }

    @Test(arguments: Bed.all) func `a page goes on behind its last key`(bed: Bed) async throws {
        try await bed.run { store in
            let realm = try await store.realm("r")
            for key in ["a/1", "b/1", "b/2", "b/3", "b0", "c"] { try await realm.put(key) }
            let snapshot = realm.snapshot()
            #expect(snapshot.range(prefix: "b/", limit: 2).map(\.key) == ["b/1", "b/2"])
            #expect(snapshot.range(prefix: "b/", after: "b/2", limit: 2).map(\.key) == ["b/3"])
            #expect(snapshot.range(prefix: "b/", after: "b/3").isEmpty)
            #expect(snapshot.range(prefix: "b/", after: "a").count == 3)
            #expect(snapshot.count(prefix: "b/", after: "b/1") == 2)
            #expect(snapshot.count(prefix: "b") == 4 && snapshot.count(prefix: "x") == 0)
        }
    }

    @Test(arguments: Bed.all) func `a watch gets every later change of its prefix in order`(bed: Bed) async throws {
        try await bed.run { store in
            let realm = try await store.realm("r")
            try await realm.put("a/1")
            try await realm.put("b/1")
            let inbox = Inbox()
            let watch = try realm.watch(prefix: "a/", after: 1, sink: inbox.sink)
            try await realm.put("a/1", "changed")
            try await realm.put("b/2")
            try await realm.delete("a/1")
            await inbox.wait(for: 2)
            #expect(inbox.summary == ["+a/1@3", "-a/1@5"])
            #expect(inbox.all.map { $0.previous?.revision } == [1, 3])
            watch.cancel()
            try await realm.put("a/9")
            #expect(inbox.all.count == 2)
        }
    }

    @Test(arguments: Bed.all) func `a watch resumes from the history`(bed: Bed) async throws {
        try await bed.run { store in
            let realm = try await store.realm("r")
            for index in 1...20 { try await realm.put("k/\(index % 5)") }
            let inbox = Inbox()
            let watch = try realm.watch(prefix: "k/", after: 12, sink: inbox.sink)
            try await realm.put("k/0")
            await inbox.wait(for: 9)
            #expect(inbox.all.map(\.revision) == Array(13...21))
            watch.cancel()
        }
    }

    @Test(arguments: Bed.all) func `a watch after a revision to come waits for what follows it`(bed: Bed) async throws {
        try await bed.run { store in
            let realm = try await store.realm("r")
            let inbox = Inbox()
            let watch = try realm.watch(prefix: "", after: 2, sink: inbox.sink)
            for index in 1...4 { try await realm.put("k\(index)") }
            await inbox.wait(for: 2)
            #expect(inbox.all.map(\.revision) == [3, 4])
            watch.cancel()
        }
    }

    @Test(arguments: Bed.all) func `history that is gone is compacted`(bed: Bed) async throws {
        var limits = StoreLimits()
        limits.historyEvents = 5
        try await bed.run(limits: limits) { store in
            let realm = try await store.realm("r")
            for index in 1...20 { try await realm.put("k\(index)") }
            #expect(throws: StorageError.compacted(oldest: 15)) { try realm.watch(prefix: "", after: 14) { _ in } }
            try realm.watch(prefix: "", after: 15) { _ in }.cancel()
        }
    }

    @Test(arguments: Bed.all) func `a document that is too large is refused`(bed: Bed) async throws {
        var limits = StoreLimits()
        limits.documentBytes = 100
        try await bed.run(limits: limits) { store in
            let realm = try await store.realm("r")
            await #expect(throws: StorageError.self) { try await realm.put("k", String(repeating: "x", count: 100)) }
            #expect(realm.head == 0)
        }
    }

    @Test(arguments: Bed.all) func `of many writers with the same precondition one wins`(bed: Bed) async throws {
        try await bed.run { store in
            let realm = try await store.realm("r")
            let inbox = Inbox()
            let watch = try realm.watch(prefix: "", after: 0, sink: inbox.sink)
            let wins = await withTaskGroup(of: Int.self) { group in
                for writer in 0..<40 {
                    group.addTask {
                        var wins = 0
                        for round in 0..<10 where (try? await realm.put("k/\(round)", "\(writer)", if: .absent)) != nil { wins += 1 }
                        return wins
                    }
                }
                return await group.reduce(0, +)
            }
            #expect(wins == 10 && realm.head == 10)
            await inbox.wait(for: 10)
            #expect(inbox.all.map(\.revision) == Array(1...10))
            watch.cancel()
        }
    }

    @Test(arguments: Bed.all) func `realms are apart, and a destroyed one begins anew`(bed: Bed) async throws {
        try await bed.run { store in
            let one = try await store.realm("one")
            let two = try await store.realm("two")
            try await one.put("k")
            #expect(two.head == 0 && two.snapshot().get("k") == nil)
            #expect(try await store.realm("one") === one)
            #expect(store.realmNames == ["one", "two"])
            try await store.destroy(realm: "one")
            try await store.destroy(realm: "never")
            #expect(store.realmNames == ["two"])
            await #expect(throws: StorageError.self) { try await one.put("k") }
            let again = try await store.realm("one")
            #expect(again.head == 0 && again.snapshot().get("k") == nil)
        }
    }

    @Test(arguments: Bed.all) func `a closed store refuses writes and serves reads`(bed: Bed) async throws {
        try await bed.run { store in
            let realm = try await store.realm("r")
            try await realm.put("k")
            await store.close()
            await #expect(throws: StorageError.unavailable("the store is closed")) { try await realm.put("k") }
            #expect(realm.snapshot().get("k") != nil)
        }
    }

    @Test(arguments: Bed.all) func `an event's frame is built once`(bed: Bed) async throws {
        try await bed.run { store in
            let realm = try await store.realm("r")
            let inbox = Inbox()
            let watches = try (0..<3).map { _ in try realm.watch(prefix: "", after: 0, sink: inbox.sink) }
            try await realm.put("k")
            await inbox.wait(for: 3)
            let built = Mutex(0)
            for event in inbox.all {
                _ = event.frame {
                    built.withLock { $0 += 1 }
                    return [1]
                }
            }
            #expect(built.withLock { $0 } == 1)
            for watch in watches { watch.cancel() }
        }
    }
}
