package import Control
package import Documents
package import KubeClient
package import KubeModel

/// The node's agent: registers the node, keeps its status and lease fresh, and runs the pods that are bound to it through the runtime and
/// host that it is given. It keeps no state: after a restart it goes on from what the API server and the runtime say.
package final class Kubelet: Service {
    private let facts: NodeFacts
    private let client: KubeClient
    private let runtime: any ContainerRuntime
    private let host: any PodHost
    private let network: any ProbeNetwork
    private let manifests: (any ManifestSource)?
    private let clock: any WallClock
    private let random: RandomSource
    private let health: NodeHealth
    private let mailbox = Mailbox<EngineMessage>()
    private let shown = PodBoard()
    private let probes = ProbeCounts()

    /// - Parameters:
    ///   - client: a way to the API server as the node.
    ///   - network: how probes and hooks reach pods.
    ///   - manifests: where static pods are described; nil for none.
    package init(
        node: NodeFacts, client: KubeClient, runtime: any ContainerRuntime, host: any PodHost,
        network: any ProbeNetwork = SocketProbeNetwork(), manifests: (any ManifestSource)? = nil, clock: any WallClock, random: RandomSource
    ) {
        (facts, self.client, self.runtime, self.host) = (node, client, runtime, host)
        (self.network, self.manifests, self.clock, self.random) = (network, manifests, clock, random)
        health = NodeHealth(clock: clock)
    }

    /// The pods of the node with their newest status.
    package func pods() -> [Value] { shown.all }

    /// How often checks of the node's pods have brought which results.
    package func probeCounts() -> [ProbeCount] { probes.all(of: Set(pods().compactMap { $0["metadata"]["uid"].string })) }

    /// Tells what the node runs short of; its conditions follow.
    package func report(_ pressure: NodePressure) { health.note(pressure) }

    /// Ends a pod for the node's sake: it becomes Failed with this reason, as in `Evicted`. `grace` in seconds.
    package func evict(uid: String, reason: String, message: String, grace: Int) {
        mailbox.post(.evict(uid: uid, reason: reason, message: message, grace: grace))
    }

    /// Runs until cancelled.
    package func run() async throws {
        let (mailbox, health, clock) = (mailbox, health, clock)
        let nodeInformer = nodeInformer
        let events = EventRecorder(client: client, node: facts.name, clock: clock)
        let asked = Mailbox<Void>()
        let informer = Informer(
            client: client, kind: PodFields.kind, selection: ListOptions(fieldSelector: "spec.nodeName=\(facts.name)"), clock: clock,
            random: random
        ) { mailbox.post(.informer($0)) }
        let reporter = NodeReporter(
            client: client, document: NodeDocument(facts: facts), runtime: runtime, health: health, events: events, clock: clock,
            random: random
        ) { mailbox.post(.looked) }
        var services: [any Service] = [
            events, reporter, informer, LeaseKeeper(client: client, node: facts.name, clock: clock, random: random),
            RuntimeFollower(runtime: runtime, mailbox: mailbox, asked: asked, health: health, clock: clock),
        ]
        if let manifests { services.append(ManifestFollower(source: manifests, facts: facts, mailbox: mailbox, clock: clock)) }
        let swept = Mailbox<Void>()
        let engine = engine(events) {
            asked.post(())
        } sweep: {
            swept.post(())
        }
        let host = host
        try await withThrowingTaskGroup(of: Void.self) { group in
            for service in services { group.addTask { try await service.run() } }
            group.addTask { try await nodeInformer.run() }
            group.addTask {
                try await swept.wait(atMost: nil, on: clock)
                mailbox.post(.leftovers(await host.uids()))
                try await clock.sleep(for: .seconds(1 << 40))
            }
            group.addTask {
                var engine = engine
                try await engine.run()
            }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    /// Follows the node's own document, whose labels and taints others change.
    private var nodeInformer: Informer {
        let mailbox = mailbox
        return Informer(
            client: client, kind: NodeFields.kind, selection: ListOptions(fieldSelector: "metadata.name=\(facts.name)"), clock: clock,
            random: random
        ) { event in
            switch event {
            case .listed(let nodes): if let node = nodes.first { mailbox.post(.node(node)) }
            case .applied(let node): mailbox.post(.node(node))
            case .deleted: break
            }
        }
    }

    private func engine(
        _ events: EventRecorder, relist: @escaping @Sendable () -> Void, sweep: @escaping @Sendable () -> Void
    ) -> PodEngine {
        let images = ImageKeeper(runtime: runtime, host: host, events: events, clock: clock)
        let performer = PodPerformer(
            runtime: runtime, host: host, client: client, events: events, prober: Prober(runtime: runtime, network: network),
            probes: probes, images: images, clock: clock, gate: Gate(16))
        return PodEngine(
            facts: facts, performer: performer, health: health, mailbox: mailbox, clock: clock, shown: shown, relist: relist, sweep: sweep,
            awaitsManifests: manifests != nil)
    }
}
