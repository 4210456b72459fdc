import Control
import Documents
import KubeClient
import KubeModel
import Storage
import Synchronization

/// How long and how hard a trial is.
package struct TrialConfiguration: Sendable {
    package let seed: UInt64
    /// Servers on a store that they share; one has a log on a disk.
    package var servers: Int
    /// What each client does.
    package var steps = 30
    package var clients = 4
    package var hasFaults = true
    /// Whether the trace is printed as it grows.
    package var isLoud = false
    /// Every third seed plays with two servers.
    package init(seed: UInt64) { (self.seed, servers) = (seed, seed % 3 == 0 ? 2 : 1) }
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
    private let handles = Mutex<[WatchHandle]>([])

    package init(_ configuration: TrialConfiguration) {
        self.configuration = configuration
        simulation = Simulation(seed: configuration.seed)
        random = RandomSource(seed: configuration.seed ^ 0x7a11)
        trace = Trace(clock: simulation.clock, isLoud: configuration.isLoud)
        installation = Installation(simulation: simulation, seed: configuration.seed, servers: configuration.servers, trace: trace)
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
        let stage = try await scene.cluster()
        try await stage.nodegroup("ng", nodes: 3, ["instanceTypes": ["m5.xlarge"]])
        let kubernetes = installation.kubernetes(cluster: stage.cluster)
        try await QuotaClient.prepare(kubernetes)
        try await Furniture.prepare(kubernetes, clients: configuration.clients)
        observeNewRealms()
        let region = try await RegionPlay(scene: scene, stage: stage, installation: installation)
        trace.note("cluster \(stage.cluster) is ready")
        let watchers = Self.watched.map { kind in
            Watcher(kind: kind, kubernetes: installation.kubernetes(cluster: stage.cluster), clock: simulation.clock)
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for watcher in watchers { group.addTask { try await watcher.run() } }
            try await work(stage, region)
            try verdict()
            try await settle(stage, kubernetes, region)
            for watcher in watchers {
                try await watcher.check(kubernetes)
                trace.note("watched \(watcher.summary)")
            }
            group.cancelAll()
        }
        try verdict()
        if let figures = installation.memory?.figures {
            trace.note("\(figures.leaderships) leaderships, \(figures.fenced) writes of former leaders refused")
        }
        trace.note("at rest: \(heads)")
    }
    private static let watched = [PodFields.kind, ConfigMapFields.kind, DeploymentFields.kind]

    /// Everybody's work, and what goes wrong meanwhile; faults end with the work.
    private func work(_ stage: Stage, _ region: RegionPlay) async throws {
        let cast = Cast(
            installation: installation, stage: stage, region: region, ledger: ledger, counters: counters, configuration: configuration,
            random: random)
        try await withThrowingTaskGroup(of: Void.self) { faults in
            if configuration.hasFaults {
                for chaos in cast.faults { faults.addTask { try await chaos() } }
                // A fault that cannot be undone fails the trial at once.
            }
            try await withThrowingTaskGroup(of: Void.self) { players in
                for player in cast.players { players.addTask { try await player() } }
                try await players.waitForAll()
            }
            faults.cancelAll()
            do { try await faults.waitForAll() } catch is CancellationError {}
        }
    }

    /// Ends all faults, waits until everything is at rest, and compares it with what everybody was told.
    private func settle(_ stage: Stage, _ kubernetes: KubeClient, _ region: RegionPlay) async throws {
        try await installation.heal(cluster: stage.cluster)
        trace.note("faults are over")
        for node in try await kubernetes.all(NodeFields.kind).items where node["spec"]["unschedulable"] == true {
            do throws(KubeClientError) {
                _ = try await kubernetes.patch(NodeFields.kind, node.name, .merge(["spec": ["unschedulable": .null]]))
            } catch {
                // It went meanwhile, with its machine.
                guard error.isNotFound else { throw error }
            }
        }
        try await region.settle()
        // A minute more without faults, then no new Jobs.
        try await simulation.clock.sleep(for: .seconds(65))
        for cron in try await kubernetes.all(CronJobFields.kind).items {
            _ = try await kubernetes.patch(CronJobFields.kind, namespace: "default", cron.name, .merge(["spec": ["suspend": true]]))
        }
        let settlement = Settlement(kubernetes: kubernetes, ledger: ledger, clock: simulation.clock)
        try await settlement.reach()
        try await settlement.check()
        try await counters.check(kubernetes)
    }

    // MARK: Observing

    private func observe(_ store: Store) {
        // What is shared is seen from outside, where nothing dies: whatever realm comes is followed from its beginning.
        guard installation.memory == nil else { return follow(store.watchRealms { [self] _ in observeNewRealms() }) }
        for name in store.realmNames {
            guard let realm = store.opened(name) else { continue }
            observer(of: name).follow(realm)
        }
    }
    private func follow(_ handle: WatchHandle) { handles.withLock { $0.append(handle) } }
    /// Follows realms that were made since the process started.
    private func observeNewRealms() {
        guard let store = installation.store else { return }
        for name in store.realmNames where observers.withLock({ $0[name] == nil }) {
            if let realm = store.opened(name) { observer(of: name).follow(realm) }
        }
    }
    private func observer(of realm: String) -> Observer {
        observers.withLock { observers in
            if let observer = observers[realm] { return observer }
            let observer = Observer(
                realm: realm, invariants: realm.hasPrefix("cluster/") ? Self.inClusters : [AllowedStates()],
                isShared: installation.memory != nil)
            observers[realm] = observer
            return observer
        }
    }
    private static let inClusters: [any Invariant] = [
        BoundOnce(), NodesHold(), UniqueAddresses(), QuotaHolds(namespace: QuotaClient.namespace, most: QuotaClient.mostPods),
        EvictionsHaveBudget(), JobsCount(), VolumesBindOnce(), AttachedOnce(), DetachedWhenUnused(), CronJobsForbid(),
        AutoscalersWithinBounds(),
    ]
    private var heads: String {
        observers.withLock { $0 }.sorted { $0.key < $1.key }.map { "\($0.key.prefix(12)) \($0.value.summary)" }.joined(separator: ", ")
    }
    /// - Throws: the first violation that an observer saw.
    private func verdict() throws {
        for (_, observer) in observers.withLock({ $0 }).sorted(by: { $0.key < $1.key }) {
            if let violation = observer.violation { throw violation }
        }
    }
}
