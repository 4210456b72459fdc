import Control
import Synchronization
import Testing

@Suite struct ManualClockTests {
    @Test(arguments: 1..<20 as Range<UInt64>) func sleepersWakeInTheOrderOfTheirDeadlines(seed: UInt64) {
        let clock = ManualClock()
        let executor = SeededExecutor(seed: seed)
        let woken = Mutex<[Int]>([])
        for seconds in [5, 1, 3, 2, 4] {
            _ = executor.start {
                try? await clock.sleep(for: .seconds(seconds))
                woken.withLock { $0.append(seconds) }
            }
        }
        executor.drain()
        #expect(clock.sleepers == 5)
        clock.advance(by: .milliseconds(3500)) { executor.drain() }
        #expect(woken.withLock { $0 } == [1, 2, 3])
        clock.advance(by: .seconds(10)) { executor.drain() }
        #expect(woken.withLock { $0 } == [1, 2, 3, 4, 5])
    }
    @Test func whoSleepsAgainWakesAtItsOwnTimes() {
        let clock = ManualClock(Timestamp(seconds: 0))
        let executor = SeededExecutor(seed: 3)
        let times = Mutex<[Int64]>([])
        _ = executor.start {
            for _ in 0..<3 {
                try? await clock.sleep(for: .seconds(2))
                times.withLock { $0.append(clock.now.seconds) }
            }
        }
        executor.drain()
        clock.advance(by: .seconds(7)) { executor.drain() }
        #expect(times.withLock { $0 } == [2, 4, 6])
        #expect(clock.now.seconds == 7)
    }
    @Test func cancellationEndsASleep() {
        let clock = ManualClock()
        let executor = SeededExecutor(seed: 3)
        let cancelled = Mutex(false)
        let task = executor.start {
            do { try await clock.sleep(for: .seconds(2)) } catch { cancelled.withLock { $0 = true } }
        }
        executor.drain()
        task.cancel()
        executor.drain()
        #expect(cancelled.withLock { $0 })
        #expect(clock.sleepers == 0)
    }
}
