import Control
import Documents
import Storage

/// What one controller has done so far.
package struct ControllerMetrics: Sendable, Hashable {
    package var reconciles = 0
    package var changes = 0
    package var effects = 0
    /// Changes refused because the world had moved on.
    package var conflicts = 0
    /// Reconciles that threw, and changes and effects that failed otherwise.
    package var failures = 0
    /// Keys that wait or are being worked on.
    package var depth = 0
}

/// One controller with its queue. A value that decides; `ControllerGroup` performs.
struct Runner: Sendable {
    let name: String
    let primary: Kind
    let watches: [Watch]
    let indexes: [WorldIndex]
    /// Whether a change of a primary is worth a look.
    let concerns: @Sendable (WorldChange, World) -> Bool
    /// Where a start begins beside the primaries.
    let leftBehind: @Sendable (World) -> [String]
    private let writes: Set<String>
    private let rest: @Sendable (String, World) -> Duration?
    private let reconcile: @Sendable (String, World) throws -> Plan
    private let refused: @Sendable (String, Change, ChangeError, World) -> Plan
    var queue: WorkQueue
    var metrics = ControllerMetrics()

    init<C: Controller>(_ controller: C, concurrency: Int, random: RandomSource) {
        (name, primary, watches, indexes) = (C.name, C.Primary.kind, C.watches, C.indexes)
        concerns = { C.concerns($0, in: $1) }
        leftBehind = { C.leftBehind(in: $0) }
        writes = Set(C.writes.map(\.prefix))
        queue = WorkQueue(concurrency: concurrency, random: random)
        rest = { controller.rest($0, in: $1) }
        reconcile = { key, world in
            guard let object = world.get(View<C.Primary>.self, key: key) else { return try controller.removed(key, in: world) }
            return try controller.reconcile(object, in: world)
        }
        refused = { key, change, error, world in
            guard let object = world.get(View<C.Primary>.self, key: key) else { return Plan() }
            return controller.refused(change, error, for: object, in: world)
        }
    }

    /// Whether the controller declared that it writes the kinds of these changes (or any); else the first that it did not declare.
    func undeclared(_ changes: [Change]) -> Kind? {
        writes.contains(Kind.anyDocument.prefix) ? nil : changes.first { !writes.contains($0.kind.prefix) }?.kind
    }

    /// The plan for a key; throws what the controller throws, or `UndeclaredWrite`.
    mutating func plan(_ key: String, in world: World) throws -> Plan {
        if queue.wasTimed(key), let rest = rest(key, world) { return Plan(revisit: rest) }
        metrics.reconciles += 1
        let plan = try reconcile(key, world)
        if let kind = undeclared(plan.changes + plan.notes) { throw UndeclaredWrite(controller: name, kind: kind.name) }
        if world.value(key) == nil, plan.isEmpty, plan.revisit == nil { queue.forget(key) }
        return plan
    }
    /// What to tell after a refusal.
    func notes(_ key: String, _ change: Change, _ error: ChangeError, in world: World) -> Plan {
        let plan = refused(key, change, error, world)
        return undeclared(plan.changes + plan.notes) == nil ? plan : Plan()
    }
}

/// A controller wanted to write a kind that it had not declared.
struct UndeclaredWrite: Error, Sendable, Hashable, CustomStringConvertible {
    let controller: String
    let kind: String
    var description: String { "controller \(controller) does not declare that it writes \(kind)" }
}
