package import Control
import Documents
package import KubeClient
import KubeModel
import Linux
import Network
import Synchronization

/// The service proxy of a node: follows services and their endpoints, and keeps the kernel's table `ip kube-proxy` by them.
package final class KubeProxy: Service {
    private let client: KubeClient
    private let kernel: any RuleKernel
    private let configuration: ProxyConfiguration
    private let connections: any ConnectionTable
    private let clock: any WallClock
    private let random: RandomSource
    private let tables: Mutex<ProxyTables>
    private let changed = Signal()
    private let health = ProxyHealth()
    private let metrics = Metrics()
    private let log: Log

    /// - Parameters:
    ///   - kernel: where the rules go.
    ///   - connections: the tracked connections, of which stale datagram ones are deleted.
    package init(
        client: KubeClient, kernel: any RuleKernel, connections: any ConnectionTable, configuration: ProxyConfiguration,
        clock: any WallClock, random: RandomSource, log: Log = Log("kube-proxy")
    ) {
        (self.client, self.kernel, self.connections, self.configuration) = (client, kernel, connections, configuration)
        (self.clock, self.random, self.log) = (clock, random, log)
        tables = Mutex(ProxyTables(node: ProxyNode(name: configuration.hostname)))
    }

    package func run() async throws {
        let others = "service.kubernetes.io/service-proxy-name"
        let services = informer(ServiceFields.kind, ListOptions(labelSelector: "!\(others)")) {
            $0.takeServices($1)
        } each: {
            $0.takeService($1, isGone: $2)
        }
        let headless = "!service.kubernetes.io/headless,!\(others)"
        let slices = informer(EndpointSliceFields.kind, ListOptions(labelSelector: headless)) {
            $0.takeSlices($1)
        } each: {
            $0.takeSlice($1, isGone: $2)
        }
        let node = Informer(
            client: client, kind: NodeFields.kind, selection: ListOptions(fieldSelector: "metadata.name=\(configuration.hostname)"),
            clock: clock, random: random
        ) { [self] in takeNode($0) }
        let metricsServer = PlainServer(address: configuration.metricsAddress) { [metrics] path in
            switch path {
            case "/metrics": (200, "text/plain; version=0.0.4; charset=utf-8", metrics.text)
            case "/healthz": (200, "text/plain; charset=utf-8", "ok")
            case "/proxyMode": (200, "text/plain; charset=utf-8", "nftables")
            default: nil
            }
        }
        let healthServer = PlainServer(address: configuration.healthAddress) { [health, clock] in health.answer($0, now: clock.now) }
        try await ServiceGroup(
            [
                ("services", services), ("slices", slices), ("node", node), ("healthz", healthServer), ("metrics", metricsServer),
                ("nodeports", health.ports), ("rules", Rules(run: { [self] in try await keepRules() })),
            ], executor: EventLoopGroup.shared.next(), log: log
        ).run()
    }

    private struct Rules: Service {
        let work: @Sendable () async throws -> Void
        init(run: @escaping @Sendable () async throws -> Void) { work = run }
        func run() async throws { try await work() }
    }

    private func informer(
        _ kind: Kind, _ selection: ListOptions, all: @escaping @Sendable (inout ProxyTables, [Value]) -> Void,
        each: @escaping @Sendable (inout ProxyTables, Value, Bool) -> Void
    ) -> Informer {
        Informer(client: client, kind: kind, selection: selection, clock: clock, random: random) { [self] event in
            tables.withLock { tables in
                switch event {
                case .listed(let documents): all(&tables, documents)
                case .applied(let document): each(&tables, document, false)
                case .deleted(let document): each(&tables, document, true)
                }
            }
            health.queued(at: clock.now)
            changed.raise()
        }
    }

    private func takeNode(_ event: InformerEvent) {
        let document: Value?
        switch event {
        case .listed(let documents): document = documents.first
        case .applied(let node): document = node
        case .deleted: document = nil
        }
        guard let document else { return }
        let zone = document["metadata"]["labels"]["topology.kubernetes.io/zone"].string ?? ""
        let node = ProxyNode(name: configuration.hostname, zone: zone)
        health.node(isEligible: document["metadata"]["deletionTimestamp"].isNull)
        let addresses = document["status"]["addresses"].items.filter { $0["type"].string == "InternalIP" }
        health.address(addresses.lazy.compactMap { $0["address"].string.flatMap { IPv4Address($0) } }.first)
        let differs = tables.withLock { tables in
            defer { tables.node = node }
            return tables.node != node
        }
        if differs { changed.raise() }
    }
}

extension KubeProxy {
    /// Brings the kernel to what the tables say, again and again. After a refusal everything is made anew.
    private func keepRules() async throws {
        var writer = ProxyWriter(table: try await skeleton())
        var isFresh = true
        while true {
            try await changed.wait()
            guard tables.withLock({ $0.isComplete }) else { continue }
            let begun = clock.now
            let dirty = tables.withLock { ($0.takeDirty(), $0.node) }
            let script = writer.update(dirty.0, node: dirty.1, options: configuration.rules)
            do {
                if isFresh { try kernel.run(writer.table.full()) } else if !script.isEmpty { try kernel.run(script) }
                isFresh = false
                report(writer, begun, changes: dirty.0.count)
            } catch {
                log.error("failed to sync the rules", ["error": "\(error)"])
                metrics.add("kubeproxy_sync_proxy_rules_nftables_sync_failures_total", help: "Number of failed nftables syncs")
                isFresh = true
                changed.raise()
                try await clock.sleep(for: .seconds(1))
                continue
            }
            do {
                try connections.delete(writer.takeStale())
            } catch {
                log.warning("failed to delete stale connections", ["error": "\(error)"])
            }
            if configuration.minimumPeriod > .zero { try await clock.sleep(for: configuration.minimumPeriod) }
        }
    }

    private func skeleton() async throws -> RuleTable {
        let scope: ProxySkeleton.NodePortScope
        if configuration.nodePortAddresses.contains("primary") {
            while health.address() == nil { try await clock.sleep(for: .milliseconds(200)) }
            scope = .blocks(health.address().map { [IPv4Prefix($0)] } ?? [])
        } else {
            let blocks = configuration.nodePortAddresses.compactMap { IPv4Prefix($0)?.network }
            scope = configuration.nodePortAddresses.isEmpty || blocks.contains(.all) ? .allAddresses : .blocks(blocks)
        }
        let commands = ProxySkeleton.commands(nodePorts: scope, mark: 1 << UInt32(configuration.masqueradeBit), serviceBlocks: [])
        return RuleTable("ip kube-proxy", skeleton: commands)
    }

    private func report(_ writer: ProxyWriter, _ begun: Timestamp, changes: Int) {
        let now = clock.now
        metrics.observe("kubeproxy_sync_proxy_rules_duration_seconds", now - begun, help: "SyncProxyRules latency in seconds")
        metrics.set(
            "kubeproxy_sync_proxy_rules_last_timestamp_seconds", Double(now.seconds), help: "The last time proxy rules were synced")
        metrics.set("kubeproxy_sync_proxy_rules_services_total", Double(writer.plans.count), help: "Services that rules exist for")
        metrics.add("kubeproxy_sync_proxy_rules_service_changes_total", Double(changes), help: "Services whose rules were looked at")
        health.synced(writer.healthPorts, at: now)
    }
}
