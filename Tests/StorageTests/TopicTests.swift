import Control
import Documents
import Synchronization
import Testing

@testable import Storage

/// Lists and watches of the few documents that have a text.
@Suite struct TopicTests {
    private let colours = Topic("colour", prefix: "things/") { $0.document?.root["colour"]?.string }
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
}
