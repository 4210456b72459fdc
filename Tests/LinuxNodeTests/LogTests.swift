import Control
import Documents
import Foundation
import Kubelet
import Network
import Synchronization
import Testing

@testable import LinuxNode

@Suite struct LogTests {
    private static let lines = """
        2026-01-02T03:04:05.1Z stdout F one
        2026-01-02T03:04:06.000000001Z stderr F oops
        2026-01-02T03:04:07Z stdout P two
        2026-01-02T03:04:08Z stdout F -and-a-half
        not a line of a log
        2026-01-02T03:04:09Z stdout F \n
        """

    private func text(_ query: String) throws -> String {
        var options = LogOptions()
        #expect(options.read(URLTarget("/?" + query), now: Timestamp(seconds: 1_767_323_047)) == nil)
        var (text, output) = (LogText(options), [UInt8]())
        for line in Self.lines.utf8.split(separator: UInt8(ascii: "\n")) { text.append(Array(line)[...], to: &output) }
        return String(decoding: output, as: UTF8.self)
    }

    @Test func partialLinesAreJoined() throws { #expect(try text("") == "one\noops\ntwo-and-a-half\n\n") }
    @Test func timesStandBeforeWholeLines() throws {
        #expect(
            try text("timestamps=true&stream=Stdout").split(separator: "\n").map(String.init) == [
                "2026-01-02T03:04:05.100000000Z one", "2026-01-02T03:04:07.000000000Z two-and-a-half",
                "2026-01-02T03:04:09.000000000Z ",
            ])
    }
    @Test func onlyWhatIsAskedForComes() throws {
        #expect(try text("stream=Stderr") == "oops\n")
        #expect(try text("sinceTime=2026-01-02T03:04:07Z") == "two-and-a-half\n\n")
        #expect(try text("sinceSeconds=1") == "oops\ntwo-and-a-half\n\n")
        #expect(try text("limitBytes=6") == "one\noo")
    }
    @Test(arguments: ["tailLines=-1", "tailLines=x", "limitBytes=0", "sinceSeconds=0", "sinceTime=now", "stream=stdout"])
    func queriesThatCannotBeMetAreRefused(query: String) {
        var options = LogOptions()
        #expect(options.read(URLTarget("/?" + query), now: Timestamp(seconds: 0)) != nil)
    }

    private func withFile(_ body: (String) async throws -> Void) async throws {
        let folder = NSTemporaryDirectory() + "eyrie-logs-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try await body(folder + "/0.log")
    }
    private func line(_ text: String) -> String { "2026-01-02T03:04:05Z stdout F \(text)\n" }
    private func append(_ text: String, to path: String) throws {
        let file = try #require(FileHandle(forUpdatingAtPath: path))
        file.seekToEndOfFile()
        file.write(Data(text.utf8))
        try file.close()
    }
    private func all(_ stream: LogStream) async throws -> String {
        var bytes: [UInt8] = []
        while let piece = try await stream.next() { bytes += piece }
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test(arguments: [(0, ""), (1, "c\n"), (2, "b\nc\n"), (9, "a\nb\nc\n")]) func theLastLinesAreFound(count: Int, wanted: String)
        async throws
    {
        try await withFile { path in
            try "abc".map { line(String($0)) }.joined().write(toFile: path, atomically: true, encoding: .utf8)
            var options = LogOptions()
            options.tailLines = count
            #expect(try await all(LogStream(path: path, options: options, clock: SystemClock()) { false }) == wanted)
        }
    }

    @Test func tailsOfLongFilesCrossPieces() async throws {
        try await withFile { path in
            try (0..<3000).map { line("\($0) " + String(repeating: "x", count: 90)) }.joined().write(
                toFile: path, atomically: true, encoding: .utf8)
            var options = LogOptions()
            options.tailLines = 2000
            let text = try await all(LogStream(path: path, options: options, clock: SystemClock()) { false })
            #expect(text.hasPrefix("1000 x") && text.split(separator: "\n").count == 2000)
        }
    }

    @Test func followingGoesOnThroughRotationUntilTheContainerEnds() async throws {
        try await withFile { path in
            try line("first").write(toFile: path, atomically: true, encoding: .utf8)
            let isRunning = Mutex(true)
            var options = LogOptions()
            options.isFollowing = true
            let stream = LogStream(path: path, options: options, clock: SystemClock()) { isRunning.withLock { $0 } }
            #expect(try await stream.next() == Array("first\n".utf8))
            try append(String(line("second").dropLast(4)), to: path)
            try append("ond\n", to: path)
            #expect(try await stream.next() == Array("second\n".utf8))
            try append(line("late"), to: path)
            try FileManager.default.moveItem(atPath: path, toPath: path + ".old")
            try line("third").write(toFile: path, atomically: true, encoding: .utf8)
            #expect(try await stream.next() == Array("late\n".utf8))
            #expect(try await stream.next() == Array("third\n".utf8))
            isRunning.withLock { $0 = false }
            try append("2026-01-02T03:04:05Z stdout F end", to: path)
            #expect(try await all(stream) == "end\n")
        }
    }

    @Test func whatWasSetAsideIsCompressedPieceByPiece() async throws {
        try await withFile { path in
            let text = (0..<60_000).map { line("line \($0)") }.joined()
            try text.write(toFile: path, atomically: true, encoding: .utf8)
            LogArchive.compress(path)
            #expect(!FileManager.default.fileExists(atPath: path) && !FileManager.default.fileExists(atPath: path + ".tmp"))
            #expect(try Processes.run(["gzip", "-dc", path + ".gz"]) == text)
        }
    }

    @Test func theContainerIsFoundByTheStatus() {
        func find(_ status: Value, previous: Bool = false) -> String {
            var status = status
            status["name"] = "c"
            let pod: Value = ["metadata": ["name": "p"], "status": ["containerStatuses": [status]]]
            switch LoggedContainer.find("c", in: pod, previous: previous) {
            case .success(let id): return id
            case .failure(let refusal): return refusal.message
            }
        }
        let running: Value = ["containerID": "containerd://b", "state": ["running": [:]]]
        #expect(find(running) == "b")
        #expect(find(running, previous: true) == #"previous terminated container "c" in pod "p" not found"#)
        let crashed: Value = [
            "state": ["waiting": ["reason": "CrashLoopBackOff"]], "lastState": ["terminated": ["containerID": "containerd://a"]],
        ]
        #expect(find(crashed) == "a" && find(crashed, previous: true) == "a")
        #expect(
            find(["state": ["waiting": ["reason": "ImagePullBackOff"]]])
                == #"container "c" in pod "p" is waiting to start: trying and failing to pull image"#)
        #expect(
            find(["state": ["waiting": ["reason": "ContainerCreating"]]])
                == #"container "c" in pod "p" is waiting to start: ContainerCreating"#)
    }
}
