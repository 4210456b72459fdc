import Control
import Documents
import Reconcile
import Storage
import Synchronization
import Testing

@Suite struct ControllerGroupTests {
    @Test(arguments: 1..<30 as Range<UInt64>) func convergesAndThenRests(seed: UInt64) async throws {
        let bed = try await Bed(seed: seed)
        let group = bed.group([SetController()])
        bed.start(group)
        bed.settle()
        for count in [3, 100, 0, 7] {
            if bed.set() == nil {
                try bed.makeSet(count)
            } else {
                try bed.apply(.patch(SetFields.kind, namespace: "default", name: "a", ["spec": ["count": .int(Int64(count))]]))
            }
            bed.settle()
            #expect(bed.boxes().count == count)
            #expect(bed.set()?.status.count == count)
            #expect(bed.executor.isIdle)
            #expect(bed.clock.sleepers == 0, "nothing polls")
        }
        let head = bed.realm.head
        bed.advance(.seconds(3600))
        #expect(bed.realm.head == head)
        #expect(group.metrics["set"]?.depth == 0)
        #expect(group.metrics["set"]?.failures == 0)
        bed.stop()
    }
    @Test(arguments: 1..<10 as Range<UInt64>) func neverMakesABoxTooMany(seed: UInt64) async throws {
        let bed = try await Bed(seed: seed)
        bed.start(bed.group([SetController()]))
        for index in 0..<10 { try bed.makeSet(5, "s\(index)") }
        bed.settle()
        #expect(bed.boxes().count == 50)
        let deletions = bed.realm.head - Revision(50 + 10)
        #expect(deletions <= 40, "no box was made and deleted again: only status writes are left")
        bed.stop()
    }
    @Test func deathBetweenAnyTwoWritesDoesNoHarm() async throws {
        for survived in 0..<12 {
            let bed = try await Bed(seed: 5)
            try bed.makeSet(8)
            let mortal = MortalWriter(bed.writer, survives: survived)
            let first = bed.executor.start { try? await bed.group([SetController()], writer: mortal).run() }
            bed.settle()
            first.cancel()
            bed.settle()
            bed.start(bed.group([SetController()]))
            bed.settle()
            #expect(bed.boxes().count == 8)
            #expect(bed.set()?.status.count == 8)
            bed.stop()
        }
    }
    @Test func triesAgainAfterRefusals() async throws {
        let bed = try await Bed(seed: 2)
        let flaky = FlakyWriter(bed.writer)
        let group = bed.group([SetController()], writer: flaky)
        bed.start(group)
        try bed.makeSet(4)
        bed.settle()
        #expect(bed.boxes().isEmpty)
        bed.advance(.seconds(300))
        #expect(bed.boxes().isEmpty)
        let tries = flaky.tries.withLock { $0 }
        #expect(tries > 10 && tries < 40, "back-off grows to a minute, not beyond")
        flaky.broken.withLock { $0 = false }
        bed.advance(.seconds(61))
        #expect(bed.boxes().count == 4)
        bed.stop()
    }
    @Test func undeclaredWritesAreRefused() async throws {
        let bed = try await Bed(seed: 2)
        let group = bed.group([Trespasser()])
        bed.start(group)
        try bed.makeSet(4)
        bed.settle()
        #expect(bed.boxes().isEmpty)
        #expect((group.metrics["trespasser"]?.failures ?? 0) > 0)
        bed.stop()
    }
    @Test func revisitsWithoutBeingWoken() async throws {
        let bed = try await Bed(seed: 2)
        bed.start(bed.group([Aging()]))
        try bed.makeSet(0)
        bed.settle()
        #expect(bed.set() != nil)
        bed.advance(.seconds(59))
        #expect(bed.set() != nil)
        bed.advance(.seconds(2))
        #expect(bed.set() == nil)
        #expect(bed.clock.sleepers == 0)
        bed.stop()
    }
}

