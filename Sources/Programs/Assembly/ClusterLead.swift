import AWSServices
import Control
import Cryptography
import KubeAPI
import KubeClient
import KubeControllers
import KubeScheduler
import Network
import Reconcile
import Storage

/// What only one server at a time does for a cluster: its bootstrap, its controllers, its scheduler, and what is periodic.
///
/// On a store of one process that server leads at once and for good. On a shared one each server waits its turn; when the leader is lost,
/// its loops end and begin at another, which looks at every document once.
final class ClusterLead: Service {
    private let record: ControlPlaneRecord
    private let realm: Realm
    private let api: APIServer
    private let home: ControlPlaneStore
    private let parts: ControlPlaneParts
    private let first = Gate()

    init(record: ControlPlaneRecord, realm: Realm, api: APIServer, home: ControlPlaneStore, parts: ControlPlaneParts) {
        (self.record, self.realm, self.api, self.home, self.parts) = (record, realm, api, home, parts)
    }
    private var isShared: Bool { home.store.isShared }
    private var id: String { record.spec.id }
    /// Whether clients in the cluster find the API at the servers' own addresses, rather than at those in the VPC.
    private var advertisesServers: Bool { isShared && (parts.vpc == nil || record.spec.privateAddresses.isEmpty) }

    func run() async throws {
        // Who waits learns of an end before the beginning too.
        defer { first.close(CancellationError()) }
        try await home.store.lead(realm.name, as: parts.servers.identity) { [self] in
            do {
                try await api.bootstrap(advertising: advertisesServers ? parts.servers.addresses : nil)
                try await ClusterBootstrap.reconcile(realm, writer: api)
                if isShared { try await home.markBootstrapped(id) }
            } catch {
                first.close(error)
                throw error
            }
            first.open()
            await keepLoops()
        }
    }

    /// Returns once the cluster has what every cluster has from the start, whoever saw to it.
    /// - Throws: why that failed here.
    func bootstrapped() async throws {
        guard isShared else { return try await first.passed() }
        let deadline = parts.clock.now + Self.patience
        while true {
            if let outcome = first.outcome { return try outcome.get() }
            if home.isBootstrapped(id) { return }
            guard parts.clock.now < deadline else { throw ControlPlanes.Waiting(id: id) }
            try await parts.clock.sleep(for: .milliseconds(20))
        }
    }
    /// How long another server may take to bootstrap a cluster.
    private static let patience = Duration.seconds(20)

    private func keepLoops() async {
        let name = record.spec.name
        let controllers = ControllerGroup(
            realm: realm, writer: api, effects: AutoscalerPerformer(source: autoscalerSource, clock: parts.clock), clock: parts.clock,
            random: parts.random,
            controllers: ClusterControllers.all(
                rootCertificate: record.authority.certificate.pem, authority: record.authority, tokenKey: record.serviceAccountKey,
                startedAt: parts.clock.now),
            indexes: [KubeIndexes.notes], pause: .milliseconds(10), log: Log("controllers/\(name)"))
        let scheduler = Scheduler(
            realm: realm, writer: api, binder: DirectBinder(realm: realm, clock: parts.clock, random: parts.random), clock: parts.clock,
            random: parts.random, configuration: parts.scheduler, pause: .milliseconds(1))
        var loops: [(name: String, service: any Service)] = [
            ("controllers", controllers), ("scheduler", scheduler), ("upkeep", api.upkeep),
        ]
        if advertisesServers { loops.append(("endpoints", AdvertisedServers(api: api, servers: parts.servers, clock: parts.clock))) }
        await withDiscardingTaskGroup { group in
            for loop in loops {
                // Each on an executor of its own, since they are the busiest of a cluster.
                group.addTask(executorPreference: parts.hosting.controlExecutor) { [self] in
                    await parts.services.keep("cluster/\(id)/\(loop.name)", loop.service)
                }
            }
        }
    }

    /// The way on which autoscaling reads metrics and writes scales.
    private var autoscalerSource: ClusterAutoscalerSource {
        let user = "system:serviceaccount:kube-system:horizontal-pod-autoscaler"
        let groups = ["system:serviceaccounts", "system:serviceaccounts:kube-system", "system:authenticated", "system:masters"]
        return ClusterAutoscalerSource(
            client: KubeClient(
                transport: LocalTransport(
                    handler: api, peer: Peer(address: "127.0.0.1", local: Peer.Local(user: user, groups: groups))),
                userAgent: "kube-controller-manager/horizontal-pod-autoscaler"))
    }
}
