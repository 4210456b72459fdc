import Control
import Documents
import KubeModel
import Storage
import Synchronization

/// How long and how hard a trial is.
package struct TrialConfiguration: Sendable {
    package let seed: UInt64
    /// What each client does.
    package var steps = 30
    package var clients = 4
    package var hasFaults = true
    /// Whether the trace is printed as it grows.
    package var isLoud = false
    package init(seed: UInt64) { self.seed = seed }
}

/// What a trial came to.
package struct TrialResult: Sendable {
    package let seed: UInt64
    /// The same for every run of the seed.
    package let hash: String
    package let lines: Int
    /// What must not be and was.
    package let violation: String?
    /// The end of the trace.
    package let tail: [String]
}

/// A whole system under a random load with random faults, all drawn from one seed, and checks of what must always hold.
package final class Trial: Sendable {
    private let configuration: TrialConfiguration
    private let simulation: Simulation
    private let installation: Installation
    private let trace: Trace
    private let random: RandomSource
    private let ledger = Ledger()
    private let counters = Counters(count: 2)
    private let observers = Mutex<[String: Observer]>([:])

    package init(_ configuration: TrialConfiguration) {
        self.configuration = configuration
        simulation = Simulation(seed: configuration.seed)
        random = RandomSource(seed: configuration.seed ^ 0x7a11)
        trace = Trace(clock: simulation.clock, isLoud: configuration.isLoud)
        installation = Installation(simulation: simulation, seed: configuration.seed, trace: trace)
    }

    /// Runs it to its end; blocks the calling thread meanwhile.
    package func run() -> TrialResult {
        var violation: String?
        do { try simulation.run { try await self.play() } } catch { violation = "\(error)" }
        if let violation { trace.note("violation: \(violation)") }
        return TrialResult(
            seed: configuration.seed, hash: trace.hash, lines: trace.count, violation: violation, tail: trace.tail)
    }

    private func play() async throws {
        installation.onStart { [self] store in observe(store) }
        try await installation.start()
        trace.note("started")
        let scene = Scene(bed: InstallationBed(installation: installation), id: "sim")
        let stage = try await scene.cluster(nodes: 3)
        trace.note("cluster \(stage.cluster) is ready")
        try await observeNewRealms()
        try await work(stage.cluster)
        try verdict()
        let settlement = Settlement(
            kubernetes: installation.kubernetes(cluster: stage.cluster), ledger: ledger, clock: simulation.clock)
        try await settlement.reach()
        try await settlement.check()
        try await counters.check(settlement.kubernetes)
        try verdict()
        trace.note("at rest, revisions \(heads)")
    }

    /// The clients' work.
    private func work(_ cluster: String) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<configuration.clients {
                let client = WorkloadClient(
                    number: number, kubernetes: installation.kubernetes(cluster: cluster),
                    doubtful: installation.kubernetes(cluster: cluster, mayDuplicate: true), ledger: ledger, counters: counters,
                    random: RandomSource(seed: random.next()), clock: simulation.clock, trace: trace)
                group.addTask { [configuration] in try await client.run(steps: configuration.steps) }
            }
            try await group.waitForAll()
        }
    }

    // MARK: Observing

    private func observe(_ store: Store) {
        for name in store.realmNames {
            guard let realm = store.opened(name) else { continue }
            observer(of: name).follow(realm)
        }
    }
    /// Follows realms that were made since the process started.
    private func observeNewRealms() async throws {
        guard let store = installation.store else { return }
        for name in store.realmNames where observers.withLock({ $0[name] == nil }) {
            if let realm = store.opened(name) { observer(of: name).follow(realm) }
        }
    }
    private func observer(of realm: String) -> Observer {
        observers.withLock { observers in
            if let observer = observers[realm] { return observer }
            let invariants: [any Invariant] = realm.hasPrefix("cluster/") ? [BoundOnce(), NodesHold(), UniqueAddresses()] : []
            let observer = Observer(realm: realm, invariants: invariants)
            observers[realm] = observer
            return observer
        }
    }
    private var heads: String {
        observers.withLock { $0 }.sorted { $0.key < $1.key }.map { "\($0.key.prefix(12)) \($0.value.head)" }.joined(separator: ", ")
    }
    /// - Throws: the first violation that an observer saw.
    private func verdict() throws {
        for (_, observer) in observers.withLock({ $0 }).sorted(by: { $0.key < $1.key }) {
            if let violation = observer.violation { throw violation }
        }
    }
}
