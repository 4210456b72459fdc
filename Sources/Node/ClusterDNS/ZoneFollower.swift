package import Control
import Documents
package import KubeClient
import KubeModel
import Synchronization

/// Keeps a zone's knowledge of its cluster fresh: namespaces, services and endpoint slices.
package struct ZoneFollower: Service {
    private let zone: KubernetesZone
    private let client: KubeClient
    private let clock: any WallClock
    private let random: RandomSource
    private let readiness: Readiness

    /// Which kinds were listed once.
    package final class Readiness: Sendable {
        private let listed = Mutex<Set<String>>([])
        package init() {}
        func note(_ kind: String) { listed.withLock { _ = $0.insert(kind) } }
        /// Whether everything is known.
        package var isComplete: Bool { listed.withLock { $0.count == 3 } }
    }

    package init(_ zone: KubernetesZone, client: KubeClient, clock: any WallClock, random: RandomSource, readiness: Readiness) {
        (self.zone, self.client, self.clock, self.random, self.readiness) = (zone, client, clock, random, readiness)
    }

    /// Runs until cancelled.
    package func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for informer in [namespaces, services, slices] { group.addTask { try await informer.run() } }
            defer { group.cancelAll() }
            try await group.next()
        }
    }
    private func informer(_ kind: Kind, _ apply: @escaping @Sendable (inout KubernetesIndex, InformerEvent) -> Void) -> Informer {
        Informer(client: client, kind: kind, clock: clock, random: random) { [zone, readiness] event in
            zone.update { apply(&$0, event) }
            readiness.note(kind.name)
        }
    }
    private var namespaces: Informer {
        informer(NamespaceFields.kind) { index, event in
            switch event {
            case .listed(let all): index.resetNamespaces(all.compactMap { $0["metadata"]["name"].string })
            case .applied(let one): index.setNamespace(one["metadata"]["name"].string ?? "", present: true)
            case .deleted(let one): index.setNamespace(one["metadata"]["name"].string ?? "", present: false)
            }
        }
    }
    private var services: Informer {
        informer(ServiceFields.kind) { index, event in
            switch event {
            case .listed(let all): index.resetServices(all)
            case .applied(let one): index.apply(service: one)
            case .deleted(let one): index.remove(service: one)
            }
        }
    }
    private var slices: Informer {
        informer(EndpointSliceFields.kind) { index, event in
            switch event {
            case .listed(let all): index.resetSlices(all)
            case .applied(let one): index.apply(slice: one)
            case .deleted(let one): index.remove(slice: one)
            }
        }
    }
}
