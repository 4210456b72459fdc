import Control
import Synchronization
import Testing

/// A process whose work the test tells.
private final class FakeProcess: TrimmableMemory {
    private let state = Mutex((usage: MemoryUsage(processor: .zero, faults: 0), trims: 0))
    var usage: MemoryUsage { state.withLock { $0.usage } }
    var trims: Int { state.withLock { $0.trims } }
    func trim() async { state.withLock { $0.trims += 1 } }
    func work(_ processor: Duration, faults: Int) {
        state.withLock { state in
            state.usage.processor += processor
            state.usage.faults += faults
        }
    }
}

@Suite struct MemoryTrimmerTests {
    private let process = FakeProcess()
    private let clock = ManualClock()
    private let executor = SeededExecutor(seed: 1)

    /// Lets each pair of processor time and faults happen in a period of its own, and tells how often memory was trimmed by then.
    private func trims(_ periods: [(Duration, Int)]) -> [Int] {
        let task = executor.start { try? await MemoryTrimmer(process, clock: clock).run() }
        executor.drain()
        let counts = periods.map { processor, faults in
            process.work(processor, faults: faults)
            clock.advance(by: .seconds(2)) { executor.drain() }
            return process.trims
        }
        task.cancel()
        executor.drain()
        return counts
    }

    @Test func aBurstIsTrimmedOnceItIsOver() {
        let periods: [(Duration, Int)] = [(.seconds(2), 9000), (.milliseconds(300), 500), (.milliseconds(1), 0), (.zero, 0), (.zero, 0)]
        #expect(trims(periods) == [0, 0, 0, 1, 1])
    }
    @Test func aProcessThatWorksIsLeftAlone() {
        #expect(trims(Array(repeating: (.milliseconds(150), 4000), count: 20)).allSatisfy { $0 == 0 })
    }
    @Test func aBreathBetweenRequestsIsNoRest() {
        let commands: [(Duration, Int)] = [(.milliseconds(120), 300), (.zero, 0)]
        #expect(trims((0..<20).flatMap { _ in commands }).allSatisfy { $0 == 0 })
    }
    @Test func whatRestItselfReachesForIsNotTrimmedAgain() {
        let rest = Array(repeating: (Duration.milliseconds(2), 1), count: 100)
        #expect(trims([(.seconds(1), 9000), (.zero, 0), (.zero, 0), (.milliseconds(5), 300)] + rest).last == 1)
    }
    @Test func everyFurtherBurstIsTrimmed() {
        let burst: [(Duration, Int)] = [(.seconds(1), 3000), (.zero, 0), (.zero, 0), (.zero, 100)]
        #expect(trims(burst + burst + burst) == [0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3])
    }
    @Test func aBurstRightAfterATrimIsTrimmedToo() {
        let work: (Duration, Int) = (.seconds(1), 3000)
        #expect(trims([work, (.zero, 0), (.zero, 0), work, (.zero, 0), (.zero, 0)]) == [0, 0, 1, 1, 1, 2])
    }
    @Test func littleIsNotWorthIt() {
        #expect(trims([(.seconds(1), 100), (.zero, 0), (.zero, 0), (.zero, 0)]).last == 0)
    }
    @Test func aProgramGoesOnAfterItsPagesWereGivenBack() {
        let words = (0..<1000).map { "word \($0)" }
        ProcessMemory.trimThread()
        ProcessMemory.trim()
        #expect(words.map { $0.utf8.count }.reduce(0, +) == 7890)
        let before = ProcessMemory.usage
        let sum = (0..<100_000).reduce(into: [:]) { $0["\($1 % 1000)", default: 0] += $1 }
        #expect(sum["999"] == 5_049_900 && ProcessMemory.usage.processor >= before.processor)
    }
}
