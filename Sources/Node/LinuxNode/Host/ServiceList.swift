import Control
import Documents
import KubeClient
import KubeModel
import Synchronization

/// The services of the cluster, of which containers are told by their environment.
final class ServiceList: Service {
    private let client: KubeClient
    private let clock: any WallClock
    private let random: RandomSource
    /// nil until they have been read.
    private let known = Mutex<[String: Value]?>(nil)

    init(client: KubeClient, clock: any WallClock, random: RandomSource) {
        (self.client, self.clock, self.random) = (client, clock, random)
    }

    /// Follows them until cancelled.
    func run() async throws {
        let informer = Informer(client: client, kind: ServiceFields.kind, clock: clock, random: random) { event in
            self.known.withLock { known in
                switch event {
                case .listed(let items): known = Dictionary(items.map { (ServiceFields.kind.key(of: $0), $0) }) { $1 }
                case .applied(let value): known?[ServiceFields.kind.key(of: value)] = value
                case .deleted(let value): known?[ServiceFields.kind.key(of: value)] = nil
                }
            }
        }
        try await informer.run()
    }

    /// Those that matter to a pod of the namespace; read now where nobody follows them. - Throws: `KubeClientError`.
    func relevant(to namespace: String) async throws(KubeClientError) -> [Value] {
        if let known = known.withLock({ $0 }) {
            let prefix = ServiceFields.kind.key(namespace, "")
            return known.filter { $0.key.hasPrefix(prefix) || $0.key == ServiceFields.kind.key("default", "kubernetes") }.map(\.value)
        }
        let own = try await client.list(ServiceFields.kind, namespace: namespace).items
        return namespace == "default" ? own : own + (try await client.list(ServiceFields.kind, namespace: "default").items)
    }
}
