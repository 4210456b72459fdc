import Glibc
import Linux
import Testing

@Suite struct SpawnTests {
    @Test func runsAProgramAndGivesItsOutputAndExitCode() async throws {
        let (status, output) = try await Spawn.run(
            Program("/bin/sh", ["-c", "echo $GREETING; pwd; exit 3"], environment: ["GREETING=hi"], folder: "/tmp"))
        #expect(status == .exited(3))
        #expect(String(decoding: output, as: UTF8.self) == "hi\n/tmp\n")
    }
    @Test func boundsTheOutputThatIsKept() async throws {
        let (status, output) = try await Spawn.run(Program("/bin/sh", ["-c", "head -c 300000 /dev/zero"]), limit: 1000)
        #expect(status == .exited(0))
        #expect(output.count == 1000)
    }
    @Test func tellsOfAKilledProcess() async throws {
        let child = try Spawn.start(Program("/bin/sleep", ["60"]))
        #expect(!child.hasEnded)
        child.signal(SIGKILL)
        #expect(await child.wait() == .signalled(SIGKILL))
        #expect(ExitStatus.signalled(SIGKILL).code == 137)
    }
    @Test func manyEndsAreSeenByOneThread() async throws {
        let children = try (0..<20).map { try Spawn.start(Program("/bin/sh", ["-c", "exit \($0)"])) }
        for (index, child) in children.enumerated() { #expect(await child.wait() == .exited(Int32(index))) }
    }
    @Test func saysWhichProgramCannotBeRun() throws {
        #expect(throws: LinuxError("run", "/no/such/program", code: ENOENT)) { try Spawn.start(Program("/no/such/program")) }
    }
    @Test func anotherProcessCanBeWatchedByItsNumber() async throws {
        let child = try Spawn.start(Program("/bin/sleep", ["60"]))
        let adopted = try #require(ChildProcess(adopting: child.process))
        adopted.signal(SIGTERM)
        #expect(await child.wait() == .signalled(SIGTERM))
        #expect(adopted.hasEnded)
    }
}
