import Control
import Documents
import KubeAPI
import KubeControllers
import KubeModel
import KubeScheduler
import Reconcile
import Storage
import Synchronization

/// What a case does, step by step.
enum PerfStep: Sendable {
    case nodes(Int, @Sendable (Int) -> Value)
    case documents(Kind, Int, @Sendable (Int) -> Value)
    /// Writes the statuses of documents: namespace, name, status.
    case statuses(Kind, Int, @Sendable (Int) -> (String, String, Value))
    /// Starts the controllers that make claims to devices, free them, and delete what belongs to nobody.
    case controllers
    case pods(Int, wait: Bool, @Sendable (Int) -> Value)
    /// Creates one pod after each pause while the measured part runs.
    case churn(Duration, @Sendable (Int) -> Value)
    /// The part that counts.
    case measure(Int, @Sendable (Int) -> Value)
    /// The part that counts: so many pods again and again, deleted once all have a node, for that time.
    case steady(Int, Duration, @Sendable (Int) -> Value)
}

/// An API server and a scheduler over a store in memory, or on a durable log.
final class PerfStage: Sendable {
    struct Outcome {
        let pods: Int
        let seconds: Double
        let processorSeconds: Double
    }
    private let store: Store
    private let realm: Realm
    private let server: APIServer
    private let clock = SystemClock()
    private let scheduler: Scheduler
    private let bound = Mutex(0)
    private let watch = Mutex<WatchHandle?>(nil)

    /// - Parameter directory: where the log is kept; nil for a store in memory.
    init(directory: String?) async throws {
        let random = RandomSource(seed: 1)
        if let directory { store = try await .open(directory: directory, clock: clock) } else { store = .memory(clock: clock) }
        realm = try await store.realm("cluster/perf")
        server = APIServer(
            realm: realm, schema: .kubernetes, kinds: .kubernetes, authenticators: [LocalAuthenticator()],
            authorizers: [SuperuserAuthorizer()], clock: clock, random: random, configuration: APIServerConfiguration())
        try await server.bootstrap()
        let binder = DirectBinder(realm: realm, clock: clock, random: random)
        scheduler = Scheduler(realm: realm, writer: server, binder: binder, clock: clock, random: random)
        let handle = try realm.watch(prefix: PodFields.kind.prefix, after: realm.head) { [weak self] events in self?.count(events) }
        watch.withLock { $0 = handle }
    }
    private func count(_ events: [Event]) {
        var new = 0
        for event in events where event.kind == .put {
            guard let previous = event.previous, event.entry.document?.root["spec"]?["nodeName"] != nil else { continue }
            if previous.document?.root["spec"]?["nodeName"] == nil { new += 1 }
        }
        if new > 0 { bound.withLock { $0 += new } }
    }
    func stop() async {
        watch.withLock { $0?.cancel() }
        await store.close()
    }

    /// Goes through the steps beside a running scheduler.
    func run(_ steps: [PerfStep]) async throws -> Outcome {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { [scheduler] in try await scheduler.run() }
            defer { group.cancelAll() }
            for name in ["default", "sched-0", "sched-1", "first", "low", "high", "large", "measured", "gated", "deleting", "init", "test"]
            {
                _ = try? await server.apply(.create(NamespaceFields.kind, ["metadata": ["name": .string(name)]]), by: "bench")
            }
            var outcome: Outcome?
            for step in steps {
                switch step {
                case .nodes(let count, let template): try await create(NodeFields.kind, count, template)
                case .documents(let kind, let count, let template): try await create(kind, count, template)
                case .pods(let count, let wait, let template):
                    let before = bound.withLock { $0 }
                    try await create(PodFields.kind, count, template)
                    if wait { try await waitFor(before + count) }
                case .churn(let pause, let template): group.addTask { [self] in await churn(pause, template) }
                case .statuses(let kind, let count, let status): try await write(kind, count, status)
                case .controllers:
                    let controllers = ControllerGroup(
                        realm: realm, writer: server, clock: clock, random: RandomSource(seed: 2),
                        controllers: [PodClaimsController(), DeviceReleaseController(), GarbageCollector()],
                        indexes: [KubeIndexes.notes])
                    group.addTask { try await controllers.run() }
                case .steady(let batch, let time, let template): outcome = try await steady(batch, time, template)
                case .measure(let count, let template):
                    let before = bound.withLock { $0 }
                    let (start, startCPU) = (seconds(), ownProcessorSeconds())
                    try await create(PodFields.kind, count, template)
                    try await waitFor(before + count)
                    outcome = Outcome(pods: count, seconds: seconds() - start, processorSeconds: ownProcessorSeconds() - startCPU)
                }
            }
            guard let outcome else { throw BenchError("nothing was measured") }
            return outcome
        }
    }
    private func churn(_ pause: Duration, _ template: @Sendable (Int) -> Value) async {
        for index in 0... {
            do { try await clock.sleep(for: pause) } catch { return }
            _ = try? await server.apply(.create(PodFields.kind, template(index)), by: "bench")
        }
    }

    private func steady(_ batch: Int, _ time: Duration, _ template: @escaping @Sendable (Int) -> Value) async throws -> Outcome {
        let (start, startCPU) = (seconds(), ownProcessorSeconds())
        var pods = 0
        while seconds() - start < Double(time.components.seconds) {
            let (first, before) = (pods, bound.withLock { $0 })
            try await create(PodFields.kind, batch) { template(first + $0) }
            try await waitFor(before + batch, every: .microseconds(200))
            pods += batch
            try await apply(batch) { index in
                let metadata = template(first + index)["metadata"]
                return .delete(
                    PodFields.kind, namespace: metadata["namespace"].string, name: metadata["name"].string ?? "", uid: nil,
                    gracePeriodSeconds: 0)
            }
        }
        return Outcome(pods: pods, seconds: seconds() - start, processorSeconds: ownProcessorSeconds() - startCPU)
    }

    private func create(_ kind: Kind, _ count: Int, _ template: @escaping @Sendable (Int) -> Value) async throws {
        try await apply(count) { .create(kind, template($0)) }
    }
    private func write(_ kind: Kind, _ count: Int, _ status: @escaping @Sendable (Int) -> (String, String, Value)) async throws {
        try await apply(count) { index in
            let (namespace, name, status) = status(index)
            return .patch(kind, namespace: namespace, name: name, ["status": status], subresource: "status")
        }
    }
    /// Makes changes from several tasks at once.
    private func apply(_ count: Int, _ change: @escaping @Sendable (Int) -> Change) async throws {
        let workers = 16
        try await withThrowingTaskGroup(of: Void.self) { group in
            for worker in 0..<min(workers, count) {
                group.addTask { [server] in
                    for index in stride(from: worker, to: count, by: workers) {
                        _ = try await server.apply(change(index), by: "bench")
                    }
                }
            }
            try await group.waitForAll()
        }
    }
    private func waitFor(_ count: Int, every pause: Duration = .milliseconds(2)) async throws {
        let limit = seconds() + 120
        while bound.withLock({ $0 }) < count {
            guard seconds() < limit else { throw BenchError("only \(bound.withLock { $0 }) of \(count) pods have a node") }
            try await clock.sleep(for: pause)
        }
    }
}
