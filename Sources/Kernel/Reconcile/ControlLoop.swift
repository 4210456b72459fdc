import Control
import Documents
import Storage

/// A key of one of the controllers of a loop.
struct WorkID: Sendable, Hashable {
    let controller: Int
    let key: String
}
/// What became of an effect.
struct EffectOutcome: Sendable, Hashable {
    let revision: Revision
    let error: String?
}
/// What a loop is told.
enum Letter: Sendable {
    case written(WorkID, Plan, PlanWriter.Result)
    case performed(WorkID, Effect, EffectOutcome)
    /// The time has come for which a wake was set.
    case woke(Timestamp)
}
/// What a loop wants done.
enum Action: Sendable {
    case write(WorkID, actor: String, Plan)
    case tell(actor: String, Plan)
    case perform(WorkID, actor: String, Effect)
}

/// The decisions of a controller group, without its waiting and doing: a value that turns what happened into what to do.
struct ControlLoop: Sendable {
    private struct EffectID: Sendable, Hashable {
        let name: String
        let subject: String
    }
    /// Whom a key prefix concerns, and by which watch; nil for the primary itself.
    private final class Waker: Sendable {
        let controller: Int
        let watch: Watch?
        init(_ controller: Int, _ watch: Watch?) { (self.controller, self.watch) = (controller, watch) }
    }
    private var runners: [Runner]
    private var wakers: [String: [Waker]] = [:]
    private var wakersByAny: [Waker] = []
    /// Effects under way, and who asked for the same again meanwhile.
    private var performing: [EffectID: Set<WorkID>] = [:]
    private let performs: Bool
    /// Most reconciles of one turn, so that news get in between.
    private let turn = 256

    /// A loop of controllers.
    init(runners: [Runner], performs: Bool) {
        (self.runners, self.performs) = (runners, performs)
        for (controller, runner) in runners.enumerated() {
            for watch in [nil] + runner.watches.map(Optional.some) {
                let prefix = watch?.prefix ?? runner.primary.prefix
                if prefix.isEmpty {
                    wakersByAny.append(Waker(controller, watch))
                } else {
                    wakers[prefix, default: []].append(Waker(controller, watch))
                }
            }
        }
        wakers = wakers.mapValues { $0 + wakersByAny }
    }

    /// Every primary among what was found at the start is to be looked at first.
    mutating func note(_ found: some Sequence<WorldChange>, _ world: World) {
        for change in found {
            for waker in concerned(by: change) where waker.watch == nil && runners[waker.controller].concerns(change, world) {
                runners[waker.controller].queue.add(change.key)
            }
        }
    }

    /// So are those of which something is left, though they are gone.
    mutating func noteLeftBehind(in world: World) {
        for index in runners.indices {
            for key in runners[index].leftBehind(world) where !world.contains(key) { runners[index].queue.add(key) }
        }
    }

    /// Whether work is left that could be done at once.
    var hasMore: Bool { runners.contains { $0.queue.hasReady } }
    /// When something becomes due by itself.
    var nextDeadline: Timestamp? {
        mutating get { runners.indices.compactMap { runners[$0].queue.nextDeadline }.min() }
    }
    /// The controllers in the order of `metrics`.
    var names: [String] { runners.map(\.name) }
    /// What each controller has done.
    var metrics: [ControllerMetrics] {
        runners.map { runner in
            var metrics = runner.metrics
            metrics.depth = runner.queue.depth
            return metrics
        }
    }

    /// One turn: takes in what was done and what has changed, and says what to do next. `report` is told of failures.
    mutating func step(
        _ letters: [Letter], _ changes: [WorldChange], _ world: World, report: (String, String, String) -> Void
    ) -> [Action] {
        var actions: [Action] = []
        let arePeopled = changes.isEmpty ? [] : runners.map { world.count($0.primary) > 0 }
        for change in changes { wake(by: change, world, arePeopled) }
        for letter in letters {
            switch letter {
            case .written(let id, let plan, let result): written(id, plan, result, world, &actions, report)
            case .performed(let id, let effect, let outcome): performed(id, effect, outcome, world, report)
            case .woke: break
            }
        }
        for index in runners.indices { runners[index].queue.advance(now: world.now, revision: world.revision) }
        var budget = turn
        for index in runners.indices {
            while budget > 0, let key = runners[index].queue.next(at: world.revision) {
                budget -= 1
                if let action = reconcile(WorkID(controller: index, key: key), world, report) { actions.append(action) }
            }
        }
        // Later controllers must not starve behind a busy first one.
        if budget == 0, runners.count > 1 { rotateTurn(world, &actions, report) }
        return actions
    }

