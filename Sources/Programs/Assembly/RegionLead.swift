import AWSServices
import Control
import Reconcile
import Storage

/// What only one server at a time does for a region: what its account has from the start, its reconcilers and effects, and its machines.
final class RegionLead: Service {
    private let region: Region
    private let account: String
    private let store: Store
    private let identity: String
    private let services: TaskBag
    private let hosting: Hosting
    private let clock: any WallClock
    private let first = Gate()
    /// How long another server may take to complete a region.
    private static let patience = Duration.seconds(20)

    init(
        _ region: Region, account: String, store: Store, identity: String, services: TaskBag, hosting: Hosting, clock: any WallClock
    ) {
        (self.region, self.account, self.store, self.identity) = (region, account, store, identity)
        (self.services, self.hosting, self.clock) = (services, hosting, clock)
    }

    func run() async throws {
        defer { first.close(CancellationError()) }
        try await store.lead("region/\(region.name)", as: identity) { [self] in
            do {
                try await region.complete(account: account)
                let revival = ClusterRevival(region: region.name, clusters: region.clusters)
                let isIncomplete = await revival.isIncomplete()
                try await region.recover()
                first.open()
                await keepLoops(isIncomplete ? revival : nil)
                await standDown()
            } catch {
                first.close(error)
                await standDown()
                throw error
            }
        }
    }
    /// Returns once the region has what every region has from the start, and at its leader once everything runs that ran before.
    /// - Throws: why that failed here.
    func completed() async throws {
        guard store.isShared else { return try await first.passed() }
        let deadline = clock.now + Self.patience
        while true {
            if let outcome = first.outcome { return try outcome.get() }
            if await store.leader(of: "region/\(region.name)") != identity, region.isComplete(account: account) { return }
            guard clock.now < deadline else { throw Incomplete(region: region.name) }
            try await clock.sleep(for: .milliseconds(20))
        }
    }
    private struct Incomplete: Error, CustomStringConvertible {
        let region: String
        var description: String { "no server has made the region \(region) yet" }
    }

    private func keepLoops(_ revival: ClusterRevival?) async {
        let name = "region/\(region.name)"
        await withDiscardingTaskGroup { [self] group in
            if let revival { group.addTask { [services] in await services.keep("\(name)/revival", revival) } }
            group.addTask(executorPreference: hosting.executor) { [services, region] in await services.keep(name, region.group) }
        }
    }
    /// Machines run where the region is led, so that none runs twice.
    private func standDown() async {
        guard store.isShared else { return }
        await region.standDown()
    }
}
