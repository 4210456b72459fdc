import Control
import Documents
import Network
import Testing

@testable import Storage

/// Stores of several processes, or as good as that, on one etcd; members that die, stand still or forget.
@Suite(.serialized, .enabled(if: !EtcdBinary.all.isEmpty, "no etcd is installed")) struct EtcdTests {
    private static let newest = EtcdBinary.all.suffix(1)

    private func store(_ cluster: EtcdCluster, _ change: (inout EtcdConfiguration) -> Void = { _ in }) async throws -> Store {
        var configuration = cluster.configuration()
        change(&configuration)
        return try await .etcd(configuration, clock: SystemClock())
    }

    @Test(arguments: EtcdBinary.all) func `what one store writes another has, watches and revisions alike`(binary: EtcdBinary) async throws
    {
        try await withEtcd(binary, secure: true) { cluster in
            let (one, two) = (try await store(cluster), try await store(cluster))
            #expect(one.isShared)
            let (here, there) = (try await one.realm("cluster/a"), try await two.realm("cluster/a"))
            #expect(here.birth == there.birth && here.head == there.head)
            let inbox = Inbox()
            let watch = try there.watch(prefix: "", after: there.head, sink: inbox.sink)
            let first = try await here.put("k/1", "x")
            try await there.current()
            #expect(there.snapshot().get("k/1")?.bytes == first.bytes)
            #expect(first.value["metadata"]["resourceVersion"] == .string("\(first.revision)"))
            let second = try await there.put("k/1", "y", if: .revision(first.revision))
            await #expect(throws: StorageError.conflict(key: "k/1", current: second.revision)) {
                try await here.put("k/1", "z", if: .revision(first.revision))
            }
            #expect(here.snapshot().get("k/1")?.revision == second.revision)
            let gone = try await here.delete("k/1")
            #expect(gone.revision > second.revision && gone.created == first.created && gone.value["text"] == "y")
            await inbox.wait(for: 3)
            #expect(inbox.summary == ["+k/1@\(first.revision)", "+k/1@\(second.revision)", "-k/1@\(gone.revision)"])
            watch.cancel()
            // A third begins with what is there, at the same revision.
            let three = try await store(cluster)
            #expect(three.realmNames == ["cluster/a"])
            let again = try await three.realm("cluster/a")
            #expect(again.head == gone.revision && again.snapshot().count(prefix: "") == 0)
            for store in [one, two, three] { await store.close() }
        }
    }

    @Test(arguments: newest) func `realms that one store makes and destroys come and go in the other`(binary: EtcdBinary) async throws {
        try await withEtcd(binary) { cluster in
            let (one, two) = (try await store(cluster), try await store(cluster))
            let told = Notes<[String]>()
            let watch = two.watchRealms { told.add($0) }
            let realm = try await one.realm("a")
            for index in 0..<5 { try await realm.put("k\(index)") }
            try await realm.current()
            let mirror = try await two.realm("a")
            try await mirror.current()
            #expect(mirror.snapshot().count(prefix: "") == 5)
            try await one.destroy(realm: "a")
            for _ in 0..<2000 where told.all.last != [] { try await Task.sleep(for: .milliseconds(1)) }
            #expect(told.all.filter { $0 != [] } == [["a"]] && told.all.last == [])
            await #expect(throws: StorageError.unavailable("the realm a is destroyed")) { try await mirror.put("k") }
            let fresh = try await two.realm("a")
            #expect(fresh.snapshot().count(prefix: "") == 0)
            watch.cancel()
            await one.close()
            await two.close()
        }
    }

    @Test(arguments: newest) func `writers of two stores lose no update`(binary: EtcdBinary) async throws {
        try await withEtcd(binary) { cluster in
            let stores = [try await store(cluster), try await store(cluster)]
            let total = try await withThrowingTaskGroup(of: Int.self) { group in
                for writer in 0..<8 {
                    group.addTask {
                        let realm = try await stores[writer % 2].realm("r")
                        var conflicts = 0
                        for _ in 0..<20 { conflicts += try await increment(realm, "counter") }
                        return conflicts
                    }
                }
                return try await group.reduce(0, +)
            }
            let realm = try await stores[0].realm("r")
            try await realm.current()
            #expect(realm.snapshot().get("counter")?.value["text"] == "160")
            #expect(total > 0, "nobody met anybody")
            for store in stores { await store.close() }
        }
    }

    @Test(arguments: newest) func `a leader whose leadership is lost is fenced, and another follows`(binary: EtcdBinary) async throws {
        try await withEtcd(binary) { cluster in
            let (one, two) = (try await store(cluster) { $0.leaseSeconds = 2 }, try await store(cluster) { $0.leaseSeconds = 2 })
            let realm = try await one.realm("r")
            let fences = Notes<Fence>()
            let turns = Notes<String>()
            let first = Task { @Sendable in
                try await one.lead("r", as: "one") {
                    if let fence = Fence.current { fences.add(fence) }
                    turns.add("one")
                    try await realm.put("by", "one")
                    try await Task.sleep(for: .seconds(60))
                }
            }
            for _ in 0..<5000 where realm.snapshot().get("by") == nil { try await Task.sleep(for: .milliseconds(1)) }
            #expect(await one.leader(of: "r") == "one")
            let second = Task { @Sendable in
                try await two.lead("r", as: "two") {
                    turns.add("two")
                    try await two.realm("r").put("by", "two")
                }
            }
            try await Task.sleep(for: .milliseconds(100))
            #expect(turns.all == ["one"])
            first.cancel()
            await #expect(throws: CancellationError.self) { try await first.value }
            try await second.value
            #expect(turns.all == ["one", "two"])
            // The first writes on under its old fence, as one would that has not noticed yet.
            let stale = try #require(fences.all.first)
            await #expect(throws: StorageError.fenced(realm: "r")) {
                try await Fence.$current.withValue(stale) { () async throws in try await realm.put("by", "one again") }
            }
            try await realm.current()
            #expect(realm.snapshot().get("by")?.value["text"] == "two")
            await one.close()
            await two.close()
        }
    }

    @Test(arguments: newest) func `a process that dies leads no longer than its lease`(binary: EtcdBinary) async throws {
        try await withEtcd(binary) { cluster in
            let (one, two) = (try await store(cluster) { $0.leaseSeconds = 1 }, try await store(cluster) { $0.leaseSeconds = 1 })
            let leads = Notes<Bool>()
            let first = Task { @Sendable in
                try await one.lead("r", as: "one") {
                    leads.add(true)
                    try await Task.sleep(for: .seconds(60))
                }
            }
            for _ in 0..<5000 where leads.all.isEmpty { try await Task.sleep(for: .milliseconds(1)) }
            one.engine?.client.close()
            let start = ContinuousClock.now
            try await two.lead("r", as: "two") {}
            #expect(ContinuousClock.now - start < .seconds(8))
            first.cancel()
            _ = await first.result
            await one.close()
            await two.close()
        }
    }

    @Test(arguments: newest) func `a leader without etcd stops in time, and leads again when etcd is back`(binary: EtcdBinary) async throws
    {
        try await withEtcd(binary) { cluster in
            let store = try await store(cluster) { ($0.leaseSeconds, $0.patience) = (1, .seconds(1)) }
            let turns = Notes<String>()
            let leading = Task { @Sendable in
                try await store.lead("r", as: "one") {
                    let turn = turns.all.count
                    turns.add("begin")
                    if turn > 0 { return }
                    do { try await Task.sleep(for: .seconds(60)) } catch { turns.add("end") }
                }
            }
            for _ in 0..<5000 where turns.all.isEmpty { try await Task.sleep(for: .milliseconds(1)) }
            cluster.kill(0)
            for _ in 0..<5000 where turns.all.count < 2 { try await Task.sleep(for: .milliseconds(1)) }
            #expect(turns.all == ["begin", "end"])
            try cluster.start(0)
            try await leading.value
            #expect(turns.all == ["begin", "end", "begin"])
            await store.close()
        }
    }

    @Test(arguments: newest) func `a killed etcd refuses writes in time, and all goes on when it is back`(binary: EtcdBinary) async throws {
        try await withEtcd(binary) { cluster in
            let store = try await store(cluster) { $0.patience = .seconds(1) }
            let realm = try await store.realm("r")
            let inbox = Inbox()
            let watch = try realm.watch(prefix: "", after: realm.head, sink: inbox.sink)
            try await realm.put("before")
            cluster.kill(0)
            let start = ContinuousClock.now
            let refused = await #expect(throws: StorageError.self) { try await realm.put("during") }
            // Those who stand in line for a key wait no longer than one.
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<6 { group.addTask { await #expect(throws: StorageError.self) { try await realm.put("during") } } }
            }
            guard case .unavailable = refused else {
                Issue.record("\(String(describing: refused))")
                return
            }
            await #expect(throws: StorageError.self) { try await realm.current() }
            #expect(ContinuousClock.now - start < .seconds(8))
            #expect(realm.snapshot().get("before") != nil)
            try cluster.start(0)
            for _ in 0..<400 {
                if (try? await realm.put("after")) != nil { break }
            }
            try await realm.current()
            #expect(realm.snapshot().get("after") != nil)
            await inbox.wait(for: 2)
            #expect(inbox.all.contains { $0.entry.key == "after" })
            watch.cancel()
            await store.close()
        }
    }

    @Test(arguments: newest) func `writes whose answers are lost are neither lost nor done twice`(binary: EtcdBinary) async throws {
        try await withEtcd(binary, members: 3) { cluster in
            let store = try await store(cluster)
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
                        try await Task.sleep(for: .milliseconds(700))
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

    @Test(arguments: newest) func `a write whose answer is lost is told as it went`(binary: EtcdBinary) async throws {
        try await withEtcd(binary) { cluster in
            let relay = try Relay(to: cluster.port(0))
            defer { relay.stop() }
            let direct = try await store(cluster)
            let store = try await store(cluster) { $0.endpoints = ["http://127.0.0.1:\(relay.port)"] }
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
                for _ in 0..<3000 where other.snapshot().get(write.key)?.revision == before { try await Task.sleep(for: .milliseconds(1)) }
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

    @Test(arguments: newest) func `a member that stands still is left for another`(binary: EtcdBinary) async throws {
        try await withEtcd(binary, members: 3) { cluster in
            let store = try await store(cluster)
            let realm = try await store.realm("r")
            let inbox = Inbox()
            let watch = try realm.watch(prefix: "", after: realm.head, sink: inbox.sink)
            try await realm.put("before")
            cluster.pause(0, true)
            try await realm.put("during")
            try await realm.current()
            await inbox.wait(for: 2)
            #expect(inbox.all.map(\.entry.key) == ["before", "during"])
            cluster.pause(0, false)
            try await realm.put("after")
            watch.cancel()
            await store.close()
        }
    }

    @Test(arguments: newest) func `a store that missed compacted history tells its watches the differences`(binary: EtcdBinary) async throws
    {
        try await withEtcd(binary) { cluster in
            let relay = try Relay(to: cluster.port(0))
            defer { relay.stop() }
            let one = try await store(cluster)
            let two = try await store(cluster) { $0.endpoints = ["http://127.0.0.1:\(relay.port)"] }
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

    @Test(arguments: newest) func `history is compacted while writes and watches go on`(binary: EtcdBinary) async throws {
        try await withEtcd(binary) { cluster in
            let store = try await store(cluster) { $0.compactionInterval = .milliseconds(50) }
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
            let error = await #expect(throws: GRPCError.self) { _ = try await store.engine?.client.range(old, timeout: .seconds(1)) }
            #expect(error?.code == .outOfRange)
            watch.cancel()
            await store.close()
        }
    }

    @Test(arguments: newest) func `a document beyond etcd's limit is too large`(binary: EtcdBinary) async throws {
        try await withEtcd(binary) { cluster in
            let store = try await store(cluster)
            let realm = try await store.realm("r")
            for size in [1_700_000, 2_500_000] {
                let error = await #expect(throws: StorageError.self) { try await realm.put("k", String(repeating: "x", count: size)) }
                guard case .tooLarge(let bytes, _) = error else {
                    Issue.record("\(String(describing: error))")
                    return
                }
                #expect(bytes > size)
            }
            try await realm.put("k", String(repeating: "x", count: 1_000_000))
            await store.close()
        }
    }

    @Test(arguments: newest) func `an etcd that is shared with others is as current as one's own`(binary: EtcdBinary) async throws {
        try await withEtcd(binary) { cluster in
            let (one, other) = (try await store(cluster), try await store(cluster) { $0.prefix = "/other/" })
            let (realm, foreign) = (try await one.realm("r"), try await other.realm("r"))
            let written = try await foreign.put("k")
            try await realm.current()
            #expect(realm.snapshot().get("k") == nil && realm.head < written.revision)
            #expect(one.realmNames == ["r"])
            await one.close()
            await other.close()
        }
    }

    @Test(arguments: newest) func `an etcd that is not there, or trusts another, is an error that says so`(binary: EtcdBinary) async throws
    {
        var nowhere = EtcdConfiguration(endpoints: ["http://127.0.0.1:1"])
        nowhere.patience = .milliseconds(300)
        await #expect(throws: StorageError.self) { try await Store.etcd(nowhere, clock: SystemClock()) }
        try await withEtcd(binary, secure: true) { cluster in
            var configuration = cluster.configuration()
            configuration.patience = .milliseconds(300)
            configuration.authorityPEM = try EtcdCertificates(now: 1_700_000_000).authority
            let error = await #expect(throws: StorageError.self) { try await Store.etcd(configuration, clock: SystemClock()) }
            guard case .unavailable(let reason) = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(reason.contains("certificate") || reason.contains("signature"), "\(reason)")
        }
    }
}

/// Adds one to a number in a document, as often as it takes; tells how often somebody else was faster.
private func increment(_ realm: Realm, _ key: String) async throws -> Int {
    var conflicts = 0
    while true {
        let entry = realm.snapshot().get(key)
        let number = entry?.value["text"].string.flatMap { Int($0) } ?? 0
        do throws(StorageError) {
            try await realm.put(key, "\(number + 1)", if: entry.map { .revision($0.revision) } ?? .absent)
            return conflicts
        } catch {
            switch error {
            case .conflict, .exists: conflicts += 1
            default: throw error
            }
        }
    }
}

extension Store {
    /// What is under a store on etcd.
    fileprivate var engine: EtcdEngine? { if case .shared(let engine) = backing { engine as? EtcdEngine } else { nil } }
}
