import Control
import Documents
import Synchronization
import Testing

@testable import Storage

/// Many writers share group commits, with the log's own threads, until power fails somewhere in the middle.
@Suite struct ConcurrentCrashTests {
    /// What a writer knows: the last number it was told is durable, and whether its key was deleted then.
    private struct Progress: Sendable {
        var number = 0
        var revision: Revision = 0
    }

    @Test(arguments: 0..<24) func `group commits are all or nothing for those who were told`(seed: Int) async throws {
        let disk = SimulatedDisk(seed: UInt64(seed))
        var random = Seeded(UInt64(seed) &* 31)
        var progress = [Progress](repeating: Progress(), count: 20)
        var log = LogConfiguration.small
        log.isThreaded = true
        for _ in 0..<3 {
            let store = try await Store.open(disk: disk, clock: FixedClock(), log: log)
            disk.faults.operationsUntilCrash = Int.random(in: 1..<300, using: &random)
            let realms = try? await [store.realm("even"), store.realm("odd")]
            if let realms { progress = await write(to: realms, progress) }
            await store.close()
            disk.crash()
            progress = try await check(disk, log, progress)
        }
        #expect(progress.contains { $0.number > 0 })
    }

    /// Writes until the disk fails, every fifth time a delete.
    private func write(to realms: [Realm], _ progress: [Progress]) async -> [Progress] {
        await withTaskGroup(of: (Int, Progress).self) { group in
            for (writer, start) in progress.enumerated() {
                let realm = realms[writer % realms.count]
                group.addTask {
                    var last = start
                    for number in (start.number + 1)...(start.number + 200) {
                        do {
                            let isDelete = number % 5 == 0 && number > start.number + 1
                            let entry = isDelete ? try await realm.delete("k\(writer)") : try await realm.put("k\(writer)", "\(number)")
                            last = Progress(number: number, revision: entry.revision)
                        } catch { break }
                    }
                    return (writer, last)
                }
            }
            var results = progress
            for await (writer, last) in group { results[writer] = last }
            return results
        }
    }

    /// Every key must be as its last acknowledged write left it, or as the one after.
    private func check(_ disk: SimulatedDisk, _ log: LogConfiguration, _ progress: [Progress]) async throws -> [Progress] {
        let store = try await Store.open(disk: disk, clock: FixedClock(), log: log)
        var result = progress
        for (writer, last) in progress.enumerated() {
            let realm = try await store.realm(writer % 2 == 0 ? "even" : "odd")
            let entry = realm.snapshot().get("k\(writer)")
            let found = (entry?.value["text"].string).flatMap { Int($0) }
            let isDeletion = (last.number + 1) % 5 == 0
            let isLast = found == last.number ? entry?.revision == last.revision : found == nil && (last.number % 5 == 0)
            let isNext = found == last.number + 1 || (found == nil && isDeletion)
            #expect(isLast || isNext, "writer \(writer): acknowledged \(last.number), found \(found.map(String.init) ?? "nothing")")
            #expect(realm.head >= last.revision)
            if let found { result[writer].number = found }
        }
        await store.close()
        return result
    }
}
