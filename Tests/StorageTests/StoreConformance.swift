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
            let start = realm.head
            let entry = try await realm.put("a/1", "x")
            #expect(entry.revision > start && entry.created == entry.revision)
            #expect(realm.snapshot().get("a/1") === entry)
            #expect(entry.value["metadata"]["resourceVersion"] == .string("\(entry.revision)"))
            #expect(entry.value["text"] == "x")
            let next = try await realm.put("a/1", "y")
            #expect(next.revision > entry.revision && next.created == entry.revision)
            #expect(entry.value["text"] == "x")
            #expect(realm.head == next.revision && (store.isShared || next.revision == 2))
        }
    }

    @Test(arguments: Bed.all) func `preconditions are checked against the newest write`(bed: Bed) async throws {
        try await bed.run { store in
            let realm = try await store.realm("r")
            await #expect(throws: StorageError.absent(key: "k")) { try await realm.put("k", if: .exists) }
            await #expect(throws: StorageError.absent(key: "k")) { try await realm.put("k", if: .revision(4)) }
            await #expect(throws: StorageError.absent(key: "k")) { try await realm.delete("k") }
            let first = try await realm.put("k", if: .absent).revision
            await #expect(throws: StorageError.exists(key: "k")) { try await realm.put("k", if: .absent) }
            await #expect(throws: StorageError.conflict(key: "k", current: first)) { try await realm.put("k", if: .revision(first + 7)) }
            let second = try await realm.put("k", if: .revision(first)).revision
            await #expect(throws: StorageError.conflict(key: "k", current: second)) { try await realm.delete("k", if: .revision(first)) }
            let deleted = try await realm.delete("k", if: .revision(second))
            #expect(realm.head == deleted.revision)
            #expect(realm.snapshot().get("k") == nil)
            await #expect(throws: StorageError.absent(key: "k")) { try await realm.put("k", if: .revision(second)) }
            let again = try await realm.put("k", if: .absent)
            #expect(realm.snapshot().get("k")?.created == again.revision && again.created > deleted.revision)
        }
    }

    @Test(arguments: Bed.all) func `a write stands and falls with what it was decided upon`(bed: Bed) async throws {
        try await bed.run { store in
            let realm = try await store.realm("r")
            let first = try await realm.put("ground")
            func write(_ key: String, on entry: Entry) async throws(StorageError) -> Entry {
                try await realm.commit(Write(key, .put(document(key, "x")), if: .absent, given: Premise(entry)))
            }
            _ = try await write("a", on: first)
            let second = try await realm.put("ground")
            await #expect(throws: StorageError.lapsed(key: "ground")) { try await write("b", on: first) }
            await #expect(throws: StorageError.exists(key: "a")) { try await write("a", on: second) }
            try await realm.delete("ground")
            await #expect(throws: StorageError.lapsed(key: "ground")) { try await write("b", on: second) }
            #expect(realm.snapshot().get("a") != nil && realm.snapshot().get("b") == nil)
        }
    }

    @Test(arguments: Bed.all) func `a deletion gives the deleted document at the revision of the deletion`(bed: Bed) async throws {
        try await bed.run { store in
            let realm = try await store.realm("r")
            let first = try await realm.put("k", "v0")
            var last = first
            for index in 1...9 { last = try await realm.put("k", "v\(index)") }
            let deleted = try await realm.delete("k")
            #expect(deleted.revision > last.revision && deleted.created == first.revision)
            #expect(deleted.value["metadata"]["resourceVersion"] == .string("\(deleted.revision)"))
            #expect(deleted.value["text"] == "v9")
        }
    }

    @Test(arguments: Bed.all) func `a snapshot does not change`(bed: Bed) async throws {
        try await bed.run { store in
            let realm = try await store.realm("r")
            for index in 0..<200 { try await realm.put("k/\(index)") }
            let snapshot = realm.snapshot()
            for index in 0..<200 where index % 2 == 0 { try await realm.delete("k/\(index)") }
            #expect(snapshot.revision == snapshot.range(prefix: "").map(\.revision).max() && snapshot.count(prefix: "k/") == 200)
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
            let first = try await realm.put("a/1").revision
            try await realm.put("b/1")
            let inbox = Inbox()
            let watch = try realm.watch(prefix: "a/", after: first, sink: inbox.sink)
            let second = try await realm.put("a/1", "changed").revision
            try await realm.put("b/2")
            let third = try await realm.delete("a/1").revision
            await inbox.wait(for: 2)
            #expect(inbox.summary == ["+a/1@\(second)", "-a/1@\(third)"])
            #expect(inbox.all.map { $0.previous?.revision } == [first, second])
            watch.cancel()
            try await realm.put("a/9")
            #expect(inbox.all.count == 2)
        }
    }

    @Test(arguments: Bed.all) func `a watch resumes from the history`(bed: Bed) async throws {
        try await bed.run { store in
            let realm = try await store.realm("r")
            var revisions: [Revision] = []
            for index in 1...20 { revisions.append(try await realm.put("k/\(index % 5)").revision) }
            let inbox = Inbox()
            let watch = try realm.watch(prefix: "k/", after: revisions[11], sink: inbox.sink)
            revisions.append(try await realm.put("k/0").revision)
            await inbox.wait(for: 9)
            #expect(inbox.all.map(\.revision) == Array(revisions[12...]))
            watch.cancel()
        }
    }

    @Test(arguments: Bed.all) func `a watch after a revision to come waits for what follows it`(bed: Bed) async throws {
        try await bed.run { store in
            let realm = try await store.realm("r")
            let inbox = Inbox()
            let start = realm.head + 2
            let watch = try realm.watch(prefix: "", after: start, sink: inbox.sink)
            var revisions: [Revision] = []
            for index in 1...4 { revisions.append(try await realm.put("k\(index)").revision) }
            let later = revisions.filter { $0 > start }
            await inbox.wait(for: later.count)
            #expect(inbox.all.map(\.revision) == later && later.count >= 2)
            watch.cancel()
        }
    }

    @Test(arguments: Bed.all) func `history that is gone is compacted`(bed: Bed) async throws {
        var limits = StoreLimits()
        limits.historyEvents = 5
        try await bed.run(limits: limits) { store in
            let realm = try await store.realm("r")
            var revisions: [Revision] = []
            for index in 1...20 { revisions.append(try await realm.put("k\(index)").revision) }
            #expect(throws: StorageError.compacted(oldest: revisions[14])) {
                try realm.watch(prefix: "", after: revisions[13]) { _ in }
            }
            try realm.watch(prefix: "", after: revisions[14]) { _ in }.cancel()
        }
    }

    @Test(arguments: Bed.all) func `a document that is too large is refused`(bed: Bed) async throws {
        var limits = StoreLimits()
        limits.documentBytes = 100
        try await bed.run(limits: limits) { store in
            let realm = try await store.realm("r")
            let start = realm.head
            await #expect(throws: StorageError.self) { try await realm.put("k", String(repeating: "x", count: 100)) }
            #expect(realm.head == start)
        }
    }

    @Test(arguments: Bed.all) func `of many writers with the same precondition one wins`(bed: Bed) async throws {
        try await bed.run { store in
            let realm = try await store.realm("r")
            let inbox = Inbox()
            let start = realm.head
            let watch = try realm.watch(prefix: "", after: start, sink: inbox.sink)
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
            #expect(wins == 10 && realm.snapshot().count(prefix: "k/") == 10)
            await inbox.wait(for: 10)
            let revisions = inbox.all.map(\.revision)
            #expect(revisions.count == 10 && revisions == revisions.sorted() && revisions.last == realm.head)
            #expect(store.isShared || revisions == Array(1...10))
            watch.cancel()
        }
    }

    @Test(arguments: Bed.all) func `realms are apart, and a destroyed one begins anew`(bed: Bed) async throws {
        try await bed.run { store in
            let one = try await store.realm("one")
            let two = try await store.realm("two")
            let start = two.head
            try await one.put("k")
            #expect(two.head == start && two.snapshot().get("k") == nil)
            #expect(try await store.realm("one") === one)
            #expect(store.realmNames == ["one", "two"])
            try await store.destroy(realm: "one")
            try await store.destroy(realm: "never")
            #expect(store.realmNames == ["two"])
            await #expect(throws: StorageError.self) { try await one.put("k") }
            let again = try await store.realm("one")
            #expect((store.isShared || again.head == 0) && again.snapshot().get("k") == nil)
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
            let head = realm.head
            let watches = try (0..<3).map { _ in try realm.watch(prefix: "", after: head, sink: inbox.sink) }
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
