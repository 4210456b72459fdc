package import Control
import Documents
import Glibc
package import Linux
import Network
import Synchronization

/// The address manager of a node (ipamd): keeps addresses ready, gives them to pods, and keeps the node's links and rules.
package final class AddressManager: Service {
    private let cloud: any NodeCloud
    private let kernel: any RuleKernel
    private let settings: ManagerSettings
    private let namespace: String?
    private let clock: any WallClock
    private let log: Log
    /// Called once when pods can be given addresses.
    private let ready: @Sendable () throws -> Void
    private let pool = Mutex(AddressPool())
    private let rules = Mutex<RuleTable?>(nil)
    /// The attached interfaces as the cloud last described them.
    private let attached = Mutex<[String: CloudInterface]>([:])
    private let limits = Mutex(AddressLimits(interfaces: 1, addressesPerInterface: 0))
    private let isReady = Atomic(false)
    /// EC2 refused the last step: pods need not wait for it.
    private let isStuck = Atomic(false)
    private let wanted = Signal()
    /// What it counts, by the VPC CNI's names.
    package let metrics = Metrics()

    /// EC2's truth is looked at so often.
    private static let reconcilePeriod = Duration.seconds(60)
    private static let lookPeriod = Duration.seconds(5)
    /// A pod waits so long for an address that is on its way.
    private static let patience = Duration.seconds(3)

    /// - Parameters:
    ///   - kernel: where the node's packet rules go.
    ///   - namespace: the node's network namespace; nil for the process's own.
    ///   - ready: called once when pods can be given addresses.
    package init(
        cloud: any NodeCloud, kernel: any RuleKernel, settings: ManagerSettings, namespace: String? = nil, clock: any WallClock,
        log: Log = Log("aws-vpc-cni"), ready: @escaping @Sendable () throws -> Void
    ) {
        (self.cloud, self.kernel, self.settings, self.namespace) = (cloud, kernel, settings, namespace)
        (self.clock, self.log, self.ready) = (clock, log, ready)
    }

    /// Whether pods can be given addresses.
    package var canServe: Bool { isReady.load(ordering: .acquiring) }
    /// The host names of the links of this node's pods, by address.
    package var podLinks: [IPv4Address: String] {
        pool.withLock { pool in Dictionary(uniqueKeysWithValues: pool.allocations.map { ($0.address, $0.pod.hostName) }) }
    }

    package func run() async throws {
        try Files.makeFolders(
            String(settings.socketPath.prefix(upTo: settings.socketPath.lastIndex(of: "/") ?? settings.socketPath.startIndex)))
        let identity = try await retrying("read the instance metadata") { try await self.cloud.identity() }
        let allowed = try await retrying("read the instance type's limits") { try await self.cloud.limits(identity.instanceType) }
        limits.withLock { $0 = allowed }
        let links = try NodeLinks(namespace: namespace)
        guard let first = try links.link(identity.mac) else { throw ConfigurationError("no link has the address \(identity.mac)") }
        try links.prepare(first.name)
        try await retrying("read the attached interfaces") { try await self.reconcile(identity, links) }
        try restore(links)
        let commands = NodeRules.commands(
            identity, link: first.name, translates: !settings.hasExternalTranslation, excluded: settings.excludedBlocks)
        try loadRules(commands)
        let server = HTTPServer(.init(host: "unix:\(settings.socketPath)"), handler: PluginHandler(manager: self))
        try await server.start()
        isReady.store(true, ordering: .releasing)
        try ready()
        log.info("ready", ["instance": identity.instance, "addresses": pool.withLock { $0.total }])
        do { try await keepPool(identity, links) } catch {
            isReady.store(false, ordering: .releasing)
            await server.stop()
            throw error
        }
    }
}

// MARK: Requests of the plug-in

