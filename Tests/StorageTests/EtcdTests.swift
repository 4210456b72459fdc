import Control
import Documents
import Network
import Testing

@testable import Storage

/// Stores of several processes, or as good as that, on one etcd.
@Suite(.serialized, .enabled(if: !EtcdBinary.all.isEmpty, "no etcd is installed")) struct EtcdTests {
    @Test(arguments: EtcdBinary.all) func `what one store writes another has, watches and revisions alike`(binary: EtcdBinary) async throws
    {
        try await withEtcd(binary, secure: true) { cluster in
            let (one, two) = (try await cluster.store(), try await cluster.store())
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
            let three = try await cluster.store()
            #expect(three.realmNames == ["cluster/a"])
            let again = try await three.realm("cluster/a")
            #expect(again.head == gone.revision && again.snapshot().count(prefix: "") == 0)
            for store in [one, two, three] { await store.close() }
        }
    }

    @Test(arguments: EtcdBinary.newest) func `realms that one store makes and destroys come and go in the other`(binary: EtcdBinary)
        async throws
    {
        try await withEtcd(binary) { cluster in
            let (one, two) = (try await cluster.store(), try await cluster.store())
            let told = Notes<[String]>()
            let watch = two.watchRealms { told.add($0) }
            let realm = try await one.realm("a")
            for index in 0..<5 { try await realm.put("k\(index)") }
            try await realm.current()
            let mirror = try await two.realm("a")
            try await mirror.current()
            #expect(mirror.snapshot().count(prefix: "") == 5)
            try await one.destroy(realm: "a")
            for _ in 0..<60_000 where told.all.last != [] { try await Task.sleep(for: .milliseconds(1)) }
            #expect(told.all.filter { $0 != [] } == [["a"]] && told.all.last == [])
            await #expect(throws: StorageError.unavailable("the realm a is destroyed")) { try await mirror.put("k") }
            let fresh = try await two.realm("a")
            #expect(fresh.snapshot().count(prefix: "") == 0)
            watch.cancel()
            await one.close()
            await two.close()
        }
    }

    @Test(arguments: EtcdBinary.newest) func `writers of two stores lose no update`(binary: EtcdBinary) async throws {
        try await withEtcd(binary) { cluster in
            let stores = [try await cluster.store(), try await cluster.store()]
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

    @Test(arguments: EtcdBinary.newest) func `a leader whose leadership is lost is fenced, and another follows`(binary: EtcdBinary)
        async throws
    {
        try await withEtcd(binary) { cluster in
            let (one, two) = (try await cluster.store { $0.leaseSeconds = 60 }, try await cluster.store { $0.leaseSeconds = 60 })
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
            for _ in 0..<60_000 where realm.snapshot().get("by") == nil { try await Task.sleep(for: .milliseconds(1)) }
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

    @Test(arguments: EtcdBinary.newest) func `a process that dies leads no longer than its lease`(binary: EtcdBinary) async throws {
        try await withEtcd(binary) { cluster in
            let (one, two) = (try await cluster.store { $0.leaseSeconds = 1 }, try await cluster.store { $0.leaseSeconds = 1 })
            let leads = Notes<Bool>()
            let first = Task { @Sendable in
                try await one.lead("r", as: "one") {
                    leads.add(true)
                    try await Task.sleep(for: .seconds(60))
                }
            }
            for _ in 0..<60_000 where leads.all.isEmpty { try await Task.sleep(for: .milliseconds(1)) }
            one.engine?.client.close()
            let start = ContinuousClock.now
            try await two.lead("r", as: "two") {}
            #expect(ContinuousClock.now - start < .seconds(30))
            first.cancel()
            _ = await first.result
            await one.close()
            await two.close()
        }
    }

    @Test(arguments: EtcdBinary.newest) func `a document beyond etcd's limit is too large`(binary: EtcdBinary) async throws {
        try await withEtcd(binary) { cluster in
            let store = try await cluster.store()
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

    @Test(arguments: EtcdBinary.newest) func `an etcd that is shared with others is as current as one's own`(binary: EtcdBinary)
        async throws
    {
        try await withEtcd(binary) { cluster in
            let (one, other) = (try await cluster.store(), try await cluster.store { $0.prefix = "/other/" })
            let (realm, foreign) = (try await one.realm("r"), try await other.realm("r"))
            let written = try await foreign.put("k")
            try await realm.current()
            #expect(realm.snapshot().get("k") == nil && realm.head < written.revision)
            #expect(one.realmNames == ["r"])
            await one.close()
            await other.close()
        }
    }

    @Test(arguments: EtcdBinary.newest) func `an etcd that is not there, or trusts another, is an error that says so`(binary: EtcdBinary)
        async throws
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