    /// Gives each controller one more key when the turn was used up.
    private mutating func rotateTurn(_ world: World, _ actions: inout [Action], _ report: (String, String, String) -> Void) {
        for index in runners.indices {
            guard let key = runners[index].queue.next(at: world.revision) else { continue }
            if let action = reconcile(WorkID(controller: index, key: key), world, report) { actions.append(action) }
        }
    }

    /// `arePeopled` tells of each runner whether it has primaries.
    private mutating func wake(by change: WorldChange, _ world: World, _ arePeopled: [Bool]) {
        for waker in concerned(by: change) {
            let controller = waker.controller
            guard let watch = waker.watch else {
                if runners[controller].concerns(change, world) { runners[controller].queue.add(change.key) }
                continue
            }
            if watch.needsPrimaries, !arePeopled[controller] { continue }
            for key in watch.primaries(change, world) { runners[controller].queue.add(key) }
        }
    }

    /// Whom a change of a document of this kind may concern, and by which watch.
    private func concerned(by change: WorldChange) -> [Waker] { wakers[change.prefix] ?? wakersByAny }

    private mutating func reconcile(_ id: WorkID, _ world: World, _ report: (String, String, String) -> Void) -> Action? {
        do {
            let plan = try runners[id.controller].plan(id.key, in: world)
            guard plan.isEmpty else { return .write(id, actor: runners[id.controller].name, plan) }
            runners[id.controller].queue.finish(id.key, .done(0), revisit: plan.revisit, now: world.now)
        } catch {
            runners[id.controller].metrics.failures += 1
            report(runners[id.controller].name, id.key, "\(error)")
            runners[id.controller].queue.finish(id.key, .retry(0), now: world.now)
        }
        return nil
    }

    private mutating func written(
        _ id: WorkID, _ plan: Plan, _ result: PlanWriter.Result, _ world: World, _ actions: inout [Action],
        _ report: (String, String, String) -> Void
    ) {
        let name = runners[id.controller].name
        runners[id.controller].metrics.changes += result.applied
        guard let (change, error) = result.refused else {
            runners[id.controller].queue.finish(
                id.key, .done(result.revision), revisit: plan.revisit, settled: plan.effects.isEmpty, now: world.now)
            for effect in plan.effects { perform(effect, id, &actions) }
            return
        }
        if error.isConflict {
            runners[id.controller].metrics.conflicts += 1
        } else {
            runners[id.controller].metrics.failures += 1
            report(name, id.key, "\(change.kind) \(change.key): \(error)")
            let notes = runners[id.controller].notes(id.key, change, error, in: world)
            if !notes.isEmpty { actions.append(.tell(actor: name, notes)) }
        }
        runners[id.controller].queue.finish(id.key, .retry(result.revision), now: world.now)
    }

    private mutating func perform(_ effect: Effect, _ id: WorkID, _ actions: inout [Action]) {
        let effectID = EffectID(name: effect.name, subject: effect.subject)
        guard performs, performing[effectID] == nil else {
            performing[effectID]?.insert(id)
            return
        }
        performing[effectID] = []
        runners[id.controller].metrics.effects += 1
        actions.append(.perform(id, actor: runners[id.controller].name, effect))
    }

    private mutating func performed(
        _ id: WorkID, _ effect: Effect, _ outcome: EffectOutcome, _ world: World, _ report: (String, String, String) -> Void
    ) {
        let waiting = performing.removeValue(forKey: EffectID(name: effect.name, subject: effect.subject)) ?? []
        runners[id.controller].queue.hold(id.key, until: outcome.revision)
        for other in waiting { runners[other.controller].queue.add(other.key) }
        if let error = outcome.error {
            runners[id.controller].metrics.failures += 1
            report(runners[id.controller].name, id.key, "effect \(effect.name) \(effect.subject): \(error)")
            runners[id.controller].queue.retry(id.key, now: world.now)
        } else {
            runners[id.controller].queue.settle(id.key)
        }
    }
}

extension ChangeError {
    /// Whether it says that the world which the plan was made for is not the present one.
    fileprivate var isConflict: Bool {
        switch self {
        case .conflict, .alreadyExists, .notFound: true
        case .invalid, .forbidden, .unavailable: false
        }
    }
}