extension AddressManager {
    func add(_ request: PluginExchange.Request) async -> PluginExchange.Grant? {
        let deadline = clock.now + Self.patience
        while true {
            let allocation = pool.withLock { $0.assign(request.pod, hostPorts: request.hostPorts, now: clock.now) }
            if let allocation {
                metrics.add("awscni_add_ip_req_count", help: "The number of add IP address requests")
                keep([allocation.pod.container: NodeRules.fragment(allocation)])
                wanted.raise()
                return PluginExchange.Grant(address: allocation.address, table: allocation.table, mtu: settings.mtu)
            }
            wanted.raise()
            let canGrow =
                !isStuck.load(ordering: .relaxed)
                && pool.withLock { $0.step(settings.targets, limits.withLock { $0 }, now: clock.now).map(\.adds) ?? false }
            guard canGrow, clock.now < deadline, (try? await clock.sleep(for: .milliseconds(50))) != nil else {
                metrics.add("awscni_no_available_ip_addresses", help: "The number of pod IP assignments that fail due to no IP")
                log.error("no address is free", ["pod": "\(request.pod.podNamespace)/\(request.pod.podName)"])
                return nil
            }
        }
    }
    func delete(_ request: PluginExchange.Request) -> PluginExchange.Grant? {
        guard let allocation = pool.withLock({ $0.release(request.pod, now: clock.now) }) else { return nil }
        metrics.add("awscni_del_ip_req_count", help: "The number of delete IP address requests")
        keep([allocation.pod.container: nil])
        return PluginExchange.Grant(address: allocation.address, table: allocation.table, mtu: settings.mtu)
    }
    func find(_ request: PluginExchange.Request) -> PluginExchange.Grant? {
        pool.withLock { $0.allocations.first { $0.pod.isSame(as: request.pod) } }.map {
            PluginExchange.Grant(address: $0.address, table: $0.table, mtu: settings.mtu)
        }
    }

    /// Writes the checkpoint, and the rules that changed with it, one change after the other. A pod must not run without either; failures show in the log.
    private func keep(_ changes: [String: RuleFragment?]) {
        do {
            try rules.withLock { table in
                try Files.replace(settings.checkpointPath, Checkpoint.encode(pool.withLock { $0.allocations }), mode: 0o600)
                guard var changed = table else { return }
                let script = changed.update(changes)
                if !script.isEmpty { try kernel.run(script) }
                table = changed
            }
        } catch {
            log.error("cannot keep what was assigned", ["error": "\(error)"])
        }
    }
}

// MARK: The pool

extension AddressManager {
    /// Brings the pool to its targets, and compares it with EC2's record and the kernel's links from time to time.
    private func keepPool(_ identity: NodeIdentity, _ links: NodeLinks) async throws {
        var reconciled = clock.now
        while true {
            try Task.checkCancellation()
            do {
                while let step = pool.withLock({ $0.step(settings.targets, limits.withLock { $0 }, now: clock.now) }) {
                    try await carryOut(step, identity, links)
                    isStuck.store(false, ordering: .relaxed)
                }
                if clock.now - reconciled >= Self.reconcilePeriod {
                    try await reconcile(identity, links)
                    try sweep(links)
                    reconciled = clock.now
                }
            } catch  where !(error is CancellationError) {
                isStuck.store(true, ordering: .relaxed)
                metrics.add("awscni_ipamd_error_count", help: "The number of errors encountered in ipamd")
                log.warning("cannot bring the address pool to its targets", ["error": "\(error)"])
                try await clock.sleep(for: Self.lookPeriod)
            }
            report()
            try await wanted.wait(atMost: Self.lookPeriod, clock: clock)
        }
    }

    private func carryOut(_ step: PoolStep, _ identity: NodeIdentity, _ links: NodeLinks) async throws {
        let known = attached.withLock { $0 }
        switch step {
        case .assign(let id, let count): _ = try await cloud.assign(count, to: id)
        case .unassign(let id, let addresses):
            pool.withLock { $0.withdraw(addresses) }
            try await cloud.unassign(addresses, from: id)
        case .attach(let index, let count):
            guard let first = known.values.first(where: { $0.interface.deviceIndex == 0 }) else { return }
            try await cloud.attach(deviceIndex: index, count: count, like: first, to: identity.instance)
        case .detach(let id):
            guard let interface = known[id] else { return }
            pool.withLock { $0.drop(interface: id) }
            try await cloud.detach(interface)
        }
        try await reconcile(identity, links)
    }

    /// Takes EC2's record over; interfaces that are new get their links and routes first.
    private func reconcile(_ identity: NodeIdentity, _ links: NodeLinks) async throws {
        let found = try await cloud.interfaces(of: identity.instance)
        for var entry in found {
            if pool.withLock({ $0.interfaces[entry.interface.id] }) == nil {
                entry.interface.attachedAt = clock.now
                if entry.interface.deviceIndex > 0 { try await bringUp(entry.interface, links) }
            }
            pool.withLock { $0.take(entry.interface, addresses: entry.addresses) }
        }
        let ids = Set(found.map(\.interface.id))
        pool.withLock { pool in for id in pool.interfaces.keys where !ids.contains(id) { pool.drop(interface: id) } }
        attached.withLock { $0 = Dictionary(found.map { ($0.interface.id, $0) }) { first, _ in first } }
    }

