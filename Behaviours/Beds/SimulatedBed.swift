package import AWSProtocol
package import Assembly
package import Control
package import KubeClient
import Network
package import Storage

/// A whole system in this process over a store in memory, with time that stands still until everybody waits. Nothing listens, and
/// every task runs on one executor.
package final class SimulatedBed: Bed, BedClients, BedClusters, BedNodes {
    /// Where the region is.
    package static let region = "us-west-2"
    package let clock: ManualClock
    package let store: Store
    package let system: System
    package var time: any WallClock { clock }
    package var clients: any BedClients { self }
    package var clusters: (any BedClusters)? { self }
    package var nodes: (any BedNodes)? { self }

    private init(clock: ManualClock, store: Store, system: System) { (self.clock, self.store, self.system) = (clock, store, system) }

    /// Starts a system over a store; its tasks run on the executor, its schedulers as the file says.
    package static func start(
        clock: ManualClock, store: Store, executor: any TaskExecutor, random: RandomSource, scheduler: SchedulerFile? = nil
    ) async throws -> SimulatedBed {
        var configuration = SystemConfiguration(regions: [region])
        configuration.scheduler = scheduler
        let (system, _) = try await System.start(
            configuration, store: store, clock: clock, random: random, hosting: .inProcess(executor))
        return SimulatedBed(clock: clock, store: store, system: system)
    }

    package func aws(_ key: SigningCredential?) async throws -> AWSClient {
        AWSClient(
            transport: system.awsTransport, credential: key ?? SigningCredential(system.administrator), region: Self.region, clock: clock)
    }
    package func kubernetes(cluster: String, _ key: SigningCredential?) async throws -> KubeClient {
        let (id, clock) = (try await id(of: cluster), clock)
        let credential = key ?? SigningCredential(system.administrator)
        return KubeClient(transport: system.kubernetesTransport(cluster: id)) {
            ClusterToken.make(
                cluster: cluster, stsBase: "https://sts.\(Self.region).amazonaws.com", credential: credential, region: Self.region,
                now: clock.now)
        }
    }
    package func restart(_ cluster: String) async throws { try await system.restartControlPlane(cluster: try await id(of: cluster)) }
    package func fail(instance: String) async throws { await system.fail(instance: instance) }
    package func recover(instance: String) async throws { try await system.recover(region: Self.region) }
    /// Stops everything; the store stays open.
    package func stop() async { await system.halt() }

    private func id(of cluster: String) async throws -> String {
        guard let id = system.clusterID(region: Self.region, name: cluster) else { throw BehaviourFailure("no cluster \(cluster)") }
        return id
    }
}
