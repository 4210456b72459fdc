import AWSProtocol
import Assembly
import Control
import KubeClient
import KubeModel
import Network
import Storage
import Synchronization

/// A server with its disk, or several on a store that they share, and the network before them: each dies, and is started again over what
/// the store kept.
final class Installation: Sendable {
    static let region = "us-west-2"
    let executor: SeededExecutor
    let clock: ManualClock
    let disk: SimulatedDisk
    /// What several servers share; nil where one has a disk.
    let memory: SharedMemory?
    let network: SimulatedNetwork
    let trace: Trace
    /// Machines that cannot reach their cluster.
    let cuts = Cuts()
    private let random: RandomSource
    /// The longest that a write of the log takes, or a message to the store that is shared.
    private let storeTime = Mutex(Duration.milliseconds(2))
    private let servers: Mutex<[Server]>
    private let watchers = Mutex<[@Sendable (Store) -> Void]>([])
    /// Sees what is in a store that is shared, outside of all processes.
    private let witness: Store?

    private struct Life: Sendable {
        let process: SimulatedProcess
        let store: Store
        let system: System
        let link: SharedMemoryLink?
    }
    private struct Server: Sendable {
        var life: Life?
        var isFrozen = false
    }

    init(simulation: Simulation, seed: UInt64, servers count: Int, trace: Trace) {
        (executor, clock, self.trace) = (simulation.executor, simulation.clock, trace)
        disk = SimulatedDisk(seed: seed)
        memory = count > 1 ? SharedMemory(clock: simulation.clock) : nil
        witness = memory?.connect().store
        servers = Mutex(Array(repeating: Server(), count: count))
        random = RandomSource(seed: seed ^ 0x5eed)
        network = SimulatedNetwork(clock: clock, random: RandomSource(seed: seed ^ 0x0e17))
    }

    /// How many servers there are, dead ones included.
    var count: Int { servers.withLock { $0.count } }

    /// The longest that a write of the log takes, or a message to the store that is shared.
    var slowestWrite: Duration {
        get { storeTime.withLock { $0 } }
        set { storeTime.withLock { $0 = newValue } }
    }

    /// Has something called with the store of each life, as soon as it is open; with one that is shared once.
    func onStart(_ action: @escaping @Sendable (Store) -> Void) { watchers.withLock { $0.append(action) } }

    /// Starts every server and waits until they serve.
    /// - Throws: what a start throws; the process is dead then.
    func start() async throws {
        if let witness { for action in watchers.withLock({ $0 }) { action(witness) } }
        for place in 0..<count { try await start(place) }
    }

    /// Starts one server and waits until it serves.
    func start(_ place: Int) async throws {
        let process = SimulatedProcess(executor: executor, random: random)
        do {
            let starting = process.perform { [self] in
                let (store, link) = try await open(in: process)
                var configuration = SystemConfiguration(regions: [Self.region])
                configuration.machineLine = { [cuts] in CutLine(cuts: cuts, address: $0, transport: $1) }
                let (system, _) = try await System.start(
                    configuration, store: store, clock: clock, random: random,
                    hosting: .inProcess(process.executor))
                return Life(process: process, store: store, system: system, link: link)
            }
            let began = try await starting.value()
            servers.withLock { $0[place] = Server(life: began) }
        } catch {
            process.kill()
            throw error
        }
    }
    private func open(in process: SimulatedProcess) async throws -> (Store, SharedMemoryLink?) {
        if let memory { return memory.connect(wire: process.wire(slowest: { [self] in slowestWrite }, clock: clock)) }
        let log = process.log(slowest: { [self] in slowestWrite }, clock: clock)
        let store = try await Store.open(disk: disk, clock: clock, log: log)
        for action in watchers.withLock({ $0 }) { action(store) }
        return (store, nil)
    }

