import AWSServices
import Control
import Documents
import Storage
import Synchronization

/// The servers that share a store: each renews a document with its address, and lives for the others while they see that change.
///
/// What counts is when this server saw the change, by its own clock, so clocks need not agree. A server on a store of its own is alone
/// and writes nothing.
final class Servers: Service {
    static let kind = Kind(group: "eyrie", "Server", prefix: "eyrie/servers/", namespaced: false)
    /// How often a server renews its document, and after how long without that it is taken for dead, and is forgotten.
    private static let renewal = Duration.seconds(3), patience = Duration.seconds(12), memory = Duration.seconds(120)

    private struct Sighting {
        var revision: String
        var at: Timestamp
        var address: String
        var endpoint: String
    }
    private struct State {
        var seen: [String: Sighting] = [:]
        var hasLeft = false
    }
    /// Names this server among all, and no other life of it.
    let identity: String
    private let own: ServerAddress
    /// Where the documents are; nil on a store of one process.
    private let records: Records?
    private let clock: any WallClock
    private let state = Mutex(State())

    init(identity: String, own: ServerAddress, records: Records?, clock: any WallClock) {
        (self.identity, self.own, self.records, self.clock) = (identity, own, records, clock)
    }

    /// The addresses of the servers that live, this one among them, in order.
    var addresses: [String] {
        let now = clock.now
        let others = state.withLock { $0.seen.values.filter { now - $0.at < Self.patience }.map(\.address) }
        return Set(others + [own.advertised]).sorted()
    }
    /// Whether a server is this one, or has shown itself to this one and is not forgotten.
    func isKnown(_ identity: String) async throws -> Bool {
        guard identity != self.identity else { return true }
        try await records?.realm.current()
        return records?.get(Self.kind, identity) != nil
    }
    /// Whether a request that was signed for a URL's authority was meant for one of the servers.
    func isMeant(by authority: String) -> Bool {
        if own.isMeant(by: authority) { return true }
        let host = ServerAddress.host(of: authority)
        return state.withLock { $0.seen.values.contains { $0.address == host || $0.endpoint == host } }
    }

    /// Renews and looks around until cancelled.
    func run() async throws {
        guard let records else { return }
        while true {
            try await renew(records)
            await look(records)
            try await clock.sleep(for: Self.renewal)
        }
    }
    /// Takes this server's document away, at its orderly end.
    func leave() async {
        state.withLock { $0.hasLeft = true }
        try? await records?.delete(Self.kind, identity)
    }

    private func renew(_ records: Records) async throws {
        guard !state.withLock({ $0.hasLeft }) else { return }
        let spec: Value = ["address": .string(own.advertised), "endpoint": .string(own.endpoint)]
        let status: Value = ["renewed": .string(clock.now.text)]
        let updated = try await records.update(Self.kind, identity) { $0["status"] = status }
        guard updated == nil else { return }
        _ = try await records.create(Self.kind, ["metadata": ["name": .string(identity)], "spec": spec, "status": status])
    }
    private func look(_ records: Records) async {
        let now = clock.now
        var seen: [String: Sighting] = [:]
        let before = state.withLock { $0.seen }
        for document in records.list(Self.kind) {
            guard let name = document["metadata"]["name"].string else { continue }
            var sighting = Sighting(
                revision: document["metadata"]["resourceVersion"].string ?? "", at: now, address: document["spec"]["address"].string ?? "",
                endpoint: document["spec"]["endpoint"].string ?? "")
            if let former = before[name], former.revision == sighting.revision { sighting.at = former.at }
            if now - sighting.at > Self.memory {
                try? await records.delete(Self.kind, name)
            } else {
                seen[name] = sighting
            }
        }
        state.withLock { [seen] in $0.seen = seen }
    }
}
