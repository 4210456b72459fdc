import AWSServices
import Control
import Documents
import Network
import Storage

/// A backup of one cluster that runs: everything in its realm at one revision, its control plane's keys, and its EKS documents.
///
/// Snapshots cost nothing while they are sent, so writes go on, and what the client takes slowly waits in no memory.
struct ClusterBackup: Sendable {
    let header: Value
    private let region: (realm: Realm, entries: [Entry])
    private let record: (realm: Realm, entry: Entry)
    private let cluster: (realm: Realm, snapshot: Snapshot)
    private static let piece = 256 << 10

    /// The state of a cluster now.
    /// - Throws: `BackupFailure` for a cluster that is not there or has no control plane yet.
    init(_ name: String, in region: Region, planes: ControlPlanes, now: Timestamp) async throws {
        let home = planes.home
        let realm = region.records.realm
        if home.store.isShared { for realm in [realm, home.records.realm] { try await realm.current() } }
        let documents = realm.snapshot()
        guard let entry = documents.get(EKSClusterFields.kind.key(nil, name)), let found = EKSCluster(entry.value),
            found.metadata.deletionTimestamp == nil
        else { throw BackupFailure(404, "no cluster \(name) in \(region.name)") }
        let id = found.metadata.uid ?? ""
        guard let record = home.records.realm.snapshot().get(ControlPlaneRecord.kind.key(nil, id)),
            home.store.realmNames.contains(ControlPlaneStore.realmName(id))
        else { throw BackupFailure(409, "the control plane of cluster \(name) has not started yet") }
        let own = try await home.realm(id)
        if home.store.isShared { try await own.current() }
        let children = BackupFormat.children.flatMap { documents.range(prefix: "\($0.prefix)\(name)/") }
        header = BackupFormat.header(found, region: region.name, now: now.text)
        self.region = (realm, [entry] + children)
        self.record = (home.records.realm, record)
        cluster = (own, own.snapshot())
    }

    /// Sends the dump, no faster than it is taken.
    func send(to writer: any BodyWriter) async {
        do {
            var dump = DumpWriter(header)
            begin(region.realm, region.realm.head, &dump)
            for entry in region.entries { try await add(entry, &dump, writer) }
            begin(record.realm, record.realm.head, &dump)
            try await add(record.entry, &dump, writer)
            begin(cluster.realm, cluster.snapshot.revision, &dump)
            var last: String?
            while true {
                let entries = cluster.snapshot.range(prefix: "", after: last, limit: 256)
                guard let newest = entries.last else { break }
                for entry in entries { try await add(entry, &dump, writer) }
                last = newest.key
            }
            dump.finish()
            writer.write(dump.take())
            writer.finish(error: false)
        } catch { writer.finish(error: true) }
    }
    private func begin(_ realm: Realm, _ revision: Revision, _ dump: inout DumpWriter) {
        dump.begin(realm: realm.name, birth: realm.birth, revision: revision)
    }
    private func add(_ entry: Entry, _ dump: inout DumpWriter, _ writer: any BodyWriter) async throws {
        dump.add(entry)
        guard dump.count >= Self.piece else { return }
        writer.write(dump.take())
        try await writer.drained()
    }
}

/// A backup on its way to a client.
struct BackupStream: Service {
    let backup: ClusterBackup
    let writer: any BodyWriter
    func run() async { await backup.send(to: writer) }
}