    /// Kills a process and, unless only it dies, cuts the disk's power.
    func crash(_ place: Int = 0, losingPower: Bool) {
        let dead = servers.withLock { servers in
            defer { servers[place] = Server() }
            return servers[place].life
        }
        dead?.process.kill()
        dead?.link?.forget()
        if losingPower { disk.crash() } else { disk.abandon() }
    }
    /// Stops a process, which goes on where it was at `thaw`.
    func freeze(_ place: Int) {
        servers.withLock { servers in
            servers[place].isFrozen = true
            servers[place].life?.process.freeze()
        }
    }
    func thaw(_ place: Int) {
        servers.withLock { servers in
            servers[place].isFrozen = false
            servers[place].life?.process.thaw()
        }
    }
    /// Cuts a server off the store that is shared; clients reach it.
    func cut(_ place: Int) { servers.withLock { $0[place].life?.link?.cut() } }
    func mend(_ place: Int) {
        let link = servers.withLock { $0[place].life?.link }
        link?.heal()
    }

    /// Ends all faults and starts every process over what the store has; returns when each serves the cluster.
    func heal(cluster: String) async throws {
        network.weather = .calm
        slowestWrite = .milliseconds(2)
        cuts.mendAll()
        for place in 0..<count { crash(place, losingPower: true) }
        for place in 0..<count { try await start(place) }
        let patience = clock.now + .seconds(60)
        try await operate { [clock] system in
            while true {
                if let id = system.clusterID(region: Self.region, name: cluster) {
                    let answer = try await system.kubernetesTransport(cluster: id).send(HTTPRequest("GET", "/version"))
                    if answer.status != 503 { return }
                }
                guard clock.now < patience else { throw Violation("a server does not serve the cluster a minute after its start") }
                try await clock.sleep(for: .milliseconds(100))
            }
        }
        // Where several are, the next leader does that.
        if memory == nil { try await operate { try await $0.recover(region: Self.region) } }
    }

    /// The store of the present life, nil between two; or the one that is shared.
    var store: Store? { witness ?? servers.withLock { $0[0].life?.store } }

    /// Does something in each process that runs, as an operator at its console would.
    func operate(_ work: @escaping @Sendable (System) async throws -> Void) async throws {
        let living = servers.withLock { $0.compactMap { $0.isFrozen ? nil : $0.life } }
        guard !living.isEmpty else { throw HTTPError.connectionFailed("the process does not run") }
        for life in living { try await life.process.perform { try await work(life.system) }.value() }
    }

    /// The server at which a request arrives, nil for one that is dead: any of several, as behind a name with several addresses.
    private func arrival() -> Life? {
        let place = count > 1 ? random.int(in: 0..<count) : 0
        return servers.withLock { $0[place].life }
    }
    private var someone: Life? { servers.withLock { $0.lazy.compactMap(\.life).first } }

    // MARK: Ways in

    /// AWS as the account's administrator.
    func aws() throws -> AWSClient {
        guard let life = someone else { throw HTTPError.connectionFailed("the process does not run") }
        let line = SimulatedLine(network: network, door: { [self] in arrival().map { ($0.process, $0.system.awsTransport) } })
        return AWSClient(
            transport: line, credential: SigningCredential(life.system.administrator), region: Self.region, clock: clock)
    }
    /// A cluster's API as its creator.
    /// - Parameter mayDuplicate: whether the network may bring a request twice.
    func kubernetes(cluster: String, mayDuplicate: Bool = false) -> KubeClient {
        let line = SimulatedLine(
            network: network,
            door: { [self] in
                guard let life = arrival(), let id = life.system.clusterID(region: Self.region, name: cluster) else { return nil }
                return (life.process, life.system.kubernetesTransport(cluster: id))
            }, mayDuplicate: mayDuplicate)
        let key = Mutex<(token: String, since: Timestamp)?>(nil)
        return KubeClient(transport: line) { [self] in
            if let (token, since) = key.withLock({ $0 }), clock.now - since < .seconds(600) { return token }
            guard let system = someone?.system else { throw HTTPError.connectionFailed("connection refused") }
            let token = ClusterToken.make(
                cluster: cluster, stsBase: "https://sts.\(Self.region).amazonaws.com",
                credential: SigningCredential(system.administrator), region: Self.region, now: clock.now)
            key.withLock { $0 = (token, clock.now) }
            return token
        }
    }
}
