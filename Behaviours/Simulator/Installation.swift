import AWSProtocol
import Assembly
import Control
import KubeClient
import KubeModel
import Network
import Storage
import Synchronization

/// A server with its disk, and the network before it: it dies, and is started again over what the disk kept.
final class Installation: Sendable {
    static let region = "us-west-2"
    let executor: SeededExecutor
    let clock: ManualClock
    let disk: SimulatedDisk
    let network: SimulatedNetwork
    let trace: Trace
    /// Machines that cannot reach their cluster.
    let cuts = Cuts()
    private let random: RandomSource
    /// The longest that a write of the log takes.
    private let diskTime = Mutex(Duration.milliseconds(2))
    private let life = Mutex<Life?>(nil)
    private let watchers = Mutex<[@Sendable (Store) -> Void]>([])

    private struct Life: Sendable {
        let process: SimulatedProcess
        let store: Store
        let system: System
    }

    init(simulation: Simulation, seed: UInt64, trace: Trace) {
        (executor, clock, self.trace) = (simulation.executor, simulation.clock, trace)
        disk = SimulatedDisk(seed: seed)
        random = RandomSource(seed: seed ^ 0x5eed)
        network = SimulatedNetwork(clock: clock, random: RandomSource(seed: seed ^ 0x0e17))
    }

    /// The longest that a write of the log takes.
    var slowestWrite: Duration {
        get { diskTime.withLock { $0 } }
        set { diskTime.withLock { $0 = newValue } }
    }

    /// Has something called with the store of each life, as soon as it is open.
    func onStart(_ action: @escaping @Sendable (Store) -> Void) { watchers.withLock { $0.append(action) } }

    /// Starts the process and waits until it serves.
    /// - Throws: what the start throws; the process is dead then.
    func start() async throws {
        let process = SimulatedProcess(executor: executor, random: random)
        let log = process.log(slowest: { [self] in slowestWrite }, clock: clock)
        do {
            let starting = process.perform { [self] in
                let store = try await Store.open(disk: disk, clock: clock, log: log)
                for action in watchers.withLock({ $0 }) { action(store) }
                var configuration = SystemConfiguration(regions: [Self.region])
                configuration.machineLine = { [cuts] in CutLine(cuts: cuts, address: $0, transport: $1) }
                let (system, _) = try await System.start(
                    configuration, store: store, clock: clock, random: random,
                    hosting: .inProcess(process.executor))
                return Life(process: process, store: store, system: system)
            }
            let began = try await starting.value()
            life.withLock { $0 = began }
        } catch {
            process.kill()
            throw error
        }
    }

    /// Kills the process and, unless only it dies, cuts the disk's power.
    func crash(losingPower: Bool) {
        let dead = life.withLock { life in
            defer { life = nil }
            return life
        }
        dead?.process.kill()
        if losingPower { disk.crash() } else { disk.abandon() }
    }

    /// Ends all faults and starts the process over what the disk has.
    func heal() async throws {
        network.weather = .calm
        slowestWrite = .milliseconds(2)
        cuts.mendAll()
        crash(losingPower: true)
        try await start()
        try await operate { try await $0.recover(region: Self.region) }
    }

    /// The store of the present life; nil between two.
    var store: Store? { life.withLock { $0?.store } }
    var isUp: Bool { life.withLock { $0 != nil } }

    /// Does something in the process, as an operator at its console would.
    func operate<Result: Sendable>(_ work: @escaping @Sendable (System) async throws -> Result) async throws -> Result {
        guard let life = life.withLock({ $0 }) else { throw HTTPError.connectionFailed("the process does not run") }
        return try await life.process.perform { try await work(life.system) }.value()
    }

    // MARK: Ways in

    /// AWS as the account's administrator.
    func aws() throws -> AWSClient {
        guard let life = life.withLock({ $0 }) else { throw HTTPError.connectionFailed("the process does not run") }
        let line = SimulatedLine(
            network: network,
            door: { [self] in self.life.withLock { $0.map { ($0.process, $0.system.awsTransport) } } })
        return AWSClient(
            transport: line, credential: SigningCredential(life.system.administrator), region: Self.region, clock: clock)
    }
    /// A cluster's API as its creator.
    /// - Parameter mayDuplicate: whether the network may bring a request twice.
    func kubernetes(cluster: String, mayDuplicate: Bool = false) -> KubeClient {
        let line = SimulatedLine(
            network: network,
            door: { [self] in
                life.withLock { life in
                    guard let life, let id = life.system.clusterID(region: Self.region, name: cluster) else { return nil }
                    return (life.process, life.system.kubernetesTransport(cluster: id))
                }
            }, mayDuplicate: mayDuplicate)
        let key = Mutex<(token: String, since: Timestamp)?>(nil)
        return KubeClient(transport: line) { [self] in
            if let (token, since) = key.withLock({ $0 }), clock.now - since < .seconds(600) { return token }
            guard let system = life.withLock({ $0?.system }) else { throw HTTPError.connectionFailed("connection refused") }
            let token = ClusterToken.make(
                cluster: cluster, stsBase: "https://sts.\(Self.region).amazonaws.com",
                credential: SigningCredential(system.administrator), region: Self.region, now: clock.now)
            key.withLock { $0 = (token, clock.now) }
            return token
        }
    }
}
