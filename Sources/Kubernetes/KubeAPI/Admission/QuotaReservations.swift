import Control
import Documents
import KubeModel
import Storage

/// Creations that several servers let pass under a quota, as documents: each is written before it is checked, and is checked against what
/// was reserved earlier, so of two that do not fit together the later one is refused wherever they came in. A creation is written only
/// while its reservation stands, so one that comes late counts or fails.
struct QuotaReservations: Sendable {
    static let prefix = "eyrie/claims/quotas/"
    /// How long a creation may take before its reservation counts no more.
    private static let lifetime = Duration.seconds(10)
    let realm: Realm
    let clock: any WallClock

    /// A creation's place among the reservations of its namespace.
    struct Place: Sendable {
        let entry: Entry
        /// The realm with everything up to this reservation in it.
        let snapshot: Snapshot
        /// What others reserved before and have not made yet.
        let earlier: [(key: String, object: Value)]
    }

    /// Reserves for an object that is to be created under a key; what this finds made or out of date in the namespace goes.
    /// - Throws: `StorageError`.
    func reserve(_ object: Value, key: String, namespace: String, id: String) async throws(StorageError) -> Place {
        let now = clock.now
        let document: Value = ["key": .string(key), "until": .string((now + Self.lifetime).text), "object": object]
        let own = "\(Self.prefix)\(namespace)/\(id)"
        let entry = try await realm.commit(Write(own, .put(Encoded(document: document)), if: .absent))
        for other in stale(realm.snapshot(), "\(Self.prefix)\(namespace)/", now) where other.key != own { await release(other) }
        // Taken behind the releases: it has what was written while those reservations stood.
        let snapshot = realm.snapshot()
        var earlier: [(key: String, object: Value)] = []
        for other in snapshot.range(prefix: "\(Self.prefix)\(namespace)/") where other.revision < entry.revision {
            let value = other.value
            if let reserved = value["key"].string, snapshot.get(reserved) == nil { earlier.append((reserved, value["object"])) }
        }
        return Place(entry: entry, snapshot: snapshot, earlier: earlier)
    }
    /// The reservations whose objects are made, and those that are out of date.
    private func stale(_ snapshot: Snapshot, _ prefix: String, _ now: Timestamp) -> [Entry] {
        snapshot.range(prefix: prefix).filter { entry in
            let value = entry.value
            return (value["until"].string.flatMap(Timestamp.init) ?? now) <= now || value["key"].string.flatMap(snapshot.get) != nil
        }
    }
    /// Gives a reservation back. What fails counts no more after a while, and goes with the upkeep.
    func release(_ entry: Entry) async { _ = try? await realm.commit(Write(entry.key, .delete, if: .revision(entry.revision))) }

    /// Removes what nobody will.
    func sweep() async {
        for entry in stale(realm.snapshot(), Self.prefix, clock.now) { await release(entry) }
    }
}
