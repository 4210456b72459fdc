import Control
import Storage

/// What happens to a cluster's documents by the clock alone, whoever serves them.
struct Upkeep: Service {
    let server: APIServer
    private static let interval = Duration.seconds(60)

    /// Runs until cancelled.
    func run() async throws {
        var stale: [String: Revision] = [:]
        while true {
            try await server.clock.sleep(for: Self.interval)
            await server.expireEvents()
            await server.repairClaims(&stale)
            await server.sweepReservations()
        }
    }
}

extension APIServer {
    /// Removes what is left of reservations under quotas.
    func sweepReservations() async {
        guard configuration.isShared else { return }
        await QuotaReservations(realm: realm, clock: clock).sweep()
    }

    /// Brings the claims of Services' addresses in line with the Services, where there are any.
    func repairClaims(_ stale: inout [String: Revision]) async {
        guard configuration.isShared else { return }
        await ServiceClaims(realm: realm).repair(held: services.claims, stale: &stale)
    }
}
