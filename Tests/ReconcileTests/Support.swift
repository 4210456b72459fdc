import Control
import Documents
import Reconcile
import Storage
import Synchronization

/// A set of boxes and its boxes: the smallest pair of an owner and its dependents.
struct SetFields: KindFields {
    static let kind = Kind(group: "test", "Set", prefix: "test/sets/")
    let metadata = Field<Self, View<MetadataFields>>("metadata"), spec = Field<Self, View<CountFields>>("spec")
    let status = Field<Self, View<CountFields>>("status")
}
struct CountFields: Fields { let count = Field<Self, Int>("count") }
struct BoxFields: KindFields {
    static let kind = Kind(group: "test", "Box", prefix: "test/boxes/")
    let metadata = Field<Self, View<MetadataFields>>("metadata"), ready = Field<Self, Bool>("ready")
}
typealias BoxSet = View<SetFields>
typealias Box = View<BoxFields>

/// Keeps as many boxes as the set asks for, and counts them.
struct SetController: Controller {
    typealias Primary = SetFields
    static let name = "set"
    static let watches = [Watch.owned(Box.self, by: BoxSet.self)]
    static let writes: Swift.Set<Kind> = [SetFields.kind, BoxFields.kind]
    func reconcile(_ set: BoxSet, in world: World) throws -> Plan {
        let boxes = world.owned(Box.self, by: set.metadata.uid ?? "")
        let wanted = set.spec.count ?? 0
        var plan = Plan()
        for _ in boxes.count..<max(wanted, boxes.count) { plan.changes.append(.create(BoxFields.kind, box(of: set).value)) }
        for box in boxes.dropFirst(wanted) {
            plan.changes.append(
                .delete(BoxFields.kind, namespace: box.metadata.namespace, name: box.metadata.name ?? "", uid: box.metadata.uid))
        }
        if set.status.count != boxes.count {
            var updated = set
            updated.status.count = boxes.count
            plan.changes.append(.updateStatus(SetFields.kind, updated.value))
        }
        return plan
    }
    private func box(of set: BoxSet) -> Box {
        var box = Box()
        box.metadata.generateName = (set.metadata.name ?? "") + "-"
        box.metadata.namespace = set.metadata.namespace
        var owner = View<OwnerReferenceFields>()
        (owner.apiVersion, owner.kind, owner.name) = (SetFields.kind.apiVersion, SetFields.kind.name, set.metadata.name)
        (owner.uid, owner.controller) = (set.metadata.uid, true)
        box.metadata.ownerReferences = [owner]
        return box
    }
}

/// A region in a box: store, clock and controllers on one seeded executor.
final class Bed: Sendable {
    let clock = ManualClock()
    let executor: SeededExecutor
    let random: RandomSource
    let realm: Realm
    let writer: RealmWriter
    private let running = Mutex<Task<Void, Never>?>(nil)

    init(seed: UInt64) async throws {
        executor = SeededExecutor(seed: seed)
        random = RandomSource(seed: seed)
        realm = try await Store.memory(clock: clock).realm("test")
        writer = RealmWriter(realm: realm, clock: clock, random: random)
    }
    func group(_ controllers: [any Controller], writer: (any ChangeWriter)? = nil, effects: (any EffectPerformer)? = nil) -> ControllerGroup
    {
        ControllerGroup(
            realm: realm, writer: writer ?? self.writer, effects: effects, clock: clock, random: random, controllers: controllers,
            log: Log("test") { _ in })
    }
    func start(_ group: ControllerGroup) {
        let task = executor.start { try? await group.run() }
        running.withLock { $0 = task }
    }
    func stop() {
        running.withLock { $0?.cancel() }
        settle()
    }
    func settle() { executor.drain(limit: 1_000_000) }
    func advance(_ duration: Duration) { clock.advance(by: duration) { settle() } }
    /// Runs something to its end on the executor.
    func run<Result: Sendable>(_ body: @escaping @Sendable () async throws -> Result) throws -> Result {
        let outcome = Mutex<Swift.Result<Result, any Error>?>(nil)
        _ = executor.start {
            do {
                let result = try await body()
                outcome.withLock { $0 = .success(result) }
            } catch { outcome.withLock { $0 = .failure(error) } }
        }
        settle()
        return try outcome.withLock { $0 ?? .failure(CancellationError()) }.get()
    }
    @discardableResult func apply(_ change: Change) throws -> Revision {
        try run { [writer] in try await writer.apply(change, by: "test") }
    }
    func boxes() -> [Box] { realm.snapshot().range(prefix: BoxFields.kind.prefix).compactMap { Box($0.value) } }
    func set(_ name: String = "a") -> BoxSet? { realm.snapshot().get(SetFields.kind.key("default", name)).flatMap { BoxSet($0.value) } }
    func makeSet(_ count: Int, _ name: String = "a") throws {
        try apply(
            .create(SetFields.kind, ["metadata": ["name": .string(name), "namespace": "default"], "spec": ["count": .int(Int64(count))]]))
    }
}
