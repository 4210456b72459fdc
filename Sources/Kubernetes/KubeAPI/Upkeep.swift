import Control
import Storage

/// What happens to a cluster's documents by the clock alone, whoever serves them.
struct Upkeep: Service {
    let server: APIServer
    private static let interval = Duration.seconds(60)

    /// Runs until cancelled.
    func run() async throws {
        var stale: [String: Revision] = [:]
        var heads = RevisionClock()
        // What was there before may be of any age.
        var written = server.realm.head
        while true {
            heads.note(server.clock.now, server.realm.head)
            try await server.clock.sleep(for: Self.interval)
            written = max(written, heads.revision(at: server.clock.now - server.eventLifetime))
            await server.expireEvents(writtenUntil: written)
            await server.repairClaims(&stale)
            await server.sweepReservations()
        }
    }
}

/// Which revision a realm had at what time, by the minute.
private struct RevisionClock {
    private var marks: [(time: Timestamp, head: Revision)] = []
    mutating func note(_ time: Timestamp, _ head: Revision) { marks.append((time, head)) }
    /// A revision that the realm had reached by then; 0 when that is not known. Older ones are forgotten.
    mutating func revision(at time: Timestamp) -> Revision {
        let passed = marks.prefix { $0.time <= time }
        defer { marks.removeFirst(max(0, passed.count - 1)) }
        return passed.last?.head ?? 0
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