    /// Waits for the link of an interface that was attached just now.
    private func bringUp(_ interface: AddressPool.Interface, _ links: NodeLinks) async throws {
        let deadline = clock.now + .seconds(30)
        while true {
            if let link = try links.link(interface.mac) { return try links.prepare(interface, link, mtu: settings.mtu) }
            guard clock.now < deadline else { throw CloudError("no link with the address \(interface.mac) has come") }
            try await clock.sleep(for: .milliseconds(50))
        }
    }

    /// After a restart: what the checkpoint knows and whose link is still there.
    private func restore(_ links: NodeLinks) throws {
        let alive = try links.sandboxes()
        let known = (try? Files.read(settings.checkpointPath)).map(Checkpoint.decode) ?? []
        let kept = known.filter { alive.contains($0.pod.container) }
        pool.withLock { pool in
            for allocation in kept where !pool.restore(allocation) { log.warning("an address is gone", ["address": allocation.address]) }
        }
        try links.removeRules(except: Set(kept.map(\.address)))
    }

    /// Frees addresses of sandboxes that ended while nobody told: their links are gone for a minute or more.
    private func sweep(_ links: NodeLinks) throws {
        let alive = try links.sandboxes()
        let now = clock.now
        let lost = pool.withLock { pool in
            let lost = pool.allocations.filter { !alive.contains($0.pod.container) && now - $0.since >= Self.reconcilePeriod }
            return lost.compactMap { pool.release($0.pod, now: now) }
        }
        if !lost.isEmpty { keep(Dictionary(lost.map { ($0.pod.container, RuleFragment?.none) }) { first, _ in first }) }
        try links.removeRules(except: Set(pool.withLock { $0.allocations }.map(\.address)))
    }

    private func loadRules(_ commands: String) throws {
        var table = RuleTable("ip aws-node", skeleton: commands)
        let allocations = pool.withLock { $0.allocations }
        _ = table.update(Dictionary(allocations.map { ($0.pod.container, NodeRules.fragment($0)) }) { first, _ in first })
        try kernel.run(table.full())
        rules.withLock { $0 = table }
    }

    private func report() {
        let (total, assigned, interfaces) = pool.withLock { ($0.total, $0.assigned, $0.interfaces.count) }
        let most = limits.withLock { $0.interfaces(settings.targets) }
        metrics.set("awscni_total_ip_addresses", Double(total), help: "The total number of IP addresses")
        metrics.set("awscni_assigned_ip_addresses", Double(assigned), help: "The number of IP addresses assigned to pods")
        metrics.set("awscni_eni_allocated", Double(interfaces), help: "The number of ENIs allocated")
        metrics.set("awscni_eni_max", Double(most), help: "The maximum number of ENIs that can be attached to the instance")
    }

    private func retrying<Outcome>(_ what: String, _ work: () async throws -> Outcome) async throws -> Outcome {
        var pause = Duration.milliseconds(100)
        while true {
            do { return try await work() } catch  where !(error is CancellationError) {
                log.warning("cannot \(what)", ["error": "\(error)"])
                try await clock.sleep(for: pause)
                pause = min(pause * 2, .seconds(5))
            }
        }
    }
}

extension PoolStep {
    /// Whether it brings addresses.
    fileprivate var adds: Bool {
        switch self {
        case .attach, .assign: true
        case .unassign, .detach: false
        }
    }
}

/// Answers the plug-in.
private struct PluginHandler: HTTPHandler {
    let manager: AddressManager
    private static let largest = 1 << 20

    func respond(to request: HTTPRequest) async -> HTTPResponse {
        let command = String(request.target.drop { $0 == "/" })
        guard let bytes = try? await request.body.collect(limit: Self.largest), let document = try? JSON.parse(bytes),
            let wish = PluginExchange.Request(command: command, document)
        else { return Self.answer(400, ["message": "malformed request"]) }
        switch command {
        case "add":
            guard let grant = await manager.add(wish) else {
                return Self.answer(503, ["message": "add cmd: failed to assign an IP address to container"])
            }
            return Self.answer(200, grant.value)
        case "del": return Self.answer(200, manager.delete(wish)?.value ?? [:])
        case "check":
            guard let grant = manager.find(wish) else { return Self.answer(404, ["message": "unknown container"]) }
            return Self.answer(200, grant.value)
        default: return Self.answer(404, ["message": "unknown command"])
        }
    }
    private static func answer(_ status: Int, _ value: Value) -> HTTPResponse {
        HTTPResponse(status, headers: ["content-type": "application/json"], body: .bytes(JSON.encode(value)))
    }
}
