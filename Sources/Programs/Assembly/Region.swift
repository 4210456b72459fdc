import AWSProtocol
import AWSServices
import Control
import Network
import Reconcile
import Storage

/// One AWS region: its services over its realm, and the reconcilers that move its documents.
final class Region: Sendable {
    let name: String
    let records: Records
    let tables: [String: ServiceTable]
    /// The networks of the region's VPCs.
    let network: VPCNetworks
    /// What its instances are told of themselves.
    let metadata: MetadataService
    /// Its image repositories.
    let ecr: ECRService
    private let effects: RegionEffects
    /// Its reconcilers, for whoever leads it.
    let group: ControllerGroup

    /// What a region needs from the whole.
    struct Parts: Sendable {
        let account: String
        let global: Records
        let clusters: any ControlPlaneHost
        let machines: any MachineDriver
        let network: any NetworkDriver
        var registry: (any RegistryHost)?
        /// What a cluster's endpoint is called at this server.
        let endpoint: @Sendable (_ url: String) -> String
        let clock: any WallClock
        let random: RandomSource
    }

    init(_ name: String, realm: Realm, parts: Parts) {
        self.name = name
        let writer = RealmWriter(realm: realm, clock: parts.clock, random: parts.random)
        records = Records(realm: realm, writer: writer, clock: parts.clock, random: parts.random)
        let nodes = NodeSteward(records: records, clusters: parts.clusters)
        network = VPCNetworks(records: records, driver: parts.network)
        let global = parts.global
        ecr = ECRService(region: name, account: parts.account, records: records, global: global, registry: parts.registry)
        metadata = MetadataService(region: name, account: parts.account, records: records, global: global)
        effects = RegionEffects(
            instances: InstanceEffects(region: name, records: records, machines: parts.machines, nodes: nodes, network: network) {
                profile in
                IAMRoles.role(ofProfile: profile, in: global)
            },
            clusters: EKSEffects(region: name, records: records, clusters: parts.clusters, nodes: nodes, network: network),
            network: network, addons: AddonEffects(region: name, records: records, clusters: parts.clusters))
        group = ControllerGroup(
            realm: realm, writer: writer, effects: effects, clock: parts.clock, random: parts.random,
            controllers: RegionControllers.all(account: parts.account), log: Log("region/\(name)"))
        let tables = [
            ecr.table,
            EC2Service(region: name, account: parts.account, records: records, network: network).table,
            AutoScalingService(region: name, account: parts.account, records: records).table,
            EKSService(region: name, account: parts.account, records: records, endpoint: parts.endpoint) {
                IAMRoles.exists(arn: $0, in: global)
            }
            .table,
        ]
        self.tables = Dictionary(tables.map { ($0.service, $0) }) { first, _ in first }
    }

    /// What is done for its clusters outside its documents.
    var clusters: EKSEffects { effects.clusters }

    /// Makes what the account has from the start.
    func complete(account: String) async throws { try await ec2(account).bootstrap() }
    /// Whether that is there.
    func isComplete(account: String) -> Bool { ec2(account).isBootstrapped }
    private func ec2(_ account: String) -> EC2Service { EC2Service(region: name, account: account, records: records, network: network) }

    /// Starts machines that should run and do not.
    func recover() async throws { try await effects.instances.resume() }
    /// Ends the machines at this server, for another to start them.
    func standDown() async { await effects.instances.standDown() }
}

/// Hands each effect to the part that performs it.
struct RegionEffects: EffectPerformer {
    let instances: InstanceEffects
    let clusters: EKSEffects
    let network: VPCNetworks
    let addons: AddonEffects
    func perform(_ effect: Effect) async throws -> [Change] {
        if effect.name.hasPrefix("instance.") { return try await instances.perform(effect) }
        if effect.name.hasPrefix("vpc.") { return try await network.perform(effect) }
        if effect.name.hasPrefix("addon.") { return try await addons.perform(effect) }
        return try await clusters.perform(effect)
    }
}
