import Control
import Documents
import Glibc
import Testing

@testable import Storage

/// Another process writes to real files and is killed in the middle; what it was told is durable has to be there.
@Suite(.serialized) struct KillTests {
    private struct Acknowledged {
        var number: Int
        var revision: Revision
    }

    @Test func `kill -9 under load loses nothing acknowledged`() async throws {
        try await withDirectory { directory in
            var random = Seeded(UInt64(getpid()))
            var state: [String: Acknowledged] = [:]
            for round in 1...6 {
                let start = round * 1_000_000 + 1
                for line in try hammer(directory, start: start, until: Int.random(in: 200..<3000, using: &random)) {
                    let words = line.split(separator: " ")
                    guard words.count == 4, let number = Int(words[2]), let revision = Revision(words[3]) else { continue }
                    state["\(words[0]) \(words[1])"] = Acknowledged(number: number, revision: revision)
                }
                let store = try await Store.open(directory: directory, clock: FixedClock())
                for (name, last) in state {
                    let words = name.split(separator: " ")
                    let realm = try await store.realm(String(words[0]))
                    let entry = realm.snapshot().get(String(words[1]))
                    check(entry, last, start: start)
                    #expect(realm.head >= last.revision)
                }
                await store.close()
            }
            #expect(state.count == 16)
        }
    }

    /// The key must be as its last acknowledged write left it, or as the one after.
    private func check(_ entry: Entry?, _ last: Acknowledged, start: Int) {
        let found = entry?.value["number"].int
        let following = last.number < start ? start : last.number + 1
        let isLast = last.number % 7 == 0 ? found == nil : found == last.number && entry?.revision == last.revision
        let isNext = following % 7 == 0 ? found == nil : found == following
        #expect(isLast || isNext, "acknowledged \(last), found \(found.map(String.init) ?? "nothing")")
    }

    /// Runs the writer, kills it after so many lines, and returns what it printed in whole lines.
    private func hammer(_ directory: String, start: Int, until lines: Int) throws -> [String] {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO)
        posix_spawn_file_actions_addclose(&actions, ends[0])
        defer { posix_spawn_file_actions_destroy(&actions) }
        var process = pid_t()
        let path = try builtProgram("eyrie-bench")
        let words: [String] = [path, "hammer", directory, "\(start)"]
        let arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        let failure = posix_spawn(&process, path, &actions, nil, arguments, environ)
        close(ends[1])
        try #require(failure == 0, "cannot run \(path)")
        var text: [UInt8] = []
        var count = 0
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let length = read(ends[0], &buffer, buffer.count)
            guard length > 0 else { break }
            text += buffer[..<length]
            count += buffer[..<length].count { $0 == UInt8(ascii: "\n") }
            if count >= lines { kill(process, SIGKILL) }
        }
        close(ends[0])
        var status: Int32 = 0
        waitpid(process, &status, 0)
        #expect(count >= lines)
        let whole = text.prefix((text.lastIndex(of: UInt8(ascii: "\n")) ?? -1) + 1)
        return String(decoding: whole, as: UTF8.self).split(separator: "\n").map(String.init)
    }
}

/// The path of a program of this package, which is built beside the tests' bundle.
func builtProgram(_ name: String) throws -> String {
    let bundle = try #require(CommandLine.arguments.first { $0.hasSuffix(".xctest") })
    return "\(bundle.hasPrefix("/") ? "/" : "")\(bundle.split(separator: "/").dropLast().joined(separator: "/"))/\(name)"
}
