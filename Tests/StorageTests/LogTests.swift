import Control
import Documents
import Glibc
import Synchronization
import Testing

@testable import Storage

/// What the log does beyond what every store does.
@Suite struct LogTests {
    private func open(_ disk: SimulatedDisk, _ change: (inout LogConfiguration) -> Void = { _ in }) async throws(LogError) -> Store {
        var log = LogConfiguration.small
        change(&log)
        return try await Store.open(disk: disk, clock: FixedClock(), log: log)
    }

    @Test func `a restart restores realms, revisions and creation revisions`() async throws {
        let disk = SimulatedDisk(seed: 1)
        let first = try await open(disk)
        let realm = try await first.realm("r")
        _ = try await first.realm("empty")
        try await realm.put("a", "1")
        try await realm.put("b", "1")
        try await realm.put("a", "2")
        try await realm.delete("b")
        await first.close()
        let second = try await open(disk)
        let restored = try await second.realm("r")
        #expect(second.realmNames == ["empty", "r"])
        #expect(restored.head == 4 && restored.birth == FixedClock().now)
        let entry = try #require(restored.snapshot().get("a"))
        #expect(entry.revision == 3 && entry.created == 1 && entry.value["text"] == "2")
        #expect(restored.snapshot().get("b") == nil)
        #expect(throws: StorageError.compacted(oldest: 4)) { try restored.watch(prefix: "", after: 3) { _ in } }
        let deleted = try await restored.delete("a")
        #expect(deleted.value["metadata"]["resourceVersion"] == "5")
        await second.close()
    }

    @Test func `churn does not fill the disk, and an idle realm keeps its head`() async throws {
        let disk = SimulatedDisk(seed: 2)
        let store = try await open(disk)
        let idle = try await store.realm("idle")
        try await idle.put("kept", "x")
        try await idle.put("gone")
        try await idle.delete("gone")
        let busy = try await store.realm("busy")
        for round in 0..<3000 { try await busy.put("k/\(round % 20)", String(repeating: "y", count: 500)) }
        #expect(disk.usedBytes <= 8 * (64 << 10))
        await store.close()
        let again = try await open(disk)
        let restored = try await again.realm("idle")
        #expect(restored.head == 3 && restored.snapshot().get("kept")?.created == 1)
        #expect(try await again.realm("busy").head == 3000)
        await again.close()
    }

    @Test func `the records of a destroyed realm vanish`() async throws {
        let disk = SimulatedDisk(seed: 3)
        let store = try await open(disk)
        let doomed = try await store.realm("doomed")
        for round in 0..<100 { try await doomed.put("secret/\(round)", String(repeating: "z", count: 2000)) }
        try await store.destroy(realm: "doomed")
        let busy = try await store.realm("busy")
        for round in 0..<400 { try await busy.put("k/\(round % 5)", String(repeating: "y", count: 2000)) }
        await store.close()
        var lines: [String] = []
        try LogInspector.dump(disk, documents: false) { lines.append($0) }
        let report = try LogInspector.verify(disk)
        #expect(report.realms.map(\.name) == ["busy"])
        #expect(lines.contains { $0.contains("k/1") } && !lines.contains { $0.contains("secret") })
    }

