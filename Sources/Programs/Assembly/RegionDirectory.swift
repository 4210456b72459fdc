import AWSProtocol
import AWSServices
import Storage
import Synchronization

/// The regions that are served. A region's realm is made when something asks for the region first.
actor RegionDirectory {
    private let store: Store
    private let services: TaskBag
    private let hosting: Hosting
    private let identity: String
    private let parts: Region.Parts
    private let open = OpenRegions()
    /// Those and the ones that are opening.
    private let begun = OpenRegions()
    private var opening: [String: Task<Region, any Error>] = [:]
    /// Names of the regions that may be asked for.
    nonisolated let served: [String]

    init(store: Store, services: TaskBag, hosting: Hosting, identity: String, served: [String], parts: Region.Parts) {
        (self.store, self.services, self.hosting, self.identity) = (store, services, hosting, identity)
        (self.served, self.parts) = (served, parts)
    }

    /// The region, opened and started; nil when it is not served.
    func region(_ name: String) async throws -> Region? {
        guard served.contains(name) else { return nil }
        if let region = open.get(name) { return region }
        if let task = opening[name] { return try await task.value }
        let task = Task(executorPreference: hosting.executor) { [store, services, hosting, identity, parts, begun] in
            let region = Region(name, realm: try await store.realm(Self.realmName(name)), parts: parts)
            begun.put(name, region)
            let lead = RegionLead(
                region, account: parts.account, store: store, identity: identity, services: services, hosting: hosting, clock: parts.clock)
            Fence.$current.withValue(nil) { services.run("region/\(name)/lead", lead) }
            do { try await lead.completed() } catch {
                await services.stop("region/\(name)/lead")
                throw error
            }
            return region
        }
        opening[name] = task
        defer { opening[name] = nil }
        let region = try await task.value
        open.put(name, region)
        return region
    }
    /// Opens the regions that hold documents of an earlier run, or of another server.
    func resume() async throws {
        let standing = Set(store.realmNames)
        for name in served where standing.contains(Self.realmName(name)) && open.get(name) == nil { _ = try await region(name) }
    }
    /// The region when it is open already.
    nonisolated func opened(_ name: String) -> Region? { open.get(name) }
    /// The region, opened or opening, that has a VPC; nil when none has it.
    nonisolated func region(ofVPC id: String) -> Region? { begun.first { $0.records.get(VPC.self, id) != nil } }
    /// All regions that are open now.
    nonisolated var openRegions: [Region] { open.all }
    private static func realmName(_ region: String) -> String { "region/\(region)" }
}

/// The regions that are open now, for look-ups from any thread.
private final class OpenRegions: Sendable {
    private let regions = Mutex<[String: Region]>([:])
    func get(_ name: String) -> Region? { regions.withLock { $0[name] } }
    func first(_ accepts: (Region) -> Bool) -> Region? { regions.withLock { $0.values.first(where: accepts) } }
    var all: [Region] { regions.withLock { Array($0.values) } }
    func put(_ name: String, _ region: Region) { regions.withLock { $0[name] = region } }
}
