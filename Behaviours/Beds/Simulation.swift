package import Control
import Synchronization

/// Runs async work on a seeded executor and simulated time, to its end: when nothing can go on, the time moves to whoever wakes next.
package struct Simulation: Sendable {
    package let executor: SeededExecutor
    package let clock: ManualClock
    /// The draws of the simulation itself; those of the system are its own.
    package let random: RandomSource
    /// Simulated time after which a body that has not ended is given up.
    private static let longest = Duration.seconds(24 * 3600)
    /// Jobs in one instant after which it is taken for an endless loop.
    private static let busiest = 40_000
    /// Jobs in a minute after which it is taken for a chase that time does not end, such as two writers who take back each other's work.
    private static let busiestMinute = 1_000_000

    package init(seed: UInt64) {
        executor = SeededExecutor(seed: seed)
        clock = ManualClock(Timestamp(seconds: 1_800_000_000))
        random = RandomSource(seed: seed)
    }

    /// Runs the body; blocks the calling thread meanwhile.
    /// - Throws: what the body throws, or `BehaviourFailure` when it waits for nothing or for ever.
    package func run<Result: Sendable>(_ body: @escaping @Sendable () async throws -> Result) throws -> Result {
        let outcome = Mutex<Swift.Result<Result, any Error>?>(nil)
        _ = executor.start {
            let result: Swift.Result<Result, any Error>
            do { result = .success(try await body()) } catch { result = .failure(error) }
            outcome.withLock { $0 = result }
        }
        let end = clock.now + Self.longest
        var (minute, jobs) = (clock.now, 0)
        while true {
            let started = executor.drain(limit: Self.busiest)
            guard started < Self.busiest else { throw BehaviourFailure("the instant \(clock.now.text) does not end") }
            if let result = outcome.withLock({ $0 }) { return try result.get() }
            guard let next = clock.nextWake else { throw BehaviourFailure("everybody waits for something that cannot come") }
            guard next < end else { throw BehaviourFailure("not done after \(Self.longest)") }
            var (endless, woken) = (false, 0)
            clock.advance(by: next - clock.now) {
                let ran = executor.drain(limit: endless ? 1 : Self.busiest)
                endless = endless || ran == Self.busiest
                woken += ran
            }
            guard !endless else { throw BehaviourFailure("the instant \(clock.now.text) does not end") }
            if next >= minute + .seconds(60) { (minute, jobs) = (next, 0) }
            jobs += started + woken
            guard jobs < Self.busiestMinute else { throw BehaviourFailure("\(jobs) jobs since \(minute.text) and no end") }
        }
    }
}