    @Test func `a full disk refuses writes, serves reads and recovers when there is space`() async throws {
        let disk = SimulatedDisk(seed: 4)
        let store = try await open(disk)
        let realm = try await store.realm("r")
        disk.faults.capacity = disk.usedBytes + 1000
        var written = 0
        await #expect(throws: StorageError.self) {
            for round in 0..<2000 {
                try await realm.put("k/\(round)", String(repeating: "x", count: 1000))
                written += 1
            }
        }
        #expect(realm.head == Revision(written) && realm.snapshot().count(prefix: "k/") == written)
        disk.faults.capacity = .max
        let entry = try await realm.put("after")
        #expect(entry.revision == Revision(written) + 1)
        await store.close()
        let again = try await open(disk)
        #expect(try await again.realm("r").snapshot().count(prefix: "") == written + 1)
        await again.close()
    }

    @Test(arguments: ["sync", "write", "read-only"]) func `a failing disk ends writing but not reading`(fault: String) async throws {
        let disk = SimulatedDisk(seed: 5)
        let store = try await open(disk)
        let realm = try await store.realm("r")
        try await realm.put("a")
        switch fault {
        case "sync": disk.faults.failingSyncs = 1
        case "write": disk.faults.failingWrites = 1
        default: disk.faults.readOnly = true
        }
        await #expect(throws: StorageError.self) { try await realm.put("b") }
        // Once a sync has failed nobody knows what is on the disk: no later success may hide it.
        await #expect(throws: StorageError.self) { try await realm.put("c") }
        await #expect(throws: StorageError.self) { try await store.realm("other") }
        #expect(realm.head == 1 && realm.snapshot().range(prefix: "").map(\.key) == ["a"])
        await store.close()
        disk.faults = SimulatedDisk.Faults()
        let again = try await open(disk)
        #expect(try await again.realm("r").snapshot().get("a") != nil)
        await again.close()
    }

    @Test func `damage in the middle is an error that names the place`() async throws {
        let disk = SimulatedDisk(seed: 6)
        let store = try await open(disk)
        let realm = try await store.realm("r")
        for round in 0..<40 { try await realm.put("k/\(round)", String(repeating: "x", count: 1000)) }
        await store.close()
        let name = try #require(try disk.list().first)
        disk.flipBit(of: name, at: 3 * LogFormat.blockBytes + 100)
        await #expect(
            throws: LogError.corrupted(
                segment: 1, file: "log-00000001", offset: 3 * LogFormat.blockBytes, "a frame's checksum is wrong and later frames are there"
            )
        ) {
            try await open(disk)
        }
        disk.flipBit(of: name, at: 3 * LogFormat.blockBytes + 100)
        disk.flipBit(of: name, at: 20)
        await #expect(throws: LogError.missing(segment: 1)) { try await open(disk) }
        disk.flipBit(of: name, at: 20)
        await #expect(throws: Never.self) { try await open(disk).close() }
    }

    @Test func `a missing segment is an error`() async throws {
        let disk = SimulatedDisk(seed: 7)
        let store = try await open(disk)
        let realm = try await store.realm("r")
        for round in 0..<40 { try await realm.put("k/\(round)", String(repeating: "x", count: 1000)) }
        await store.close()
        try disk.remove("log-00000002")
        await #expect(throws: LogError.missing(segment: 2)) { try await open(disk) }
    }

    @Test func `a torn write at the end is cut off`() async throws {
        let disk = SimulatedDisk(seed: 8)
        let store = try await open(disk)
        let realm = try await store.realm("r")
        for key in ["a", "b", "c"] { try await realm.put(key) }
        await store.close()
        // Catalogue, creation and three puts are a frame each; the last one is damaged in its second half.
        disk.flipBit(of: "log-00000001", at: 4 * LogFormat.blockBytes + 60)
        #expect(try LogInspector.verify(disk).isTorn)
        let again = try await open(disk)
        let restored = try await again.realm("r")
        #expect(restored.head == 2)
        try await restored.put("d")
        await again.close()
        #expect(try LogInspector.verify(disk).isTorn == false)
    }

    @Test func `compaction heals a damaged segment while the store runs`() async throws {
        let disk = SimulatedDisk(seed: 9)
        let store = try await open(disk)
        let realm = try await store.realm("r")
        try await realm.put("kept", "x")
        disk.flipBit(of: "log-00000001", at: 2 * LogFormat.blockBytes + 60)
        for round in 0..<300 { try await realm.put("k/\(round % 5)", String(repeating: "y", count: 2000)) }
        await store.close()
        let again = try await open(disk)
        #expect(try await again.realm("r").snapshot().get("kept")?.value["text"] == "x")
        await again.close()
    }

    @Test func `a slow watcher delays no write`() async throws {
        var log = LogConfiguration.small
        log.isThreaded = true
        let store = try await Store.open(disk: SimulatedDisk(seed: 11), clock: FixedClock(), log: log)
        let realm = try await store.realm("r")
        let gate = Mutex(false)
        let inbox = Inbox()
        let watch = try realm.watch(prefix: "", after: 0) { events in
            while !gate.withLock({ $0 }) { usleep(1000) }
            inbox.sink(events)
        }
        for round in 1...50 { try await realm.put("k\(round)") }
        #expect(inbox.all.isEmpty)
        gate.withLock { $0 = true }
        await inbox.wait(for: 50)
        #expect(inbox.all.map(\.revision) == Array(1...50))
        watch.cancel()
        await store.close()
    }

    @Test func `a directory is one store's at a time`() async throws {
        try await withDirectory { directory in
            let store = try await Store.open(directory: directory, clock: FixedClock(), log: .small)
            await #expect(throws: LogError.locked) { try await Store.open(directory: directory, clock: FixedClock(), log: .small) }
            await store.close()
            try await Store.open(directory: directory, clock: FixedClock(), log: .small).close()
        }
    }

    @Test func `segments of another size are read and replaced`() async throws {
        let disk = SimulatedDisk(seed: 10)
        let store = try await open(disk)
        let realm = try await store.realm("r")
        for round in 0..<100 { try await realm.put("k/\(round)", String(repeating: "x", count: 1000)) }
        await store.close()
        let again = try await open(disk) { $0.segmentBytes = 128 << 10 }
        let restored = try await again.realm("r")
        #expect(restored.snapshot().count(prefix: "") == 100)
        for round in 0..<500 { try await restored.put("k/\(round % 100)", String(repeating: "y", count: 1000)) }
        await again.close()
        let last = try await open(disk) { $0.segmentBytes = 128 << 10 }
        #expect(try await last.realm("r").head == 600)
        await last.close()
    }
}
