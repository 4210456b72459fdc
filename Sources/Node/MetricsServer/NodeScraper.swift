import Control
import Documents
import KubeClient
import Network
import Synchronization

/// Asks every node's kubelet for its metrics, again and again.
final class NodeScraper: Service {
    /// The second look comes early, since use can be told from two on.
    private static let early = Duration.seconds(5)
    private static let limit = 64 << 20
    let flags: ServerFlags
    let nodes: ObjectIndex
    let store: UsageStore
    let trust: Trust
    let token: @Sendable () throws -> String
    let clock: any WallClock
    private let clients = Mutex<[String: HTTPClient]>([:])
    private let log = Log("scraper")

    init(
        flags: ServerFlags, nodes: ObjectIndex, store: UsageStore, trust: Trust, clock: any WallClock,
        token: @escaping @Sendable () throws -> String
    ) {
        (self.flags, self.nodes, self.store, self.trust, self.clock, self.token) = (flags, nodes, store, trust, clock, token)
    }

    func run() async throws {
        while true {
            await pass()
            try await clock.sleep(for: store.isReady ? flags.resolution : min(flags.resolution, Self.early))
        }
    }

    /// Looks at every node once, all at the same time.
    func pass() async {
        let all = nodes.list(nil)
        let names = Set(all.compactMap { $0["metadata"]["name"].string })
        store.keep(nodes: names)
        await withTaskGroup(of: Void.self) { group in
            for node in all { group.addTask { await self.scrape(node) } }
        }
        let endpoints = Set(all.compactMap(endpoint))
        clients.withLock { clients in clients = clients.filter { endpoints.contains($0.key) } }
    }

    private func scrape(_ node: Value) async {
        let name = node["metadata"]["name"].string ?? ""
        guard let endpoint = endpoint(node) else { return log.error("node has no address to be reached at", ["node": name]) }
        do {
            let request = HTTPRequest("GET", "/metrics/resource", headers: ["authorization": "Bearer \(try token())"])
            let response = try await client(endpoint).send(request)
            let bytes = try await response.body.collect(limit: Self.limit)
            guard response.status == 200 else {
                return log.error("failed to scrape node", ["node": name, "status": response.status])
            }
            store.take(ResourceMetrics(String(decoding: bytes, as: UTF8.self), now: clock.now), from: name)
        } catch {
            log.error("failed to scrape node", ["node": name, "error": "\(error)"])
        }
    }

    /// `https://10.0.0.9:10250`; nil for a node without an address of a type that is wanted.
    func endpoint(_ node: Value) -> String? {
        let addresses = node["status"]["addresses"].items
        let found = flags.addressTypes.lazy.compactMap { type in
            addresses.first { $0["type"].string == type }?["address"].string
        }.first
        guard let host = found else { return nil }
        let port = flags.usesPortOfStatus ? node["status"]["daemonEndpoints"]["kubeletEndpoint"]["Port"].int ?? 0 : flags.kubeletPort
        return "https://\(host.contains(":") ? "[\(host)]" : host):\(port > 0 ? port : flags.kubeletPort)"
    }

    private func client(_ endpoint: String) throws(HTTPError) -> HTTPClient {
        if let known = clients.withLock({ $0[endpoint] }) { return known }
        var timeouts = HTTPTimeouts()
        timeouts.response = .seconds(10)
        let client = try HTTPClient(endpoint: endpoint, trust: trust, timeouts: timeouts)
        clients.withLock { $0[endpoint] = client }
        return client
    }
}
