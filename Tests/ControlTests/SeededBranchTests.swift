import Control
import Synchronization
import Testing

/// A part of a seeded executor can be killed.
@Suite struct SeededBranchTests {
    @Test func `jobs of a killed branch never run and others go on`() {
        let executor = SeededExecutor(seed: 1)
        let branch = SeededExecutor.Branch(of: executor)
        let clock = ManualClock()
        let seen = Mutex<[String]>([])
        branch.start {
            seen.withLock { $0.append("began") }
            try? await clock.sleep(for: .seconds(1))
            seen.withLock { $0.append("went on") }
        }
        _ = executor.start {
            try? await clock.sleep(for: .seconds(2))
            seen.withLock { $0.append("outside") }
        }
        executor.drain()
        branch.kill()
        clock.advance(by: .seconds(3)) { executor.drain() }
        branch.start { seen.withLock { $0.append("born dead") } }
        executor.drain()
        #expect(seen.withLock { $0 } == ["began", "outside"])
        #expect(executor.isIdle)
    }
}
