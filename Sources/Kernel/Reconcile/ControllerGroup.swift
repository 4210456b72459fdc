package import Control
import Documents
package import Storage
import Synchronization

/// Runs controllers over one realm until cancelled. Costs one sleeping task when nothing happens.
package final class ControllerGroup: Service {
    private let realm: Realm
    private let writer: any ChangeWriter
    private let effects: (any EffectPerformer)?
    private let clock: any WallClock
    private let random: RandomSource
    private let controllers: [any Controller]
    private let indexes: [WorldIndex]
    private let concurrency: Int
    private let pause: Duration
    private let log: Log
    private let published = Mutex<(names: [String], metrics: [ControllerMetrics])>(([], []))

    /// A group of controllers whose changes go through `writer` and whose effects go to `effects`; `indexes` are kept besides those that
    /// controllers declare; `concurrency` is how many keys of one controller are written at a time. After a turn with many changes the
    /// next begins `pause` later, so that many more share one, and a document that changes twice meanwhile is looked at once.
    package init(
        realm: Realm, writer: any ChangeWriter, effects: (any EffectPerformer)? = nil, clock: any WallClock, random: RandomSource,
        controllers: [any Controller], indexes: [WorldIndex] = [], concurrency: Int = 16, pause: Duration = .zero,
        log: Log = Log("controllers")
    ) {
        (self.realm, self.writer, self.effects, self.clock, self.random) = (realm, writer, effects, clock, random)
        (self.controllers, self.indexes, self.concurrency, self.pause, self.log) = (controllers, indexes, concurrency, pause, log)
    }

    /// What each controller has done since the group began to run.
    package var metrics: [String: ControllerMetrics] {
        let (names, metrics) = published.withLock { $0 }
        return Dictionary(zip(names, metrics), uniquingKeysWith: { $1 })
    }

    /// Runs until cancelled.
    /// - Throws: `StorageError` when the realm cannot be followed.
    package func run() async throws {
        let mailbox = Mailbox<Letter>()
        let runners = controllers.map { Runner($0, concurrency: concurrency, random: random) }
        let cache = WorldCache(realm: realm, indexes: indexes + runners.flatMap(\.indexes)) { mailbox.signal() }
        let found = try await cache.load()
        defer { cache.stop() }
        var loop = ControlLoop(runners: runners, performs: effects != nil)
        for start in stride(from: 0, to: found.count, by: WorldCache.piece) {
            if start > 0 { await Task.yield() }
            loop.note(found[start..<min(start + WorldCache.piece, found.count)], cache.world(now: clock.now))
        }
        loop.noteLeftBehind(in: cache.world(now: clock.now))
        published.withLock { $0.names = loop.names }
        await withDiscardingTaskGroup { group in
            var wakes: [Timestamp] = []
            mailbox.signal()
            while !Task.isCancelled {
                let letters = await mailbox.receive()
                if Task.isCancelled { break }
                for case .woke(let time) in letters { wakes.removeAll { $0 == time } }
                let changes = cache.take()
                for action in step(&loop, letters, changes, cache) { start(action, mailbox, &group) }
                if loop.hasMore {
                    mailbox.signal()
                    await Task.yield()
                }
                sleep(until: loop.nextDeadline, &wakes, mailbox, &group)
                published.withLock { $0.metrics = loop.metrics }
                if changes.count >= Self.crowd, pause > .zero { try? await clock.sleep(for: pause) }
            }
            group.cancelAll()
        }
    }

    /// From so many changes in a turn on there are more to come.
    private static let crowd = 16

    /// One turn. The world lives no longer than this, so that the cache changes in place.
    private func step(_ loop: inout ControlLoop, _ letters: [Letter], _ changes: [WorldChange], _ cache: WorldCache) -> [Action] {
        loop.step(letters, changes, cache.world(now: clock.now)) { [log] controller, key, error in
            log.warning("reconcile failed", ["controller": controller, "key": key, "error": error])
        }
    }

    private func start(_ action: Action, _ mailbox: Mailbox<Letter>, _ group: inout DiscardingTaskGroup) {
        switch action {
        case .write(let id, let name, let plan):
            group.addTask { [writer] in
                let writer = PlanWriter(writer: writer, actor: name)
                var result = await writer.apply(plan.changes)
                if result.refused == nil { result.revision = max(result.revision, await writer.tell(plan.notes)) }
                mailbox.post(.written(id, plan, result))
            }
        case .tell(let name, let plan):
            group.addTask { [writer] in
                let writer = PlanWriter(writer: writer, actor: name)
                _ = await writer.attempt(plan.changes)
                _ = await writer.tell(plan.notes)
            }
        case .perform(let id, let name, let effect):
            guard let effects else { return }
            group.addTask { [writer] in
                let outcome: EffectOutcome
                do {
                    let result = await PlanWriter(writer: writer, actor: name).apply(try await effects.perform(effect))
                    outcome = EffectOutcome(revision: result.revision, error: result.refused.map { "\($0.error)" })
                } catch { outcome = EffectOutcome(revision: 0, error: "\(error)") }
                mailbox.post(.performed(id, effect, outcome))
            }
        }
    }

    /// Sees to it that the loop wakes by the deadline; `wakes` are the times at which sleeping tasks will wake it, latest first.
    private func sleep(
        until deadline: Timestamp?, _ wakes: inout [Timestamp], _ mailbox: Mailbox<Letter>, _ group: inout DiscardingTaskGroup
    ) {
        let now = clock.now
        guard let deadline else { return }
        let wake = max(deadline, now + .milliseconds(1))
        if let earliest = wakes.last, earliest <= wake { return }
        wakes.append(wake)
        group.addTask { [clock] in
            do { try await clock.sleep(for: wake - now) } catch { return }
            mailbox.post(.woke(wake))
        }
    }
}
