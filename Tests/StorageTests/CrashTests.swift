import Control
import Documents
import Glibc
import Testing

@testable import Storage

/// A store on a simulated disk whose power fails at random points: whatever was acknowledged is there afterwards, exactly.
@Suite struct CrashTests {
    /// Six points of failure each; EYRIE_CRASH_SEEDS asks for more.
    private static let seeds = getenv("EYRIE_CRASH_SEEDS").flatMap { Int(String(cString: $0)) } ?? 170

    @Test(arguments: 0..<seeds) func `nothing acknowledged is lost at any point of failure`(seed: Int) async throws {
        var random = Seeded(UInt64(seed))
        let disk = SimulatedDisk(seed: UInt64(seed) &* 77)
        var model = Model()
        for _ in 0..<6 {
            disk.faults.operationsUntilCrash = Int.random(in: 0..<600, using: &random)
            if let store = try? await Store.open(disk: disk, clock: FixedClock(), log: .small) {
                try model.check(try await observe(store))
                await work(store, &model, &random)
                await store.close()
            }
            disk.crash()
        }
        let store = try await Store.open(disk: disk, clock: FixedClock(), log: .small)
        try model.check(try await observe(store))
        await store.close()
    }

    /// Writes until the disk fails, or for a while.
    private func work(_ store: Store, _ model: inout Model, _ random: inout Seeded) async {
        for step in 0..<400 {
            let realm = "realm-\(Int.random(in: 0..<3, using: &random))"
            var attempt = model.realms
            let choice = Int.random(in: 0..<100, using: &random)
            do {
                if choice == 0 {
                    attempt[realm] = nil
                    model.begin(attempt)
                    try await store.destroy(realm: realm)
                } else {
                    var state = attempt[realm] ?? Model.RealmState()
                    attempt[realm] = state
                    model.begin(attempt)
                    let target = try await store.realm(realm)
                    model.end()
                    let key = "k/\(Int.random(in: 0..<40, using: &random))"
                    let known = state.entries[key]
                    state.head += 1
                    if choice < 25, known != nil {
                        state.entries[key] = nil
                        attempt[realm] = state
                        model.begin(attempt)
                        try await target.delete(key)
                    } else {
                        let padding = Int.random(in: 0..<1500, using: &random)
                        let text = "\(step)" + String(repeating: "x", count: padding)
                        state.entries[key] = Model.Item(
                            revision: state.head, created: known?.created ?? state.head, text: "\(step)+\(padding)")
                        attempt[realm] = state
                        model.begin(attempt)
                        try await target.put(key, text)
                    }
                }
                model.end()
            } catch { return }
        }
    }

    private func observe(_ store: Store) async throws -> [String: Model.RealmState] {
        var states: [String: Model.RealmState] = [:]
        for name in store.realmNames {
            let realm = try await store.realm(name)
            var state = Model.RealmState(head: realm.head)
            for entry in realm.snapshot().range(prefix: "") {
                #expect(entry.value["metadata"]["resourceVersion"].string == "\(entry.revision)")
                let text = entry.value["text"].string ?? ""
                let step = text.prefix { $0 != "x" }
                state.entries[entry.key] = Model.Item(
                    revision: entry.revision, created: entry.created, text: "\(step)+\(text.count - step.count)")
            }
            states[name] = state
        }
        return states
    }
}

/// What must be in the store: what was acknowledged, or that with the one operation whose outcome is unknown.
struct Model {
    struct Item: Hashable {
        var revision: Revision
        var created: Revision
        /// What tells versions apart.
        var text: String
    }
    struct RealmState: Hashable {
        var head: Revision = 0
        var entries: [String: Item] = [:]
    }
    private(set) var realms: [String: RealmState] = [:]
    private var doubtful: [String: RealmState]?

    mutating func begin(_ attempt: [String: RealmState]) { doubtful = attempt }
    mutating func end() {
        realms = doubtful ?? realms
        doubtful = nil
    }

    /// Compares and takes over what was found.
    mutating func check(_ found: [String: RealmState]) throws {
        let isRight = found == realms || found == doubtful
        try #require(isRight, "acknowledged \(summary(realms)), found \(summary(found))")
        (realms, doubtful) = (found, nil)
    }
    private func summary(_ realms: [String: RealmState]) -> String {
        realms.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value.entries.count) at \($0.value.head)" }.joined(separator: ", ")
    }
}
