import Synchronization
import Testing

@testable import Control

@Suite struct AlarmTests {
    private static func nanoseconds(_ body: () async throws -> Void) async rethrows -> Int64 {
        let clock = ContinuousClock()
        let parts = try await clock.measure(body).components
        return parts.seconds * 1_000_000_000 + parts.attoseconds / 1_000_000_000
    }

    @Test func nobodyWakesBeforeTheTimeAndAllDo() async throws {
        let early = try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 0..<400 {
                let wanted = Int64(number % 40) * 1_000_000 + 1
                group.addTask {
                    try await Self.nanoseconds { try await SystemClock().sleep(for: .nanoseconds(wanted)) } < wanted
                }
            }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(early == 0)
    }

    @Test func aCancelledSleepEndsAtOnceAndThrows() async throws {
        let sleeping = Task { try await SystemClock().sleep(for: .seconds(600)) }
        try await SystemClock().sleep(for: .milliseconds(5))
        sleeping.cancel()
        await #expect(throws: CancellationError.self) { try await sleeping.value }
        let late = Task {
            while !Task.isCancelled { await Task.yield() }
            try await SystemClock().sleep(for: .seconds(600))
        }
        late.cancel()
        await #expect(throws: CancellationError.self) { try await late.value }
    }

    @Test func anAlarmGoesOffOnceAndACancelledOneNever() async throws {
        let rung = Mutex(0)
        let cancelled = Mutex(0)
        let clock = SystemClock()
        // Far enough away that the busiest machine cancels all before the first is due.
        let alarms = (0..<1000).map { _ in clock.alarm(after: .seconds(2)) { cancelled.withLock { $0 += 1 } } }
        for alarm in alarms { alarm.cancel() }
        let kept = clock.alarm(after: .milliseconds(2_020)) { rung.withLock { $0 += 1 } }
        for _ in 0..<6_000 where rung.withLock({ $0 }) == 0 { try await clock.sleep(for: .milliseconds(10)) }
        try await clock.sleep(for: .milliseconds(40))
        kept.cancel()
        #expect(rung.withLock { $0 } == 1)
        #expect(cancelled.withLock { $0 } == 0)
    }

    @Test func onSimulatedTimeAlarmsGoOffAmongTheSleepers() {
        let clock = ManualClock()
        let order = Mutex<[Int]>([])
        let second = clock.alarm(after: .seconds(2)) { order.withLock { $0.append(2) } }
        let first = clock.alarm(after: .seconds(1)) { order.withLock { $0.append(1) } }
        let never = clock.alarm(after: .seconds(1)) { order.withLock { $0.append(3) } }
        never.cancel()
        clock.advance(by: .seconds(5))
        #expect(order.withLock { $0 } == [1, 2])
        #expect(clock.sleepers == 0)
        withExtendedLifetime((first, second)) {}
    }
}