@Suite struct EffectTests {
    @Test(arguments: 1..<10 as Range<UInt64>) func oneEffectAtATimeAndItsOutcomeReturns(seed: UInt64) async throws {
        let bed = try await Bed(seed: seed)
        let performer = SlowPerformer(clock: bed.clock)
        bed.start(bed.group([Launcher()], effects: performer))
        try bed.makeSet(1)
        bed.settle()
        for label in ["x", "y"] {
            try bed.apply(.patch(SetFields.kind, namespace: "default", name: "a", ["metadata": ["labels": ["l": .string(label)]]]))
            bed.settle()
        }
        #expect(performer.started.withLock { $0 } == 1)
        bed.advance(.seconds(10))
        #expect(bed.set()?.status.count == 1)
        bed.advance(.seconds(100))
        #expect(performer.started.withLock { $0 } == 1)
        bed.stop()
    }
    @Test func aFailedEffectIsTriedAgainLaterAndLater() async throws {
        let bed = try await Bed(seed: 4)
        let performer = SlowPerformer(clock: bed.clock)
        performer.failing.withLock { $0 = true }
        bed.start(bed.group([Launcher()], effects: performer))
        try bed.makeSet(1)
        bed.advance(.seconds(600))
        let started = performer.started.withLock { $0 }
        #expect(started > 5 && started < 40)
        performer.failing.withLock { $0 = false }
        bed.advance(.seconds(100))
        #expect(bed.set()?.status.count == 1)
        bed.stop()
    }
}

/// Writes a few times and then never returns, as a process that dies does.
private struct MortalWriter: ChangeWriter {
    private let writer: RealmWriter
    private let left: Counter
    init(_ writer: RealmWriter, survives: Int) { (self.writer, left) = (writer, Counter(survives)) }
    func apply(_ change: Change, by actor: String) async throws(ChangeError) -> Revision {
        guard
            left.count.withLock({
                $0 -= 1
                return $0 >= 0
            })
        else { throw .unavailable("dead") }
        return try await writer.apply(change, by: actor)
    }
}
private final class Counter: Sendable {
    let count: Mutex<Int>
    init(_ count: Int) { self.count = Mutex(count) }
}
private final class FlakyWriter: ChangeWriter {
    private let writer: RealmWriter
    let broken = Mutex(true)
    let tries = Mutex(0)
    init(_ writer: RealmWriter) { self.writer = writer }
    func apply(_ change: Change, by actor: String) async throws(ChangeError) -> Revision {
        tries.withLock { $0 += 1 }
        if broken.withLock({ $0 }) { throw .forbidden("not now") }
        return try await writer.apply(change, by: actor)
    }
}
private struct Trespasser: Controller {
    typealias Primary = SetFields
    static let name = "trespasser"
    static let writes: Set<Kind> = []
    func reconcile(_ set: BoxSet, in world: World) throws -> Plan { try SetController().reconcile(set, in: world) }
}
private struct Aging: Controller {
    typealias Primary = SetFields
    static let name = "aging"
    static let writes: Set<Kind> = [SetFields.kind]
    func reconcile(_ set: BoxSet, in world: World) throws -> Plan {
        guard let born = Timestamp(set.metadata.creationTimestamp ?? "") else { return Plan() }
        let left = born + .seconds(60) - world.now
        if left > .zero { return Plan(revisit: left) }
        return Plan([.delete(SetFields.kind, namespace: "default", name: set.metadata.name ?? "", uid: nil)])
    }
}
private struct Launcher: Controller {
    typealias Primary = SetFields
    static let name = "launcher"
    static let writes: Set<Kind> = [SetFields.kind]
    func reconcile(_ set: BoxSet, in world: World) throws -> Plan {
        if set.status.count == 1 { return Plan() }
        return Plan(effects: [Effect("launch", subject: set.metadata.name ?? "")])
    }
}
private final class SlowPerformer: EffectPerformer {
    struct Failed: Error {}
    private let clock: ManualClock
    let started = Mutex(0)
    let failing = Mutex(false)
    init(clock: ManualClock) { self.clock = clock }
    func perform(_ effect: Effect) async throws -> [Change] {
        started.withLock { $0 += 1 }
        try await clock.sleep(for: .seconds(5))
        if failing.withLock({ $0 }) { throw Failed() }
        return [.patch(SetFields.kind, namespace: "default", name: effect.subject, ["status": ["count": 1]], subresource: "status")]
    }
}
