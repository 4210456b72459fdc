import AWSServices
import Control
import Cryptography
import Documents
import KubeAPI
import KubeScheduler
import Network
import Storage

/// Where control planes are kept: their realms in the store, their records in a realm of all of them.
struct ControlPlaneStore: Sendable {
    let store: Store
    let records: Records

    /// What is kept of a control plane; nil when there is none.
    func record(_ id: String) -> ControlPlaneRecord? { records.get(ControlPlaneRecord.kind, id).flatMap(ControlPlaneRecord.init) }
    /// The realm of a cluster.
    func realm(_ id: String) async throws -> Realm { try await store.realm(Self.realmName(id)) }
    static func realmName(_ id: String) -> String { "cluster/\(id)" }

    /// Notes that a cluster has what every cluster has from the start, for servers that do not lead it.
    func markBootstrapped(_ id: String) async throws {
        _ = try await records.update(ControlPlaneRecord.kind, id) { $0["status"]["bootstrapped"] = true }
    }
    func isBootstrapped(_ id: String) -> Bool { records.get(ControlPlaneRecord.kind, id)?["status"]["bootstrapped"] == true }
}

/// Every control plane at this server. Survives restarts: keys and ports are documents, clusters are realms.
///
/// What is done to one cluster is done in turn, so that a deletion that comes while its start is tried again finds all of it.
actor ControlPlanes: ControlPlaneHost {
    /// Why a control plane does not start: its cluster is gone.
    struct Destroyed: Error, CustomStringConvertible {
        let id: String
        var description: String { "the control plane \(id) was destroyed" }
    }
    /// Why a control plane does not serve yet.
    struct Waiting: Error, CustomStringConvertible {
        let id: String
        var description: String { "no server has brought up the control plane \(id) yet" }
    }
    nonisolated let home: ControlPlaneStore
    private let parts: ControlPlaneParts
    private let running = RunningPlanes()
    /// Clusters at which something is done, and who waits for its end.
    private var busy: [String: [CheckedContinuation<Void, Never>]] = [:]
    /// Ids are never used again.
    private var destroyed: Set<String> = []

    /// Control planes whose realms and records are in `home`.
    init(home: ControlPlaneStore, parts: ControlPlaneParts) { (self.home, self.parts) = (home, parts) }

    /// Sees to it that what takes longest of a creation is done before the first one is asked for.
    nonisolated func expectOne() { parts.keys.prepare() }

    func start(_ spec: ControlPlaneSpec) async throws -> ControlPlaneFacts {
        await enter(spec.id)
        defer { leave(spec.id) }
        return try await begin(spec)
    }
    private func begin(_ spec: ControlPlaneSpec) async throws -> ControlPlaneFacts {
        guard !destroyed.contains(spec.id) else { throw Destroyed(id: spec.id) }
        if let plane = running.get(spec.id) {
            try await settle(spec, in: plane.realm)
            if stands(plane, for: spec) { return plane.record.facts(at: parts.address) }
            _ = running.remove(spec.id)
            await plane.stop()
        }
        parts.prepareMachines?(spec.region, spec.version)
        let plane = try await open(try await record(for: spec))
        try await settle(spec, in: plane.realm)
        return plane.record.facts(at: parts.address)
    }
    /// Keeps what the cluster says of its components, each of which follows it.
    private func settle(_ spec: ControlPlaneSpec, in realm: Realm) async throws {
        try await SchedulerSettings.store(spec.schedulerConfig, in: realm)
        try await APIServerSettings.store(spec.apiServerConfig, in: realm)
    }
    /// Whether a control plane serves all that is wanted; one that another server made has no listeners in the VPC.
    private func stands(_ plane: ControlPlane, for spec: ControlPlaneSpec) -> Bool {
        parts.vpc == nil || plane.record.spec.privateAddresses == spec.privateAddresses
    }
    private func record(for spec: ControlPlaneSpec) async throws -> ControlPlaneRecord {
        guard var standing = home.record(spec.id) else {
            let record = try ControlPlaneRecord(new: spec, signingKey: try await parts.keys.next(), now: parts.clock.now.seconds)
            _ = try await home.records.create(ControlPlaneRecord.kind, record.document)
            return record
        }
        (standing.spec.vpcID, standing.spec.privateAddresses) = (spec.vpcID, spec.privateAddresses)
        return standing
    }

    /// Starts the control plane of a cluster that another server made. Nothing happens when it runs, is gone, or has no port yet.
    func join(_ id: String) async throws {
        await enter(id)
        defer { leave(id) }
        guard !destroyed.contains(id), running.get(id) == nil, let record = home.record(id), record.port != 0 else { return }
        _ = try await open(record)
    }
    /// Stops the control plane of a cluster that another server destroyed.
    func part(_ id: String) async {
        await enter(id)
        defer { leave(id) }
        guard home.record(id) == nil, let plane = running.remove(id) else { return }
        await plane.stop()
    }

    private func open(_ record: ControlPlaneRecord) async throws -> ControlPlane {
        let id = record.spec.id
        let realm = try await home.realm(id)
        let plane = try await ControlPlane.start(record, realm: realm, home: home, parts: parts)
        do {
            if plane.record.port != record.port {
                _ = try await home.records.update(ControlPlaneRecord.kind, id) { $0["spec"]["port"] = .int(Int64(plane.record.port)) }
            }
            if home.store.isShared { try await checkStanding(id) }
        } catch {
            await plane.stop()
            throw error
        }
        running.put(id, plane)
        return plane
    }
    /// A realm that was opened while another server destroyed the cluster was made anew by that, and must go again.
    private func checkStanding(_ id: String) async throws {
        try await home.records.realm.current()
        guard home.record(id) == nil else { return }
        try await home.store.destroy(realm: ControlPlaneStore.realmName(id))
        throw Destroyed(id: id)
    }

    /// Stops a control plane that runs and starts it again over what it has stored.
    func restart(id: String) async throws {
        await enter(id)
        defer { leave(id) }
        guard let plane = running.remove(id) else { return }
        await plane.stop()
        _ = try await begin(plane.record.spec)
    }
    func destroy(id: String) async throws {
        await enter(id)
        defer { leave(id) }
        destroyed.insert(id)
        if let plane = running.remove(id) { await plane.stop() }
        // The record first: who finds it gone destroys what is left of the realm.
        try await home.records.delete(ControlPlaneRecord.kind, id)
        try await home.store.destroy(realm: ControlPlaneStore.realmName(id))
    }

    private func enter(_ id: String) async {
        while busy[id] != nil { await withCheckedContinuation { busy[id]?.append($0) } }
        busy[id] = []
    }
    private func leave(_ id: String) { for continuation in busy.removeValue(forKey: id) ?? [] { continuation.resume() } }

    nonisolated func transport(id: String) -> (any HTTPTransport)? {
        running.get(id)?.transport(as: Peer.Local(user: "eks:cluster-manager", groups: ["system:masters"]))
    }
    /// A way to a cluster's API under another identity in this process; nil when it does not run.
    nonisolated func transport(id: String, as local: Peer.Local) -> (any HTTPTransport)? { running.get(id)?.transport(as: local) }
    /// The API server of a running cluster.
    nonisolated func handler(id: String) -> (any HTTPHandler)? { running.get(id)?.api }
    /// A running cluster's realm.
    nonisolated func realm(id: String) -> Realm? { running.get(id)?.realm }
    /// The clusters whose control planes run.
    nonisolated var runningIDs: Set<String> { running.ids }

    /// Follows what other servers make and destroy.
    nonisolated var follower: PlaneFollower { PlaneFollower(planes: self, home: home, clock: parts.clock) }

    /// Stops all of them, in the end.
    func stopAll() async {
        await withDiscardingTaskGroup { group in
            for plane in running.removeAll() { group.addTask { await plane.stop() } }
        }
    }
}
