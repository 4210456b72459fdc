import AWSServices
import Control
import Cryptography
import Documents
import KubeAPI
import Network
import Storage

/// Every control plane of this process. Survives restarts: keys and ports are documents, clusters are realms.
actor ControlPlanes: ControlPlaneHost {
    private let store: Store
    private let records: Records
    private let parts: ControlPlaneParts
    private let running = RunningPlanes()

    /// Control planes whose realms are in `store` and whose records are in the realm of `records`.
    init(store: Store, records: Records, parts: ControlPlaneParts) { (self.store, self.records, self.parts) = (store, records, parts) }

    func start(_ spec: ControlPlaneSpec) async throws -> ControlPlaneFacts {
        if let plane = running.get(spec.id) { return plane.record.facts(at: parts.address) }
        parts.prepareMachines?(spec.region, spec.version)
        let record = try await record(for: spec)
        let realm = try await store.realm(Self.realmName(spec.id))
        let plane = try await ControlPlane.start(record, realm: realm, parts: parts)
        if plane.record.port != record.port {
            _ = try await records.update(ControlPlaneRecord.kind, spec.id) { $0["spec"]["port"] = .int(Int64(plane.record.port)) }
        }
        running.put(spec.id, plane)
        return plane.record.facts(at: parts.address)
    }
    private func record(for spec: ControlPlaneSpec) async throws -> ControlPlaneRecord {
        if var standing = records.get(ControlPlaneRecord.kind, spec.id).flatMap(ControlPlaneRecord.init) {
            (standing.spec.vpcID, standing.spec.privateAddresses) = (spec.vpcID, spec.privateAddresses)
            return standing
        }
        let record = try ControlPlaneRecord(new: spec, now: parts.clock.now.seconds)
        _ = try await records.create(ControlPlaneRecord.kind, record.document)
        return record
    }

    /// Stops a control plane that runs and starts it again over what it has stored.
    func restart(id: String) async throws {
        guard let plane = running.remove(id) else { return }
        await plane.stop()
        _ = try await start(plane.record.spec)
    }
    func destroy(id: String) async throws {
        if let plane = running.remove(id) { await plane.stop() }
        try await store.destroy(realm: Self.realmName(id))
        try await records.delete(ControlPlaneRecord.kind, id)
    }
    nonisolated func transport(id: String) -> (any HTTPTransport)? {
        running.get(id)?.transport(as: Peer.Local(user: "eks:cluster-manager", groups: ["system:masters"]))
    }
    /// A way to a cluster's API under another identity in this process; nil when it does not run.
    nonisolated func transport(id: String, as local: Peer.Local) -> (any HTTPTransport)? { running.get(id)?.transport(as: local) }
    /// The API server of a running cluster.
    nonisolated func handler(id: String) -> (any HTTPHandler)? { running.get(id)?.api }
    /// A running cluster's realm.
    nonisolated func realm(id: String) -> Realm? { running.get(id)?.realm }

    /// Stops all of them, in the end.
    func stopAll() async {
        await withDiscardingTaskGroup { group in
            for plane in running.removeAll() { group.addTask { await plane.stop() } }
        }
    }
    private static func realmName(_ id: String) -> String { "cluster/\(id)" }
}
