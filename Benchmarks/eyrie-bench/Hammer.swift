import Control
import Documents
import Glibc
import Storage

/// Writes as fast as it can until it is killed, and prints a line for every acknowledged write: `realm key number revision`.
///
/// Writer and key count `number` up from the start that is given; every seventh write is a delete. The crash test kills this process and
/// compares what it said with what a restart finds.
struct Hammer {
    private let directory: String
    private let start: Int

    init(_ arguments: [String]) throws {
        guard arguments.count == 2, let start = Int(arguments[1]) else { throw BenchError("hammer needs a directory and a number") }
        (directory, self.start) = (arguments[0], start)
    }

    func run() async throws {
        var log = LogConfiguration()
        (log.segmentBytes, log.frameBytes) = (512 << 10, 64 << 10)
        let store = try await Store.open(directory: directory, clock: SystemClock(), log: log)
        let realms = [try await store.realm("one"), try await store.realm("two")]
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<16 {
                let realm = realms[writer % realms.count]
                group.addTask { try await write(to: realm, key: "writer/\(writer)") }
            }
            try await group.waitForAll()
        }
    }

    private func write(to realm: Realm, key: String) async throws {
        let padding = String(repeating: "x", count: 700)
        for number in start... {
            let entry: Entry
            if number % 7 == 0 {
                guard realm.snapshot().get(key) != nil else { continue }
                entry = try await realm.commit(Write(key, .delete, if: .exists))
            } else {
                let document: Value = ["metadata": ["name": .string(key)], "number": .int(Int64(number)), "padding": .string(padding)]
                entry = try await realm.commit(Write(key, .put(Encoded(document: document)), if: .none))
            }
            let line = Array("\(realm.name) \(key) \(number) \(entry.revision)\n".utf8)
            _ = line.withUnsafeBytes { Glibc.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
        }
    }
}
