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
    /// What matters of each, by namespace and name; nil until they have been read.
    private let known = Mutex<[String: [String: Value]]?>(nil)

    init(client: KubeClient, clock: any WallClock, random: RandomSource) {
        (self.client, self.clock, self.random) = (client, clock, random)
    }

    /// Follows them until cancelled.
    func run() async throws {
        let informer = Informer(client: client, kind: ServiceFields.kind, clock: clock, random: random) { event in
            self.known.withLock { known in
                switch event {
                case .listed(let items):
                    known = [:]
                    for item in items { Self.note(item, &known) }
                case .applied(let value): Self.note(value, &known)
                case .deleted(let value): Self.note(value, isGone: true, &known)
                }
            }
        }
        try await informer.run()
    }

    private static func note(_ service: Value, isGone: Bool = false, _ known: inout [String: [String: Value]]?) {
        let (metadata, spec) = (service["metadata"], service["spec"])
        guard let namespace = metadata["namespace"].string, let name = metadata["name"].string else { return }
        var kept: Value = ["metadata": ["name": .string(name), "namespace": .string(namespace)]]
        kept["spec"] = ["clusterIP": spec["clusterIP"], "ports": spec["ports"]]
        known?[namespace, default: [:]][name] = isGone ? nil : kept
        if known?[namespace]?.isEmpty == true { known?[namespace] = nil }
    }

    /// Those that matter to a pod of the namespace; read now where nobody follows them. - Throws: `KubeClientError`.
    func relevant(to namespace: String) async throws(KubeClientError) -> [Value] {
        if let known = known.withLock({ $0 }) {
            let own = (known[namespace] ?? [:]).map(\.value)
            return namespace == "default" ? own : own + [known["default"]?["kubernetes"]].compactMap { $0 }
        }
        let own = try await client.list(ServiceFields.kind, namespace: namespace).items
        return namespace == "default" ? own : own + (try await client.list(ServiceFields.kind, namespace: "default").items)
    }
}
