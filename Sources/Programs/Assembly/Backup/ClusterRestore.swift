import AWSServices
import Control
import Documents
import Network
import Reconcile
import Storage

/// Makes a cluster out of a backup, under its own name or another, while everything else goes on.
///
/// It is a new cluster with an id of its own and the old one's keys, so that credentials and service-account tokens stay good. Nothing of
/// it shows before the last frame was read: a backup that is damaged leaves nothing behind, nor does a server that dies meanwhile.
struct ClusterRestore {
    private let region: Region
    private let home: ControlPlaneStore
    private let clock: any WallClock
    private let random: RandomSource
    private let wish: String?
    /// The server that this is done at.
    private let server: String
    /// The new cluster's.
    private let id: String
    private var restored: RestoredCluster?
    private var documents: [Value] = []
    private var record: ControlPlaneRecord?
    private var realm: Realm?
    private var waiting: [Write] = []
    private var count = 0
    private static let batch = 128, mostDocuments = 100_000

    /// A restore into a region; `name` nil for the name in the backup.
    init(into region: Region, as name: String?, home: ControlPlaneStore, server: String, clock: any WallClock, random: RandomSource) {
        (self.region, wish, self.home, self.server, self.clock, self.random) = (region, name, home, server, clock, random)
        id = random.uuid()
    }

    /// Reads the backup and makes the cluster, which then starts as a new one does.
    /// - Returns: its name and the number of documents in it.
    /// - Throws: `BackupFailure`.
    mutating func run(_ body: any BodyReader) async throws -> (name: String, documents: Int) {
        do {
            var reader = DumpReader()
            while let piece = try await body.next() {
                reader.feed(piece)
                while let item = try reader.next() { try await take(item) }
            }
            try reader.finish()
            return try await finish()
        } catch {
            body.cancel()
            if realm != nil { try? await takeAway() }
            throw Self.failure(error)
        }
    }
    /// A half-filled realm without a record is nobody's.
    private func takeAway() async throws {
        try await home.store.destroy(realm: ControlPlaneStore.realmName(id))
        try await home.records.delete(RestoreNote.kind, id)
    }
    private static func failure(_ error: any Error) -> BackupFailure {
        switch error {
        case let failure as BackupFailure: failure
        case let damage as DumpError: BackupFailure(400, damage.description)
        case StorageError.tooLarge, is HTTPError: BackupFailure(400, "the backup cannot be read: \(error)")
        default: BackupFailure(500, "\(error)")
        }
    }

    private mutating func take(_ item: DumpReader.Item) async throws {
        switch item {
        case .header(let header):
            guard header["kind"].string == BackupFormat.kind, header["version"].int == Int(BackupFormat.version) else {
                throw BackupFailure(400, "this is no backup of a cluster, or one of a later version of Eyrie")
            }
            let old = header["cluster"].string ?? ""
            restored = RestoredCluster(id: id, oldName: old, name: wish ?? old, region: region, random: random, now: clock.now)
            try restored?.checkName()
        case .realm(let name, _, _):
            if name.hasPrefix("cluster/") { try await begin() }
        case .entry(let key, let document, _, _):
            if realm != nil { return try await add(key, document) }
            guard documents.count < Self.mostDocuments, let value = try? JSON.parse(document.bytes) else {
                throw BackupFailure(400, "the backup's documents of the region cannot be read")
            }
            if key.hasPrefix(ControlPlaneRecord.kind.prefix) { record = ControlPlaneRecord(value) } else { documents.append(value) }
        case .end: try await flush()
        }
    }

    /// The documents of the cluster's own realm begin, so all that must be known before was there.
    private mutating func begin() async throws {
        guard let restored, record != nil, realm == nil else { throw BackupFailure(400, "the backup has no control plane") }
        try restored.check(documents)
        let note = RestoreNote(id: id, region: region.name, server: server)
        _ = try await home.records.create(RestoreNote.kind, note.document)
        realm = try await home.realm(id)
    }
    private mutating func add(_ key: String, _ document: Encoded) async throws {
        guard let kept = RestoredObject.document(key, document) else { return }
        waiting.append(Write(key, .put(kept), if: .absent))
        count += 1
        if waiting.count == Self.batch { try await flush() }
    }
    /// Writes what waits side by side, so that it shares a sync.
    private mutating func flush() async throws {
        guard let realm else { return }
        let writes = waiting
        waiting = []
        try await withThrowingTaskGroup(of: Void.self) { group in
            for write in writes { group.addTask { _ = try await realm.commit(write) } }
            try await group.waitForAll()
        }
    }

    /// The record first, then the cluster, then what belongs to it; the region's reconcilers do the rest.
    private func finish() async throws -> (name: String, documents: Int) {
        guard let restored, var record, realm != nil else { throw BackupFailure(400, "the backup is empty") }
        record.spec.id = id
        (record.spec.name, record.spec.region) = (restored.name, region.name)
        let taken = Set(home.records.list(ControlPlaneRecord.kind).compactMap { $0["spec"]["port"].int })
        if taken.contains(record.port) { record.port = 0 }
        // Started by the cluster's own reconciler, not by servers that follow records.
        record.port = home.store.isShared ? 0 : record.port
        // A server that stood still for minutes was taken for dead, and what it had written is gone.
        guard try await home.records.update(RestoreNote.kind, id, { $0["status"]["isRead"] = true }) != nil else {
            throw BackupFailure(503, "the restore took too long and was given up")
        }
        _ = try await home.records.create(ControlPlaneRecord.kind, record.document)
        do { try await restored.create(documents) } catch {
            try? await home.records.delete(ControlPlaneRecord.kind, id)
            throw error
        }
        try? await home.records.delete(RestoreNote.kind, id)
        return (restored.name, count)
    }
}
