import Control
import Synchronization
import Testing

private struct Recorded: Service {
    let name: String
    let lines: Lines
    var failure: Failure?
    func run() async throws {
        lines.add("start \(name)")
        if let failure { throw failure }
        do { try await ManualClock().sleep(for: .seconds(1)) } catch {
            lines.add("stop \(name)")
            throw error
        }
    }
}
private struct Failure: Error, Equatable {}
private final class Lines: Sendable {
    private let lines = Mutex<[String]>([])
    func add(_ line: String) { lines.withLock { $0.append(line) } }
    var all: [String] { lines.withLock { $0 } }
}

@Suite struct ServiceGroupTests {
    private let lines = Lines()
    private let silent = Log("test") { _ in }

    @Test(arguments: 1..<10 as Range<UInt64>) func cancellationStopsInReverse(seed: UInt64) {
        let executor = SeededExecutor(seed: seed)
        let services = ["a", "b", "c"].map { (name: $0, service: Recorded(name: $0, lines: lines) as any Service) }
        let group = ServiceGroup(services, executor: executor, log: silent)
        let task = executor.start { try? await group.run() }
        executor.drain()
        #expect(Set(lines.all) == ["start a", "start b", "start c"])
        task.cancel()
        executor.drain()
        #expect(lines.all.suffix(3) == ["stop c", "stop b", "stop a"])
    }
    @Test func oneFailureEndsAll() async {
        let services: [(name: String, service: any Service)] = [
            ("a", Recorded(name: "a", lines: lines)), ("b", Recorded(name: "b", lines: lines, failure: Failure())),
        ]
        await #expect(throws: Failure()) { try await ServiceGroup(services, log: silent).run() }
        #expect(lines.all.last == "stop a")
    }
}
