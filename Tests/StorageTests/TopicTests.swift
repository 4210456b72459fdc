import Control
import Documents
import Synchronization
import Testing

@testable import Storage

/// Lists and watches of the few documents that have a text.
@Suite struct TopicTests {
    private let colours = Topic("colour", prefix: "things/") { $0.document?.root["colour"]?.string }
    /// As kinds are, which have a history each.
    private let coloursOfTheirs = Topic("colour", prefix: "t/things/") { $0.document?.root["colour"]?.string }
    private func put(_ key: String, _ colour: String) -> Write {
        Write(key, .put(Encoded(document: ["metadata": ["name": .string(key)], "colour": .string(colour)])), if: .none)
    }

    @Test func findsTheDocumentsOfATextAsTheyChange() async throws {
        let realm = try await Store.memory(clock: ManualClock()).realm("r")
        _ = try await realm.commit(put("things/a", "red"))
        _ = try await realm.commit(put("other/a", "red"))
        func red() -> [String] { realm.snapshot(of: TopicText(colours, "red")).entries.map(\.key) }
        #expect(red() == ["things/a"])
        _ = try await realm.commit(put("things/b", "red"))
        #expect(red() == ["things/a", "things/b"])
        _ = try await realm.commit(put("things/a", "blue"))
        #expect(red() == ["things/b"])
        _ = try await realm.commit(Write("things/b", .delete, if: .exists))
        #expect(red().isEmpty)
        #expect(realm.snapshot(of: TopicText(colours, "blue")).entries.map(\.key) == ["things/a"])
    }

    @Test func tellsAWatcherWhatComesAndWhatGoes() async throws {
        let realm = try await Store.memory(clock: ManualClock()).realm("r")
        _ = try await realm.commit(put("things/a", "red"))
        let seen = Mutex<[String]>([])
        let watch = try realm.watch(prefix: "things/", topic: TopicText(colours, "red"), after: 0) { events in
            seen.withLock { $0 += events.map { "\($0.entry.key)@\($0.revision)" } }
        }
        for (key, colour) in [("b", "blue"), ("a", "blue"), ("a", "green"), ("b", "red")] {
            _ = try await realm.commit(put("things/\(key)", colour))
        }
        _ = try await realm.commit(Write("things/b", .delete, if: .exists))
        // What had the text before is told too; what never had it is not.
        #expect(seen.withLock { $0 } == ["things/a@1", "things/a@3", "things/b@5", "things/b@6"])
        watch.cancel()
        _ = try await realm.commit(put("things/c", "red"))
        #expect(seen.withLock { $0.count } == 4)
    }

    /// What watches are told that begin after each revision, against what a list of all changes says; some changes are in no topic, and
    /// the history is short.
    @Test(arguments: [UInt64](1...20)) func resumesWithItsOwnEventsOrNotAtAll(seed: UInt64) async throws {
        var limits = StoreLimits()
        limits.historyEvents = 12
        let realm = try await Store.memory(clock: ManualClock(), limits: limits).realm("r")
        let random = RandomSource(seed: seed)
        let all = Mutex<[Event]>([])
        let watch = try realm.watch(prefix: "", after: 0) { events in all.withLock { $0 += events } }
        let followed = TopicText(coloursOfTheirs, "red")
        if random.int(in: 0..<2) == 0 { _ = realm.snapshot(of: followed) }
        for _ in 0..<60 {
            let key = "\(random.int(in: 0..<3) == 0 ? "t/things/" : "t/others/")\(random.int(in: 0..<4))"
            if random.int(in: 0..<4) == 0 {
                _ = try? await realm.commit(Write(key, .delete, if: .exists))
            } else {
                _ = try await realm.commit(put(key, ["red", "blue"][random.int(in: 0..<2)]))
            }
        }
        let changes = all.withLock { $0 }
        var resumed = 0
        for revision in 0...realm.head {
            func expected(_ prefix: String, _ texts: [String]) -> [Revision] {
                changes.filter { event in
                    let colours = [event.entry, event.previous].compactMap { $0?.document?.root["colour"]?.string }
                    return event.revision > revision && event.entry.key.hasPrefix(prefix) && colours.contains { texts.contains($0) }
                }.map(\.revision)
            }
            for (prefix, topic, texts) in [
                ("t/things/", followed, ["red"]), ("t/things/", nil, ["red", "blue"]), ("t/", nil, ["red", "blue"]),
            ] {
                let seen = Mutex<[Revision]>([])
                do throws(StorageError) {
                    try realm.watch(prefix: prefix, topic: topic, after: revision) { events in
                        seen.withLock { $0 += events.map(\.revision) }
                    }.cancel()
                } catch {
                    // Refused only when one of its own is gone.
                    #expect(expected(prefix, texts).count > limits.historyEvents || topic != nil || prefix == "t/")
                    continue
                }
                resumed += 1
                #expect(seen.withLock { $0 } == expected(prefix, texts))
            }
        }
        #expect(resumed > 40)
        watch.cancel()
    }

    @Test func driveOutNoEventsOfAnother() async throws {
        var limits = StoreLimits()
        limits.historyEvents = 10
        let realm = try await Store.memory(clock: ManualClock(), limits: limits).realm("r")
        _ = try await realm.commit(put("t/things/a", "red"))
        for number in 0..<100 { _ = try await realm.commit(put("t/others/\(number % 7)", "red")) }
        let seen = Mutex<[Revision]>([])
        let watch = try realm.watch(prefix: "t/things/", after: 0) { events in seen.withLock { $0 += events.map(\.revision) } }
        #expect(seen.withLock { $0 } == [1])
        #expect(throws: StorageError.compacted(oldest: 91)) { try realm.watch(prefix: "", after: 90) { _ in } }
        watch.cancel()
    }
}
