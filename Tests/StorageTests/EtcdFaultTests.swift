import Control
import Documents
import Network
import Testing

@testable import Storage

/// Members of an etcd that die, stand still, forget or are not heard.
@Suite(.serialized, .enabled(if: !EtcdBinary.all.isEmpty, "no etcd is installed")) struct EtcdFaultTests {
    @Test(arguments: EtcdBinary.newest) func `a leader without etcd stops in time, and leads again when etcd is back`(binary: EtcdBinary)
        async throws
    {
        try await withEtcd(binary) { cluster in
            let store = try await cluster.store { ($0.leaseSeconds, $0.patience) = (1, .seconds(1)) }
            let turns = Notes<String>()
            let leading = Task { @Sendable in
                try await store.lead("r", as: "one") {
                    let isLast = turns.all.contains("killed")
                    turns.add("begin")
                    if isLast { return }
                    do { try await Task.sleep(for: .seconds(120)) } catch { turns.add("end") }
                }
            }
            // On a busy machine a lease of a second may be lost and found meanwhile.
            try await eventually { turns.all.last == "begin" }
            cluster.kill(0)
            try await eventually { turns.all.last == "end" }
            turns.add("killed")
            try cluster.start(0)
            try await leading.value
            #expect(turns.all.suffix(3) == ["end", "killed", "begin"])
            await store.close()
        }
    }

    @Test(arguments: EtcdBinary.newest) func `a killed etcd refuses writes in time, and all goes on when it is back`(binary: EtcdBinary)
        async throws
    {
        try await withEtcd(binary) { cluster in
            let store = try await cluster.store { $0.patience = .seconds(1) }
            let realm = try await store.realm("r")
            let inbox = Inbox()
            let watch = try realm.watch(prefix: "", after: realm.head, sink: inbox.sink)
            try await realm.put("before")
            cluster.kill(0)
            let start = ContinuousClock.now
            let refused = await #expect(throws: StorageError.self) { try await realm.put("during") }
            // Those who stand in line for a key wait no longer than one.
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<40 { group.addTask { await #expect(throws: StorageError.self) { try await realm.put("during") } } }
            }
            guard case .unavailable = refused else {
                Issue.record("\(String(describing: refused))")
                return
            }
            await #expect(throws: StorageError.self) { try await realm.current() }
            #expect(ContinuousClock.now - start < .seconds(30))
            #expect(realm.snapshot().get("before") != nil)
            try cluster.start(0)
            try await eventually { (try? await realm.put("after")) != nil }
            try await realm.current()
            #expect(realm.snapshot().get("after") != nil)
            await inbox.wait(for: 2)
            #expect(inbox.all.contains { $0.entry.key == "after" })
            watch.cancel()
            await store.close()
        }
    }

    @Test(arguments: EtcdBinary.newest) func `writes whose answers are lost are neither lost nor done twice`(binary: EtcdBinary)
        async throws
    {
        try await withEtcd(binary, members: 3) { cluster in
            let store = try await cluster.store()
            let realm = try await store.realm("r")
            let acknowledged = try await withThrowingTaskGroup(of: Int.self) { group in
                for writer in 0..<8 {
                    group.addTask {
                        for _ in 0..<40 { _ = try await increment(realm, "counter/\(writer)") }
                        return 40
                    }
                }
                group.addTask {
                    // Members die and come back one after the other while all that goes on.
                    for member in 0..<3 {
                        try await Task.sleep(for: .milliseconds(150))
                        cluster.kill(member)
                        try await Task.sleep(for: .milliseconds(150))
                        try cluster.start(member)
                        // The others can spare the next one only when this one is with them again.
                        try await cluster.wait(member)
                    }
                    return 0
                }
                return try await group.reduce(0, +)
            }
            try await realm.current()
            let counted = realm.snapshot().range(prefix: "counter/").compactMap { $0.value["text"].string.flatMap { Int($0) } }
            #expect(counted == Array(repeating: 40, count: 8) && acknowledged == 320)
            await store.close()
        }
    }

    @Test(arguments: EtcdBinary.newest) func `a write whose answer is lost is told as it went`(binary: EtcdBinary) async throws {
        try await withEtcd(binary) { cluster in
            let relay = try Relay(to: cluster.port(0))
            defer { relay.stop() }
            let direct = try await cluster.store()
            let store = try await cluster.store { $0.endpoints = ["http://127.0.0.1:\(relay.port)"] }
            let (realm, other) = (try await store.realm("r"), try await direct.realm("r"))
            let kept = try await realm.put("kept")
            try await realm.put("doomed")
            // Each write reaches etcd, its answer does not; afterwards somebody else writes over some of them.
            let writes: [(Write, over: Bool)] = [
                (Write("new", .put(document("new")), if: .absent), false), (Write("over", .put(document("over")), if: .absent), true),
                (Write("kept", .put(document("kept", "x")), if: .revision(kept.revision)), true),
                (Write("any", .put(document("any")), if: .none), false), (Write("doomed", .delete, if: .none), false),
            ]
            for (write, over) in writes {
                relay.deafen()
                let pending = Task { @Sendable in try await realm.commit(write) }
                let before = other.snapshot().get(write.key)?.revision
                try await eventually { other.snapshot().get(write.key)?.revision != before }
                let written = other.snapshot().get(write.key)
                if over { try await other.put(write.key, "over") }
                relay.cut(true)
                try await Task.sleep(for: .milliseconds(20))
                relay.cut(false)
                let entry = try await pending.value
                #expect(written == nil || entry.bytes == written?.bytes, "\(write.key)")
            }
            try await realm.current()
            #expect(realm.snapshot().range(prefix: "").map(\.bytes) == other.snapshot().range(prefix: "").map(\.bytes))
            await store.close()
            await direct.close()
        }
    }

    @Test(arguments: EtcdBinary.newest) func `a member that stands still is left for another`(binary: EtcdBinary) async throws {
        try await withEtcd(binary, members: 3) { cluster in
            let store = try await cluster.store()
            let realm = try await store.realm("r")
            let inbox = Inbox()
            let watch = try realm.watch(prefix: "", after: realm.head, sink: inbox.sink)
            try await realm.put("before")
            cluster.pause(0, true)
            try await realm.put("during")
            try await realm.current()
            await inbox.wait(for: 2)
            #expect(inbox.all.map(\.entry.key) == ["before", "during"])
            // Nor is it found again by those who begin while it stands still.
            let late = try await cluster.store()
            #expect(try await late.realm("r").snapshot().count(prefix: "") == 2)
            await late.close()
            cluster.pause(0, false)
            try await realm.put("after")
            watch.cancel()
            await store.close()
        }
    }

    @Test(arguments: EtcdBinary.newest) func `a store that missed compacted history tells its watches the differences`(binary: EtcdBinary)
        async throws
    {
        try await withEtcd(binary) { cluster in
            let relay = try Relay(to: cluster.port(0))
            defer { relay.stop() }
            let one = try await cluster.store()
            let two = try await cluster.store { $0.endpoints = ["http://127.0.0.1:\(relay.port)"] }
            let (here, there) = (try await one.realm("r"), try await two.realm("r"))
            for key in ["kept", "changed", "deleted", "anew"] { try await here.put(key) }
            try await there.current()
            let inbox = Inbox()
            let watch = try there.watch(prefix: "", after: there.head, sink: inbox.sink)
            let old = there.head
            relay.cut(true)
            try await here.put("changed", "now")
            try await here.delete("anew")
            try await here.put("anew", "again")
            try await here.put("short-lived")
            try await here.delete("short-lived")
            let deletion = try await here.delete("deleted")
            try await one.engine?.client.compact(to: deletion.revision, timeout: .seconds(1))
            relay.cut(false)
            try await there.current()
            await inbox.wait(for: 4)
            #expect(
                inbox.all.map { "\($0.kind) \($0.entry.key)" }.sorted() == ["delete anew", "delete deleted", "put anew", "put changed"])
            #expect(inbox.all.map(\.revision) == inbox.all.map(\.revision).sorted())
            #expect(there.snapshot().range(prefix: "").map(\.bytes) == here.snapshot().range(prefix: "").map(\.bytes))
            #expect(there.head == deletion.revision && there.head == here.head)
            #expect(throws: StorageError.compacted(oldest: there.head)) { try there.watch(prefix: "", after: old) { _ in } }
            watch.cancel()
            await one.close()
            await two.close()
        }
    }

    @Test(arguments: EtcdBinary.newest) func `history is compacted while writes and watches go on`(binary: EtcdBinary) async throws {
        try await withEtcd(binary) { cluster in
            let store = try await cluster.store { $0.compactionInterval = .milliseconds(50) }
            let realm = try await store.realm("r")
            let inbox = Inbox()
            let watch = try realm.watch(prefix: "", after: realm.head, sink: inbox.sink)
            for round in 0..<60 {
                try await realm.put("k/\(round % 3)", "\(round)")
                try await Task.sleep(for: .milliseconds(5))
            }
            await inbox.wait(for: 60)
            #expect(inbox.all.count == 60)
            let old = EtcdRangeRequest(key: [1], revision: 1)
            try await eventually {
                do throws(GRPCError) { _ = try await store.engine?.client.range(old, timeout: .seconds(1)) } catch {
                    return error.code == .outOfRange
                }
                return false
            }
            watch.cancel()
            await store.close()
        }
    }

    /// Waits until something is so, as long as the busiest machine may take.
    private func eventually(_ condition: () async throws -> Bool) async throws {
        let end = ContinuousClock.now + .seconds(60)
        while try await !condition() {
            try #require(ContinuousClock.now < end, "it never came")
            try await Task.sleep(for: .milliseconds(5))
        }
    }
}
