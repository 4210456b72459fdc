import AWSServices
import Control
import Documents
import Reconcile
import Storage

/// A restore that is under way, noted before anything of the cluster is written, so that nothing of it is left when its server dies.
struct RestoreNote {
    static let kind = Kind(group: "eyrie", "Restore", prefix: "eyrie/restores/", namespaced: false)
    /// The new cluster's.
    let id: String
    let region: String
    /// The server that restores.
    let server: String

    init(id: String, region: String, server: String) { (self.id, self.region, self.server) = (id, region, server) }
    /// Reads a document back; nil when it is none.
    init?(_ document: Value) {
        guard let id = document["metadata"]["name"].string, let region = document["spec"]["region"].string,
            let server = document["spec"]["server"].string
        else { return nil }
        (self.id, self.region, self.server) = (id, region, server)
    }
    /// The document that `init(_:)` reads.
    var document: Value { ["metadata": ["name": .string(id)], "spec": ["region": .string(region), "server": .string(server)]] }
}

/// Takes away what restores left behind whose servers died within them.
struct RestoreSweeper: Service {
    let home: ControlPlaneStore
    let directory: RegionDirectory
    let servers: Servers
    let clock: any WallClock
    private let log = Log("restore")
    private static let pause = Duration.seconds(10)

    init(home: ControlPlaneStore, directory: RegionDirectory, servers: Servers, clock: any WallClock) {
        (self.home, self.directory, self.servers, self.clock) = (home, directory, servers, clock)
    }

    /// Sweeps until cancelled.
    func run() async throws {
        while true {
            await sweep()
            try await clock.sleep(for: Self.pause)
        }
    }

    /// Ends every restore whose server is known no more.
    func sweep() async {
        for note in home.records.list(RestoreNote.kind).compactMap(RestoreNote.init) {
            do { if try await !servers.isKnown(note.server) { try await end(note) } } catch {
                log.error("a broken restore stays", ["cluster": note.id, "error": "\(error)"])
            }
        }
    }
    /// A cluster that shows is whole, for it is written last.
    private func end(_ note: RestoreNote) async throws {
        let region = try await directory.region(note.region)
        let isMade = region?.records.list(EKSClusterFields.kind).contains { $0["metadata"]["uid"].string == note.id } ?? false
        if !isMade {
            try await home.records.delete(ControlPlaneRecord.kind, note.id)
            try await home.store.destroy(realm: ControlPlaneStore.realmName(note.id))
            log.info("a broken restore was taken away", ["cluster": note.id, "region": note.region])
        }
        try await home.records.delete(RestoreNote.kind, note.id)
    }
}
