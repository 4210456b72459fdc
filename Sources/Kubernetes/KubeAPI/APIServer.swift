package import Control
import Documents
package import KubeModel
import Network
package import Storage

/// The Kubernetes API of one cluster: a face over its realm that holds no state but watches, reservations and kept snapshots.
///
/// Requests come as an `HTTPHandler`; controllers in the same process write as through a `ChangeWriter`. Both go one way: defaults,
/// admission, validation, commit. Someone has to `run()` it: watches end and bookmarks are sent by its clock. `upkeep` belongs to one of several servers.
package final class APIServer: HTTPHandler, Service {
    let realm: Realm
    let schema: Schema
    /// The kinds of this moment: one request takes it once and stays with it.
    var kinds: KindTable { catalogue.table }
    let catalogue: Catalogue
    /// The collections of the built-in kinds.
    let endpoints: EndpointTable
    let ledger = DefinitionLedger()
    let authenticators: AuthenticatorChain
    let authority: AuthorizerChain
    let admission: [any AdmissionPlugin]
    /// What was made of documents that came more than once but for their names.
    let prototypes: PrototypeTable
    let clock: any WallClock
    let random: RandomSource
    let configuration: APIServerConfiguration
    let routes: RawRoutes
    let creations: [String: CreateOnlyResource]
    let watches: WatchRegistry
    let aggregator = Aggregator()
    let metrics = APIMetrics()
    let snapshots: SnapshotKeeper
    let services: ServiceAllocator
    let flows: FlowController
    /// What decisions about access rest on; nil where they must not be kept.
    let accessStamp: (@Sendable () -> AccessStamp)?

    /// A server over a realm.
    /// - Parameters:
    ///   - authenticators: asked in turn; a request that none knows is anonymous.
    ///   - authorizers: asked in turn until one allows or denies; nobody's opinion is a denial.
    ///   - admission: run in this order on every write.
    ///   - routes: paths outside the resource pipeline.
    ///   - creations: resources that answer POST and store nothing.
    ///   - accessStamp: what the authorizers' permissions rest on, as far as they do not depend on an object's name; nil keeps none.
    package init(
        realm: Realm, schema: Schema, kinds: KindTable, authenticators: [any Authenticator], authorizers: [any Authorizer],
        clock: any WallClock, random: RandomSource, configuration: APIServerConfiguration, admission: [any AdmissionPlugin] = [],
        routes: [RawRoute] = [], creations: [CreateOnlyResource] = [],
        accessStamp: (@Sendable () -> AccessStamp)? = nil
    ) {
        (self.realm, self.schema, self.clock, self.random) = (realm, schema, clock, random)
        catalogue = Catalogue(kinds, realm: realm)
        (self.authenticators, authority, self.admission) = (AuthenticatorChain(authenticators), AuthorizerChain(authorizers), admission)
        (self.configuration, self.accessStamp, endpoints) = (configuration, accessStamp, EndpointTable(kinds))
        prototypes = PrototypeTable(realm, most: configuration.prototypes)
        watches = WatchRegistry(backlog: configuration.watchBacklogTotalBytes)
        let flows = FlowController(realm: realm, seats: configuration.seats)
        self.flows = flows
        self.routes = RawRoutes(
            DiscoveryRoutes.indexed(
                routes + [
                    metrics.route(realm: realm) { [watches] in
                        watches.count
                    } further: {
                        APIMetrics.flowControl(flows.levels)
                    }
                ]))
        self.creations = Dictionary(
            creations.map { (CreateOnlyResource.key($0.group, $0.resource, $0.subresource), $0) }, uniquingKeysWith: { first, _ in first })
        snapshots = SnapshotKeeper(lifetime: configuration.continueLifetime, clock: clock)
        services = ServiceAllocator(
            addresses: AddressRange(configuration.serviceCIDR), ports: { APIServerSettings.nodePorts(realm) ?? configuration.nodePorts },
            realm: realm,
            claims: configuration.isShared ? ServiceClaims(realm: realm) : nil)
        realm.whenDelivered { [watches] in watches.wakeAll() }
    }

    /// How many watches run, for metrics.
    package var watchCount: Int { watches.count }

    /// What `/metrics` tells of priority levels.
    package var flowControlFigures: String { APIMetrics.flowControl(flows.levels) }

    /// Keeps the server's time until cancelled, then ends its watches.
    package func run() async throws {
        defer { watches.endAll() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await self.keepTime() }
            group.addTask { try await self.superviseAggregation() }
            group.addTask { try await self.keepDefinitions() }
            group.addTask { try await self.keepFlowSchemas() }
            try await group.waitForAll()
        }
    }

    private func keepTime() async throws {
        var seconds = 0
        while true {
            try await clock.sleep(for: .seconds(1))
            watches.tick(realm, now: clock.now)
            flows.expire(clock.now)
            seconds += 1
            if seconds % 60 == 0 { snapshots.sweep() }
        }
    }

    /// What one of the servers of a realm does now and then for all.
    package var upkeep: any Service { Upkeep(server: self) }

    /// How long events stay.
    var eventLifetime: Duration { APIServerSettings.eventLifetime(realm) ?? configuration.eventLifetime }

    /// Deletes events an hour (or as the cluster's settings say) after they were last written. Source: upstream's --event-ttl. Those written after that revision cannot be so old.
    func expireEvents(writtenUntil revision: Revision) async {
        let oldest = clock.now - eventLifetime
        var old: [Entry] = []
        realm.snapshot().forEach(prefix: "core/events/") { entry in
            guard entry.revision <= revision, let event = entry.document?.root else { return }
            let times = [
                event["lastTimestamp"], event["series"]?["lastObservedTime"], event["eventTime"], event["metadata"]?["creationTimestamp"],
            ]
            if let last = times.compactMap({ $0?.string.flatMap(Timestamp.init) }).max(), last < oldest { old.append(entry) }
        }
        for entry in old { _ = try? await realm.commit(Write(entry.key, .delete, if: .revision(entry.revision))) }
    }
}
