package import AWSProtocol
import AWSServices
package import Control
import KubeAPI
import KubeScheduler
package import Network
import Reconcile
package import Storage
import Synchronization

/// What a system is built from.
package struct SystemConfiguration: Sendable {
    package var account = "111122223333"
    /// Regions that may be asked for; the first is the default.
    package var regions: [String]
    /// Where the AWS endpoint and the clusters' APIs listen, and what they are called.
    package var address = ServerAddress(listening: "127.0.0.1")
    /// Port of the AWS endpoint; 0 takes a free one.
    package var port = 4566
    /// The data directory below which real machines keep their disks; nil makes every machine a simulated one.
    package var realMachines: String?
    /// Where the registry behind ECR keeps its images; nil for no registry.
    package var registry: String?
    /// How clusters' schedulers work where a cluster's own `kubeSchedulerConfig` says nothing.
    package var scheduler: SchedulerFile?
    /// Puts something between a simulated machine, known by its private address, and its cluster; nil puts nothing there.
    package var machineLine: (@Sendable (_ address: String, any HTTPTransport) -> any HTTPTransport)?
    package init(regions: [String]) { self.regions = regions }
}

/// A whole Eyrie in one process: the AWS endpoint, the regions behind it, their clusters and machines.
package final class System: Sendable {
    package let configuration: SystemConfiguration
    private let store: Store
    private let services: TaskBag
    let directory: RegionDirectory
    let planes: ControlPlanes
    let machines: any MachineDriver
    private let host: RealHost?
    private let registry: DockerRegistry?
    let endpoint: any HTTPHandler
    private let server: HTTPServer?
    /// The access key of the account's first administrator.
    package let administrator: Credential

    private init(
        configuration: SystemConfiguration, store: Store, services: TaskBag, directory: RegionDirectory, planes: ControlPlanes,
        machines: any MachineDriver, host: RealHost?, registry: DockerRegistry?, endpoint: any HTTPHandler, server: HTTPServer?,
        administrator: Credential
    ) {
        (self.configuration, self.store, self.services, self.directory) = (configuration, store, services, directory)
        (self.planes, self.machines, self.host, self.registry, self.endpoint) = (planes, machines, host, registry, endpoint)
        (self.server, self.administrator) = (server, administrator)
    }

    /// Builds the system over a store, starts everything that ran before, and listens.
    /// - Returns: the system and the port of its AWS endpoint.
    package static func start(
        _ configuration: SystemConfiguration, store: Store, clock: any WallClock, random: RandomSource, hosting: Hosting
    ) async throws -> (system: System, port: Int) {
        let services = TaskBag(hosting: hosting, clock: clock)
        let globalRealm = try await store.realm("global")
        let servers = try await members(configuration, store, clock, random)
        let global = Records(
            realm: globalRealm, writer: RealmWriter(realm: globalRealm, clock: clock, random: random), clock: clock, random: random)
        let iam = IAMService(account: configuration.account, records: global)
        let administrator = try await Self.administrator(iam, store, servers)
        let credentials = IAMCredentials(records: global, account: configuration.account)
        let box = DirectoryBox()
        let host = try configuration.realMachines.map { try RealHost(data: $0) }
        let planes = try await controlPlanes(configuration, store, clock, random, hosting, services, credentials, servers, box, host)
        let worldwide = [iam.table, STSService(account: configuration.account, records: global).table]
        var endpoint = EndpointConfiguration()
        endpoint.region = configuration.regions[0]
        let operations = AWSEndpoint(credentials: credentials, clock: clock, configuration: endpoint) { service, region in
            if let table = worldwide.first(where: { $0.service == service }) { return table }
            guard let region = try await box.get()?.region(region) else { return nil }
            if store.isShared { try await region.records.realm.current() }
            return region.tables[service]
        }
        let registry = configuration.registry.map { DockerRegistry(folder: $0, clock: clock) }
        let registries = ECRRegistry(before: operations) { try await box.get()?.region($0)?.ecr }
        let aws = CurrentRealms.before(registries, [globalRealm], in: store)
        let login = NodeLogin(planes: planes, directory: box, account: configuration.account, line: configuration.machineLine)
        let simulated = SimulatedMachines(clock: clock, random: random, services: services, login: login)
        let drivers = HostDrivers(host, simulated: simulated, box, aws, services, hosting, clock, random)
        let parts = Region.Parts(
            account: configuration.account, global: global, clusters: planes, machines: drivers.machines, network: drivers.network,
            registry: registry, endpoint: configuration.address.endpoint, clock: clock, random: random)
        let directory = RegionDirectory(
            store: store, services: services, hosting: hosting, identity: servers.identity, served: configuration.regions, parts: parts)
        box.set(directory)
        try await directory.resume()
        let restores = RestoreSweeper(home: planes.home, directory: directory, servers: servers, clock: clock)
        if store.isShared {
            services.run("restores", restores)
            services.run("servers", servers)
            services.run("regions", RegionFollower(store: store, directory: directory, clock: clock))
            services.run("clusters", planes.follower)
        } else {
            await restores.sweep()
        }
        await host?.sweep(directory.openRegions)
        let door = AdminDoor(
            next: aws, credentials: credentials, permissions: Permissions(records: global), servers: servers, directory: directory,
            planes: planes, services: services, clock: clock, random: random)
        if case .listening = hosting { services.run("memory", MemoryTrimmer(SystemMemory(hosting: hosting), clock: clock)) }
        let (server, port) = try await hosting.listen(
            host: configuration.address.listening, port: configuration.port, handler: door, limits: Self.limits)
        planes.expectOne()
        let system = System(
            configuration: configuration, store: store, services: services, directory: directory, planes: planes,
            machines: drivers.machines,
            host: host, registry: registry, endpoint: door, server: server, administrator: administrator)
        return (system, port)
    }

    /// Bodies are as long as backups and image layers; who reads them bounds them.
    private static var limits: HTTPLimits {
        var limits = HTTPLimits()
        limits.bodyBytes = 1 << 40
        return limits
    }

    /// This server among those that share the store.
    private static func members(
        _ configuration: SystemConfiguration, _ store: Store, _ clock: any WallClock, _ random: RandomSource
    ) async throws -> Servers {
        let identity = "\(configuration.address.advertised)-\(random.suffix(8))"
        guard store.isShared else { return Servers(identity: identity, own: configuration.address, records: nil, clock: clock) }
        let realm = try await store.realm("servers")
        let records = Records(
            realm: realm, writer: RealmWriter(realm: realm, clock: clock, random: random), clock: clock, random: random)
        return Servers(identity: identity, own: configuration.address, records: records, clock: clock)
    }
    /// The account's first administrator, made by one server at a time.
    private static func administrator(_ iam: IAMService, _ store: Store, _ servers: Servers) async throws -> Credential {
        let made = Mutex<Credential?>(nil)
        try await store.lead("global", as: servers.identity) {
            let credential = try await iam.bootstrap()
            made.withLock { $0 = credential }
        }
        guard let credential = made.withLock({ $0 }) else { throw CancellationError() }
        return credential
    }

    private static func controlPlanes(
        _ configuration: SystemConfiguration, _ store: Store, _ clock: any WallClock, _ random: RandomSource, _ hosting: Hosting,
        _ services: TaskBag, _ credentials: IAMCredentials, _ servers: Servers, _ box: DirectoryBox, _ host: RealHost?
    ) async throws -> ControlPlanes {
        let realm = try await store.realm("control-planes")
        let accounts = try await store.realm("global")
        let records = Records(
            realm: realm, writer: RealmWriter(realm: realm, clock: clock, random: random), clock: clock, random: random)
        let verifier = IdentityVerifier(
            credentials: credentials, accounts: accounts, clock: clock,
            ownHosts: servers.isMeant,
            access: { region in box.get()?.opened(region).map { AccessResolver(records: $0.records) } })
        let parts = ControlPlaneParts(
            clock: clock, random: random, hosting: hosting, services: services, keys: SigningKeys(threads: hosting.threads),
            address: configuration.address, servers: servers, identities: verifier,
            scheduler: configuration.scheduler?.configuration ?? SchedulerConfiguration(),
            vpc: host?.namespaces, prepareMachines: host?.preparing(services))
        return ControlPlanes(home: ControlPlaneStore(store: store, records: records), parts: parts)
    }

    /// Stops listening, then everything else, powers real machines off, and closes the store. What is stored stays, and so do disks.
    package func stop() async {
        await halt()
        await host?.powerOff()
        await store.close()
    }
    /// The same without closing the store, over which another system may then start. Listeners and services end side by side, since each
    /// may wait a while for its clients.
    package func halt() async {
        await withDiscardingTaskGroup { group in
            group.addTask { [server] in await server?.stop() }
            group.addTask { [registry] in await registry?.stop() }
            group.addTask { [services, planes] in
                await services.stopAll()
                await planes.stopAll()
            }
        }
    }
}
