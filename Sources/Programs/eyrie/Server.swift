import Assembly
import Control
import Documents
import Eksctl
import Glibc
import Network
import Storage

/// Runs a region until a signal asks to stop.
struct Server: Sendable {
    let home: DataDirectory
    let regions: [String]
    let address: ServerAddress
    let port: Int
    let machines: MachineKind
    let store: StoreChoice
    var scheduler: SchedulerFile?

    func run() async throws {
        let log = Log("eyrie")
        StopSignal.listen()
        let clock = SystemClock()
        let store = try await self.store.open(clock: clock)
        var configuration = SystemConfiguration(regions: regions)
        (configuration.address, configuration.port) = (address, port)
        configuration.registry = "\(home.path)/registry"
        configuration.scheduler = scheduler
        switch machines {
        case .real: configuration.realMachines = home.path
        case .simulated(let reason): log.info("machines are simulated", ["reason": reason])
        }
        let (system, port) = try await start(configuration, store, clock)
        let endpoint = "http://" + ServerAddress.authority(address.advertised, port)
        try Profile.write(home, endpoint: endpoint, region: regions[0], credential: system.administrator)
        link()
        let state = ServerState(endpoint: endpoint, regions: regions, version: Eyrie.version)
        try TextFile.write(JSON.text(state.document), to: home.server, mode: 0o644)
        log.info("the region is up", ["endpoint": endpoint, "region": regions[0], "data": home.path, "process": getpid()])
        await StopSignal.wait()
        log.info("stopping")
        await system.stop()
        unlink(home.server)
        log.info("stopped")
    }
    /// - Throws: `UsageError` where the address cannot be listened on.
    private func start(_ configuration: SystemConfiguration, _ store: Store, _ clock: SystemClock) async throws -> (System, Int) {
        do {
            return try await System.start(
                configuration, store: store, clock: clock, random: RandomSource(), hosting: .listening(.shared))
        } catch HTTPError.connectionFailed(let reason) { throw UsageError("cannot \(reason)") }
    }
    /// Puts this program into the data directory's bin folder under both its names.
    private func link() {
        for name in ["eyrie", "eksctl"] {
            let path = "\(home.bin)/\(name)"
            unlink(path)
            symlink(Client.ownPath(), path)
        }
    }
}
