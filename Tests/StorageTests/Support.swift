import Control
import Documents
import Synchronization

@testable import Storage

/// A clock that stands still.
struct FixedClock: WallClock {
    var now: Timestamp { Timestamp(seconds: 1_700_000_000) }
    func sleep(for duration: Duration) async throws {}
    func alarm(after duration: Duration, _ ring: @escaping @Sendable () -> Void) -> Alarm { Alarm {} }
}

/// A small repeatable generator (SplitMix64).
struct Seeded: RandomNumberGenerator {
    var state: UInt64
    init(_ seed: UInt64) { state = seed }
    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}

/// A document with a name and something that tells versions apart.
func document(_ name: String, _ text: String = "") -> Encoded {
    Encoded(document: ["kind": "Thing", "metadata": ["name": .string(name)], "text": .string(text)])
}

extension Realm {
    @discardableResult
    func put(_ key: String, _ text: String = "", if precondition: Precondition = .none) async throws(StorageError) -> Entry {
        try await commit(Write(key, .put(document(key, text)), if: precondition))
    }
    @discardableResult
    func delete(_ key: String, if precondition: Precondition = .none) async throws(StorageError) -> Entry {
        try await commit(Write(key, .delete, if: precondition))
    }
}

/// Collects what a sink gets.
final class Inbox: Sendable {
    private let events = Mutex<[Event]>([])
    var all: [Event] { events.withLock { $0 } }
    var summary: [String] { all.map { "\($0.kind == .put ? "+" : "-")\($0.entry.key)@\($0.revision)" } }
    var sink: @Sendable ([Event]) -> Void { { batch in self.events.withLock { $0 += batch } } }
    /// Waits until that many events are there; gives up after a minute.
    func wait(for count: Int) async {
        for _ in 0..<60_000 where all.count < count { try? await Task.sleep(for: .milliseconds(1)) }
    }
}

/// What was noted, in order.
final class Notes<Note: Sendable>: Sendable {
    private let notes = Mutex<[Note]>([])
    var all: [Note] { notes.withLock { $0 } }
    func add(_ note: Note) { notes.withLock { $0.append(note) } }
}
